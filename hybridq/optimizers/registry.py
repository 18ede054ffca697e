"""The names of all optimizers, shared by Python, the command line and YAML."""

from __future__ import annotations

from hybridq.core.registry import Registry
from hybridq.optimizers import (
    adam,
    natural_gradient,
    optuna_samplers,
    qn_spsa,
    rotosolve,
    scipy_global,
    scipy_gradient,
    scipy_local,
    spsa,
)
from hybridq.optimizers.base import Optimizer

_ALL: tuple[type[Optimizer], ...] = (
    scipy_gradient.Lbfgs,
    scipy_gradient.Bfgs,
    scipy_gradient.ConjugateGradient,
    scipy_gradient.Slsqp,
    scipy_gradient.Tnc,
    scipy_gradient.TrustConstr,
    scipy_local.NelderMead,
    scipy_local.Cobyla,
    scipy_local.Cobyqa,
    scipy_local.Powell,
    adam.Adam,
    natural_gradient.NaturalGradient,
    spsa.Spsa,
    qn_spsa.QnSpsa,
    rotosolve.Rotosolve,
    scipy_global.BasinHopping,
    scipy_global.DifferentialEvolution,
    scipy_global.DualAnnealing,
    optuna_samplers.OptunaTpe,
    optuna_samplers.OptunaCmaEs,
    optuna_samplers.OptunaQmc,
    optuna_samplers.OptunaRandom,
    optuna_samplers.OptunaGp,
    optuna_samplers.OptunaByName,
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
)
