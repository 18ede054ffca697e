"""`--optimizer-option`: any option of any optimizer, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from hybridq.cli.shared_options import OPTIMIZER
from hybridq.core.errors import ParameterError, UnknownNameError

if TYPE_CHECKING:
    from hybridq.optimizers import Optimizer
    from hybridq.presentation import OptimizerInfo

OPTION = "--optimizer-option"

OptimizerOptions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        OPTION,
        "-o",
        metavar="KEY=VALUE",
        help="See 'hybridq optimizers NAME'.",
        show_default=False,
        rich_help_panel=OPTIMIZER,
    ),
]


def configured(method: str | Optimizer, texts: Sequence[str]) -> Optimizer:
    """The optimizer with the options in `texts`, ready to search.

    Args:
        method: a registered name, or an optimizer, whose other options stay.
        texts: each ``KEY=VALUE``.

    Raises:
        ParameterError: an option that it does not have, or a value that makes no sense.
        MissingExtraError: the optimizer needs a package that is not installed.
        OutputError: its storage cannot be reached.
    """
    from hybridq.optimizers import OPTIMIZERS

    given = OPTIMIZERS[method]() if isinstance(method, str) else method
    entry = type(given)
    known = {field.name: str(field.type) for field in fields(entry)}
    options: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise ParameterError(f"{OPTION} {text}: give KEY=VALUE, such as initial_step=0.2")
        if key not in known:
            miss = UnknownNameError(f"option of {entry.name}", key, known)
            raise ParameterError(f"{OPTION}: {miss}")
        if key in options:
            raise ParameterError(f"{OPTION}: {key} is given twice; give it once")
        options[key] = _read(f"{OPTION} {text}", value, known[key])
    try:
        optimizer = replace(given, **options)
    except ParameterError as error:
        raise ParameterError(f"{OPTION}: {error}") from None
    optimizer.prepare()
    return optimizer


def in_words(optimizer: OptimizerInfo) -> list[tuple[str, str]]:
    """The line about the options that were set, none where none was."""
    if not optimizer.options:
        return []
    return [("Options", ", ".join(f"{k}={spelled(v)}" for k, v in optimizer.options.items()))]


def spelled(value: object) -> str:
    """A value as it is written on the command line."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _read(what: str, text: str, kind: str) -> Any:
    """The value of an option whose type is annotated as `kind`, such as ``float | None``."""
    kinds, word = [part.strip() for part in kind.split("|")], text.strip()
    if "None" in kinds and word.lower() in ("none", "null"):
        return None
    for name in kinds:
        if name in _READERS:
            try:
                return _READERS[name](word)
            except (ValueError, KeyError):
                break
    expected = " or ".join(_EXPECTED[name] for name in kinds if name in _EXPECTED)
    raise ParameterError(f"{what}: give {expected}")


def _truth(word: str) -> bool:
    return {"true": True, "false": False}[word.lower()]


_READERS: Mapping[str, Callable[[str], Any]] = {
    "bool": _truth,
    "int": int,
    "float": float,
    "str": str,
}
_EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "None": "none",
}
