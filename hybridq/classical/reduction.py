"""Exact removal of spins with few neighbours from an Ising problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.classical import _couplings
from hybridq.core.clock import Deadline
from hybridq.operators.ising import Ising

_MOST = 3  # neighbours: the minimum over a spin with more is no sum of pairs
_SPIN_SECONDS, _SHARE = 2e-5, 0.2  # to remove a spin; of the time that is left
_ROUNDING = 1e-12  # of the largest coupling, below which a sum of couplings is zero

_Row = dict[int, float]
_Step = tuple[int, tuple[tuple[int, float], ...]]  # a spin, and its couplings when it was removed


@dataclass(frozen=True, eq=False)
class Reduced:
    """A problem without the spins that could be removed.

    Attributes:
        energy: of the spins that are left: the least one of all assignments of the others.
        spins: their numbers in the whole problem, ascending, int64.
    """

    energy: Ising
    spins: NDArray[np.int64]
    _steps: tuple[_Step, ...]
    _n: int

    def restored(self, bits: ArrayLike) -> NDArray[np.uint8]:
        """Return an assignment of the whole problem, of the same energy.

        Args:
            bits: of the spins that are left, shape (len(spins),).
        """
        if not self._steps:
            return np.array(bits, dtype=np.uint8)
        whole = np.ones(self._n + 1)  # the last one stands for the fields
        whole[self.spins] = 1.0 - 2.0 * np.asarray(bits, dtype=np.float64)
        signs = whole.tolist()
        for spin, row in reversed(self._steps):
            field = sum(weight * signs[other] for other, weight in row)
            signs[spin] = -1.0 if field > 0.0 else 1.0
        return np.array([sign < 0.0 for sign in signs[: self._n]], dtype=np.uint8)


def reduced(ising: Ising, deadline: Deadline | None = None) -> Reduced:
    r"""Return the problem without spins of at most three neighbours.

    They are removed one by one. The minimum over a spin v is :math:`-|\sum_u J_{vu} s_u|`, an even
    function of its neighbours; of up to three spins, that is a constant and couplings. A field
    counts as one neighbour more. One spin always stays.

    Args:
        ising: the problem, with terms of at most two spins.
        deadline: of the caller; all spins stay where removing them would take long.

    Raises:
        ParameterError: terms of more than two spins.

    Source: for max-cut C. Ferizovic, D. Hespe, S. Lamm, M. Mnich, C. Schulz, D. Strash,
    Engineering Kernelization for Maximum Cut, ALENEX 2020, arXiv:1905.10902.
    """
    _couplings.require_quadratic(ising, "reduced")
    known: Reduced | None = ising.__dict__.get("_reduced")
    if known is not None:
        return known
    n = ising.n_qubits
    if deadline is not None and n * _SPIN_SECONDS > _SHARE * deadline.left:
        return Reduced(ising, np.arange(n), (), n)
    graph = _Rows(_couplings.without_fields(ising), n)
    steps = graph.removed()
    if not steps:
        return Reduced(ising, np.arange(n), (), n)
    energy, spins = graph.left([spin for spin, _ in steps], ising.constant)
    made = Reduced(energy, spins, tuple(steps), n)
    ising.__dict__["_reduced"] = made  # both are immutable
    return made


class _Rows:
    """Couplings in rows; those that change are made dictionaries."""

    def __init__(self, ising: Ising, n: int) -> None:
        self._pairs, self._couplings, self._n = np.asarray(ising.pairs), ising.couplings, n
        self._starts, self._targets, self._weights = _couplings.neighbours(ising)
        self._least = _ROUNDING * float(np.abs(ising.couplings).max(initial=0.0))
        self._changed: dict[int, _Row] = {}
        self._constant = 0.0

    def _row(self, i: int) -> _Row:
        """Return the couplings of spin i, which may be changed."""
        row = self._changed.get(i)
        if row is None:
            own = slice(self._starts[i], self._starts[i + 1])
            row = dict(zip(self._targets[own].tolist(), self._weights[own].tolist(), strict=True))
            self._changed[i] = row
        return row

    def removed(self) -> list[_Step]:
        """Remove spins, fewest neighbours first; return each with its couplings."""
        degrees = np.diff(self._starts)[: self._n]
        waiting = [np.flatnonzero(degrees == d)[::-1].tolist() for d in range(_MOST + 1)]
        steps: list[_Step] = []
        gone: set[int] = set()
        while len(steps) < self._n - 1:
            count = next((d for d in range(_MOST + 1) if waiting[d]), None)
            if count is None:
                break
            spin = waiting[count].pop()
            if spin in gone or len(self._row(spin)) != count:
                continue
            gone.add(spin)
            row = tuple(self._row(spin).items())
            steps.append((spin, row))
            for other, _ in row:
                del self._row(other)[spin]
            self._close(row)
            for other, _ in row:
                degree = len(self._row(other))
                if degree <= _MOST and other < self._n:
                    waiting[degree].append(other)
        return steps

    def _close(self, row: tuple[tuple[int, float], ...]) -> None:
        """Add the minimum over a spin, as a function of its neighbours."""
        match row:
            case ((_, x),):
                self._constant -= abs(x)
            case ((a, x), (b, y)):
                same, apart = abs(x + y), abs(x - y)
                self._constant -= 0.5 * (same + apart)
                self._couple(a, b, 0.5 * (apart - same))
            case ((a, x), (b, y), (c, z)):
                # The energies of equal signs, and with each of the three apart, are -f.
                f = abs(x + y + z), abs(y + z - x), abs(x + z - y), abs(x + y - z)
                self._constant -= 0.25 * sum(f)
                self._couple(a, b, 0.25 * (f[1] + f[2] - f[0] - f[3]))
                self._couple(a, c, 0.25 * (f[1] + f[3] - f[0] - f[2]))
                self._couple(b, c, 0.25 * (f[2] + f[3] - f[0] - f[1]))

    def _couple(self, a: int, b: int, weight: float) -> None:
        """Add a coupling; where the sum is rounding, drop it and lower all energies."""
        one, other = self._row(a), self._row(b)
        total = one.get(b, 0.0) + weight
        if abs(total) > self._least:
            one[b] = other[a] = total
        else:
            self._constant -= abs(total)
            one.pop(b, None)
            other.pop(a, None)

    def left(self, gone: list[int], constant: float) -> tuple[Ising, NDArray[np.int64]]:
        """Return the energy of all other spins, and their numbers."""
        kept = np.ones(self._n + 1, dtype=bool)
        kept[gone] = False
        spins = np.flatnonzero(kept[:-1])
        fresh = kept.copy()
        fresh[list(self._changed)] = False
        own = fresh[self._pairs].all(axis=1)
        rows = [
            (i, j, weight)
            for i, row in self._changed.items()
            if kept[i]
            for j, weight in row.items()
            if i < j or j not in self._changed
        ]
        table = np.array(rows).reshape(-1, 3)
        pairs = np.concatenate([self._pairs[own], table[:, :2].astype(np.int64)])
        couplings = np.concatenate([self._couplings[own], table[:, 2]])
        rank = np.empty(self._n + 1, dtype=np.int64)
        rank[spins] = np.arange(len(spins))
        fields = (pairs == self._n).any(axis=1)
        linear = np.zeros(len(spins))
        linear[rank[pairs[fields].min(axis=1)]] = couplings[fields]
        energy = Ising(
            len(spins), constant + self._constant, linear, rank[pairs[~fields]], couplings[~fields]
        )
        return energy, spins
