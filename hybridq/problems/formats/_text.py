"""Text of a file, its lines, and the numbers in them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

from hybridq.core.errors import FormatError
from hybridq.core.files import read_bytes

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COUNT = re.compile(r"\d+", re.ASCII)
_EXACT_IN_FLOAT = 2**53
_PORTION = 1 << 14  # characters that are split into lines at once, at least


def read_text(path: str | os.PathLike[str]) -> tuple[str, str]:
    r"""Return the text of a file with ``\n`` line ends, and its name for messages.

    ``-`` is standard input.

    Raises:
        FormatError: the file cannot be read, is empty, or is not text.
    """
    data, source = read_bytes(path)
    return decode(data, source), source


def decode(data: bytes | str, source: str, noun: str = "") -> str:
    r"""Return the content of a file as text with ``\n`` line ends.

    Args:
        data: UTF-8 bytes (UTF-16 with a byte order mark), or text.
        source: the file's name, for messages.
        noun: the data that the file should hold, such as ``"a graph"``.

    Raises:
        FormatError: it is empty or not text.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    encoding = encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"byte {error.start} is not {encoding[:6].rstrip('-').upper()} text: "
            "save the file as UTF-8, or is it compressed?",
            source=source,
            line=data.count(b"\n", 0, error.start) + 1,
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise FormatError(f"the file is empty{noun and f': give {noun}'}", source=source)
    return text


def encoding_of(data: bytes) -> str:
    """Return the encoding of text, judged by its byte order mark."""
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def instance_name(path: str | os.PathLike[str]) -> str:
    """Return the name of an instance from this file: without folder and suffix."""
    return "standard input" if os.fspath(path) == "-" else Path(path).stem


def suffix_of(source: str) -> str:
    """Return the suffix of a file's name in lower case, such as ``".csv"``."""
    return Path(source).suffix.lower()


def short(value: object, limit: int = 40) -> str:
    """Return `repr(value)`, cut to a length that fits an error message."""
    try:
        text = repr(value)
    except ValueError:  # Python's limit on the digits of an integer that is shown
        return "a number of thousands of digits"
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield the non-blank lines, stripped, with their numbers from 1.

    Line ends must be ``\n``. A caller who takes the first lines alone does not wait for the rest,
    nor for long gaps.
    """
    number = start = 0
    while start < len(text):
        end = text.find("\n", start + _PORTION)
        portion = text[start:] if end < 0 else text[start:end]
        start += len(portion) + 1
        if portion.isspace():
            number += portion.count("\n") + 1
            continue
        for line in portion.split("\n"):
            number += 1
            stripped = line.strip()
            if stripped:
                yield number, stripped


def first_rows(text: str, comment: str = "#%", most: int = 100) -> list[str]:
    """Return the first non-blank lines that are not comments, at most `most`.

    Args:
        text: with newline line ends; only the first MiB is examined.
        comment: characters that begin a comment line.
        most: number of lines.
    """
    rows: list[str] = []
    for _, line in numbered_lines(text[: 1 << 20]):
        if line[0] not in comment:
            rows.append(line)
            if len(rows) == most:
                break
    return rows


def is_count(text: str) -> bool:
    """Return whether `text` is a plain non-negative integer."""
    return _COUNT.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Return whether `text` is a decimal number."""
    return _NUMBER.fullmatch(text) is not None


def parse_count(text: str, what: str, source: str, line: int) -> int:
    """Return a non-negative integer of a text file.

    Raises:
        FormatError: it is anything else; the message calls it `what`.
    """
    if not is_count(text):
        raise FormatError(
            f"{what} {short(text)} is not a whole number: correct it", source=source, line=line
        )
    if len(text) > 30:  # int() itself refuses thousands of digits, with another error
        raise FormatError(
            f"{what} {short(text)} is far too large: correct it", source=source, line=line
        )
    return int(text)


def parse_weight(text: str, source: str, line: int) -> float:
    """Return a finite weight of a text file, as an int where it is a whole number.

    Raises:
        FormatError: it is empty or not a finite number.
    """
    if text == "":
        raise FormatError("the weight is empty: give a number", source=source, line=line)
    # float() also takes "nan", "1_000" and digits of other scripts; a weight is none of these.
    value = float(text) if is_number(text) else math.nan
    if not math.isfinite(value):
        raise FormatError(
            f"weight {short(text)} is not a finite number: give a number such as 2 or -0.5",
            source=source,
            line=line,
        )
    return tidy(value)


def tidy(value: float) -> float:
    """Return `value`, as an int where that is exactly the same number."""
    return int(value) if value.is_integer() and abs(value) <= _EXACT_IN_FLOAT else value
