"""The classical outer loop: `minimize` and the optimizers it knows by name."""

from __future__ import annotations

from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.registry import OPTIMIZERS
from hybridq.optimizers.search import minimize
from hybridq.optimizers.solution import Record, Solution, Status
from hybridq.storage.journal import Journal

__all__ = [
    "OPTIMIZERS",
    "Journal",
    "Optimizer",
    "Outcome",
    "Record",
    "Solution",
    "Status",
    "minimize",
]
