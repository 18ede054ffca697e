"""Limits of exact simulation, checked before an instance is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.errors import CapacityError
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.operators.sector import MOST_QUBITS as MOST_OF_A_SECTOR

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

__all__ = ["MOST_OF_A_SECTOR", "MOST_OF_A_STATE", "check_qubits", "check_size"]


_MOST_NODES = 100_000
_MOST_EDGES = 2_000_000


def check_generated(nodes: int, edges: float) -> None:
    """Raise if a graph is too large to be generated.

    Args:
        nodes: their number.
        edges: the number of edges, of a random graph on average.

    Raises:
        CapacityError: too many of either.
    """
    if nodes > _MOST_NODES or edges > _MOST_EDGES:
        raise CapacityError(
            f"{nodes:,} nodes and {edges:,.0f} edges are too many to generate: give "
            f"at most {_MOST_NODES:,} nodes and {_MOST_EDGES:,} edges"
        )


def check_qubits(number: int, most: int | None, where: str) -> None:
    """Raise if no engine can simulate an instance exactly.

    Args:
        number: number of qubits.
        most: the limit of the engines for this kind of problem, None without one.
        where: the entry of the config, such as ``"nodes: 40"``.

    Raises:
        CapacityError: too many qubits.
    """
    if most is not None and number > most:
        raise CapacityError(
            f"{where}: {number} qubits are too many to simulate exactly: give at most {most}"
        )


def check_size(problem: Problem, most: int | None, where: str = "") -> None:
    """Raise if no engine can simulate a problem exactly.

    A problem with a feasible space may have any number of qubits: its states are counted where
    they are simulated.

    Args:
        problem: the instance.
        most: the limit of the engines for this kind of problem, in qubits, None without one.
        where: the entry of the config; the name of the instance by default.

    Raises:
        CapacityError: too many qubits.
    """
    from hybridq.problems.base import BinaryProblem

    if isinstance(problem, BinaryProblem) and problem.space is not None:
        return
    check_qubits(problem.n_qubits, most, where or f"problem: {problem.name}")
