"""Outcomes of a run, and the sentences, tables and pictures that present them."""

from __future__ import annotations

from hybridq.classical.exact_energies import Diagonalization, ExactStatus
from hybridq.core.plain import json_text, plain
from hybridq.engines.info import EngineInfo
from hybridq.presentation.columns import Columns
from hybridq.presentation.energy_parts import Energy, Iteration, Particles
from hybridq.presentation.measured import MeasuredEnergy
from hybridq.presentation.parts import (
    Assignment,
    Best,
    Control,
    OptimizerInfo,
    ProblemInfo,
    Ratio,
    Reference,
    Samples,
    Trace,
)
from hybridq.presentation.result import Result
from hybridq.presentation.states import ExcitedStates, State

__all__ = [
    "Assignment",
    "Best",
    "Columns",
    "Control",
    "Diagonalization",
    "Energy",
    "EngineInfo",
    "ExactStatus",
    "ExcitedStates",
    "Iteration",
    "MeasuredEnergy",
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
