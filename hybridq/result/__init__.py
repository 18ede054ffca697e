"""What a run returns: the answer, how good it is, and everything needed to repeat it."""

from __future__ import annotations

from hybridq.result.parts import (
    Best,
    Energy,
    EngineInfo,
    Iteration,
    OptimizerInfo,
    Particles,
    ProblemInfo,
    Ratio,
    Reference,
    Trace,
)
from hybridq.result.plain import json_text, plain
from hybridq.result.result import Result
from hybridq.result.states import ExcitedStates, State

__all__ = [
    "Best",
    "Energy",
    "EngineInfo",
    "ExcitedStates",
    "Iteration",
    "OptimizerInfo",
    "Particles",
    "ProblemInfo",
    "Ratio",
    "Reference",
    "Result",
    "State",
    "Trace",
    "json_text",
    "plain",
]
