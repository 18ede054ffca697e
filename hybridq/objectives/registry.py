"""The names of all objectives, shared by Python, the command line and YAML."""

from __future__ import annotations

from functools import partial

from hybridq.core.registry import Registry, check_class
from hybridq.objectives.config import ObjectiveConfig
from hybridq.objectives.cvar import CVaR
from hybridq.objectives.expectation import Expectation
from hybridq.objectives.gibbs import Gibbs
from hybridq.objectives.success import SuccessProbability

_ALL: tuple[type[ObjectiveConfig], ...] = (Expectation, CVaR, Gibbs, SuccessProbability)

OBJECTIVES: Registry[type[ObjectiveConfig]] = Registry(
    "objective",
    {each.kind: each for each in _ALL},
    aliases={"success": "success-probability"},
    group="hybridq.objectives",
    check=partial(check_class, base=ObjectiveConfig, name_field="kind", texts=("summary",)),
)
