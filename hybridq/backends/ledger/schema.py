"""Tables of the ledger, and the file that holds them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hybridq.core.errors import FormatError, OutputError
from hybridq.storage.database import check_rollback

VERSION = 1
APPLICATION = 0x68794C31  # "hyL1", by which SQLite files of other programs are refused
BUSY_SECONDS = 60.0
IN_MEMORY = ":memory:"

TABLES = """
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    tag TEXT NOT NULL UNIQUE,
    machine TEXT NOT NULL,
    title TEXT NOT NULL,
    spec TEXT NOT NULL,
    state TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    cost REAL,
    currency TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    intended REAL NOT NULL,
    ended REAL
);
CREATE TABLE circuits (
    content TEXT PRIMARY KEY,
    program TEXT NOT NULL,
    parameters TEXT NOT NULL
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL REFERENCES batches (id),
    position INTEGER NOT NULL,
    content TEXT NOT NULL REFERENCES circuits (content),
    n_qubits INTEGER NOT NULL,
    shots INTEGER NOT NULL,
    bits BLOB,
    UNIQUE (batch, position)
);
CREATE INDEX runs_by_content ON runs (content);
CREATE TABLE plans (
    question TEXT NOT NULL,
    seed INTEGER,
    found TEXT NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    made REAL NOT NULL
);
CREATE INDEX plans_by_question ON plans (question);
"""


def opened(path: str) -> sqlite3.Connection:
    """Return a connection to a ledger, which is created where there is none.

    Raises:
        OutputError: the file cannot be opened or written.
        FormatError: it is not a ledger, or one of another version.
    """
    if path != IN_MEMORY:
        folder = Path(path).parent
        if Path(path).is_dir():
            raise OutputError(f"the ledger {path} is a directory: name a file inside it")
        if not folder.is_dir():
            raise OutputError(f"the ledger {path}: the folder {folder} does not exist")
        check_rollback(Path(path), path)
    try:
        database = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        _prepare(database, path)
    except sqlite3.DatabaseError as error:
        reason = str(error)
        if "not a database" in reason:
            raise FormatError("it is not a ledger of hybridq", source=path) from None
        raise OutputError(f"the ledger {path} cannot be opened: {reason}") from None
    return database


def _prepare(database: sqlite3.Connection, path: str) -> None:
    """Create the tables of a new file, or check those of an old one."""
    database.execute("BEGIN IMMEDIATE")
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables == 0:
        for statement in TABLES.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")
        return
    database.execute("ROLLBACK")
    if application != APPLICATION:
        raise FormatError("it is not a ledger of hybridq: name another file", source=path)
    if version != VERSION:
        raise FormatError(
            f"it is a ledger of version {version}, and this hybridq reads version {VERSION}",
            source=path,
        )
