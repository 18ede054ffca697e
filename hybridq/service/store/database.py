"""The service's database: its tables and those of the registry of angles."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection

from hybridq.angles.database import migrate_angles
from hybridq.service.store.tables import SETTINGS
from hybridq.storage.transactions import Transactions, migrate

VERSION_TABLE = "service_version"
"""Table of alembic's version; `alembic_version` in the same database belongs to Optuna."""

VIRTUAL = "virtual"
"""Setting that holds the virtual time of fair queueing."""

PROBED = "probed"
"""Setting that holds the time of the last look whether the database takes writes."""

MIGRATIONS = Path(__file__).parent / "migrations"
"""Folder of alembic's scripts."""


class Database(Transactions):
    """The tables of the service behind a URL; see `Transactions`.

    Reads, and claims and heartbeats, of which a loss costs only that a job runs again, use commits
    that survive the death of processes. Submissions and ends of jobs use commits that survive the
    loss of power too.
    """

    def _migrate(self, connection: Connection) -> None:
        """Create the tables or bring them up to date."""
        migrate(connection, MIGRATIONS, VERSION_TABLE)
        migrate_angles(connection)
        _insert_missing(connection, {VIRTUAL: "0", PROBED: "0"})


def _insert_missing(connection: Connection, settings: dict[str, str]) -> None:
    """Insert settings that do not exist yet."""
    known = set(connection.execute(sqlalchemy.select(SETTINGS.c.name)).scalars())
    for name, value in settings.items():
        if name not in known:
            connection.execute(SETTINGS.insert().values(name=name, value=value))
