"""Optuna's storages by URL, opened so that several processes may write at once."""

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

from hybridq.core.errors import OutputError, ParameterError, UnknownNameError
from hybridq.storage.filesystem import network_filesystem
from hybridq.storage.optuna_journal import open_journal

if TYPE_CHECKING:
    from optuna.storages import BaseStorage, RDBStorage
    from sqlalchemy import URL

BUSY_SECONDS = 60.0
CONNECT_SECONDS = 5

READS_ONLY = "hybridq_reads_only"
"""An execution option: a transaction on SQLite that does not take the lock for writing."""

_KINDS = ("journal", "mariadb", "mysql", "postgresql", "sqlite")
_REFUSED = frozenset(
    ("plugin", "local_infile", "allow_local_infile", "read_default_file", "read_default_group")
)
_SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")
_NOT_SHOWN = "(not shown: it may hold a password)"
_SECRET = re.compile(r"([?&][^=&]*pass[^=&]*=)[^&]*", re.IGNORECASE)
_DRIVER = re.compile(r"^\([\w.]+\) ")  # SQLAlchemy begins with the class of the driver's error
_JOURNALS = (".log", ".journal")
_DATABASES = (".db", ".sqlite", ".sqlite3")
_TIMEOUTS = {"psycopg", "psycopg2", "pymysql", "mysqldb"}
_RACED = re.compile("already exists|duplicate", re.IGNORECASE)
_OPENINGS = 20  # tries while other processes make the same tables


def connect(url: str) -> BaseStorage:
    """The storage behind `url`, its tables made if they are not there.

    A database (``sqlite:///runs.db``, ``postgresql://user@host/name``, ``mysql+pymysql://…``) or a
    file to which Optuna appends each change (``journal:///runs.log``). Three slashes begin a path
    in the current folder, four an absolute one. A path that ends in .db, .sqlite, .log or .journal
    will do as well. MySQL is not among our tests: it was tried by hand, as MariaDB 10.11.

    SQLite is put into WAL mode where the file system is local; each transaction takes the lock for
    writing when it begins, since a claim that reads first and writes then would else be granted to
    two processes; a lock is waited for as long as `BUSY_SECONDS`.

    Raises:
        OutputError: it cannot be reached within seconds, is something else, was made by another
            version of Optuna, or its driver is not installed.
        ParameterError: the URL cannot be read.
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
            f"storage={shown!r} must be a path, got a URI: write sqlite:///runs.db"
        )
    _check_folder(Path(parsed.database), shown)
    _check_rollback(Path(parsed.database), shown)
    _choose_mode(Path(parsed.database))
    storage = _opened(parsed, shown)
    _share(storage)
    return storage


def storage_url(url: str) -> str:
    """The URL as SQLAlchemy takes it: of a path, and with a driver that is installed."""
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
    """The file that a ``journal:`` URL names."""
    return Path(url.partition("://")[2].removeprefix("/"))


def without_password(url: str) -> str:
    """The URL without its password."""
    import sqlalchemy

    if storage_url(url).startswith("journal:"):
        return url
    try:
        parsed = sqlalchemy.make_url(url)
    except sqlalchemy.exc.ArgumentError:
        return url if "@" not in url else _NOT_SHOWN
    except ValueError:  # what stands in place of the port may be a password without its @
        return _NOT_SHOWN
    if _has_loose_at(parsed):
        return _NOT_SHOWN
    return _SECRET.sub(r"\1***", parsed.render_as_string(hide_password=True))


def storage_file(url: str) -> Path | None:
    """The file that the storage behind a URL is kept in; None for a server, or memory."""
    scheme, _, rest = storage_url(url).partition("://")
    if scheme != "journal" and scheme.partition("+")[0] != "sqlite":
        return None
    path = rest.removeprefix("/")
    return None if path in ("", ":memory:") or path.startswith("file:") else Path(path)


def first_line(error: BaseException) -> str:
    """What an error says, in its first line and without the driver's name."""
    line = next(iter(str(error).splitlines()), type(error).__name__)
    return _DRIVER.sub("", line).strip().rstrip(".")


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Within the block Optuna logs only errors; afterwards as before."""
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
                f"storage={shown!r} must not set {', '.join(sorted(refused))}, which lets a server "
                "read files or loads other code: leave it out"
            )
        parsed.get_dialect()
    except sqlalchemy.exc.ArgumentError as error:
        reason = first_line(error)
    except ParameterError:
        raise
    except ValueError:
        reason = "its port is no number"
    else:
        if not _has_loose_at(parsed):
            return parsed
        reason = "it has a second @: in a password write %40 for it"
    raise ParameterError(
        f"storage={shown!r} is no URL that Optuna can open ({reason}): "
        "give one such as 'sqlite:///search.db' or 'postgresql://user@host/database'"
    )


def _has_loose_at(url: URL) -> bool:
    """Whether part of the password was read as something else, since it has an @ itself."""
    return url.password is not None and "@" in f"{url.host}{url.database}"


def _check_folder(path: Path, shown: str) -> None:
    """SQLite says of all these only that it is unable to open the file."""
    if path.is_dir():
        reason = f"{path} is a directory; name a file inside it"
    elif not path.parent.is_dir():
        reason = f"there is no folder {path.parent}; create it first"
    else:
        return
    raise OutputError(f"the storage {shown} cannot be reached: {reason}")


def _check_rollback(path: Path, shown: str) -> None:
    """Refuse an interrupted transaction over several databases, which none of ours is.

    SQLite would delete the file that the journal of such a transaction names.

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
            f"the storage {shown} cannot be opened: {journal} is of a transaction over several "
            "databases, which hybridq never makes, and names another file; see whose it is"
        )


def _opened(url: URL, shown: str) -> RDBStorage:
    import sqlalchemy
    from optuna.storages import RDBStorage

    # Optuna fills in templates of braces, which may stand in a path or a password.
    text = url.render_as_string(hide_password=False).replace("{", "{{").replace("}", "}}")
    for left in reversed(range(_OPENINGS)):
        try:
            return RDBStorage(text, engine_kwargs=_engine_options(url))
        except RuntimeError as error:
            raise OutputError(
                f"the storage {shown} has tables of another version of Optuna "
                f"({first_line(error)}): see `optuna storage upgrade --help`, or use another one"
            ) from None
        except (sqlalchemy.exc.SQLAlchemyError, OSError) as error:
            raced = isinstance(error, sqlalchemy.exc.IntegrityError) or _RACED.search(str(error))
            if left and raced:
                time.sleep(0.05)
                continue
            raise OutputError(
                f"the storage {shown} cannot be reached: {first_line(error)}; see that it is "
                "there, that it is a database, and that you may write there"
            ) from None
    raise AssertionError("the last try returns or raises")


def _engine_options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    driver = url.get_driver_name()
    limit = {"connect_timeout": CONNECT_SECONDS} if driver in _TIMEOUTS else {}
    # A connection that the server has closed meanwhile is replaced before it is used.
    return {"connect_args": limit, "pool_pre_ping": True}


def _check_driver(url: URL, shown: str) -> None:
    """Before anything is made: a driver that is missing is told by its remedy."""
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


def _share(storage: RDBStorage) -> None:
    """Let several processes write to an SQLite file without losing each other's changes."""
    from sqlalchemy import event

    def on_connect(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # the transactions are ours to begin
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            connection.execute("PRAGMA synchronous = NORMAL")

    def on_begin(connection: Any) -> None:
        reads_only = connection.get_execution_options().get(READS_ONLY)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    event.listen(storage.engine, "connect", on_connect)
    event.listen(storage.engine, "begin", on_begin)
    storage.engine.dispose()


def _choose_mode(path: Path) -> None:
    """WAL where memory can be shared, which it cannot between two machines."""
    network = network_filesystem(path)
    mode = "delete" if network else "wal"
    try:
        with closing(sqlite3.connect(path, timeout=CONNECT_SECONDS)) as connection:
            (found,) = connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
    except sqlite3.Error:  # somebody is at work in the other mode, or it is no database
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
            "another folder or a journal file may serve better",
            stacklevel=3,
        )
