"""What a run returns: the answer, how good it is, and everything needed to repeat it."""

from __future__ import annotations

from hybridq.core.plain import json_text, plain
from hybridq.engines.info import EngineInfo
from hybridq.presentation.parts import (
    Best,
    Energy,
    Iteration,
    OptimizerInfo,
    Particles,
    ProblemInfo,
    Ratio,
    Reference,
    Samples,
    Trace,
)
from hybridq.presentation.result import Result
from hybridq.presentation.states import ExcitedStates, State

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
    "Samples",
    "State",
    "Trace",
    "json_text",
    "plain",
]
