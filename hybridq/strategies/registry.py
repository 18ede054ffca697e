"""Registry of strategies, shared by Python, the command line and YAML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from hybridq.core.errors import UnknownNameError
from hybridq.core.registry import Registry, check_class
from hybridq.strategies.anneal import Anneal
from hybridq.strategies.base import Strategy
from hybridq.strategies.direct import Direct
from hybridq.strategies.divide import Divide
from hybridq.strategies.fourier import Fourier
from hybridq.strategies.interp import Interp
from hybridq.strategies.layerwise import Layerwise
from hybridq.strategies.multi_angle import MultiAngle
from hybridq.strategies.multistart import Multistart
from hybridq.strategies.precondition import Precondition
from hybridq.strategies.ramp_search import RampSearch
from hybridq.strategies.recursive import Recursive
from hybridq.strategies.rounding import Round
from hybridq.strategies.warm_start import WarmStart, WarmStartCut

_ALL: tuple[type[Strategy], ...] = (
    Direct,
    Interp,
    Fourier,
    Layerwise,
    RampSearch,
    Multistart,
    MultiAngle,
    WarmStart,
    WarmStartCut,
    Recursive,
    Precondition,
    Round,
    Divide,
    Anneal,
)

DEFAULT_STRATEGY = Direct.name

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
    {strategy.name: strategy() for strategy in _ALL},
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
