"""Every strategy by its plain name."""

from __future__ import annotations

from hybridq.core.errors import ParameterError
from hybridq.core.registry import Registry
from hybridq.strategies.base import Strategy
from hybridq.strategies.direct import direct
from hybridq.strategies.fourier import fourier
from hybridq.strategies.interp import interp
from hybridq.strategies.layerwise import layerwise
from hybridq.strategies.multi_angle import multi_angle
from hybridq.strategies.multistart import multistart
from hybridq.strategies.ramp_search import ramp_search
from hybridq.strategies.warm_start import warm_start, warm_start_from_cut

_ALL = (
    Strategy("direct", "all angles at once from a good start; the default", direct, True),
    Strategy("interp", "layer by layer, angles interpolated; the surest at depth", interp),
    Strategy("fourier", "layer by layer, over sines and cosines; smooth angles", fourier),
    Strategy("layerwise", "one new layer at a time, then all; few or noisy shots", layerwise),
    Strategy("ramp-search", "two slopes of a ramp first, then all; unknown problems", ramp_search),
    Strategy("multistart", "many starts, worse halves given up; rugged landscapes", multistart),
    Strategy("multi-angle", "an angle for every term and qubit; shallow circuits", multi_angle),
    Strategy("warm-start", "from a classical relaxation; few layers", warm_start, True),
    Strategy("warm-start-cut", "from a cut by annealing; few layers", warm_start_from_cut, True),
)


def _check_strategy(name: str, entry: object) -> None:
    """Raise unless `entry` is a `Strategy` of this name.

    Raises:
        ParameterError: it is not.
    """
    if not isinstance(entry, Strategy) or entry.name != name:
        raise ParameterError(
            argument="entry point", value=entry, expected=f"a Strategy with the name {name!r}"
        )


STRATEGIES: Registry[Strategy] = Registry(
    "strategy",
    {entry.name: entry for entry in _ALL},
    group="hybridq.strategies",
    check=_check_strategy,
)
"""Ways to search for angles; each is called with a `Task`."""
