"""The classical outer loop: `minimize` and its optimizers.

Optimizers are frozen dataclasses whose fields are their options, such as ``SPSA(blocking=True)``;
`OPTIMIZERS` holds them by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names
from hybridq.storage.journal import Journal

if TYPE_CHECKING:
    from hybridq.optimizers.adam import Adam
    from hybridq.optimizers.base import Optimizer, Outcome
    from hybridq.optimizers.bayesian import Bayesian
    from hybridq.optimizers.configure import OptimizerLike, configured_optimizer
    from hybridq.optimizers.function import FunctionOptimizer
    from hybridq.optimizers.gcans import GCANS
    from hybridq.optimizers.icans import ICANS
    from hybridq.optimizers.natural_gradient import NaturalGradient
    from hybridq.optimizers.optuna_samplers import (
        OptunaCMAES,
        OptunaGP,
        OptunaQMC,
        OptunaRandom,
        OptunaSampler,
        OptunaTPE,
    )
    from hybridq.optimizers.qn_spsa import QNSPSA
    from hybridq.optimizers.registry import OPTIMIZERS
    from hybridq.optimizers.rosalin import Rosalin
    from hybridq.optimizers.rotosolve import Rotosolve
    from hybridq.optimizers.scipy_global import BasinHopping, DifferentialEvolution, DualAnnealing
    from hybridq.optimizers.scipy_gradient import (
        BFGS,
        LBFGS,
        SLSQP,
        TNC,
        ConjugateGradient,
        TrustConstr,
    )
    from hybridq.optimizers.scipy_local import COBYLA, COBYQA, NelderMead, Powell
    from hybridq.optimizers.search import minimize
    from hybridq.optimizers.solution import Reason, Record, Solution, Status
    from hybridq.optimizers.spsa import SPSA

_HOMES = {
    "Adam": "adam",
    "BFGS": "scipy_gradient",
    "BasinHopping": "scipy_global",
    "Bayesian": "bayesian",
    "COBYLA": "scipy_local",
    "COBYQA": "scipy_local",
    "ConjugateGradient": "scipy_gradient",
    "DifferentialEvolution": "scipy_global",
    "DualAnnealing": "scipy_global",
    "FunctionOptimizer": "function",
    "GCANS": "gcans",
    "ICANS": "icans",
    "LBFGS": "scipy_gradient",
    "NaturalGradient": "natural_gradient",
    "NelderMead": "scipy_local",
    "OPTIMIZERS": "registry",
    "Optimizer": "base",
    "OptimizerLike": "configure",
    "OptunaCMAES": "optuna_samplers",
    "OptunaGP": "optuna_samplers",
    "OptunaQMC": "optuna_samplers",
    "OptunaRandom": "optuna_samplers",
    "OptunaSampler": "optuna_samplers",
    "OptunaTPE": "optuna_samplers",
    "Outcome": "base",
    "Powell": "scipy_local",
    "QNSPSA": "qn_spsa",
    "Reason": "solution",
    "Record": "solution",
    "Rosalin": "rosalin",
    "Rotosolve": "rotosolve",
    "SLSQP": "scipy_gradient",
    "SPSA": "spsa",
    "Solution": "solution",
    "Status": "solution",
    "TNC": "scipy_gradient",
    "TrustConstr": "scipy_gradient",
    "configured_optimizer": "configure",
    "minimize": "search",
}

__all__ = [
    "BFGS",
    "COBYLA",
    "COBYQA",
    "GCANS",
    "ICANS",
    "LBFGS",
    "OPTIMIZERS",
    "QNSPSA",
    "SLSQP",
    "SPSA",
    "TNC",
    "Adam",
    "BasinHopping",
    "Bayesian",
    "ConjugateGradient",
    "DifferentialEvolution",
    "DualAnnealing",
    "FunctionOptimizer",
    "Journal",
    "NaturalGradient",
    "NelderMead",
    "Optimizer",
    "OptimizerLike",
    "OptunaCMAES",
    "OptunaGP",
    "OptunaQMC",
    "OptunaRandom",
    "OptunaSampler",
    "OptunaTPE",
    "Outcome",
    "Powell",
    "Reason",
    "Record",
    "Rosalin",
    "Rotosolve",
    "Solution",
    "Status",
    "TrustConstr",
    "configured_optimizer",
    "minimize",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
