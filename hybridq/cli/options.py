"""Readers for option values: each returns the value or says what was expected."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hybridq.errors import OutputError, ParameterError, UnknownNameError

if TYPE_CHECKING:
    from hybridq.registry import Registry

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


def positive_seconds(text: str) -> float:
    """A duration in seconds above zero."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
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

    names = ("auto", *INITIAL_POINTS)
    try:
        return check_name("start", text, names)
    except UnknownNameError as error:
        if os.path.exists(text):
            return Path(text)
        raise ParameterError(f"--initial: no file {text!r}, and {error}") from None


def check_outputs(graph: str, json: str | None, plot: str | None) -> None:
    """Find out before the work whether its results can be written.

    Raises:
        OutputError: a path cannot be written, or would overwrite the input or the other output.
    """
    from hybridq.files import check_writable

    outputs: dict[Path, str] = {}
    if graph != "-" and os.path.exists(graph):
        outputs[Path(graph).resolve()] = "the graph's own file"
    for option, path in (("--json", json if json != "-" else None), ("--plot", plot)):
        if path is None:
            continue
        taken = outputs.setdefault(Path(path).resolve(), f"{option} too")
        if taken != f"{option} too":
            raise OutputError(f"cannot write {option} {path}: that is {taken}; give another name")
        if option == "--json":
            check_writable(path)
        else:
            from hybridq.plots import check_plot_path

            check_plot_path(path)
