"""Where a search begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.checks import checked_point
from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import ParameterError, UnknownNameError

Vector = NDArray[np.float64]

# Angles of a bare circuit, of which nothing is known: near 0, so that it is near what its fixed
# gates prepare, and off it, so that a slope that vanishes by symmetry does not end the search.
CIRCUIT_SPREAD = 0.1
CIRCUIT_STARTS = ("auto", "random", "zero")

# Random starts beside the first, where one start often ends in a local minimum and an evaluation
# takes no time.
DEFAULT_RESTARTS = {"hardware-efficient": 3}
RESTART_QUBITS = 12


@dataclass(frozen=True)
class Starts:
    """One row a start, shape (k, n_params), and what to call the first."""

    points: Vector
    name: str


def first_points(
    ansatz: Ansatz | Circuit,
    initial: str | ArrayLike,
    restarts: int | None,
    rng: np.random.Generator,
) -> Starts:
    """The starts of a search: the one asked for, and `restarts` random ones.

    Args:
        ansatz: what is searched.
        initial: ``"auto"`` for the ansatz's first choice, another of its starts, or parameters.
        restarts: how many random ones follow; None for as many as suit the ansatz.
        rng: for random starts.

    Raises:
        UnknownNameError: no start of that name.
        DimensionError: parameters of another number.
        ParameterError: parameters that are not finite, or a circuit without parameters.
    """
    if ansatz.n_params == 0:
        raise ParameterError("this ansatz has no parameters: there is nothing to optimize")
    if isinstance(ansatz, Circuit):
        return _circuit_points(ansatz, initial, restarts or 0, rng)
    given = not isinstance(initial, str)
    name = None if not given and str(initial).strip().lower() == "auto" else initial
    first = ansatz.initial_point(name, rng)
    if restarts is None:
        small = name is None and ansatz.n_qubits <= RESTART_QUBITS
        restarts = DEFAULT_RESTARTS.get(ansatz.kind, 0) if small else 0
    others = [ansatz.initial_point("random", rng) for _ in range(restarts)]
    called = "given parameters" if given else str(name or ansatz.starts[0])
    return Starts(np.array([first, *others]), called)


def _circuit_points(
    circuit: Circuit, initial: str | ArrayLike, restarts: int, rng: np.random.Generator
) -> Starts:
    n = circuit.n_params
    draws = rng.normal(0.0, CIRCUIT_SPREAD, (restarts + 1, n))
    if isinstance(initial, str):
        name = initial.strip().lower()
        if name not in CIRCUIT_STARTS:
            raise UnknownNameError("initial point", initial, CIRCUIT_STARTS)
        if name == "zero":
            draws[0] = 0.0
        return Starts(draws, "zero" if name == "zero" else "random")
    draws[0] = checked_point("the circuit", initial, n)
    return Starts(draws, "given parameters")
