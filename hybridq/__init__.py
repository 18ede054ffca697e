"""Hybrid quantum-classical optimization: QAOA and VQE on an embedded, very fast simulator.

The public names below are loaded when first used, so that ``import hybridq`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hybridq._version import __version__

if TYPE_CHECKING:
    from hybridq.ansatz import (
        ANSATZE,
        HVA,
        QAOA,
        UCCSD,
        Angle,
        Circuit,
        HardwareEfficient,
        KUpCCGSD,
        Parameter,
    )
    from hybridq.errors import HybridqError
    from hybridq.objectives import Expectation
    from hybridq.operators import ElectronicHamiltonian, FermionSum, Ising, PauliSum, spin_models
    from hybridq.optimizers import OPTIMIZERS, Solution, minimize
    from hybridq.problems import HamiltonianProblem, MaxCut, Molecule, Problem
    from hybridq.result import Result
    from hybridq.solver import solve
    from hybridq.strategies.adapt import adapt_vqe
    from hybridq.strategies.excited import excited_states

_HOMES = {
    "ANSATZE": "ansatz",
    "Angle": "ansatz",
    "Circuit": "ansatz",
    "ElectronicHamiltonian": "operators",
    "Expectation": "objectives",
    "FermionSum": "operators",
    "HVA": "ansatz",
    "HamiltonianProblem": "problems",
    "HardwareEfficient": "ansatz",
    "HybridqError": "errors",
    "Ising": "operators",
    "KUpCCGSD": "ansatz",
    "MaxCut": "problems",
    "Molecule": "problems",
    "OPTIMIZERS": "optimizers",
    "Parameter": "ansatz",
    "PauliSum": "operators",
    "Problem": "problems",
    "QAOA": "ansatz",
    "Result": "result",
    "Solution": "optimizers",
    "UCCSD": "ansatz",
    "adapt_vqe": "strategies.adapt",
    "excited_states": "strategies.excited",
    "minimize": "optimizers",
    "solve": "solver",
    "spin_models": "operators",
}

__all__ = [
    "ANSATZE",
    "HVA",
    "OPTIMIZERS",
    "QAOA",
    "UCCSD",
    "Angle",
    "Circuit",
    "ElectronicHamiltonian",
    "Expectation",
    "FermionSum",
    "HamiltonianProblem",
    "HardwareEfficient",
    "HybridqError",
    "Ising",
    "KUpCCGSD",
    "MaxCut",
    "Molecule",
    "Parameter",
    "PauliSum",
    "Problem",
    "Result",
    "Solution",
    "__version__",
    "adapt_vqe",
    "excited_states",
    "minimize",
    "solve",
    "spin_models",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hybridq' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"hybridq.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
