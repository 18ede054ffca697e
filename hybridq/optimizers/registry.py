"""Registry of optimizers, shared by Python, the command line and YAML."""

from __future__ import annotations

from functools import partial

from hybridq.core.registry import Registry, check_class
from hybridq.optimizers import (
    adam,
    bayesian,
    gcans,
    icans,
    natural_gradient,
    optuna_samplers,
    qn_spsa,
    rosalin,
    rotosolve,
    scipy_global,
    scipy_gradient,
    scipy_local,
    spsa,
)
from hybridq.optimizers.base import Optimizer

_ALL: tuple[type[Optimizer], ...] = (
    scipy_gradient.LBFGS,
    scipy_gradient.BFGS,
    scipy_gradient.ConjugateGradient,
    scipy_gradient.SLSQP,
    scipy_gradient.TNC,
    scipy_gradient.TrustConstr,
    scipy_local.NelderMead,
    scipy_local.COBYLA,
    scipy_local.COBYQA,
    scipy_local.Powell,
    adam.Adam,
    natural_gradient.NaturalGradient,
    spsa.SPSA,
    qn_spsa.QNSPSA,
    icans.ICANS,
    gcans.GCANS,
    rosalin.Rosalin,
    rotosolve.Rotosolve,
    scipy_global.BasinHopping,
    scipy_global.DifferentialEvolution,
    scipy_global.DualAnnealing,
    bayesian.Bayesian,
    optuna_samplers.OptunaTPE,
    optuna_samplers.OptunaCMAES,
    optuna_samplers.OptunaQMC,
    optuna_samplers.OptunaRandom,
    optuna_samplers.OptunaGP,
    optuna_samplers.OptunaSampler,
)

OPTIMIZERS: Registry[type[Optimizer]] = Registry(
    "optimizer",
    {optimizer.name: optimizer for optimizer in _ALL},
    aliases={
        "lbfgs": "l-bfgs",
        "lbfgsb": "l-bfgs",
        "l-bfgs-b": "l-bfgs",
        "neldermead": "nelder-mead",
        "simplex": "nelder-mead",
        "conjugate-gradient": "cg",
        "basinhopping": "basin-hopping",
        "qng": "natural-gradient",
        "quantum-natural-gradient": "natural-gradient",
        "qnspsa": "qn-spsa",
        "nft": "rotosolve",
        "tpe": "optuna-tpe",
        "optuna-cma-es": "optuna-cmaes",
    },
    group="hybridq.optimizers",
    check=partial(check_class, base=Optimizer, name_field="name", texts=("summary", "cost")),
)
