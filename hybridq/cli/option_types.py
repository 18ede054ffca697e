"""Options of the command line from declared ones: a type hint becomes a reader and a metavar."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from hybridq.cli.options import Pair
from hybridq.core.options import Option

Reader = Callable[[str], Any]
_SCALARS: dict[Any, tuple[str, Reader]] = {}


def parameter(option: Option, flag: str, panel: str) -> Any:
    """Return the annotation of an option for Typer, or None where a text cannot say its value.

    Args:
        option: as the library declares it.
        flag: its spelling, such as ``"--max-evaluations"``.
        panel: the panel of the help page.
    """
    kinds = _kinds(option.type)
    text = short_help(option)
    if bool in kinds:
        no = f"{flag}/--no-{flag.removeprefix('--')}"
        made = typer.Option(no, help=text, show_default=False, rich_help_panel=panel)
        return Annotated[bool | None, made]
    reader = _reader(kinds)
    if reader is None:
        return None
    metavar, read = reader
    made = typer.Option(
        flag, parser=read, metavar=metavar, help=text, show_default=False, rich_help_panel=panel
    )
    return Annotated[Any, made]


def short_help(option: Option) -> str:
    """Return the first clause of an option's help, as a sentence."""
    text = option.help.split("; ")[0].split(". ")[0].strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _kinds(hint: Any) -> tuple[Any, ...]:
    """Return the alternatives of a type hint, None left out."""
    if typing.get_origin(hint) is Annotated:
        return _kinds(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(
            kind
            for each in typing.get_args(hint)
            if each is not type(None)
            for kind in _kinds(each)
        )
    return (hint,)


def _reader(kinds: tuple[Any, ...]) -> tuple[str, Reader] | None:
    """Return metavar and reader of the first alternative that a text can say."""
    if int in kinds:
        return "INT", whole_number
    if float in kinds:
        return "NUM", real_number
    for kind in kinds:
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is tuple and arguments == (int, int):
            return "A,B", pair
        if origin is typing.Literal:
            return "NAME", str
        if origin in (list, Sequence, tuple) and str in arguments:
            return "LIST", words
    return ("NAME", str) if str in kinds else None


def whole_number(text: str) -> int:
    """Return the whole number that a text says."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"must be an integer, got {text!r}") from None


def real_number(text: str) -> float:
    """Return the finite number that a text says."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise typer.BadParameter(f"must be a number, got {text!r}")
    return value


def pair(text: str) -> Pair:
    """Return two whole numbers with a comma in between."""
    parts = text.replace(" ", "").split(",")
    if len(parts) != 2 or not all(part.isdecimal() and part.isascii() for part in parts):
        raise typer.BadParameter(f"must be two integers such as 4,4, got {text!r}")
    return Pair(int(parts[0]), int(parts[1]))


def words(text: str) -> list[str]:
    """Return the words of a list with commas."""
    return [word.strip() for word in text.split(",")]
