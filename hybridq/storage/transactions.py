"""Transactions on tables of our own, in an SQLite file or on a PostgreSQL server."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeAlias

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from hybridq.core.errors import OutputError
from hybridq.storage.database import (
    BUSY_SECONDS,
    READS_ONLY,
    first_line,
    open_engine,
    storage_file,
    without_password,
)

_LOCK = 0x68_79_62_71  # of PostgreSQL, while tables are made

Clock: TypeAlias = Callable[[], float]


class Transactions:
    """Transactions on the database behind a URL.

    Those that write are durable by default: their commits survive the loss of power. Others
    survive the death of processes.

    Args:
        url: an SQLite file or a PostgreSQL server.
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
        self._writer = _Turns()
        self._file: Path | None = None
        self.is_postgresql = self._quick.dialect.name == "postgresql"
        with self.writing() as connection:
            if self.is_postgresql:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            self._migrate(connection)
        self._file = storage_file(url)
        self._identity = self._present_identity()

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
        self._check_file()
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
        with self._turn(), self._telling():
            self._check_file()
            with engine.begin() as connection:
                yield connection
                self._check_file()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the other writers of this process, which came before.

        SQLite would look for their end in growing intervals, up to 100 ms. Writers of other
        processes are waited for by SQLite.

        Raises:
            OutputError: it takes longer than `BUSY_SECONDS`.
        """
        if self.is_postgresql:
            yield
            return
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            shown = without_password(self.url)
            raise OutputError(f"the database {shown} is locked by this process: try again later")
        try:
            yield
        finally:
            self._writer.release()

    def now(self, connection: Connection) -> float:
        """Return the time in seconds since 1970, of one clock for all servers."""
        if self._clock is not None:
            return self._clock()
        if not self.is_postgresql:
            return time.time()
        query = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
        return float(connection.exec_driver_sql(query).scalar_one())

    def _migrate(self, connection: Connection) -> None:
        """Create the tables or bring them up to date; see `migrate`."""

    def _present_identity(self) -> tuple[int, int] | None:
        """Return device and number of the file that has the database's name now."""
        if self._file is None:
            return None
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_file(self) -> None:
        """Raise if open connections would write to a file that has lost its name.

        Raises:
            OutputError: the file of SQLite has been deleted, moved or replaced.
        """
        if self._file is not None and self._present_identity() != self._identity:
            raise OutputError(
                f"the file {self._file} of the database has been deleted, moved or replaced: put "
                "it back, or start again with the new one"
            )

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


class _Turns:
    """A lock that is given to its waiting threads in their order.

    A thread that takes a `threading.Lock` again at once mostly comes before those that wait.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Take the lock; return False if that is not possible in time."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            own = threading.Event()
            self._waiting.append(own)
        if own.wait(timeout):
            return True
        with self._mutex:
            if own.is_set():  # it was given to this thread meanwhile
                return True
            self._waiting.remove(own)
        return False

    def release(self) -> None:
        """Give the lock to the thread that has waited longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


def migrate(connection: Connection, scripts: Path, table: str) -> None:
    """Bring tables up to date; alembic is not loaded where they are.

    Args:
        connection: a transaction that writes.
        scripts: folder of alembic's migrations, of which each file begins with its number.
        table: table of their version; `alembic_version` belongs to Optuna.

    Raises:
        OutputError: a later version of hybridq made the tables.
    """
    if inspect(connection).has_table(table):
        found = connection.execute(text(f"SELECT version_num FROM {table}")).scalar()
        last = max(path.name for path in (scripts / "versions").glob("[0-9]*.py"))
        if found == last.partition("_")[0]:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=table)
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        url = without_password(str(connection.engine.url))
        raise OutputError(
            f"the database {url} has tables of a later version of hybridq ({first_line(error)}): "
            "update hybridq, or use another database"
        ) from None
