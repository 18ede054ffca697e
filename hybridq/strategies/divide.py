"""QAOA in QAOA: pieces of a graph, then the graph of the pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.classical import _couplings
from hybridq.classical.exact import exact_minimum
from hybridq.core.checks import checked_count
from hybridq.core.clock import Deadline
from hybridq.engines.base import counted_bits
from hybridq.engines.choose import choose_engine
from hybridq.engines.protocols import SupportsSampling
from hybridq.operators.ising import Ising
from hybridq.operators.p1 import p1_optimum
from hybridq.strategies.base import ControlEnergy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Bits,
    Unsampled,
    comes_after,
    descended,
    energy_of,
    same_work,
    with_answer,
)

MOST_OF_A_PIECE = 24  # nodes
_EDGES = 10_000  # of a matching that are looked at before those without free ends are left out
_PARTS = 3  # of a time limit: the strategy and its controls
# Work of a piece, in the units of `annealing.Work`: its angles and samples, and each amplitude of
# a layer and qubit.
_PIECE, _GATE = 1e6, 0.5


@dataclass(frozen=True, kw_only=True)
class Divide(Unsampled):
    """Run QAOA on pieces of the graph, then on the graph of the pieces (QAOA²).

    Pieces are merged along the strongest couplings. Each is simulated and sampled, at its own best
    angles for p = 1 and at `QAOA.initial_point` for more layers; the best samples are spins of a
    smaller problem, in which a piece is flipped as a whole. Single flips end it. One control is
    the same division with every piece solved exactly, another annealing with about the same work.

    Args:
        piece: the most nodes of a piece, at most 24.
        shots: samples of each piece.

    Source: Zhou, Du, Tian, Tao, Phys. Rev. Applied 19, 024027 (2023), arXiv:2205.11762.
    """

    name: ClassVar[str] = "divide"
    summary: ClassVar[str] = "QAOA on pieces of the graph, then on the graph of the pieces"
    source: ClassVar[str] = "Zhou, Du, Tian, Tao 2022, arXiv:2205.11762"

    piece: int = 16
    shots: int = 256

    def __post_init__(self) -> None:
        checked_count("piece", self.piece, at_least=2, at_most=MOST_OF_A_PIECE)
        checked_count("shots", self.shots, at_most=1_000_000)

    def answered(self, task: Task, found: StrategyResult) -> StrategyResult:
        """See `Unsampled`."""
        deadline = task.deadline
        ising = found.ansatz.ising
        task.announce("pieces")
        pieces = _Pieces(self.piece, deadline.part(1.0 / _PARTS))
        joined, count = pieces.divided(ising, lambda part: self._sampled(part, task))
        bits = descended(ising, joined)
        seconds, complete = pieces.deadline.seconds, pieces.complete
        flips = int((bits != joined).sum())
        controls: tuple[ControlEnergy, ...] = ()
        task.announce("controls")
        if comes_after(deadline, complete):
            pieces = _Pieces(self.piece, deadline.part(1.0 / (_PARTS - 1)))
            exactly, _ = pieces.divided(ising, lambda part: exact_minimum(part).bits)
            exactly = descended(ising, exactly)
            name = "the same pieces solved exactly"
            energy, took = energy_of(ising, exactly), pieces.deadline.seconds
            controls = (ControlEnergy(name, energy, took, exactly, pieces.complete),)
        work = count * (_PIECE + task.p * _GATE * self.piece * 2.0**self.piece)
        last = task.rng.spawn(1)[0]
        ending = f", then {flips:,} single flips" if flips else ""
        return with_answer(
            found,
            bits=bits,
            method=f"QAOA on {count:,} pieces of at most {self.piece} nodes{ending}",
            seconds=seconds,
            controls=(
                *controls,
                *same_work(ising, last, work, seconds, deadline, after=complete),
            ),
            complete=complete,
        )

    def _sampled(self, part: Ising, task: Task) -> Bits:
        """Return the best sample of QAOA on one piece."""
        if not len(part.pairs):
            return (part.linear > 0).astype(np.uint8)
        ansatz = QAOA(part, task.p, mixer=task.ansatz.mixer)
        if task.p == 1:
            best = p1_optimum(part)
            x = np.array([best.gamma, best.beta])
        else:
            x = ansatz.initial_point("auto", task.rng)
        engine = choose_engine(ansatz.circuit, ansatz.hamiltonian, needs=(SupportsSampling,))
        assert isinstance(engine, SupportsSampling)
        rows, _ = counted_bits(engine.sample(x, self.shots, task.rng), part.n_qubits)
        return np.asarray(rows[int(np.argmin(part.energies(rows)))])


class _Pieces:
    """Division of a problem; pieces after a limit or Ctrl-C follow their fields.

    Attributes:
        deadline: of the division.
        complete: whether no piece was late.
    """

    def __init__(self, most: int, deadline: Deadline) -> None:
        self._most, self._stopped = most, False
        self.deadline, self.complete = deadline, True

    def divided(self, ising: Ising, solve: Callable[[Ising], Bits]) -> tuple[Bits, int]:
        """Return the assignment of a division, and the number of pieces of all levels."""

        def in_time(part: Ising) -> Bits:
            if not self._stopped and not self.deadline.passed:
                try:
                    return solve(part)
                except KeyboardInterrupt:
                    self._stopped = True
            self.complete = False
            return (part.linear > 0).astype(np.uint8)

        if ising.n_qubits <= self._most:
            return in_time(ising), 1
        pieces = merged_pieces(ising, self._most)
        count = int(pieces.max()) + 1
        if count == ising.n_qubits:  # no couplings are left
            return (ising.linear > 0).astype(np.uint8), count
        if self.deadline.passed:
            self.complete = False
            return (ising.linear > 0).astype(np.uint8), count
        bits = np.zeros(ising.n_qubits, dtype=np.uint8)
        i, j = np.asarray(ising.pairs).reshape(-1, 2).T
        across = pieces[i] != pieces[j]
        for spins, part in _couplings.split(ising, pieces, count):
            bits[spins] = in_time(part)
        signs = 1.0 - 2.0 * bits
        fields = np.bincount(pieces, ising.linear * signs, count).astype(np.float64)
        between = np.column_stack([pieces[i[across]], pieces[j[across]]])
        couplings = ising.couplings[across] * signs[i[across]] * signs[j[across]]
        flips, further = self.divided(Ising(count, 0.0, fields, between, couplings), solve)
        return bits ^ flips[pieces], count + further


def merged_pieces(ising: Ising, most: int) -> NDArray[np.int64]:
    """Return the number of the piece of each spin, shape (n_qubits,), from 0.

    Rounds of matching along the strongest couplings between pieces merge them as long as they
    have at most `most` spins.
    """
    n = ising.n_qubits
    i, j = np.asarray(ising.pairs).reshape(-1, 2).T
    pieces = np.arange(n)
    while True:
        count = int(pieces.max()) + 1
        sizes = np.bincount(pieces, minlength=count)
        a, b = pieces[i], pieces[j]
        apart = (a != b) & (sizes[a] + sizes[b] <= most)
        if not apart.any():
            return pieces
        table = (
            scipy.sparse.coo_matrix(
                (
                    np.abs(ising.couplings[apart]),
                    (np.minimum(a, b)[apart], np.maximum(a, b)[apart]),
                ),
                shape=(count, count),
            )
            .tocsr()
            .tocoo()
        )
        # Strong couplings for the sizes that they join, so that pieces grow alike.
        weight = table.data / np.sqrt(sizes[table.row] * sizes[table.col])
        partner = np.arange(count)
        free = np.ones(count, dtype=bool)
        waiting = np.argsort(-weight, kind="stable")
        while len(waiting):
            for edge in waiting[:_EDGES].tolist():
                one, other = int(table.row[edge]), int(table.col[edge])
                if free[one] and free[other]:
                    free[one] = free[other] = False
                    partner[other] = one
            waiting = waiting[_EDGES:]
            waiting = waiting[free[table.row[waiting]] & free[table.col[waiting]]]
        pieces = np.unique(partner[pieces], return_inverse=True)[1].astype(np.int64)
