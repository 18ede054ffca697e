"""Exact minimum of a sparse Ising problem by variable elimination."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.classical.baseline import Baseline
from hybridq.core.clock import Deadline
from hybridq.core.errors import CapacityError

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

# Tables of 2^23 energies take 64 MiB; 2^27 entries in total take a second or two.
MAX_WIDTH = 22
MAX_ENTRIES = 1 << 27
_ENTRIES_A_SECOND = 5e7
_SPIN_SECONDS = 1e-5  # to list the neighbours of a spin
_LOOK = 1_000  # steps of a plan between two looks at the clock

_Factor = tuple[tuple[int, ...], NDArray[np.float64]]


@dataclass(frozen=True)
class EliminationPlan:
    """Order of elimination of all spins, and its cost.

    Attributes:
        order: all spins, in the order of their elimination.
        width: largest number of other spins that one elimination couples.
        entries: total number of tabulated energies.
    """

    order: tuple[int, ...]
    width: int
    entries: int


def plan_elimination(ising: Ising, *, deadline: Deadline | None = None) -> EliminationPlan | None:
    """Return an elimination order by least degree, None if it exceeds the limits.

    Args:
        ising: the problem.
        deadline: None is returned as well where the plan, or the elimination, takes longer.
    """
    deadline = deadline or Deadline()
    if len(ising.pairs) > MAX_WIDTH * ising.n_qubits:
        return None  # each elimination removes at most MAX_WIDTH of them
    if ising.n_qubits * _SPIN_SECONDS > deadline.left:
        return None
    adjacent: list[set[int]] = [set() for _ in range(ising.n_qubits)]
    scopes = [tuple(pair) for pair in np.asarray(ising.pairs).tolist()]
    for scope in scopes + [tuple(qubits) for qubits, _ in ising.higher]:
        for i in scope:
            adjacent[i].update(scope)
    for i, others in enumerate(adjacent):
        others.discard(i)
    queue = [(len(others), i) for i, others in enumerate(adjacent)]
    heapq.heapify(queue)
    eliminated = [False] * ising.n_qubits
    order: list[int] = []
    width, entries, steps = 0, 0, 0
    while queue:
        steps += 1
        if steps % _LOOK == 0 and deadline.passed:
            return None
        degree, i = heapq.heappop(queue)
        if eliminated[i] or degree != len(adjacent[i]):
            continue  # outdated by a later degree
        width, entries = max(width, degree), entries + (2 << degree)
        if width > MAX_WIDTH or entries > MAX_ENTRIES:
            return None
        eliminated[i] = True
        order.append(i)
        for j in adjacent[i]:
            adjacent[j] |= adjacent[i]
            adjacent[j] -= {i, j}
            heapq.heappush(queue, (len(adjacent[j]), j))
    if entries > _ENTRIES_A_SECOND * deadline.left:
        return None
    return EliminationPlan(tuple(order), width, entries)


def elimination_minimum(ising: Ising, plan: EliminationPlan | None = None) -> Baseline:
    """Return the ground state of `ising` by variable elimination, terms of any order.

    Eliminating spin i replaces all terms that contain it by their minimum over s_i, a table over
    its neighbours; in reverse order, each spin takes the value that attained the minimum. The
    result is exact; the cost grows as 2^width and linearly with the number of spins.

    Args:
        ising: the problem.
        plan: the result of `plan_elimination`, computed by default.

    Raises:
        CapacityError: the problem is too densely connected.

    Source: R. Dechter, Artificial Intelligence 113, 41 (1999).
    """
    plan = plan or plan_elimination(ising)
    if plan is None:
        raise CapacityError(
            f"eliminating {ising.n_qubits} spins couples more than {MAX_WIDTH} at a time "
            f"or tabulates more than {MAX_ENTRIES} energies",
            remedy="use local_search",
        )
    rank = np.empty(ising.n_qubits, dtype=np.int64)
    rank[list(plan.order)] = np.arange(ising.n_qubits)
    # From here on spins are numbered by their rank in the order. The scope of a factor ascends,
    # and it is stored with its first spin, which is eliminated first.
    waiting: list[list[_Factor]] = [[] for _ in plan.order]
    for scope, energies in _factors(ising, rank):
        waiting[scope[0]].append((scope, energies))
    choices: list[tuple[tuple[int, ...], NDArray[np.bool_]]] = []
    for i, factors in enumerate(waiting):
        scope = tuple(sorted({i}.union(*(set(held) for held, _ in factors))))
        total = np.zeros((2,) * len(scope))
        for held, energies in factors:
            total += energies.reshape([2 if j in held else 1 for j in scope])
        choices.append((scope[1:], total[1] < total[0]))
        if len(scope) > 1:
            waiting[scope[1]].append((scope[1:], np.minimum(total[0], total[1])))
        factors.clear()
    ranked = np.zeros(ising.n_qubits, dtype=np.uint8)
    for i in range(ising.n_qubits - 1, -1, -1):
        others, choice = choices[i]
        ranked[i] = choice[tuple(ranked[list(others)])]
    return Baseline.from_bits(ising, ranked[rank], method="variable elimination", exact=True)


def _factors(ising: Ising, rank: NDArray[np.int64]) -> list[_Factor]:
    """Return each term as a table over its spins, by rank; bit 0 is spin +1."""
    up = np.array([1.0, -1.0])
    factors: list[_Factor] = [
        ((int(rank[i]),), float(ising.linear[i]) * up) for i in np.flatnonzero(ising.linear)
    ]
    both = np.multiply.outer(up, up)
    for pair, coupling in zip(rank[ising.pairs].tolist(), ising.couplings.tolist(), strict=True):
        factors.append((tuple(sorted(pair)), coupling * both))
    for qubits, value in ising.higher:
        product = np.ones(())
        for _ in qubits:
            product = np.multiply.outer(product, up)
        factors.append((tuple(sorted(rank[list(qubits)].tolist())), value * product))
    return factors
