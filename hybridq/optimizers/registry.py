"""The names of all optimizers, shared by Python, the command line and YAML."""

from __future__ import annotations

from hybridq.optimizers import optuna_search, scipy_global, scipy_gradient, scipy_local
from hybridq.optimizers.base import Optimizer
from hybridq.registry import Registry

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
    scipy_global.BasinHopping,
    scipy_global.DifferentialEvolution,
    scipy_global.DualAnnealing,
    optuna_search.OptunaTpe,
    optuna_search.OptunaCmaEs,
    optuna_search.OptunaQmc,
    optuna_search.OptunaRandom,
    optuna_search.OptunaGp,
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
        "optuna": "optuna-tpe",
        "tpe": "optuna-tpe",
        "optuna-cma-es": "optuna-cmaes",
    },
)
