"""Circuits of commuting phases on a line of qubits, by a network of swaps.

After n - 2 layers of neighbouring swaps, on even and odd pairs in turn, each of n qubits on a line
has been the neighbour of all others. A coupling is applied where its qubits are neighbours, next to
their swap: both together take 3 CX, and a dense cost (n - 1)(3n - 2)/2. The next phase takes the
layers in the reversed order, and nothing is swapped back.

Source: Kivlichan et al. 2018, arXiv:1711.04789.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Gate,
    Instruction,
    PauliRotation,
    XMixer,
)
from hybridq.circuits.placement import Placement
from hybridq.operators.ising import Ising

_TRIES = 2_000  # exchanges of two qubits in the search for a short network


@dataclass(frozen=True)
class Network:
    """A circuit on a line.

    Attributes:
        circuit: gates on neighbours alone, i and i + 1; qubit i is the i-th of the line.
        measured: place on the line, at the end, of each qubit of the circuit as written.
        layers: layers of swaps for one phase.
    """

    circuit: Circuit
    measured: tuple[int, ...]
    layers: int


def meeting_layers(n_qubits: int) -> NDArray[np.int64]:
    """Return the layers of swaps until two places are neighbours, shape (n, n)."""
    line = list(range(n_qubits))
    met = np.full((n_qubits, n_qubits), n_qubits, dtype=np.int64)
    for layer in range(n_qubits):
        for a, b in pairwise(line):
            met[a, b] = met[b, a] = min(met[a, b], layer)
        for i in range(layer % 2, n_qubits - 1, 2):
            line[i], line[i + 1] = line[i + 1], line[i]
    return met


def short_order(pairs: NDArray[np.int64], n_qubits: int, seed: int = 1) -> tuple[int, ...]:
    """Return places on the line by which all coupled pairs meet early.

    A local search by exchanges of two qubits, which lowers the last layer that is needed, then the
    sum of all. It begins with the order of the Fiedler vector of the couplings.

    Args:
        pairs: coupled qubits, shape (m, 2).
        n_qubits: on the line.
        seed: of the search.

    Returns:
        the place of each qubit.
    """
    met, rng = meeting_layers(n_qubits), np.random.default_rng(seed)
    place = _fiedler_places(pairs, n_qubits)

    def needed() -> tuple[int, int]:
        layers = met[place[pairs[:, 0]], place[pairs[:, 1]]]
        return int(layers.max(initial=-1)), int(layers.sum())

    best = needed()
    for _ in range(_TRIES if n_qubits > 2 else 0):
        a, b = rng.choice(n_qubits, 2, replace=False)
        place[[a, b]] = place[[b, a]]
        now = needed()
        if now <= best:
            best = now
        else:
            place[[a, b]] = place[[b, a]]
    return tuple(place.tolist())


def _fiedler_places(pairs: NDArray[np.int64], n_qubits: int) -> NDArray[np.int64]:
    """Return the rank of each qubit in the Laplacian's second eigenvector."""
    laplacian = np.zeros((n_qubits, n_qubits))
    np.subtract.at(laplacian, (pairs[:, 0], pairs[:, 1]), 1.0)
    laplacian += laplacian.T
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    vector = np.linalg.eigh(laplacian)[1][:, min(1, n_qubits - 1)]
    place = np.empty(n_qubits, dtype=np.int64)
    place[np.argsort(np.round(vector, 9), kind="stable")] = np.arange(n_qubits)
    return place


def swap_network(circuit: Circuit, order: Sequence[int] | None = None) -> Network | None:
    """Return the circuit as a network on a line, None for one of another form.

    Args:
        circuit: of diagonal phases of at most two qubits and of instructions on single qubits.
        order: place of each qubit; by default that of `short_order`.
    """
    n = circuit.n_qubits
    phases = [step for step in circuit.instructions if isinstance(step, DiagonalPhase)]
    costs = [Ising.from_pauli_sum(step.hamiltonian) for step in phases]
    if not costs or not all(cost.is_quadratic for cost in costs):
        return None
    pairs = np.unique(np.concatenate([cost.pairs for cost in costs]), axis=0)
    where = list(short_order(pairs, n) if order is None else order)
    found: list[Instruction] = []
    layers = 0
    for step in circuit.instructions:
        if isinstance(step, DiagonalPhase):
            steps, where, layers = _phase(step, where, layers)
            found += steps
            continue
        parts = step.decompose() if isinstance(step, XMixer) else (step,)
        if any(len(part.qubits) != 1 for part in parts):
            return None
        placed = Placement(where, n)
        found += [part.moved(placed) for part in parts]
    return Network(Circuit(n, tuple(found), circuit.parameters), tuple(where), layers)


def _phase(
    phase: DiagonalPhase, where: list[int], before: int
) -> tuple[list[Instruction], list[int], int]:
    """Return rotations and swaps of a phase, the new places, and the layers.

    Args:
        phase: at most two qubits in a term.
        where: place of each qubit.
        before: layers of the phase before, whose network this one goes backwards.
    """
    cost, angle = Ising.from_pauli_sum(phase.hamiltonian), phase.angle
    found: list[Instruction] = [
        PauliRotation("Z", (where[q],), angle * (2.0 * h))
        for q, h in enumerate(cost.linear.tolist())
        if h
    ]
    left = {
        frozenset(pair): value
        for pair, value in zip(cost.pairs.tolist(), cost.couplings.tolist(), strict=True)
    }
    line = [0] * len(where)
    for qubit, place in enumerate(where):
        line[place] = qubit
    parity = _parity(before)
    layer = 0

    def take(i: int) -> Angle | None:
        """Return the angle that is left for neighbours, None for none."""
        value = left.pop(frozenset(line[i : i + 2]), None)
        return None if value is None else angle * (2.0 * value)

    while True:
        first = parity(layer)
        for i in range(1 - first, len(line) - 1, 2):  # before swaps part them
            theta = take(i)
            found += [] if theta is None else [PauliRotation("ZZ", (i, i + 1), theta)]
        neighbours = {frozenset(pair) for pair in pairwise(line)}
        if left.keys() <= neighbours:  # no swap is needed for what is left
            for i in range(first, len(line) - 1, 2):
                theta = take(i)
                found += [] if theta is None else [PauliRotation("ZZ", (i, i + 1), theta)]
            break
        for i in range(first, len(line) - 1, 2):
            found += _swapped(i, take(i))
            line[i], line[i + 1] = line[i + 1], line[i]
        layer += 1
    places = [0] * len(line)
    for place, qubit in enumerate(line):
        places[qubit] = place
    return found, places, layer


def _swapped(i: int, theta: Angle | None) -> list[Instruction]:
    """Return a swap of neighbours, after their rotation if any: 3 CX in all."""
    ahead, back = Gate("cx", (i, i + 1)), Gate("cx", (i + 1, i))
    turned = [] if theta is None else [PauliRotation("Z", (i + 1,), theta)]
    return [ahead, *turned, back, ahead]


def _parity(before: int) -> Callable[[int], int]:
    """Return the first pair of each layer, backwards after another network."""
    if before == 0:
        return lambda layer: layer % 2
    return lambda layer: (before - 1 - layer) % 2
