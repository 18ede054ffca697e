"""Hybrid quantum-classical optimization: QAOA and VQE on an embedded, very fast simulator.

The public names below are loaded when first used, so that ``import hybridq`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hybridq._version import __version__
from hybridq.circuits import simulation

if TYPE_CHECKING:
    from hybridq import engines, experiments, objectives
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
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.ansatz.multi_angle import MultiAngleQAOA
    from hybridq.ansatz.warm_start import WarmStartQAOA
    from hybridq.core.errors import HybridqError
    from hybridq.objectives import (
        OBJECTIVES,
        CVaR,
        Expectation,
        FromShots,
        Gibbs,
        ParameterShift,
        SuccessProbability,
    )
    from hybridq.operators import ElectronicHamiltonian, FermionSum, Ising, PauliSum, spin_models
    from hybridq.optimizers import OPTIMIZERS, Journal, Solution, minimize
    from hybridq.presentation import Result
    from hybridq.problems import HamiltonianProblem, MaxCut, Molecule, Problem
    from hybridq.solver import solve
    from hybridq.strategies.adapt import adapt_vqe
    from hybridq.strategies.excited import excited_states
    from hybridq.strategies.registry import STRATEGIES
    from hybridq.strategies.transfer import learn_angles

simulation.provide("hybridq.engines.run")

_ROOMS = ("engines", "experiments", "objectives")

_HOMES = {
    "ANSATZE": "ansatz",
    "Angle": "circuits.instructions",
    "CVaR": "objectives",
    "Circuit": "circuits.circuit",
    "ElectronicHamiltonian": "operators",
    "Expectation": "objectives",
    "FermionSum": "operators",
    "FromShots": "objectives",
    "Gibbs": "objectives",
    "HVA": "ansatz",
    "HamiltonianProblem": "problems",
    "HardwareEfficient": "ansatz",
    "HybridqError": "core.errors",
    "Ising": "operators",
    "Journal": "storage.journal",
    "KUpCCGSD": "ansatz",
    "MaxCut": "problems",
    "Molecule": "problems",
    "OBJECTIVES": "objectives",
    "OPTIMIZERS": "optimizers",
    "Parameter": "circuits.parameters",
    "ParameterShift": "objectives",
    "PauliSum": "operators",
    "Problem": "problems",
    "QAOA": "ansatz",
    "Result": "presentation",
    "Solution": "optimizers",
    "SuccessProbability": "objectives",
    "UCCSD": "ansatz",
    "LearnedAngles": "ansatz.learned_angles",
    "MultiAngleQAOA": "ansatz.multi_angle",
    "STRATEGIES": "strategies.registry",
    "WarmStartQAOA": "ansatz.warm_start",
    "learn_angles": "strategies.transfer",
    "adapt_vqe": "strategies.adapt",
    "excited_states": "strategies.excited",
    "minimize": "optimizers",
    "solve": "solver",
    "spin_models": "operators",
}

__all__ = [
    "ANSATZE",
    "HVA",
    "OBJECTIVES",
    "OPTIMIZERS",
    "QAOA",
    "STRATEGIES",
    "UCCSD",
    "Angle",
    "CVaR",
    "Circuit",
    "ElectronicHamiltonian",
    "Expectation",
    "FermionSum",
    "FromShots",
    "Gibbs",
    "HamiltonianProblem",
    "HardwareEfficient",
    "HybridqError",
    "Ising",
    "Journal",
    "KUpCCGSD",
    "LearnedAngles",
    "MaxCut",
    "Molecule",
    "MultiAngleQAOA",
    "Parameter",
    "ParameterShift",
    "PauliSum",
    "Problem",
    "Result",
    "Solution",
    "SuccessProbability",
    "WarmStartQAOA",
    "__version__",
    "adapt_vqe",
    "engines",
    "excited_states",
    "experiments",
    "learn_angles",
    "minimize",
    "objectives",
    "solve",
    "spin_models",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"hybridq.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'hybridq' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"hybridq.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_ROOMS})
