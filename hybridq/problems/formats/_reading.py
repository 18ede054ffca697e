"""Read data of a given shape from files, and recognize the format of a text."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hybridq.core import memory
from hybridq.core.errors import FormatError, ParameterError, Setting
from hybridq.core.files import read_bytes
from hybridq.problems.formats._format import SHAPES, Format, Match, ShapeError, checked_option
from hybridq.problems.formats._registry import FORMATS, FormatsOfShape
from hybridq.problems.formats._text import decode, encoding_of, suffix_of
from hybridq.problems.formats._unread import UNREAD

_HEAD = 1 << 20  # bytes, or characters, that are examined to recognize a file

Shapes = str | tuple[str, ...]


def read(
    path: str | os.PathLike[str], shape: Shapes, format: str | None = None, **options: Any
) -> Any:
    """Return the data in a file; ``-`` is standard input.

    Args:
        path: the file's name.
        shape: the shape of the data, a key of `SHAPES`, or several that will do.
        format: the name of a format of that shape; chosen by `choose` when None.
        options: of reading, by the names in `READING_OPTIONS`; None for the default.

    Raises:
        FormatError: the file cannot be read.
        ParameterError: the format does not take an option.
        ShapeError: it appears to hold data of another shape.
        UnknownNameError: no format of that shape has that name.
    """
    return read_with_format(path, shape, format, **options)[1]


def read_with_format(
    path: str | os.PathLike[str], shape: Shapes, format: str | None = None, **options: Any
) -> tuple[Format, Any]:
    """Return the format of a file, and its data.

    Args:
        path: as for `read`.
        shape: as for `read`.
        format: as for `read`.
        options: as for `read`.

    Raises:
        FormatError: the file cannot be read.
        ParameterError: the format does not take an option.
        ShapeError: it appears to hold data of another shape.
        UnknownNameError: no format of that shape has that name.
    """
    if format is not None:
        FormatsOfShape(*_tuple(shape)).canonical(format)  # before a long wait for standard input
    data, source = read_bytes(path)
    return _parsed(data, shape, format, source, options)


def parse(
    data: bytes | str,
    shape: Shapes,
    format: str | None = None,
    *,
    source: str = "input",
    **options: Any,
) -> Any:
    """Return the data in the content of a file.

    Args:
        data: UTF-8 bytes (UTF-16 with a byte order mark), or text.
        shape: as for `read`.
        format: as for `read`.
        source: the file's name, for messages; its suffix settles what the content leaves open.
        options: as for `read`.

    Raises:
        FormatError: the content cannot be read.
        ParameterError: the format does not take an option.
        ShapeError: it appears to hold data of another shape, and `format` is None.
        UnknownNameError: no format of that shape has that name.
    """
    return _parsed(data, shape, format, source, options)[1]


@memory.capacity("reading the file", "give a smaller file")
def _parsed(
    data: bytes | str, shape: Shapes, format: str | None, source: str, options: dict[str, Any]
) -> tuple[Format, Any]:
    """Return the format of the content of a file, and its data; see `parse`."""
    shapes = _tuple(shape)
    known = FormatsOfShape(*shapes)
    forced = None if format is None else known[format]
    given = {name: value for name, value in options.items() if value is not None}
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if (binary := _binary(raw, known, forced)) is not None:
        return binary, binary.read(raw, source, **_accepted(binary, given))
    text = decode(data, source, _nouns(shapes))
    if forced is not None:
        return forced, forced.read(text, source, **_accepted(forced, given))
    match, chosen = _best(text, shapes, source)
    try:
        found = chosen.read(text, source, **_accepted(chosen, given))
    except FormatError as error:
        raise _explained(error, match, chosen, text, source, shapes) from None
    _check_shape(match, chosen, text, source, shapes)
    return chosen, found


def _binary(data: bytes, known: FormatsOfShape, forced: Format | None) -> Format | None:
    """Return the format of binary data, None for text."""
    if forced is not None:
        return forced if forced.magic else None
    return next(
        (entry for entry in known.values() if entry.magic and data.startswith(entry.magic)), None
    )


def _accepted(entry: Format, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of reading; raise for one that the format does not take."""
    for name, value in options.items():
        if name not in entry.options:
            raise ParameterError(
                f"the format {entry.name} does not take {name}",
                argument=name,
                value=value,
                remedy=("leave out ", Setting(name)),
            )
        checked_option(name, value)
    return options


def choose(text: str, shape: Shapes, source: str = "input") -> Format:
    """Return the format of a text that should hold data of a given shape.

    The format that recognizes the text with the greatest confidence is chosen. Among several,
    the one with the suffix of `source`; as a fallback, the first in the order of `FORMATS`.

    Args:
        text: the whole text.
        shape: as for `read`.
        source: the file's name.

    Raises:
        FormatError: two formats fit equally well, or the format is known and not read.
        ShapeError: the text fits no format of that shape, and one of another.
    """
    return _best(text, _tuple(shape), source)[1]


def _best(text: str, shapes: tuple[str, ...], source: str) -> tuple[Match, Format]:
    """Return the format of a text, and its confidence; see `choose`."""
    entries = [FORMATS[name] for name in FormatsOfShape(*shapes)]
    ranked = _ranked(text, source, (entry for entry in entries if entry.most == Match.CERTAIN))
    suffix = suffix_of(source)
    # A table is recognized by all of its rows, and never preferred to these.
    if not any(
        match == Match.CERTAIN or (match == Match.LIKELY and suffix in entry.suffixes)
        for match, entry in ranked
    ):
        ranked = _ranked(text, source, entries)
    best = ranked[0][0] if ranked else Match.NO
    if best <= Match.FALLBACK:
        for entry in UNREAD:
            if entry.shape in shapes and entry.recognizes(text, source):
                raise FormatError(entry.message, source=source, remedy=entry.remedy)
    if best == Match.NO:
        unknown = FormatError(f"the text does not appear to hold {_nouns(shapes)}", source=source)
        raise _of_other_shape(unknown, best, text, source, shapes) or unknown
    equal = [entry for match, entry in ranked if match == best]
    equal = [entry for entry in equal if suffix in entry.suffixes] or equal
    if len(equal) > 1 and best > Match.FALLBACK:
        first, second = equal[:2]
        raise FormatError(
            f"the text fits {first.name} ({first.summary}) and {second.name} ({second.summary})",
            source=source,
            remedy=(
                "choose with ",
                Setting("format", first.name),
                " or ",
                Setting("format", second.name),
            ),
        )
    return best, equal[0]


def recognize(head: str, source: str = "input") -> Format | None:
    """Return the format that a text appears to be written in, of any shape.

    Args:
        head: the text, or at least its first MiB.
        source: the file's name.

    Returns:
        the format, or None where no format is recognized by its content.
    """
    ranked = _ranked(_head(head), source, FORMATS.values())
    return ranked[0][1] if ranked and ranked[0][0] >= Match.POSSIBLE else None


def format_of(path: str | os.PathLike[str]) -> Format | None:
    """Return the format that a file appears to be written in, None where unknown.

    At most 1 MiB is read, nothing of standard input. Never raises.
    """
    name = os.fspath(path)
    if name == "-":
        return None
    try:
        with Path(name).open("rb") as file:
            data = file.read(_HEAD)
        # A character may be cut at the end of the head.
        text = codecs.getincrementaldecoder(encoding_of(data))().decode(data, final=False)
    except (OSError, ValueError):
        return None
    if len(data) == _HEAD:
        text = text[: text.rfind("\n") + 1] or text
    return recognize(text.replace("\r\n", "\n").replace("\r", "\n"), name)


def shape_of(path: str | os.PathLike[str]) -> str | None:
    """Return the shape of the data that a file appears to hold, None where unknown.

    At most 1 MiB is read, nothing of standard input. Never raises.
    """
    found = format_of(path)
    return None if found is None else found.shape


def _tuple(shape: Shapes) -> tuple[str, ...]:
    """Return one or several shapes as a tuple."""
    return (shape,) if isinstance(shape, str) else tuple(shape)


def _ranked(text: str, source: str, entries: Iterable[Format]) -> list[tuple[Match, Format]]:
    """Return the formats that recognize a text, the most confident first."""
    found = [(entry.match(text, source), entry) for entry in entries if not entry.magic]
    return sorted((pair for pair in found if pair[0]), key=lambda pair: -pair[0])


def _explained(
    error: FormatError,
    match: Match,
    chosen: Format,
    text: str,
    source: str,
    shapes: tuple[str, ...],
) -> FormatError:
    """Return the error of a reader, with a remark if the format may be the wrong one.

    Args:
        error: the reader's own.
        match: its confidence.
        chosen: its format.
        text: the whole text.
        source: the file's name.
        shapes: the shapes that were asked for.
    """
    if match == Match.CERTAIN:
        return error
    # A table of numbers fits many formats, so that fitting one more explains no fault.
    least = max(match, Match.LIKELY) if chosen.plain_numbers else match
    other = _of_other_shape(error, least, text, source, shapes)
    if other is not None:
        return other
    if isinstance(error.remedy, tuple):  # it names a setting that decides
        return error
    remark = (f" (read as {chosen.name}; set ", Setting("format"), " to choose another format)")
    return FormatError(
        (*_parts(error), *remark), source=error.source, line=error.line, remedy=error.remedy
    )


def _of_other_shape(
    error: FormatError, match: Match, text: str, source: str, shapes: tuple[str, ...]
) -> ShapeError | None:
    """Return `error` as a ShapeError, None where no other shape is more probable.

    Args:
        error: of the reader that was tried.
        match: its confidence.
        text: the whole text.
        source: the file's name.
        shapes: the shapes that were asked for.
    """
    found, other = _outside(text, source, shapes)
    if other is None or found <= match:
        return None
    return ShapeError(
        (*_parts(error), f" (the text appears to hold {other.noun} in {other.name} format)"),
        source=error.source,
        line=error.line,
        remedy=error.remedy,
        wanted=shapes,
        found=other,
    )


def _check_shape(
    match: Match, chosen: Format, text: str, source: str, shapes: tuple[str, ...]
) -> None:
    """Raise if a text was read that bears the marks of another shape.

    Args:
        match: confidence of the format that read it.
        chosen: that format.
        text: the whole text.
        source: the file's name.
        shapes: the shapes that were asked for.

    Raises:
        ShapeError: another shape is far more probable.
    """
    if match == Match.CERTAIN:
        return
    found, other = _outside(text, source, shapes)
    if other is None or found < (Match.LIKELY if match == Match.FALLBACK else Match.CERTAIN):
        return
    raise ShapeError(
        f"the text appears to hold {other.noun} in {other.name} format, not {_nouns(shapes)}",
        source=source,
        remedy=("set ", Setting("format", chosen.name), " if it is one"),
        wanted=shapes,
        found=other,
    )


def _outside(text: str, source: str, shapes: tuple[str, ...]) -> tuple[Match, Format | None]:
    """Return the most confident format of other shapes, by the head of a text."""
    entries = (entry for entry in FORMATS.values() if entry.shape not in shapes)
    ranked = _ranked(_head(text), source, entries)
    return ranked[0] if ranked and ranked[0][0] >= Match.POSSIBLE else (Match.NO, None)


def _head(text: str) -> str:
    """Return the first MiB of a text, whole lines where there are several."""
    if len(text) < _HEAD:
        return text
    head, newline, _ = text[:_HEAD].rpartition("\n")
    return head if newline else text[:_HEAD]


def _parts(error: FormatError) -> tuple[str | Setting, ...]:
    """Return the parts of an error's message."""
    message = error.message or ""
    return (message,) if isinstance(message, str) else tuple(message)


def _nouns(shapes: tuple[str, ...]) -> str:
    """Return a phrase for the data of given shapes."""
    return " or ".join(SHAPES.get(shape, shape) for shape in shapes)
