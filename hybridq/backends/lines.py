"""Lines of good qubits on a device."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from hybridq.noise import DeviceSnapshot

_STARTS = 40
_STEPS = 2_000  # of the search from one start


def best_line(snapshot: DeviceSnapshot, length: int, seed: int = 1) -> tuple[int, ...] | None:
    """Return a line of coupled qubits with small errors, None where none is found.

    A depth-first search from several qubits, which tries neighbours with small errors first.

    Args:
        snapshot: errors and coupling of the device.
        length: number of qubits.
        seed: of the starts.
    """
    costs: dict[int, dict[int, float]] = {qubit: {} for qubit in range(snapshot.n_qubits)}
    for a, b in snapshot.coupling:
        known = [gate.error for gate in snapshot.gates_on(a, b) if gate.error is not None]
        cost = -math.log1p(-min(*known, 0.999)) if known else 0.0
        costs[a][b] = costs[b][a] = cost
    rng = np.random.default_rng(seed)
    starts = rng.permutation(snapshot.n_qubits)[:_STARTS]
    found = [line for start in starts.tolist() if (line := _from(start, length, costs))]
    return min(found, key=lambda line: _cost(line, costs), default=None)


def _cost(line: tuple[int, ...], costs: dict[int, dict[int, float]]) -> float:
    """Return the sum of the costs of neighbours."""
    return sum(costs[a][b] for a, b in pairwise(line))


def _from(start: int, length: int, costs: dict[int, dict[int, float]]) -> tuple[int, ...] | None:
    """Return a line from a qubit, None where the steps of the search run out."""
    line, used = [start], {start}
    choices = [sorted(costs[start], key=costs[start].__getitem__)]
    for _ in range(_STEPS):
        if len(line) == length:
            return tuple(line)
        open_ = [qubit for qubit in choices[-1] if qubit not in used]
        if open_:
            choices[-1] = open_[1:]
            line.append(open_[0])
            used.add(open_[0])
            last = costs[open_[0]]
            choices.append(sorted(last, key=last.__getitem__))
        elif len(line) > 1:
            used.discard(line.pop())
            choices.pop()
        else:
            return None
    return None
