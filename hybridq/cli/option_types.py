"""Typer options from declared options: a reader and a metavar for each type."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from hybridq.cli.options import Pair
from hybridq.core.errors import ParameterError
from hybridq.core.options import Option

Reader = Callable[[str], Any]

# Metavars of arguments whose name says more than their type.
_METAVARS = {
    "active_orbitals": "P,Q,...",
    "active_space": "E,O",
    "backend": "NAME[:TARGET]",
    "initial": "START",
    "ledger": "FILE",
    "noise": "FILE|KEY=NUM,...",
    "particles": "UP,DOWN",
    "reference": "BITS",
    "time_limit": "SECONDS",
}


def parameter(option: Option, flag: str, panel: str) -> Any:
    """Return Typer's annotation of an option, None for types that text cannot give.

    Args:
        option: as the library declares it.
        flag: its spelling, such as ``"--max-evaluations"``.
        panel: the panel of the help page.
    """
    kinds = _kinds(option.type)
    if complex in kinds:  # `ArrayLike`, which lists all types of numbers in some versions of NumPy
        kinds = tuple(kind for kind in kinds if kind not in (bool, int, float))
    text = short_help(option)
    if bool in kinds:
        no = f"{flag}/--no-{flag.removeprefix('--')}"
        made = typer.Option(no, help=text, show_default=False, rich_help_panel=panel)
        return Annotated[bool | None, made]
    kind: Any = Any
    reader = _reader(kinds)
    if reader is None:
        return None
    metavar, read = reader
    if read is named_number:  # repeatable
        kind = list[Any] | None
    made = typer.Option(
        flag,
        parser=read,
        metavar=_METAVARS.get(option.name, metavar),
        help=text,
        show_default=False,
        rich_help_panel=panel,
    )
    return Annotated[kind, made]


def first_clause(text: str) -> str:
    """Return the first clause of a help text, up to a semicolon or a full stop."""
    return text.split("; ")[0].split(". ")[0].strip().rstrip(".")


def short_help(option: Option) -> str:
    """Return the first clause of an option's help as a sentence, with its default."""
    text = first_clause(option.help)
    default = shown_default(option)
    if default and "(default" not in text:
        text = f"{text} (default: {default})" if text else f"Default: {default}"
    word = text.split(" ", 1)[0]
    # A Greek letter or a name in code keeps its spelling.
    if word.isascii() and (word.isalpha() or "-" in word):
        text = f"{text[:1].upper()}{text[1:]}"
    return f"{text}." if text else ""


def shown_default(option: Option) -> str:
    """Return a default as the command line spells it, empty without one."""
    if option.default is None:
        return ""
    if isinstance(option.default, bool):
        return "yes" if option.default else "no"
    if isinstance(option.default, tuple | list):
        return ",".join(map(str, option.default))
    return str(option.default)


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
    """Return metavar and reader of the first alternative that text can give."""
    if _is_table(kinds):
        return "RULE|NUM|NAME=NUM", named_number
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
        if origin is list and arguments == (int,):
            return "A,B,...", whole_numbers
        if origin in (list, Sequence, tuple) and str in arguments:
            return "LIST", words
    return ("NAME", str) if str in kinds else None


def whole_number(text: str) -> int:
    """Return the integer in a text."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"must be an integer, got {text!r}") from None


def real_number(text: str) -> float:
    """Return the finite number in a text."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise typer.BadParameter(f"must be a number, got {text!r}")
    return value


def pair(text: str) -> Pair:
    """Return two integers separated by a comma."""
    parts = text.replace(" ", "").split(",")
    if len(parts) != 2 or not all(part.isdecimal() and part.isascii() for part in parts):
        raise typer.BadParameter(f"must be two integers such as 4,4, got {text!r}")
    return Pair(int(parts[0]), int(parts[1]))


def whole_numbers(text: str) -> list[int]:
    """Return the integers of a list separated by commas."""
    parts = text.replace(" ", "").split(",")
    if not all(part.isdecimal() and part.isascii() and len(part) < 10 for part in parts):
        raise typer.BadParameter(f"must be integers such as 1,2,5, got {text!r}")
    return [int(part) for part in parts]


@dataclass(frozen=True)
class NamedNumber:
    """A number for one name, of an option that is given once a name."""

    name: str
    number: float


def named_number(text: str) -> str | float | NamedNumber:
    """Return a name, a number, or a number for a name from ``NAME=NUMBER``.

    Names may have equals signs of their own: the last one counts.
    """
    name, equals, number = text.rpartition("=")
    if not equals:
        try:
            return float(text)
        except ValueError:
            return text.strip()
    if not name.strip():
        raise typer.BadParameter(f"must be a name, a number or NAME=NUMBER, got {text!r}")
    return NamedNumber(name.strip(), real_number(number))


def value_of(option: Option, given: Any) -> Any:
    """Return the value of an option, as one table where it takes entries by name.

    Raises:
        ParameterError: a name is given twice, or a value without a name with others.
    """
    if not _is_table(_kinds(option.type)):
        return given
    table = {each.name: each.number for each in given if isinstance(each, NamedNumber)}
    plain = [each for each in given if not isinstance(each, NamedNumber)]
    if len(plain) == 1 and not table:
        return plain[0]
    if plain or len(table) < len(given):
        raise ParameterError(
            argument=option.name,
            value=", ".join(map(str, plain)) or "one name twice",
            expected="one rule or number alone, or NAME=NUMBER once for each name",
        )
    return table


def _is_table(kinds: Sequence[Any]) -> bool:
    """Return whether a type takes numbers by name."""
    return any(
        typing.get_origin(kind) is Mapping and typing.get_args(kind)[1] is not Any for kind in kinds
    )


def words(text: str) -> list[str]:
    """Return the words of a list separated by commas."""
    return [word.strip() for word in text.split(",")]
