"""The file of a journal: JSON lines that are only ever appended, each whole or dropped."""

from __future__ import annotations

import json
import os
from io import BufferedReader
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, TypeAlias, get_args

from hybridq.errors import FormatError, OutputError, ParameterError
from hybridq.files import check_writable

Sync: TypeAlias = Literal["always", "interval", "never"]

MARK = "hybridq-journal"
FORMAT = 1
SYNC_SECONDS = 1.0

_TAIL = 1 << 16  # bytes looked at in one go in search of the last end of a line


class JournalFile:
    """Reads the lines that are there, then appends.

    Each line goes to the operating system as soon as it is complete, so a killed process loses
    nothing but the line it was writing. What a power cut loses is up to `sync`.

    Args:
        path: the file.
        resume: continue the file that is there; otherwise there must be none, or an empty one.
        sync: when lines are forced to the disk: after each, once a second and at the end, or
            never.

    Raises:
        ParameterError: `sync` is unknown, or there is no file to resume.
        OutputError: the file cannot be written, is there already, or is in use.
        FormatError: the file to resume is no journal, or one of another format.
    """

    def __init__(self, path: str | os.PathLike[str], *, resume: bool, sync: Sync) -> None:
        if sync not in get_args(Sync):
            raise ParameterError(f"sync={sync!r}: choose from {', '.join(get_args(Sync))}")
        self.path = Path(path)
        self._sync = sync
        self._number = 0
        self._reader: BufferedReader | None = None
        if not resume:
            check_writable(self.path)
        elif not self.path.exists():
            raise ParameterError(
                f"there is no journal {self.path} to resume: begin one without resume=True"
            )
        self._descriptor = self._opened(resume)
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
            return os.open(self.path, flags if resume else flags | os.O_CREAT, 0o666)
        except OSError as error:
            raise self._cannot_write(error) from error

    def _lock(self) -> None:
        """Refuse a file that another process is writing; the lock ends with the process."""
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
        """The header of the file to resume, None where there is none yet; a torn line is cut."""
        size = os.fstat(self._descriptor).st_size
        if size and not resume:
            raise OutputError(
                f"{self.path} is there already: continue it with resume=True, "
                "or name another file to begin anew"
            )
        if not size:
            return None
        with self.path.open("rb") as file:
            first = file.readline()
        start = f'{{"{MARK}":'.encode()
        if not first.startswith(start) and not (start.startswith(first) and len(first) == size):
            raise FormatError(
                "this is no journal of hybridq, and it is left as it is: name another file",
                source=str(self.path),
            )
        os.ftruncate(self._descriptor, self._whole_lines(size))
        self._reader = self.path.open("rb")
        header = self.read()
        if header is None:  # killed while the header was written
            return None
        if not isinstance(header, dict) or header.get(MARK) != FORMAT:
            found = header.get(MARK) if isinstance(header, dict) else None
            raise self.refusal(
                f"a journal of format {found!r}, and this version reads format {FORMAT}: resume "
                "it with the version that began it, or name another file to begin anew"
            )
        return header

    def _whole_lines(self, size: int) -> int:
        """How many bytes of the file are complete lines."""
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
        """The next line that was there at the beginning, decoded; None after the last.

        Raises:
            FormatError: the line is damaged.
        """
        line = b"" if self._reader is None else self._reader.readline()
        if not line:
            self._close_reader()
            return None
        self._number += 1
        try:
            return json.loads(line)
        except ValueError:
            raise self.refusal(
                "this line is damaged: cut the file before it to resume from there"
            ) from None

    def append(self, line: bytes) -> None:
        """Write one line, its end included.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            if self._sync == "always":
                os.fsync(self._descriptor)
            elif self._sync == "interval" and perf_counter() - self._synced >= SYNC_SECONDS:
                os.fsync(self._descriptor)
                self._synced = perf_counter()
        except OSError as error:
            raise self._cannot_write(error) from error

    def close(self) -> None:
        """Force what was written to the disk, if that is wished, and let go of the file."""
        self._close_reader()
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        try:
            if os.fstat(descriptor).st_size == 0:  # nothing was begun: leave no trace
                self.path.unlink(missing_ok=True)
            elif self._sync != "never":
                os.fsync(descriptor)
        except OSError as error:
            raise self._cannot_write(error) from error
        finally:
            os.close(descriptor)

    def refusal(self, message: str) -> FormatError:
        """An error about the line that was read last."""
        return FormatError(message, source=str(self.path), line=self._number)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _cannot_write(self, error: OSError) -> OutputError:
        return OutputError(f"cannot write the journal {self.path}: {error.strerror or error}")
