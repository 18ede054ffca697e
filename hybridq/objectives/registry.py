"""The names of all objectives, shared by Python, the command line and YAML."""

from __future__ import annotations

from hybridq.core.registry import Registry
from hybridq.objectives.base import Objective
from hybridq.objectives.cvar import CVaR
from hybridq.objectives.expectation import Expectation
from hybridq.objectives.gibbs import Gibbs
from hybridq.objectives.success import SuccessProbability

_ALL: tuple[type[Objective], ...] = (Expectation, CVaR, Gibbs, SuccessProbability)

OBJECTIVES: Registry[type[Objective]] = Registry(
    "objective", {kind.kind: kind for kind in _ALL}, aliases={"success": "success-probability"}
)
