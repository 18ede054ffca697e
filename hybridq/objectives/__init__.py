"""What the outer loop minimizes: functions of the parameter vector alone."""

from __future__ import annotations

from hybridq.objectives.base import Objective, Vector
from hybridq.objectives.cvar import CVaR
from hybridq.objectives.expectation import Expectation
from hybridq.objectives.gibbs import Gibbs
from hybridq.objectives.parameter_shift import ParameterShift
from hybridq.objectives.registry import OBJECTIVES
from hybridq.objectives.shots import Estimate, FromShots
from hybridq.objectives.success import SuccessProbability

__all__ = [
    "OBJECTIVES",
    "CVaR",
    "Estimate",
    "Expectation",
    "FromShots",
    "Gibbs",
    "Objective",
    "ParameterShift",
    "SuccessProbability",
    "Vector",
]
