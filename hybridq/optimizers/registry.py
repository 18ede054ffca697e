"""Registry of optimizers, shared by Python, the command line and YAML."""

from __future__ import annotations

from functools import partial

from hybridq.core.registry import Registry, check_class, lazy
from hybridq.optimizers.base import Optimizer

OPTIMIZERS: Registry[type[Optimizer]] = Registry(
    "optimizer",
    {
        "l-bfgs": lazy("hybridq.optimizers.scipy_gradient:LBFGS"),
        "bfgs": lazy("hybridq.optimizers.scipy_gradient:BFGS"),
        "cg": lazy("hybridq.optimizers.scipy_gradient:ConjugateGradient"),
        "slsqp": lazy("hybridq.optimizers.scipy_gradient:SLSQP"),
        "tnc": lazy("hybridq.optimizers.scipy_gradient:TNC"),
        "trust-constr": lazy("hybridq.optimizers.scipy_gradient:TrustConstr"),
        "nelder-mead": lazy("hybridq.optimizers.scipy_local:NelderMead"),
        "cobyla": lazy("hybridq.optimizers.scipy_local:COBYLA"),
        "cobyqa": lazy("hybridq.optimizers.scipy_local:COBYQA"),
        "powell": lazy("hybridq.optimizers.scipy_local:Powell"),
        "adam": lazy("hybridq.optimizers.adam:Adam"),
        "natural-gradient": lazy("hybridq.optimizers.natural_gradient:NaturalGradient"),
        "spsa": lazy("hybridq.optimizers.spsa:SPSA"),
        "qn-spsa": lazy("hybridq.optimizers.qn_spsa:QNSPSA"),
        "icans": lazy("hybridq.optimizers.icans:ICANS"),
        "gcans": lazy("hybridq.optimizers.gcans:GCANS"),
        "rosalin": lazy("hybridq.optimizers.rosalin:Rosalin"),
        "rotosolve": lazy("hybridq.optimizers.rotosolve:Rotosolve"),
        "basin-hopping": lazy("hybridq.optimizers.scipy_global:BasinHopping"),
        "differential-evolution": lazy("hybridq.optimizers.scipy_global:DifferentialEvolution"),
        "dual-annealing": lazy("hybridq.optimizers.scipy_global:DualAnnealing"),
        "bayesian": lazy("hybridq.optimizers.bayesian:Bayesian"),
        "optuna-tpe": lazy("hybridq.optimizers.optuna_samplers:OptunaTPE"),
        "optuna-cmaes": lazy("hybridq.optimizers.optuna_samplers:OptunaCMAES"),
        "optuna-qmc": lazy("hybridq.optimizers.optuna_samplers:OptunaQMC"),
        "optuna-random": lazy("hybridq.optimizers.optuna_samplers:OptunaRandom"),
        "optuna-gp": lazy("hybridq.optimizers.optuna_samplers:OptunaGP"),
        "optuna": lazy("hybridq.optimizers.optuna_samplers:OptunaSampler"),
    },
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
