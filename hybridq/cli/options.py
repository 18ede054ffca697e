"""Readers of option values: each returns the value or raises."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import typer

from hybridq.core.errors import OutputError, ParameterError, UnknownNameError

_DATASET = "dataset:"


def whole_number(least: int) -> Callable[[str], int]:
    """Return a reader of integers >= `least`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise typer.BadParameter(f"must be an integer >= {least}, got {text!r}")
        return value

    return read


def seconds_from_zero(text: str | float) -> float:
    """Return a duration in seconds, 0 included; Typer passes defaults too."""
    value = _float(text)
    if not (math.isfinite(value) and value >= 0):
        raise typer.BadParameter(f"must be a number of seconds >= 0, got {text!r}")
    return value


def finite_number(text: str) -> float:
    """Return a finite number."""
    value = _float(text)
    if not math.isfinite(value):
        raise typer.BadParameter(f"must be a number such as 0.95, got {text!r}")
    return value


def check_name(what: str, name: str, known: Iterable[str]) -> str:
    """Return `name` in its registered spelling.

    Raises:
        UnknownNameError: it is not among `known`; the message suggests the nearest one.
    """
    names = list(known)
    plain = name.strip().lower().replace("_", "-")
    if plain not in names:
        raise UnknownNameError(what, name, names)
    return plain


def check_outputs(
    source: str,
    json: str | None,
    plot: str | None,
    *,
    what: str = "graph",
    store: str | None = None,
    store_option: str = "--journal",
) -> None:
    """Raise before the work if its results cannot be written.

    Args:
        source: the input file, or ``-``.
        json: the file of `--json`, ``-`` or None.
        plot: the file of `--plot`, or None.
        what: the word for the input.
        store: the file of `store_option`, which may exist, or None.
        store_option: the option that gives it.

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


def check_parameters(text: str) -> str | Path | list[float]:
    """Return the name of a start, the path of a file, or the numbers in a list.

    The ansatz checks the name.

    Raises:
        ParameterError: it has the form of a path, and the file does not exist.
    """
    if os.path.exists(text):
        return Path(text)
    numbers = [_float(word) for word in text.replace(",", " ").split()]
    if numbers and not any(math.isnan(number) for number in numbers):
        return numbers
    if os.sep in text or os.path.splitext(text)[1]:
        raise ParameterError(f"--initial: file {text!r} not found: check the name")
    return text


def file_of(argument: str) -> str:
    """Return the file of ``dataset:NAME``, and every other argument as it is.

    Raises:
        UnknownNameError: no instance has that name.
        ParameterError: instances of several families have it.
    """
    if not argument.startswith(_DATASET):
        return argument
    from hybridq.problems import datasets

    return str(datasets.path(argument.removeprefix(_DATASET)))


class Pair(NamedTuple):
    """Two integers in one option; of a plain tuple Typer would make two arguments."""

    first: int
    second: int


def _float(text: str | float) -> float:
    """Return the number in a text, NaN for any other text."""
    try:
        return float(text)
    except ValueError:
        return math.nan
