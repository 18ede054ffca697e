"""Engines run circuits: configurations, capabilities, and the embedded simulators.

`Diagonal`, `Subspace`, `Sector`, `Statevector`, `P1` and `LightCone` are configurations, all of
them in `ENGINES`; ``engine.bind(circuit, observable)`` makes the running engine. Here is

- `config`, `simulators`: the configurations; `choose`: ``"auto"`` and names;
- `protocols`: the capabilities that a running engine may have;
- `base`, `exact`: the running engines' common part; `metric`: the Fubini–Study metric;
- `layers`: circuits of phases and X mixers; `correlations`: mean spins from probabilities;
- `p1`: one layer in closed form, with the kernels of `hybridq.operators.p1`;
- `lightcone`: few layers on sparse graphs of any size, one light cone at a time;
- `distributed`: layers on a state that is spread over MPI ranks or threads;
- `run`: the methods of `Circuit` that run it once;
- `diagonal`, `subspace`, `sector`, `statevector`: one simulator each, with its kernels;
  `kernels`: those that all of them share.

The public names below are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from hybridq.engines.base import Engine
    from hybridq.engines.choose import ENGINES, choose_engine, resolve_engine
    from hybridq.engines.config import EngineConfig
    from hybridq.engines.noisy import Density, Trajectories
    from hybridq.engines.simulators import (
        P1,
        Diagonal,
        Distributed,
        LightCone,
        Sector,
        Statevector,
        Subspace,
    )
    from hybridq.engines.subspace.levels import GroverLevels

_HOMES = {
    "ENGINES": "choose",
    "Density": "noisy",
    "Diagonal": "simulators",
    "Distributed": "simulators",
    "Engine": "base",
    "EngineConfig": "config",
    "GroverLevels": "subspace.levels",
    "LightCone": "simulators",
    "P1": "simulators",
    "Sector": "simulators",
    "Statevector": "simulators",
    "Subspace": "simulators",
    "Trajectories": "noisy",
    "choose_engine": "choose",
    "resolve_engine": "choose",
}

__all__ = [
    "ENGINES",
    "P1",
    "Density",
    "Diagonal",
    "Distributed",
    "Engine",
    "EngineConfig",
    "GroverLevels",
    "LightCone",
    "Sector",
    "Statevector",
    "Subspace",
    "Trajectories",
    "choose_engine",
    "resolve_engine",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
