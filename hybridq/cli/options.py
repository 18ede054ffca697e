"""Readers for option values: each returns the value or says what was expected."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from hybridq.core.errors import OutputError, ParameterError, UnknownNameError

if TYPE_CHECKING:
    from hybridq.core.registry import Registry

PRECISIONS = ("double", "single")


def whole_number(least: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` on."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise typer.BadParameter(f"{text!r} is not a whole number of at least {least}")
        return value

    return read


def seconds_from_zero(text: str | float) -> float:
    """A duration in seconds, 0 included; Typer gives defaults through readers too."""
    value = _float(text)
    if not (math.isfinite(value) and value >= 0):
        raise typer.BadParameter(f"{text!r} is not a number of seconds of at least 0")
    return value


def finite_number(text: str) -> float:
    """Any number but infinities."""
    value = _float(text)
    if not math.isfinite(value):
        raise typer.BadParameter(f"{text!r} is not a number, such as 0.95")
    return value


def positive_seconds(text: str) -> float:
    """A duration in seconds above zero."""
    value = _float(text)
    if not (math.isfinite(value) and value > 0):
        raise typer.BadParameter(f"{text!r} is not a number of seconds above 0")
    return value


def check_name(what: str, name: str, known: Iterable[str]) -> str:
    """`name` in its registered spelling.

    Raises:
        UnknownNameError: it is not among `known`; the message offers the nearest one.
    """
    names = list(known)
    plain = name.strip().lower().replace("_", "-")
    if plain not in names:
        raise UnknownNameError(what, name, names)
    return plain


def check_option(option: str, name: str, known: Registry[Any] | Iterable[str]) -> str:
    """`name` in its registered spelling.

    Raises:
        ParameterError: it is not among `known`; the message begins with the option.
    """
    canonical = getattr(known, "canonical", None)
    try:
        return str(canonical(name)) if canonical else check_name(option.lstrip("-"), name, known)
    except UnknownNameError as error:
        raise ParameterError(f"{option}: {error}") from None


def check_start(text: str) -> str | Path:
    """The name of a start, or the path of a file of angles.

    Raises:
        ParameterError: neither a start's name nor a file that exists.
    """
    from hybridq.ansatz.qaoa import INITIAL_POINTS

    try:
        return check_name("start", text, INITIAL_POINTS)
    except UnknownNameError as error:
        if os.path.exists(text):
            return Path(text)
        raise ParameterError(f"--initial: no file {text!r}, and {error}") from None


def check_outputs(
    source: str,
    json: str | None,
    plot: str | None,
    *,
    what: str = "graph",
    store: str | None = None,
    store_option: str = "--journal",
) -> None:
    """Find out before the work whether its results can be written.

    Args:
        source: the input file, or ``-``.
        json: the file of `--json`, ``-`` or None.
        plot: the file of `--plot`, or None.
        what: what the input is called.
        store: the file of `store_option`, which may be there already, or None.
        store_option: the option that names it.

    Raises:
        OutputError: a path cannot be written, or would overwrite the input or another output.
    """
    from hybridq.core.files import check_writable

    outputs: dict[Path, str] = {}
    if source != "-" and os.path.exists(source):
        outputs[Path(source).resolve()] = f"the {what}'s own file"
    targets = {store_option: store, "--json": json if json != "-" else None, "--plot": plot}
    for option, path in targets.items():
        if path is None:
            continue
        taken = outputs.setdefault(Path(path).resolve(), f"{option} too")
        if taken != f"{option} too":
            raise OutputError(f"cannot write {option} {path}: that is {taken}; give another name")
        if option == "--plot":
            from hybridq.plots import check_plot_path

            check_plot_path(path)
        else:
            check_writable(path)


def check_parameters(text: str) -> str | Path:
    """The name of a start, or the path of a file of parameters, which is there.

    Which names there are, the ansatz knows.

    Raises:
        ParameterError: it looks like a path, and no such file exists.
    """
    if os.path.exists(text):
        return Path(text)
    if os.sep in text or os.path.splitext(text)[1]:
        raise ParameterError(f"--initial: file {text!r} not found: check the name")
    return text


class Pair(NamedTuple):
    """Two whole numbers in one option; of a bare tuple Typer would make two arguments."""

    first: int
    second: int


def pair(first: str, second: str) -> Callable[[str], Pair]:
    """A reader of two whole numbers with a comma, called `first` and `second`."""

    def read(text: str) -> Pair:
        parts = text.replace(" ", "").split(",")
        if len(parts) != 2 or not all(part.isdecimal() and part.isascii() for part in parts):
            raise typer.BadParameter(f"{text!r} is not {first},{second}, such as 4,4")
        return Pair(int(parts[0]), int(parts[1]))

    return read


def any_number(text: str) -> int:
    """A whole number, negative ones included."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a whole number") from None


def positive_number(text: str) -> float:
    """A number above zero."""
    value = _float(text)
    if not (math.isfinite(value) and value > 0):
        raise typer.BadParameter(f"{text!r} is not a number above 0")
    return value


def _float(text: str | float) -> float:
    """The number that a text says, and NaN where it says none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
