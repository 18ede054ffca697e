"""`--optimizer-option`: any option of any optimizer by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from hybridq.cli.shared_options import OPTIMIZER
from hybridq.core.errors import ParameterError

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
        help="Option of the optimizer, see 'hybridq optimizers NAME'; repeatable.",
        show_default=False,
        rich_help_panel=OPTIMIZER,
    ),
]


def configured(method: str | Optimizer, texts: Sequence[str]) -> Optimizer:
    """Return the optimizer with the options in `texts`, checked and prepared.

    Args:
        method: a registered name, or an optimizer, whose other options stay.
        texts: each ``KEY=VALUE``.

    Raises:
        ParameterError: an option that it does not have, or a value that is not accepted.
        MissingExtraError: the optimizer needs a package that is not installed.
        OutputError: its storage cannot be reached.
    """
    from hybridq.optimizers import OPTIMIZERS
    from hybridq.optimizers.configure import configured_optimizer

    name = method if isinstance(method, str) else method.name
    kept = {} if isinstance(method, str) else method.options()
    kind = OPTIMIZERS[name]
    types = {field.name: str(field.type) for field in fields(kind)}
    given: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise ParameterError(
                argument=OPTION, value=text, expected="KEY=VALUE, such as initial_step=0.2"
            )
        if key in given:
            raise ParameterError(f"{OPTION} {key}: given twice", remedy="give it once")
        # The value of an unknown option stays a text: `configured_optimizer` raises for its name.
        given[key] = _read(key, value, types[key]) if key in types else value
    try:
        optimizer = configured_optimizer(name, {**kept, **given})
    except ParameterError as error:
        raise _of_an_option(error, given) from None
    optimizer.prepare()
    return optimizer


def _of_an_option(error: ParameterError, given: Mapping[str, Any]) -> ParameterError:
    """Return an error of an optimizer's option in the spelling of the command line.

    An option of an optimizer must not be rendered as an option of the command.
    """
    key = error.argument
    if key in given and error.message is None:
        return error.with_argument(f"{OPTION} {key}:")
    prefix = f"{OPTION} {key}" if key in given else OPTION
    return ParameterError(f"{prefix}: {error}")


def in_words(optimizer: OptimizerInfo) -> list[tuple[str, str]]:
    """Return the row of the options that were set, no row for defaults only."""
    if not optimizer.options:
        return []
    return [("Options", ", ".join(f"{k}={spelled(v)}" for k, v in optimizer.options.items()))]


def spelled(value: object) -> str:
    """Return a value as the command line spells it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _read(key: str, text: str, kind: str) -> Any:
    """Return the value of an option with the annotation `kind`, as ``float | None``."""
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
    raise ParameterError(argument=f"{OPTION} {key}:", value=word, expected=expected)


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
    "int": "an integer",
    "float": "a number",
    "str": "text",
    "None": "none",
}
