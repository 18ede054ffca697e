"""The registry's database: a file of this machine, or that of a job service."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection

from hybridq.core.errors import OutputError
from hybridq.storage.database import storage_file
from hybridq.storage.transactions import Transactions, migrate

DEFAULT_STORE = "sqlite:///hybridq-models.db"
"""The registry without a server, unless ``HYBRIDQ_MODELS`` names another."""

LOCAL_TENANT = "local"
"""Owner of the models in it."""

_VERSION_TABLE = "angles_version"
_MIGRATIONS = Path(__file__).parent / "migrations"


class AnglesDatabase(Transactions):
    """A database with the tables of the registry; see `Transactions`."""

    def _migrate(self, connection: Connection) -> None:
        """Create the tables or bring them up to date."""
        migrate_angles(connection)


def migrate_angles(connection: Connection) -> None:
    """Create the tables of the registry or bring them up to date."""
    migrate(connection, _MIGRATIONS, _VERSION_TABLE)


def local_url(store: str | None = None) -> str:
    """Return the URL of the registry without a server.

    Args:
        store: a file or a URL; by default that of ``HYBRIDQ_MODELS``, else `DEFAULT_STORE`.

    Raises:
        OutputError: the default is a link, which another user may have put there.
    """
    named = store or os.environ.get("HYBRIDQ_MODELS")
    if named:
        return named
    path = storage_file(DEFAULT_STORE)
    if path is not None and path.is_symlink():
        raise OutputError(f"{path} is a link, which is not followed: name the file it points to")
    return DEFAULT_STORE
