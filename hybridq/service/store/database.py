"""Transactions on the service's database, SQLite or PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeAlias

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hybridq.core.errors import OutputError
from hybridq.service.store.tables import SETTINGS
from hybridq.storage.database import READS_ONLY, first_line, open_engine, without_password

VERSION_TABLE = "service_version"
"""Table of alembic's version; `alembic_version` in the same database belongs to Optuna."""

VIRTUAL = "virtual"
"""Setting that holds the virtual time of fair queueing."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x68_79_62_71  # of PostgreSQL, while tables are made

Clock: TypeAlias = Callable[[], float]


class Database:
    """The tables of the service behind a URL.

    Reads, and claims and heartbeats, of which a loss costs only that a job runs again, use commits
    that survive the death of processes. Submissions and ends of jobs use commits that survive the
    loss of power too.

    Args:
        url: an SQLite file or a PostgreSQL server; tables are made or brought up to date.
        clock: seconds since 1970; by default that of the server, or of this machine for SQLite.

    Raises:
        OutputError: it cannot be reached or written, or was made by a later version.
        ParameterError: the URL is invalid, or of another kind of storage.
    """

    def __init__(self, url: str, *, clock: Clock | None = None) -> None:
        self.url = url
        self._quick = open_engine(url, durable=False)
        self._durable = open_engine(url, durable=True)
        self._clock = clock
        self.is_postgresql = self._quick.dialect.name == "postgresql"
        self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._quick.dispose()
        self._durable.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with self._telling(), self._quick.connect() as connection:
            chosen = connection.execution_options(**{READS_ONLY: True})
            try:
                yield chosen
            finally:
                chosen.rollback()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a transaction that writes, committed at the end of the block."""
        engine = self._durable if durable else self._quick
        with self._telling(), engine.begin() as connection:
            yield connection

    def now(self, connection: Connection) -> float:
        """Return the time in seconds since 1970, of one clock for all servers."""
        if self._clock is not None:
            return self._clock()
        if not self.is_postgresql:
            return time.time()
        text = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
        return float(connection.exec_driver_sql(text).scalar_one())

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Convert failures of the database to an `OutputError` with its address."""
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            if isinstance(error, OutputError):
                raise
            shown = without_password(self.url)
            raise OutputError(
                f"the database {shown} cannot be used: {first_line(error)}; check that it exists, "
                "that it is a database, and that you may write to it"
            ) from error

    def _migrate(self) -> None:
        """Create the tables or bring them up to date."""
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        try:
            with self.writing() as connection:
                if self.is_postgresql:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                _insert_missing(connection, {VIRTUAL: "0"})
        except CommandError as error:
            raise OutputError(
                f"the database {without_password(self.url)} has tables of a later version of "
                f"hybridq ({first_line(error)}): update hybridq, or use another database"
            ) from None


def _insert_missing(connection: Connection, settings: dict[str, str]) -> None:
    """Insert settings that do not exist yet."""
    known = set(connection.execute(sqlalchemy.select(SETTINGS.c.name)).scalars())
    for name, value in settings.items():
        if name not in known:
            connection.execute(SETTINGS.insert().values(name=name, value=value))
