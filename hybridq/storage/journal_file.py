"""The file of a journal: append-only JSON lines, each complete or dropped."""

from __future__ import annotations

import json
import math
import os
import stat
from collections import deque
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, TypeAlias, get_args

from hybridq.core.checks import is_real
from hybridq.core.errors import FormatError, OutputError, ParameterError, Setting, Text

Sync: TypeAlias = Literal["always", "interval", "never"]

MARK = "hybridq-journal"
FORMAT = 1
SYNC_SECONDS = 1.0

_MOST_HELD = 1 << 20  # bytes that are held back for a file that is begun later
_TAIL = 1 << 16  # bytes read at once in search of the last newline


class JournalFile:
    """Reads the existing lines, then appends.

    Header lines are held back until an evaluation follows, so a run that is refused before its
    first evaluation leaves no file. A file that is begun later holds back all lines until then,
    and is never created if the run ends before.

    Each line goes to the operating system as soon as it is complete, so a killed process loses
    only the line it was writing. The loss by a power cut depends on `sync`.

    Args:
        path: the file.
        resume: continue the existing file; otherwise it must not exist, or be empty.
        sync: when lines are forced to the disk: ``"always"`` after each, ``"interval"`` once a
            second and at the end, or ``"never"``.
        after: seconds from now before which a new file is not begun, unless a mebibyte of lines
            is held back.

    Raises:
        ParameterError: `sync` is unknown, `after` is negative, or the file to resume is missing.
        OutputError: the file cannot be written, exists already, or is in use.
        FormatError: the file to resume is not a journal, or has another format.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, resume: bool, sync: Sync, after: float = 0.0
    ) -> None:
        if sync not in get_args(Sync):
            raise ParameterError(
                argument="sync",
                value=sync,
                expected=f"one of {', '.join(map(repr, get_args(Sync)))}",
            )
        if not is_real(after) or not 0.0 <= after < math.inf:
            raise ParameterError(argument="after", value=after, expected="a number of seconds >= 0")
        self.path = _writable_path(path)
        self._sync = sync
        self._waiting: deque[Callable[[], bytes]] = deque()
        self._created = False
        self._number = 0
        self._reader: BufferedReader | None = None
        if resume and not self.path.exists():
            raise ParameterError(
                f"journal {self.path} not found, nothing to resume",
                argument="resume",
                remedy=("begin one without ", Setting("resume", True)),
            )
        self.header: dict[str, Any] | None = None
        self._descriptor = -1
        self._held = 0
        self._begins_at = perf_counter() + after
        self._is_begun = resume or after == 0.0
        if self._is_begun:
            self._begin(resume)
        elif self.path.exists() and self.path.stat().st_size:
            raise self._exists_error()

    def _begin(self, resume: bool) -> None:
        """Open the file and, if it is resumed, read its header."""
        self._descriptor = self._opened(resume)
        self._is_begun = True
        self._synced = perf_counter()
        try:
            self._lock()
            self.header = self._prepared(resume)
        except BaseException:
            self.close()
            raise

    def _opened(self, resume: bool) -> int:
        flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            if not resume:
                try:
                    descriptor = os.open(self.path, flags | os.O_CREAT | os.O_EXCL, 0o666)
                    self._created = True
                    return descriptor
                except FileExistsError:
                    pass
            return os.open(self.path, flags)
        except OSError as error:
            remedy = "name a file in a folder that may be written to"
            raise self._cannot_write(error, remedy) from error

    def _lock(self) -> None:
        """Raise if another process writes the file; the lock ends with the process."""
        try:
            import fcntl
        except ImportError:  # a system without such locks
            return
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                f"the journal {self.path} is being written by another run: "
                "wait for its end, or name another file"
            ) from None
        except OSError:  # a file system without locks
            return

    def _prepared(self, resume: bool) -> dict[str, Any] | None:
        """Return the header of a file to resume, None before it is written.

        An incomplete last line is removed.
        """
        size = os.fstat(self._descriptor).st_size
        if size and not resume:
            raise self._exists_error()
        if not size:
            return None
        with self.path.open("rb") as file:
            first = file.readline()
        start = f'{{"{MARK}":'.encode()
        if not first.startswith(start) and not (start.startswith(first) and len(first) == size):
            raise FormatError(
                "this is not a journal of hybridq and is left unchanged: name another file",
                source=str(self.path),
            )
        os.ftruncate(self._descriptor, self._whole_lines(size))
        self._reader = self.path.open("rb")
        header = self.read()
        if header is None:  # the process was killed while it wrote the header
            return None
        if not isinstance(header, dict) or header.get(MARK) != FORMAT:
            found = header.get(MARK) if isinstance(header, dict) else None
            raise self.refusal(
                f"a journal of format {found!r}, and this version reads format {FORMAT}: resume "
                "it with the version that began it, or name another file to start again"
            )
        if not all(isinstance(header.get(part), dict) for part in ("versions", "subject")):
            raise self.damage("this header")
        return header

    def _whole_lines(self, size: int) -> int:
        """Return the number of bytes that are complete lines."""
        with self.path.open("rb") as file:
            while size:
                begin = max(0, size - _TAIL)
                file.seek(begin)
                end = file.read(size - begin).rfind(b"\n")
                if end >= 0:
                    return begin + end + 1
                size = begin
        return 0

    def read(self) -> Any:
        """Return the next of the lines that existed at the beginning, None at the end.

        Raises:
            FormatError: the line is damaged.
        """
        line = b"" if self._reader is None else self._reader.readline()
        if not line:
            self._close_reader()
            return None
        self._number += 1
        try:
            decoded = json.loads(line)
        except (ValueError, RecursionError):
            decoded = None
        if decoded is None:
            raise self.damage("this line")
        return decoded

    def write_before_next(self, line: Callable[[], bytes]) -> None:
        """Write one line, with its newline, before the next that is appended, or never.

        Args:
            line: returns the line when it is written.
        """
        self._waiting.append(line)

    def append(self, line: Callable[[], bytes], size: int) -> None:
        """Write one line, with its newline, or hold it back until the file is begun.

        Args:
            line: returns the line when it is written.
            size: about its bytes.

        Raises:
            OutputError: it cannot be written.
        """
        self._waiting.append(line)
        if not self._is_begun:
            self._held += size
            if perf_counter() < self._begins_at and self._held < _MOST_HELD:
                return
            self._begin(resume=False)
        try:
            while self._waiting:
                self._write(self._waiting[0]())
                self._waiting.popleft()
            if self._sync == "always":
                os.fsync(self._descriptor)
            elif self._sync == "interval" and perf_counter() - self._synced >= SYNC_SECONDS:
                os.fsync(self._descriptor)
                self._synced = perf_counter()
        except OSError as error:
            remedy: Text = (
                "its content is kept; free some space and continue with ",
                Setting("resume", True),
            )
            raise self._cannot_write(error, remedy) from error

    def _write(self, line: bytes) -> None:
        written = os.write(self._descriptor, line)
        while written < len(line):
            written += os.write(self._descriptor, line[written:])

    def close(self) -> None:
        """Force the lines to the disk unless `sync` is ``"never"``; close the file."""
        self._close_reader()
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        try:
            if os.fstat(descriptor).st_size == 0:
                if self._created:  # nothing was written: leave no file
                    self.path.unlink(missing_ok=True)
            elif self._sync != "never":
                os.fsync(descriptor)
        except OSError as error:
            remedy: Text = ("the last lines may be lost; continue with ", Setting("resume", True))
            raise self._cannot_write(error, remedy) from error
        finally:
            os.close(descriptor)

    def damage(self, what: str) -> FormatError:
        """Return an error about the line that was read last, which is damaged."""
        first = self._number == 1
        remedy = "name another file" if first else "cut the file before it to resume from there"
        return self.refusal(f"{what} is damaged: {remedy}")

    def refusal(self, message: str) -> FormatError:
        """Return an error about the line that was read last."""
        return FormatError(message, source=str(self.path), line=self._number)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _exists_error(self) -> OutputError:
        return OutputError(
            f"{self.path} exists already",
            remedy=(
                "continue it with ",
                Setting("resume", True),
                ", or name another file to start again",
            ),
        )

    def _cannot_write(self, error: OSError, remedy: Text) -> OutputError:
        return OutputError(
            f"cannot write the journal {self.path}: {error.strerror or error}", remedy=remedy
        )


def _writable_path(path: str | os.PathLike[str]) -> Path:
    """Return `path` after checking that it is or can be a regular file.

    Raises:
        OutputError: it cannot, since a device or a folder must not be taken for an empty journal.
    """
    cannot = f"cannot write the journal {path!r:.200}"
    try:
        target = Path(path)
        mode = target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except (TypeError, ValueError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{cannot}: {reason}; give the name of a file") from None
    cannot = f"cannot write the journal {target}"
    if mode is None and not target.parent.is_dir():
        if target.parent.exists():
            raise OutputError(f"{cannot}: {target.parent} is not a folder; name a file in a folder")
        raise OutputError(f"{cannot}: the folder {target.parent} does not exist; create it first")
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(f"{cannot}: it is a directory; name a file inside it")
    if mode is not None and not stat.S_ISREG(mode):
        raise OutputError(f"{cannot}: it is not a regular file; name another file")
    return target
