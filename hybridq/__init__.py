"""Hybrid quantum-classical optimization: QAOA and VQE on a fast simulator.

The public names below are loaded when first used, so that ``import hybridq`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hybridq._version import __version__ as __version__
from hybridq.circuits import simulation

if TYPE_CHECKING:
    from hybridq import backends as backends
    from hybridq import engines as engines
    from hybridq import experiments as experiments
    from hybridq import measurement as measurement
    from hybridq import mitigation as mitigation
    from hybridq import noise as noise
    from hybridq import objectives as objectives
    from hybridq import optimizers as optimizers
    from hybridq import plots as plots
    from hybridq import problems as problems
    from hybridq import strategies as strategies
    from hybridq import testing as testing
    from hybridq.ansatz import ANSATZE as ANSATZE
    from hybridq.ansatz import HVA as HVA
    from hybridq.ansatz import QAOA as QAOA
    from hybridq.ansatz import UCCSD as UCCSD
    from hybridq.ansatz import HardwareEfficient as HardwareEfficient
    from hybridq.ansatz import KUpCCGSD as KUpCCGSD
    from hybridq.ansatz import mixers as mixers
    from hybridq.ansatz.learned_angles import LearnedAngles as LearnedAngles
    from hybridq.ansatz.mixers import MIXERS as MIXERS
    from hybridq.ansatz.multi_angle import MultiAngleQAOA as MultiAngleQAOA
    from hybridq.ansatz.warm_start import WarmStartQAOA as WarmStartQAOA
    from hybridq.circuits.circuit import Circuit as Circuit
    from hybridq.circuits.instructions import Angle as Angle
    from hybridq.circuits.parameters import Parameter as Parameter
    from hybridq.core.errors import HybridqError as HybridqError
    from hybridq.engines import ENGINES as ENGINES
    from hybridq.noise import NoiseModel as NoiseModel
    from hybridq.objectives import OBJECTIVES as OBJECTIVES
    from hybridq.objectives import CVaR as CVaR
    from hybridq.objectives import Expectation as Expectation
    from hybridq.objectives import FromShots as FromShots
    from hybridq.objectives import Gibbs as Gibbs
    from hybridq.objectives import ParameterShift as ParameterShift
    from hybridq.objectives import SuccessProbability as SuccessProbability
    from hybridq.operators import ElectronicHamiltonian as ElectronicHamiltonian
    from hybridq.operators import FermionSum as FermionSum
    from hybridq.operators import Ising as Ising
    from hybridq.operators import PauliSum as PauliSum
    from hybridq.operators import spin_models as spin_models
    from hybridq.optimizers import OPTIMIZERS as OPTIMIZERS
    from hybridq.optimizers import Solution as Solution
    from hybridq.optimizers import minimize as minimize
    from hybridq.presentation import Result as Result
    from hybridq.presentation.panels import PANELS as PANELS
    from hybridq.presentation.progress import ProgressBar as ProgressBar
    from hybridq.problems import PROBLEMS as PROBLEMS
    from hybridq.problems import BinaryProblem as BinaryProblem
    from hybridq.problems import HamiltonianProblem as HamiltonianProblem
    from hybridq.problems import IndependentSet as IndependentSet
    from hybridq.problems import MaxCut as MaxCut
    from hybridq.problems import Molecule as Molecule
    from hybridq.problems import NumberPartitioning as NumberPartitioning
    from hybridq.problems import Problem as Problem
    from hybridq.problems import datasets as datasets
    from hybridq.problems.formats import FORMATS as FORMATS
    from hybridq.service.client import Client as Client
    from hybridq.solver import solve as solve
    from hybridq.storage.journal import Journal as Journal
    from hybridq.strategies.adapt import adapt_vqe as adapt_vqe
    from hybridq.strategies.excited import excited_states as excited_states
    from hybridq.strategies.registry import STRATEGIES as STRATEGIES
    from hybridq.strategies.transfer import learn_angles as learn_angles

# Engines are above circuits, which ask for one by this name.
simulation.provide("hybridq.engines.run")

_ROOMS = {
    "backends": "backends",
    "datasets": "problems.datasets",
    "engines": "engines",
    "experiments": "experiments",
    "measurement": "measurement",
    "mitigation": "mitigation",
    "mixers": "ansatz.mixers",
    "noise": "noise",
    "objectives": "objectives",
    "optimizers": "optimizers",
    "plots": "plots",
    "problems": "problems",
    "strategies": "strategies",
    "testing": "testing",
}
"""Modules by their public name."""

_NAMES = {
    "ansatz": ("ANSATZE", "HVA", "QAOA", "UCCSD", "HardwareEfficient", "KUpCCGSD"),
    "ansatz.learned_angles": ("LearnedAngles",),
    "ansatz.mixers": ("MIXERS",),
    "ansatz.multi_angle": ("MultiAngleQAOA",),
    "ansatz.warm_start": ("WarmStartQAOA",),
    "circuits.circuit": ("Circuit",),
    "circuits.instructions": ("Angle",),
    "circuits.parameters": ("Parameter",),
    "core.errors": ("HybridqError",),
    "engines": ("ENGINES",),
    "noise": ("NoiseModel",),
    "objectives": (
        "OBJECTIVES",
        "CVaR",
        "Expectation",
        "FromShots",
        "Gibbs",
        "ParameterShift",
        "SuccessProbability",
    ),
    "operators": ("ElectronicHamiltonian", "FermionSum", "Ising", "PauliSum", "spin_models"),
    "optimizers": ("OPTIMIZERS", "Solution", "minimize"),
    "presentation": ("Result",),
    "presentation.panels": ("PANELS",),
    "presentation.progress": ("ProgressBar",),
    "problems": (
        "PROBLEMS",
        "BinaryProblem",
        "HamiltonianProblem",
        "IndependentSet",
        "MaxCut",
        "Molecule",
        "NumberPartitioning",
        "Problem",
    ),
    "problems.formats": ("FORMATS",),
    "service.client": ("Client",),
    "solver": ("solve",),
    "storage.journal": ("Journal",),
    "strategies.adapt": ("adapt_vqe",),
    "strategies.excited": ("excited_states",),
    "strategies.registry": ("STRATEGIES",),
    "strategies.transfer": ("learn_angles",),
}
"""Public names by the module that holds them."""

_HOMES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = ["__version__", *sorted({*_HOMES, *_ROOMS})]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"hybridq.{_ROOMS[name]}")
    if name in _HOMES:
        value = getattr(importlib.import_module(f"hybridq.{_HOMES[name]}"), name)
    else:
        value = _family(name)
    globals()[name] = value
    return value


def _family(name: str) -> Any:
    """Return the problem family of `PROBLEMS` whose class has this name."""
    if name[:1].isupper():
        families = importlib.import_module("hybridq.problems").PROBLEMS.values()
        for family in families:
            if family.__name__ == name:
                return family
    raise AttributeError(f"module 'hybridq' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_ROOMS})
