"""Limits of exact simulation, checked before an instance is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.errors import CapacityError
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.operators.sector import MOST_QUBITS as MOST_OF_A_SECTOR

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

__all__ = ["MOST_OF_A_SECTOR", "MOST_OF_A_STATE", "check_qubits", "check_size"]


def check_qubits(number: int, most: int, where: str) -> None:
    """Raise if no engine can simulate an instance exactly.

    Args:
        number: number of qubits.
        most: the limit of the engines for this kind of problem.
        where: the entry of the config, such as ``"nodes: 40"``.

    Raises:
        CapacityError: too many qubits.
    """
    if number > most:
        raise CapacityError(
            f"{where}: {number} qubits are too many to simulate exactly: give at most {most}"
        )


def check_size(problem: Problem, most: int, where: str = "") -> None:
    """Raise if no engine can simulate a problem exactly.

    A problem with a feasible space may have any number of qubits: its states are counted where
    they are simulated.

    Args:
        problem: the instance.
        most: the limit of the engines for this kind of problem, in qubits.
        where: the entry of the config; the name of the instance by default.

    Raises:
        CapacityError: too many qubits.
    """
    from hybridq.problems.base import BinaryProblem

    if isinstance(problem, BinaryProblem) and problem.space is not None:
        return
    check_qubits(problem.n_qubits, most, where or f"problem: {problem.name}")
