"""Read files of bounded size; write files atomically."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hybridq.core import limits, memory
from hybridq.core.errors import FormatError, OutputError


def read_bytes(path: str | os.PathLike[str], most: int = limits.MOST_BYTES) -> tuple[bytes, str]:
    """Return a file's content and its name for messages; ``-`` is standard input.

    Args:
        path: the file's name.
        most: the largest accepted size in bytes; an endless device or pipe is read no further.

    Raises:
        FormatError: the file cannot be read, or is larger.
        CapacityError: the parsed content would not fit in memory.
    """
    name = os.fspath(path)
    if name == "-":
        return _bounded(sys.stdin.buffer, "standard input", most), "standard input"
    try:
        with Path(name).open("rb") as file:
            return _bounded(file, name, most), name
    except FileNotFoundError:
        raise FormatError("file not found: check the name", source=name) from None
    except IsADirectoryError:
        raise FormatError("it is a directory: name a file in it", source=name) from None
    except FormatError:
        raise
    except PermissionError:
        raise FormatError(
            "permission denied: check the permissions of the file", source=name
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormatError(f"cannot be read: {reason}", source=repr(name)) from None


_PARSED = 16  # approximate bytes of Python objects for each byte of parsed text


def _bounded(file: BinaryIO, name: str, most: int) -> bytes:
    """Return the rest of a file, at most `most` bytes."""
    try:
        size = os.fstat(file.fileno()).st_size  # 0 of devices and pipes
    except (OSError, ValueError):
        size = 0
    if size <= most:
        memory.require(_PARSED * size, f"reading {name}", "give a smaller file")
        data = file.read(most + 1)
        if len(data) <= most:
            return data
        del data  # the error's traceback would keep it
    raise FormatError(
        f"the file holds more than {most:,} bytes, the largest size that is read: "
        "give a smaller file, or check the name",
        source=name,
    )


def check_writable(path: str | os.PathLike[str]) -> Path:
    """Return `path` as a `Path` after checking that a file can be written there.

    Called before the work starts, so that a mistyped path does not cost an hour's result.

    Raises:
        OutputError: the folder is missing or read-only, or the path is a directory.
    """
    target = Path(path)
    try:
        if target.is_symlink():
            target = target.resolve()  # write the file that the link points to, keep the link
        folder = target.parent
        if target.is_dir():
            raise OutputError(f"cannot write {target}: it is a directory; name a file inside it")
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"cannot write {target}: {folder} is a file; name a folder")
        if not folder.is_dir():
            raise OutputError(
                f"cannot write {target}: the folder {folder} does not exist; create it first"
            )
        if _is_special(target):
            return target
        # Only writing is a reliable test: os.access knows neither root nor read-only mounts.
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{target.name}.", suffix=".tmp"):
            pass
    except OutputError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(
            f"cannot write {str(target)!r}: {reason}; name a file in a folder that you can write to"
        ) from error
    return target


def _is_special(target: Path) -> bool:
    """Return whether this is a device or a pipe, which no file may replace."""
    return target.exists() and not target.is_file()


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path that replaces `path` if the block succeeds.

    The temporary name keeps the suffix of `path`, since some writers choose the format by it.
    Output for a device or a pipe is copied there at the end.

    Raises:
        OutputError: the file cannot be written.
    """
    target = check_writable(path)
    special = _is_special(target)
    descriptor, name = tempfile.mkstemp(
        dir=None if special else target.parent, prefix=f".{target.stem}.", suffix=target.suffix
    )
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        if special:
            with target.open("wb") as sink, temporary.open("rb") as source:
                shutil.copyfileobj(source, sink)
            return
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # mkstemp makes private files
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8 to `path` atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
