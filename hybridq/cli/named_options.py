"""`--optimizer-option` and `--strategy-option`: options of an entry by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from hybridq.cli.shared_options import MACHINE, OPTIMIZER, SEARCH
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.backends import Backend
    from hybridq.optimizers import Optimizer
    from hybridq.presentation import OptimizerInfo
    from hybridq.strategies.base import Strategy

OPTION = "--optimizer-option"
STRATEGY_OPTION = "--strategy-option"
BACKEND_OPTION = "--backend-option"

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

StrategyOptions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        STRATEGY_OPTION,
        metavar="KEY=VALUE",
        help="Option of the strategy, see 'hybridq strategies NAME'; repeatable.",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]


BackendOptions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        BACKEND_OPTION,
        metavar="KEY=VALUE",
        help="Option of the backend, see 'hybridq list backends NAME'; repeatable.",
        show_default=False,
        rich_help_panel=MACHINE,
    ),
]


def configured_backend(text: str, texts: Sequence[str] | None) -> Backend:
    """Return the backend of ``NAME[:TARGET]`` with options, each ``KEY=VALUE``.

    Raises:
        ParameterError: an option that it does not have, or a value that is not accepted.
    """
    from hybridq.backends import BACKENDS, resolve_backend

    if not texts:
        return resolve_backend(text)
    kind = BACKENDS[text.partition(":")[0]]
    given = _given(BACKEND_OPTION, texts, kind, "seed=3")
    try:
        return resolve_backend(text, given)
    except ParameterError as error:
        raise _of_an_option(BACKEND_OPTION, error, given) from None


def configured_strategy(name: str, texts: Sequence[str]) -> Strategy:
    """Return the strategy of a name with the options in `texts`, each ``KEY=VALUE``.

    Raises:
        ParameterError: an option that it does not have, or a value that is not accepted.
    """
    from hybridq.strategies.registry import STRATEGIES, configured_strategy

    given = _given(STRATEGY_OPTION, texts, type(STRATEGIES[name]), "epsilon=0.2")
    try:
        return configured_strategy(name, given)
    except ParameterError as error:
        raise _of_an_option(STRATEGY_OPTION, error, given) from None


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
    given = _given(OPTION, texts, OPTIMIZERS[name], "initial_step=0.2")
    try:
        optimizer = configured_optimizer(name, {**kept, **given})
    except ParameterError as error:
        raise _of_an_option(OPTION, error, given) from None
    optimizer.prepare()
    return optimizer


def _given(flag: str, texts: Sequence[str], kind: type[Any], example: str) -> dict[str, Any]:
    """Return the values in `texts`, read as the types of the fields of `kind`.

    Raises:
        ParameterError: a text of another form, a key given twice, or a value of another type.
    """
    types = {field.name: str(field.type) for field in fields(kind)}
    given: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise ParameterError(
                argument=flag, value=text, expected=f"KEY=VALUE, such as {example}"
            )
        if key in given:
            raise ParameterError(f"{flag} {key}: given twice", remedy="give it once")
        # The value of an unknown option stays a text: the entry raises for its name.
        given[key] = _read(f"{flag} {key}:", value, types[key]) if key in types else value
    return given


def _of_an_option(flag: str, error: ParameterError, given: Mapping[str, Any]) -> ParameterError:
    """Return an error of an entry's option in the spelling of the command line.

    An option of an entry must not be rendered as an option of the command.
    """
    key = error.argument
    if key in given and error.message is None:
        return error.with_argument(f"{flag} {key}:")
    prefix = f"{flag} {key}" if key in given else flag
    return ParameterError(f"{prefix}: {error}")


def in_words(optimizer: OptimizerInfo) -> list[tuple[str, str]]:
    """Return the row of the options that were set, no row for defaults only."""
    if not optimizer.options:
        return []
    return [("Options", ", ".join(f"{k}={spelled(v)}" for k, v in optimizer.options.items()))]


def spelled(value: object) -> str:
    """Return a value as the command line spells it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _read(argument: str, text: str, kind: str) -> Any:
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
    raise ParameterError(argument=argument, value=word, expected=expected)


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
