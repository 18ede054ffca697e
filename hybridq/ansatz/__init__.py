"""Parameterized circuits: the instruction set and the ansätze written in it."""

from hybridq.ansatz.circuit import Circuit
from hybridq.ansatz.instructions import Angle
from hybridq.ansatz.qaoa import QAOA

__all__ = ["QAOA", "Angle", "Circuit"]
