"""Strategies for the angles of QAOA, growing circuits and excited states.

Strategies are frozen dataclasses whose fields are their options, such as
``Multistart(random_starts=30)``; `STRATEGIES` holds them by name. Here is

- `base`: the contract of a strategy; `registry`: all of them; a file for each; `ladder`: the base
  of those that grow layer by layer; `automatic`: the start of a search;
- `correlated`: expectation values for strategies that answer without samples;
- `shared_search`, `rescaled`, `coordinates`: searches that share a budget, in suitable units;
- `adapt`, `excited` (with `vqd`, `subspace`): ADAPT-VQE and excited states;
- `search`, `starts`, `resolve`: the plain search for a lowest energy, and its arguments.

The public names below are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from hybridq.strategies.adapt import adapt_vqe
    from hybridq.strategies.anneal import Anneal
    from hybridq.strategies.base import Step, Strategy, StrategyResult, Task
    from hybridq.strategies.direct import Direct
    from hybridq.strategies.divide import Divide
    from hybridq.strategies.excited import excited_states
    from hybridq.strategies.fourier import Fourier
    from hybridq.strategies.interp import Interp
    from hybridq.strategies.layerwise import Layerwise
    from hybridq.strategies.multi_angle import MultiAngle
    from hybridq.strategies.multistart import Multistart
    from hybridq.strategies.precondition import Precondition
    from hybridq.strategies.ramp_search import RampSearch
    from hybridq.strategies.recursive import Recursive
    from hybridq.strategies.registry import STRATEGIES
    from hybridq.strategies.rounding import Round
    from hybridq.strategies.transfer import learn_angles
    from hybridq.strategies.warm_start import WarmStart, WarmStartCut

_HOMES = {
    "STRATEGIES": "registry",
    "Anneal": "anneal",
    "Direct": "direct",
    "Divide": "divide",
    "Fourier": "fourier",
    "Interp": "interp",
    "Layerwise": "layerwise",
    "MultiAngle": "multi_angle",
    "Multistart": "multistart",
    "Precondition": "precondition",
    "RampSearch": "ramp_search",
    "Recursive": "recursive",
    "Round": "rounding",
    "Step": "base",
    "Strategy": "base",
    "StrategyResult": "base",
    "Task": "base",
    "WarmStart": "warm_start",
    "WarmStartCut": "warm_start",
    "adapt_vqe": "adapt",
    "excited_states": "excited",
    "learn_angles": "transfer",
}

__all__ = [
    "STRATEGIES",
    "Anneal",
    "Direct",
    "Divide",
    "Fourier",
    "Interp",
    "Layerwise",
    "MultiAngle",
    "Multistart",
    "Precondition",
    "RampSearch",
    "Recursive",
    "Round",
    "Step",
    "Strategy",
    "StrategyResult",
    "Task",
    "WarmStart",
    "WarmStartCut",
    "adapt_vqe",
    "excited_states",
    "learn_angles",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
