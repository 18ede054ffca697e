"""Optuna's storages by URL, opened for concurrent writers."""

from __future__ import annotations

import importlib.util
import os
import re
import sqlite3
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import OutputError, ParameterError, Setting, UnknownNameError
from hybridq.storage.filesystem import network_filesystem
from hybridq.storage.optuna_journal import open_journal

if TYPE_CHECKING:
    from optuna.storages import BaseStorage, RDBStorage
    from sqlalchemy import URL, Engine

BUSY_SECONDS = 60.0
CONNECT_SECONDS = 5

READS_ONLY = "hybridq_reads_only"
"""Execution option: a transaction on SQLite that takes no write lock."""

_KINDS = ("journal", "mariadb", "mysql", "postgresql", "sqlite")
_REFUSED = frozenset(
    ("plugin", "local_infile", "allow_local_infile", "read_default_file", "read_default_group")
)
_SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")
_NOT_SHOWN = "(not shown: it may hold a password)"
_SECRET = re.compile(r"([?&][^=&]*pass[^=&]*=)[^&]*", re.IGNORECASE)
_DRIVER = re.compile(r"^\([\w.]+\) ")  # SQLAlchemy prefixes the class of the driver's error
_JOURNALS = (".log", ".journal")
_DATABASES = (".db", ".sqlite", ".sqlite3")
_TIMEOUTS = {"psycopg", "psycopg2", "pymysql", "mysqldb"}
_RACED = re.compile("already exists|duplicate", re.IGNORECASE)
_OPENINGS = 20  # attempts while other processes create the same tables


def connect(url: str) -> BaseStorage:
    """Return the storage behind `url`; create its tables if they do not exist.

    A database (``sqlite:///runs.db``, ``postgresql://user@host/name``, ``mysql+pymysql://…``) or a
    file to which Optuna appends each change (``journal:///runs.log``). Three slashes begin a
    relative path, four an absolute one. A path that ends in .db, .sqlite, .log or .journal is
    accepted as well. MySQL is not covered by the tests; MariaDB 10.11 was tried by hand.

    SQLite uses WAL mode on local file systems. Each transaction takes the write lock when it
    begins; otherwise two processes could both claim a trial that they read before writing. The
    lock is waited for up to `BUSY_SECONDS`.

    Raises:
        OutputError: it cannot be reached within seconds, has other content, was created by
            another version of Optuna, or its driver is not installed.
        ParameterError: the URL is invalid.
    """
    shown = without_password(url)
    url = storage_url(url)
    if url.startswith("journal:"):
        return open_journal(journal_path(url))
    parsed = _parsed(url, shown)
    _check_driver(parsed, shown)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return _opened(parsed, shown)
    if parsed.database.startswith("file:"):
        raise ParameterError(
            argument="storage",
            value=shown,
            expected="a path, not a URI",
            remedy="write sqlite:///runs.db",
        )
    _check_folder(Path(parsed.database), shown)
    check_rollback(Path(parsed.database), shown)
    _choose_mode(Path(parsed.database))
    storage = _opened(parsed, shown)
    _allow_concurrent_writes(storage.engine, "NORMAL")
    return storage


def open_engine(url: str, *, durable: bool) -> Engine:
    """Return an SQLAlchemy engine for other tables, opened as `connect` does.

    Args:
        url: an SQLite file or a PostgreSQL server.
        durable: whether a commit survives the loss of power (SQLite: ``synchronous = FULL``,
            PostgreSQL: ``synchronous_commit = on``); one that does not is faster, and survives
            the death of any process all the same.

    Raises:
        OutputError: the folder does not exist, or the driver is not installed.
        ParameterError: the URL is invalid, or of another kind of storage.
    """
    import sqlalchemy
    from sqlalchemy import event

    shown = without_password(url)
    url = storage_url(url)
    parsed = None if url.startswith("journal:") else _parsed(url, shown)
    kind = "journal" if parsed is None else parsed.get_backend_name()
    in_memory = kind == "sqlite" and storage_file(url) is None
    if parsed is None or kind not in ("sqlite", "postgresql") or in_memory:
        raise ParameterError(
            argument="database",
            value=shown,
            expected="an SQLite file or a PostgreSQL server",
            remedy="give one such as 'sqlite:///jobs.db' or 'postgresql://user@host/database'",
        )
    _check_driver(parsed, shown)
    options: dict[str, Any] = {"pool_size": 8, "max_overflow": 56, **_engine_options(parsed)}
    if kind == "sqlite":
        path = Path(parsed.database or "")
        _check_folder(path, shown)
        check_rollback(path, shown)
        _choose_mode(path)
        engine = sqlalchemy.create_engine(parsed, **options)
        _allow_concurrent_writes(engine, "FULL" if durable else "NORMAL")
        return engine
    engine = sqlalchemy.create_engine(parsed, **options)
    if not durable:

        def on_connect(connection: Any, record: Any) -> None:
            del record
            connection.execute("SET synchronous_commit = off")
            connection.commit()

        event.listen(engine, "connect", on_connect)
    return engine


def storage_url(url: str) -> str:
    """Return the URL for SQLAlchemy, of a path too, with an installed driver."""
    if "://" not in url:
        suffix = Path(url).suffix.lower()
        if suffix in _JOURNALS:
            return f"journal:///{url}"
        return f"sqlite:///{url}" if suffix in _DATABASES else url
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        installed = importlib.util.find_spec("psycopg2") is not None
        return f"postgresql+{'psycopg2' if installed else 'psycopg'}://{rest}"
    return url


def journal_path(url: str) -> Path:
    """Return the file of a ``journal:`` URL."""
    return Path(url.partition("://")[2].removeprefix("/"))


def without_password(url: str) -> str:
    """Return the URL without its password."""
    import sqlalchemy

    if storage_url(url).startswith("journal:"):
        return url
    try:
        parsed = sqlalchemy.make_url(url)
    except sqlalchemy.exc.ArgumentError:
        return url if "@" not in url else _NOT_SHOWN
    except ValueError:  # the invalid port may be part of a password
        return _NOT_SHOWN
    if _has_loose_at(parsed):
        return _NOT_SHOWN
    return _SECRET.sub(r"\1***", parsed.render_as_string(hide_password=True))


def storage_file(url: str) -> Path | None:
    """Return the file of the storage behind a URL; None for a server or memory."""
    scheme, _, rest = storage_url(url).partition("://")
    if scheme != "journal" and scheme.partition("+")[0] != "sqlite":
        return None
    path = rest.removeprefix("/")
    return None if path in ("", ":memory:") or path.startswith("file:") else Path(path)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, without the driver's name."""
    line = next(iter(str(error).splitlines()), type(error).__name__)
    return _DRIVER.sub("", line).strip().rstrip(".")


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Limit Optuna's log to errors within the block."""
    import optuna

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)


def _parsed(url: str, shown: str) -> URL:
    import sqlalchemy

    try:
        parsed = sqlalchemy.make_url(url)
        if (kind := parsed.get_backend_name()) not in _KINDS:
            raise UnknownNameError("kind of storage", kind, _KINDS)
        refused = parsed.query.keys() & _REFUSED
        if refused:
            raise ParameterError(
                (
                    Setting("storage", shown),
                    f" must not set {', '.join(sorted(refused))}, which lets a server read files "
                    "or loads other code",
                ),
                argument="storage",
                remedy="leave it out",
            )
        parsed.get_dialect()
    except sqlalchemy.exc.ArgumentError as error:
        reason = first_line(error)
    except ParameterError:
        raise
    except ValueError:
        reason = "its port is not a number"
    else:
        if not _has_loose_at(parsed):
            return parsed
        reason = "it has a second @: in a password write %40 instead"
    raise ParameterError(
        (Setting("storage", shown), f" must be a URL that Optuna can open ({reason})"),
        argument="storage",
        remedy="give one such as 'sqlite:///search.db' or 'postgresql://user@host/database'",
    )


def _has_loose_at(url: URL) -> bool:
    """Return whether an @ in the password made the URL ambiguous."""
    return url.password is not None and "@" in f"{url.host}{url.database}"


def _check_folder(path: Path, shown: str) -> None:
    """Raise with the cause, where SQLite only says that it cannot open the file."""
    if path.is_dir():
        reason = f"{path} is a directory; name a file inside it"
    elif not path.parent.is_dir():
        reason = f"the folder {path.parent} does not exist; create it first"
    else:
        return
    raise OutputError(f"the storage {shown} cannot be reached: {reason}")


def check_rollback(path: Path, shown: str) -> None:
    """Raise for an interrupted transaction over several databases.

    SQLite would delete the file that the journal of such a transaction names. hybridq never makes
    such transactions.

    Source: the file format at https://www.sqlite.org/fileformat.html, section 3.
    """
    journal = Path(f"{os.path.realpath(path)}-journal")
    try:
        with journal.open("rb") as file:
            file.seek(-len(_SUPER_JOURNAL), os.SEEK_END)
            end = file.read()
    except OSError:
        return
    if end == _SUPER_JOURNAL:
        raise OutputError(
            f"the storage {shown} cannot be opened: {journal} belongs to a transaction over "
            "several databases, which hybridq never makes, and names another file; check its origin"
        )


def _opened(url: URL, shown: str) -> RDBStorage:
    import sqlalchemy
    from optuna.storages import RDBStorage

    # Optuna formats the URL as a template, and a path or a password may hold braces.
    text = url.render_as_string(hide_password=False).replace("{", "{{").replace("}", "}}")
    for left in reversed(range(_OPENINGS)):
        try:
            return RDBStorage(text, engine_kwargs=_engine_options(url))
        except RuntimeError as error:
            raise OutputError(
                f"the storage {shown} has tables of another version of Optuna "
                f"({first_line(error)}): run `optuna storage upgrade`, or use another storage"
            ) from None
        except (sqlalchemy.exc.SQLAlchemyError, OSError) as error:
            raced = isinstance(error, sqlalchemy.exc.IntegrityError) or _RACED.search(str(error))
            if left and raced:
                time.sleep(0.05)
                continue
            raise OutputError(
                f"the storage {shown} cannot be reached: {first_line(error)}; check that it "
                "exists, that it is a database, and that you may write to it"
            ) from None
    raise AssertionError("the last try returns or raises")


def _engine_options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    driver = url.get_driver_name()
    limit = {"connect_timeout": CONNECT_SECONDS} if driver in _TIMEOUTS else {}
    # A connection that the server has closed is replaced before it is used.
    return {"connect_args": limit, "pool_pre_ping": True}


def _check_driver(url: URL, shown: str) -> None:
    """Raise with a remedy if the driver is not installed."""
    try:
        url.get_dialect().import_dbapi()
    except ImportError:
        raise OutputError(
            f"the storage {shown} cannot be reached: {_missing_driver(url)}"
        ) from None


def _missing_driver(url: URL) -> str:
    kind = url.get_backend_name()
    if kind == "postgresql":
        return "no driver for it is installed: pip install 'psycopg[binary]'"
    other = "" if kind == "sqlite" else f", or name another driver, for example {kind}+pymysql://"
    return f"its driver {url.get_driver_name()} is not installed: install its Python package{other}"


def _allow_concurrent_writes(engine: Engine, synchronous: str) -> None:
    """Make transactions of several processes on an SQLite file exclusive."""
    from sqlalchemy import event

    def on_connect(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # transactions are begun below
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            connection.execute(f"PRAGMA synchronous = {synchronous}")

    def on_begin(connection: Any) -> None:
        reads_only = connection.get_execution_options().get(READS_ONLY)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    engine.dispose()


def _choose_mode(path: Path) -> None:
    """Set WAL mode on a local file system, rollback mode on a network one."""
    network = network_filesystem(path)
    mode = "delete" if network else "wal"
    try:
        with closing(sqlite3.connect(path, timeout=CONNECT_SECONDS)) as connection:
            (found,) = connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
    except sqlite3.Error:  # in use in the other mode, or not a database
        return
    if network:
        warnings.warn(
            f"{path} is on a network file system ({network}), where SQLite is slow and its locks "
            "may fail: for several machines use a journal file or PostgreSQL",
            stacklevel=3,
        )
    elif found != "wal":
        warnings.warn(
            f"SQLite has no WAL mode where {path} is, so that each trial takes longer to store: "
            "another folder or a journal file may be faster",
            stacklevel=3,
        )
