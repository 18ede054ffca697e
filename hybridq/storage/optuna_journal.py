"""Optuna's storage in an append-only file, safe against kills and full disks."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import OutputError
from hybridq.core.files import check_writable
from hybridq.storage.filesystem import network_filesystem

if TYPE_CHECKING:
    from io import FileIO

    from optuna.storages import JournalStorage

SYNC_SECONDS = 1.0
"""Largest loss by a power cut; a kill loses nothing. Forcing each line is slow."""

_APPENDING = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0)
_BEGINNING = b'{"op_code":'
_CHUNK = 1 << 16  # bytes read at once in search of the last newline


def open_journal(path: Path) -> JournalStorage:
    """Return Optuna's storage in this file, which is created if it does not exist.

    A process that is killed while it writes, or a full disk, leaves an incomplete line. It was
    never acknowledged, and the next writer removes it; with Optuna's own writer the file could not
    be read again. The lock ends with the process that holds it. On network file systems, whose
    locks may not reach other machines, a separate lock file is used instead.

    Raises:
        OutputError: the file cannot be written, or has other content.
    """
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    # Absolute, since the working folder may change for a moment while another thread writes.
    path = Path(os.path.abspath(path))
    check_writable(path)
    _check_beginning(path)
    lock = _lock_of(path)

    class AtomicLines(JournalFileBackend):  # type: ignore[misc] # Optuna is not followed by mypy
        """Reads as Optuna does, and appends lines atomically."""

        _synced = 0.0

        def __init__(self, file_path: str) -> None:
            super().__init__(file_path)  # creates the file if it does not exist
            self._file = _identity(os.stat(file_path))

        def append_logs(self, logs: list[dict[str, Any]]) -> None:
            """Append each log as a line of JSON, to the file that was opened and no other.

            Raises:
                FileNotFoundError: it has been deleted or replaced; a new file would lack all that
                    the logs refer to.
            """
            lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
            with os.fdopen(os.open(path, _APPENDING), "r+b", buffering=0) as file, lock(file):
                if _identity(os.fstat(file.fileno())) != self._file:
                    what = "the file has been replaced since it was opened"
                    raise FileNotFoundError(errno.ENOENT, what, os.fspath(path))
                _append(file, lines.encode())
                if time.monotonic() - self._synced > SYNC_SECONDS:
                    os.fsync(file.fileno())
                    self._synced = time.monotonic()

    try:
        return JournalStorage(AtomicLines(os.fspath(path)))
    except OSError as error:
        raise OutputError(
            f"the storage {path} cannot be reached: {error.strerror or error}"
        ) from None
    except (ValueError, KeyError, TypeError, AssertionError):
        raise OutputError(
            f"{path} is not a journal of Optuna, or it is damaged: name another file"
        ) from None


def _identity(found: os.stat_result) -> tuple[int, int]:
    """Return the numbers of device and file."""
    return found.st_dev, found.st_ino


def _check_beginning(path: Path) -> None:
    """Raise for a file with other content before anything is written to it."""
    with suppress(FileNotFoundError), open(path, "rb") as file:
        if not _BEGINNING.startswith(file.read(len(_BEGINNING))):
            raise OutputError(f"{path} is not a journal of Optuna: name another file")


def _append(file: FileIO, data: bytes) -> None:
    """Write `data` after the last complete line; undo a failed write."""
    end = _end_of_lines(file)
    if end < file.seek(0, os.SEEK_END):
        file.truncate(end)
    left = memoryview(data)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError:
        with suppress(OSError):  # the next writer repairs it
            file.truncate(end)
        raise


def _end_of_lines(file: FileIO) -> int:
    """Return the position after the last complete line."""
    end = file.seek(0, os.SEEK_END)
    size = 1  # the last byte is usually the newline
    while end:
        start = max(0, end - size)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end, size = start, _CHUNK
    return 0


def _lock_of(path: Path) -> Callable[[FileIO], AbstractContextManager[None]]:
    """Return the lock to hold while appending to `path`."""
    try:
        import fcntl
    except ImportError:  # a system without such locks
        return _lock_file(path)
    if network_filesystem(path):
        return _lock_file(path)

    @contextmanager
    def locked(file: FileIO) -> Iterator[None]:
        fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
        yield

    return locked


def _lock_file(path: Path) -> Callable[[FileIO], AbstractContextManager[None]]:
    from optuna.storages.journal import JournalFileOpenLock

    lock = JournalFileOpenLock(os.fspath(path))

    @contextmanager
    def locked(file: FileIO) -> Iterator[None]:
        del file
        lock.acquire()
        try:
            yield
        finally:
            lock.release()

    return locked
