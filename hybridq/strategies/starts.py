"""Starts of a search for a lowest energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.checks import checked_point
from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import ParameterError, UnknownNameError

Vector = NDArray[np.float64]

# Spread of the angles of a bare circuit: near 0, so that its state is near that of its fixed gates,
# and not at 0, so that a slope that vanishes by symmetry does not end the search.
CIRCUIT_SPREAD = 0.1
CIRCUIT_STARTS = ("auto", "random", "zero")

# Random starts in addition to the first, where one start often ends in a local minimum and an
# evaluation is quick.
DEFAULT_RESTARTS = {"hardware-efficient": 3}
RESTART_QUBITS = 12


@dataclass(frozen=True)
class Starts:
    """Starts of a search.

    Attributes:
        points: one start in each row, shape (k, n_params).
        name: the name of the first.
    """

    points: Vector
    name: str


def first_points(
    ansatz: Ansatz | Circuit,
    initial: str | ArrayLike,
    restarts: int | None,
    rng: np.random.Generator,
) -> Starts:
    """Return the start asked for and `restarts` random ones.

    Args:
        ansatz: the ansatz or circuit whose parameters are searched.
        initial: ``"auto"`` for the ansatz's first choice, another of its starts, or parameters.
        restarts: number of random ones that follow; None for as many as suit the ansatz.
        rng: for random starts.

    Raises:
        UnknownNameError: no start has that name.
        DimensionError: parameters of another number.
        ParameterError: parameters that are not finite, or a circuit without parameters.
    """
    if ansatz.n_params == 0 and isinstance(ansatz, Circuit):
        raise ParameterError(
            "this ansatz has no parameters, so there is nothing to optimize", argument="ansatz"
        )
    if isinstance(ansatz, Circuit):
        return _circuit_points(ansatz, initial, restarts or 0, rng)
    given = not isinstance(initial, str)
    name = None if not given and str(initial).strip().lower() == "auto" else initial
    first = ansatz.initial_point(name, rng)
    if restarts is None:
        small = name is None and ansatz.n_qubits <= RESTART_QUBITS
        restarts = DEFAULT_RESTARTS.get(ansatz.kind, 0) if small else 0
    if ansatz.n_params == 0:
        restarts = 0
    others = [ansatz.initial_point("random", rng) for _ in range(restarts)]
    called = "given parameters" if given else str(name or ansatz.starts[0])
    return Starts(np.array([first, *others]), called)


def _circuit_points(
    circuit: Circuit, initial: str | ArrayLike, restarts: int, rng: np.random.Generator
) -> Starts:
    """Return the starts of a bare circuit."""
    n = circuit.n_params
    draws = rng.normal(0.0, CIRCUIT_SPREAD, (restarts + 1, n))
    if isinstance(initial, str):
        name = initial.strip().lower()
        if name not in CIRCUIT_STARTS:
            raise UnknownNameError("initial point", initial, CIRCUIT_STARTS, argument="initial")
        if name == "zero":
            draws[0] = 0.0
        return Starts(draws, "zero" if name == "zero" else "random")
    draws[0] = checked_point("the circuit", initial, n)
    return Starts(draws, "given parameters")
