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

__all__ = [
    "Best",
    "Energy",
    "EngineInfo",
    "Iteration",
    "OptimizerInfo",
    "Particles",
    "ProblemInfo",
    "Ratio",
    "Reference",
    "Result",
    "Trace",
    "json_text",
    "plain",
]
