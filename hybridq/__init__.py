"""Hybrid quantum-classical optimization: QAOA and VQE on an embedded, very fast simulator.

The public names below are loaded when first used, so that ``import hybridq`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hybridq._version import __version__

if TYPE_CHECKING:
    from hybridq.ansatz import QAOA, Angle, Circuit
    from hybridq.errors import HybridqError
    from hybridq.objectives import Expectation
    from hybridq.operators import Ising, PauliSum
    from hybridq.optimizers import OPTIMIZERS, Solution, minimize
    from hybridq.problems import MaxCut, Problem
    from hybridq.result import Result
    from hybridq.solver import solve

_HOMES = {
    "Angle": "ansatz",
    "Circuit": "ansatz",
    "Expectation": "objectives",
    "HybridqError": "errors",
    "Ising": "operators",
    "MaxCut": "problems",
    "OPTIMIZERS": "optimizers",
    "PauliSum": "operators",
    "Problem": "problems",
    "QAOA": "ansatz",
    "Result": "result",
    "Solution": "optimizers",
    "minimize": "optimizers",
    "solve": "solver",
}

__all__ = [
    "OPTIMIZERS",
    "QAOA",
    "Angle",
    "Circuit",
    "Expectation",
    "HybridqError",
    "Ising",
    "MaxCut",
    "PauliSum",
    "Problem",
    "Result",
    "Solution",
    "__version__",
    "minimize",
    "solve",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hybridq' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"hybridq.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
