"""Models of dimod, Qiskit and OMMX as programs and polynomials, and back.

The packages are imported on use.
"""

from __future__ import annotations

from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.interop.dimod import from_dimod, to_dimod
from hybridq.problems.programs.interop.ommx import from_ommx
from hybridq.problems.programs.interop.qiskit import from_qiskit, to_qiskit
from hybridq.problems.programs.program import IntegerProgram

__all__ = [
    "from_dimod",
    "from_ommx",
    "from_other_package",
    "from_qiskit",
    "is_model",
    "to_dimod",
    "to_qiskit",
]

_READERS = {"dimod": from_dimod, "ommx": from_ommx, "qiskit_optimization": from_qiskit}


def is_model(model: object) -> bool:
    """Return whether `from_other_package` takes an object."""
    return _package(model) in _READERS


def from_other_package(model: object) -> IntegerProgram | PolynomialData | None:
    """Return a model of another package as a program or a polynomial, else None."""
    return _READERS[_package(model)](model) if is_model(model) else None


def _package(model: object) -> str:
    """Return the package of a model's class."""
    return type(model).__module__.partition(".")[0]
