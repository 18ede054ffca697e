"""A text file, or standard input, read whole."""

from __future__ import annotations

import os
from pathlib import Path

from hybridq.core.errors import FormatError
from hybridq.core.files import read_bytes


def read_text(path: str | os.PathLike[str]) -> tuple[str, str]:
    r"""The text of a file with ``\n`` line ends, and the file's name for messages.

    ``-`` is standard input.

    Raises:
        FormatError: the file cannot be read, is empty, or is no text.
    """
    data, name = read_bytes(path)
    return as_text(data, name), name


def as_text(data: bytes, source: str) -> str:
    r"""A file's content as text with ``\n`` line ends.

    Raises:
        FormatError: it is empty, or no text; `source` is named.
    """
    text = _decode(data, source).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise FormatError("the file is empty", source=source)
    return text


def stem(path: str | os.PathLike[str]) -> str:
    """What an instance from this file is called: the name without folder and suffix."""
    return "standard input" if os.fspath(path) == "-" else Path(path).stem


def _decode(data: bytes, source: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"byte {error.start} is no text: save the file as UTF-8, or is it compressed?",
            source=source,
            line=data.count(b"\n", 0, error.start) + 1,
        ) from None
