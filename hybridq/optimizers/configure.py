"""Make a configured optimizer of a name or an object, and options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from hybridq.core.configured import remedy_for_class
from hybridq.core.errors import ParameterError, Text, UnknownNameError
from hybridq.optimizers.base import Optimizer
from hybridq.optimizers.capabilities import Capability, member
from hybridq.optimizers.function import FunctionOptimizer
from hybridq.optimizers.registry import OPTIMIZERS

OptimizerLike: TypeAlias = str | Optimizer | Callable[[Callable[[Any], float], Any], Any]
"""A name of `OPTIMIZERS`, a configured optimizer, or a function of an objective and a start."""

EXPECTED = (
    "a name of OPTIMIZERS, a configured optimizer such as hybridq.optimizers.SPSA(), or a function "
    "of an objective and a start"
)


def configured_optimizer(
    optimizer: OptimizerLike,
    options: Mapping[str, Any] | None = None,
    *,
    argument: str = "optimizer",
) -> Optimizer:
    """Return the optimizer of a name with its options, or the one that is given.

    Args:
        optimizer: a name of `OPTIMIZERS`, a configured optimizer, or a function, which becomes a
            `FunctionOptimizer`.
        options: options by name, for an optimizer that is given by name.
        argument: the argument that holds `optimizer`, for errors.

    Raises:
        UnknownNameError: no optimizer, or no option of it, has that name.
        ParameterError: `optimizer` is none of them, is configured already, or an option has a
            value that is not accepted.
    """
    options = dict(options or {})
    if callable(optimizer) and not isinstance(optimizer, str | type | Optimizer):
        optimizer = FunctionOptimizer(_function_of_two(optimizer, argument))
    if isinstance(optimizer, Optimizer):
        if options:
            raise ParameterError(
                f"{optimizer.name} is already configured",
                argument=next(iter(options)),
                remedy=f"set {', '.join(options)} where it is constructed",
            )
        return optimizer
    if not isinstance(optimizer, str):
        remedy = remedy_for_class(optimizer, Optimizer, "an optimizer")
        if remedy is None and callable(getattr(optimizer, "minimize", None)):
            remedy = "give its method minimize"
        raise ParameterError(argument=argument, value=optimizer, expected=EXPECTED, remedy=remedy)
    try:
        kind = OPTIMIZERS[optimizer]
    except UnknownNameError as error:
        raise error.with_argument(argument) from None
    known = kind.option_names()
    for name in options:
        if name not in known:
            raise UnknownNameError(f"option of {kind.name}", name, known, argument=name)
    return kind(**options)


def _function_of_two(function: Callable[..., Any], argument: str) -> Callable[..., Any]:
    """Return a function that can be called with an objective and a start.

    Raises:
        ParameterError: it takes other arguments.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions in C have none
        return function
    try:
        signature.bind(None, None)
    except TypeError:
        raise ParameterError(
            argument=argument,
            value=function,
            expected="a function of two arguments, the objective f and the start x0",
            remedy="such as lambda f, x0: scipy.optimize.minimize(f, x0)",
        ) from None
    return function


def default_optimizer(objective: object) -> str:
    """Return the name of the optimizer that is used if none is given."""
    return "cobyla" if member(objective, Capability.GRADIENT) is None else "l-bfgs"


def check_single_search(optimizer: Optimizer, searches: Text) -> None:
    """Raise if several searches would share one study in a storage.

    Args:
        optimizer: the optimizer of all searches.
        searches: what makes several searches, a sentence without a full stop.

    Raises:
        ParameterError: the optimizer keeps its study in a storage.
    """
    if optimizer.is_shared:
        parts = (searches,) if isinstance(searches, str) else tuple(searches)
        raise ParameterError(
            (f"{optimizer.name}: ", *parts, ", and a study in a storage is a single search"),
            argument="storage",
            remedy="leave out storage and study_name",
        )
