"""Registry of strategies, shared by Python, the command line and YAML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from hybridq.core.errors import UnknownNameError
from hybridq.core.registry import Registry, check_class, lazy
from hybridq.strategies.base import Strategy

DEFAULT_STRATEGY = "direct"

_check_class = partial(check_class, base=Strategy, name_field="name", texts=("summary",))


def _check_strategy(name: str, entry: Any) -> None:
    """Raise unless `entry` is a `Strategy` class of this name with default options.

    Raises:
        ParameterError: it is not.
        TypeError: an option has no default.
    """
    _check_class(name, entry)
    entry()


STRATEGIES: Registry[Strategy] = Registry(
    "strategy",
    {
        "direct": lazy("hybridq.strategies.direct:Direct"),
        "interp": lazy("hybridq.strategies.interp:Interp"),
        "fourier": lazy("hybridq.strategies.fourier:Fourier"),
        "layerwise": lazy("hybridq.strategies.layerwise:Layerwise"),
        "ramp-search": lazy("hybridq.strategies.ramp_search:RampSearch"),
        "multistart": lazy("hybridq.strategies.multistart:Multistart"),
        "multi-angle": lazy("hybridq.strategies.multi_angle:MultiAngle"),
        "warm-start": lazy("hybridq.strategies.warm_start:WarmStart"),
        "warm-start-cut": lazy("hybridq.strategies.warm_start:WarmStartCut"),
        "recursive": lazy("hybridq.strategies.recursive:Recursive"),
        "precondition": lazy("hybridq.strategies.precondition:Precondition"),
        "round": lazy("hybridq.strategies.rounding:Round"),
        "divide": lazy("hybridq.strategies.divide:Divide"),
        "anneal": lazy("hybridq.strategies.anneal:Anneal"),
    },
    group="hybridq.strategies",
    check=_check_strategy,
    wrap=lambda strategy: strategy(),
)
"""Strategies with their default options; ``Interp(loosening=10)`` makes one with others."""


def configured_strategy(name: str, options: Mapping[str, Any]) -> Strategy:
    """Return the strategy of a name with these options.

    Raises:
        UnknownNameError: no strategy, or no option of it, has that name.
        ParameterError: a value that is not accepted.
    """
    kind = type(STRATEGIES[name])
    for option in options:
        if option not in kind.option_names():
            raise UnknownNameError(
                f"option of {kind.name}", option, kind.option_names(), argument=option
            )
    return kind(**options)
