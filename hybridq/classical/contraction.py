"""Contraction of an Ising problem: fix the strongest correlation, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.classical.exact import exact_minimum
from hybridq.classical.local_search import local_search
from hybridq.core import memory
from hybridq.core.clock import Deadline, TimeLimit
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.operators.ising import Ising
from hybridq.operators.p1 import Sums, p1_optimum

EXACT_REST = 14  # spins that are left for an exhaustive search
_RENEWALS = 25  # times that the angles are optimized again
_LIMIT = 0.01  # of the best angle: correlations are linear there, but for ties
_SLOT_BYTES = 40
_FEW = 0.125  # of the steps that take as long as all correlations
_PASS_SPEED = 5e8  # factors a second, of the correlations of all pairs
_FIRST_PASSES = 3  # that a single contraction takes: the angle, all correlations, one step
_STEP = 0.1  # of the best angle, for the parabola through three energies that renews it
_COSINE, _CONTRACTION = 3.5, 2_600.0  # work of a factor of a product, and of removing a spin


@dataclass(frozen=True)
class Contracted:
    """The state that a contraction ended in.

    Attributes:
        baseline: its bits, energy and label.
        contractions: the number of spins that were removed, before the rest was searched.
        complete: False where an interruption or a time limit ended it early; the spins that were
            left are then set one by one, each to lower the energy.
        work: in the units of `annealing.Work`; it depends on no clock.
    """

    baseline: Baseline
    contractions: int
    complete: bool
    work: float


def contraction(
    ising: Ising,
    *,
    gamma_scale: float = 0.0,
    gamma: float | None = None,
    rng: RandomLike = None,
    time_limit: TimeLimit = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> Contracted:
    r"""Return the state that contracting spin after spin ends in.

    Each step takes the largest :math:`|\langle Z_i Z_j\rangle|` or :math:`|\langle Z_i\rangle|` of
    QAOA at p = 1 with the X mixer, sets one spin to plus or minus the other (or to a sign), and
    merges its couplings (RQAOA). Values are those of the closed form for the problem that is left,
    at γ = `gamma_scale` · γ* and the best β there; γ* is the best angle, found again after every
    4 % of the spins. The last spins are searched exhaustively. With
    `gamma_scale` = 0 it is the limit γ → 0 (a hundredth of γ*), in which correlations follow the
    couplings: a greedy contraction without any quantum part, the control of the others.

    Args:
        ising: the problem, with terms of at most two spins.
        gamma_scale: share of the best angle γ*, at least 0.
        gamma: γ* of the whole problem, where it is known.
        rng: decides between equal correlations.
        time_limit: seconds, or a deadline, after which no block of contractions begins, and none at
            all where a single one would take longer.
        progress: called with the number of removed spins and of all, after each block.
        stop: no block of contractions begins after it is set, by another thread.

    Raises:
        ParameterError: terms of more than two spins, or `gamma_scale` < 0.
        CapacityError: the couplings do not fit in memory.

    Source: Bravyi, Kliesch, Koenig, Tang, Phys. Rev. Lett. 125, 260505 (2020), arXiv:1910.08980;
    Ozaeta, van Dam, McMahon 2020, arXiv:2012.03421 (the closed form).
    """
    _couplings.require_quadratic(ising, "contraction")
    if not (np.isfinite(gamma_scale) and gamma_scale >= 0.0):
        raise ParameterError(argument="gamma_scale", value=gamma_scale, expected="a number >= 0")
    deadline = Deadline.of(time_limit)
    if deadline.left < _FIRST_PASSES * _pass_seconds(np.bincount(np.ravel(ising.pairs))):
        greedy = local_search(ising, restarts=1, sweeps=0, rng=rng).bits
        return Contracted(_labelled(ising, greedy, gamma_scale), 0, False, 0.0)
    graph = _Graph(ising, as_generator(rng))
    n = ising.n_qubits
    block = max(n // _RENEWALS, 1)
    complete, gamma = True, abs(gamma or 0.0)
    seconds = graph.pass_seconds
    try:
        while graph.n_left > EXACT_REST:
            late = deadline.left <= (0.0 if graph.done else _FIRST_PASSES * seconds)
            if late or (stop is not None and stop.is_set()):
                complete = False
                break
            if gamma == 0.0 or (graph.done and deadline.left > 4.0 * seconds):
                gamma = graph.best_gamma(gamma)
            graph.set_angles((gamma_scale or _LIMIT) * gamma)
            count = min(block, graph.n_left - EXACT_REST)
            if deadline.is_set:
                removed = graph.remove_until(deadline, count)
            else:
                removed = graph.remove(count)
            if not removed:
                break  # no coupling is left
            if progress is not None:
                progress(graph.done, n)
    except KeyboardInterrupt:
        complete = False
    return Contracted(
        _labelled(ising, graph.unfolded(exactly=complete), gamma_scale),
        graph.done,
        complete,
        _COSINE * float(graph.work[0]) + _CONTRACTION * graph.done,
    )


def _labelled(ising: Ising, bits: NDArray[np.uint8], gamma_scale: float) -> Baseline:
    """Return the state of a contraction with its label."""
    what = "greedy contraction" if gamma_scale == 0.0 else "recursive QAOA, p = 1"
    return Baseline.from_bits(ising, bits, method=what, exact=False)


def _pass_seconds(degrees: NDArray[np.integer]) -> float:
    """Return the seconds that all correlations take, roughly."""
    return float(np.sum(degrees.astype(np.float64) ** 2)) / _PASS_SPEED


class _Graph:
    """Couplings in rows that grow, with the correlations of each; see the kernels."""

    def __init__(self, ising: Ising, rng: np.random.Generator) -> None:
        n = ising.n_qubits
        starts, targets, weights = _couplings.neighbours(ising)
        degrees = np.diff(starts)
        slots = int(4 * len(targets) + 8 * n)
        memory.require(_SLOT_BYTES * slots, f"{len(targets) // 2:,} couplings", "use fewer")
        self._ising, self._n = ising, n
        self._linear = np.array(ising.linear, dtype=np.float64)
        largest = max(np.abs(weights).max(initial=0.0), np.abs(self._linear).max(initial=0.0))
        self._least = 1e-12 * float(largest)
        self._degrees = degrees.astype(np.int64)
        self._starts, self._room = starts[:-1].copy(), degrees.astype(np.int64)
        self._targets = targets.astype(np.int32)
        self._weights = weights.copy()
        self._pools(slots)
        self._angles, self._alone, self._keys = np.zeros(n), np.zeros(n), np.full(n, -1.0)
        self._priorities = np.zeros(n)
        self._owner, self._place, self._slots = (np.full(n, -1, dtype=np.int64) for _ in range(3))
        self._alive = np.ones(n, dtype=np.bool_)
        self._tree = np.full(2 << max(n - 1, 1).bit_length(), -1, dtype=np.int64)
        self._random = np.array([rng.integers(1, 2**62)], dtype=np.uint64)
        self._removed, self._onto = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self._signs = np.zeros(n)
        self._gamma, self._factors = 0.0, np.zeros(3)
        self.done, self.work = 0, np.zeros(1, dtype=np.int64)

    @property
    def n_left(self) -> int:
        """Number of spins that are left."""
        return self._n - self.done

    @property
    def pass_seconds(self) -> float:
        """Seconds that all correlations take, roughly."""
        return _pass_seconds(self._degrees)

    def _pools(self, slots: int) -> None:
        """Lay all rows out anew in pools of so many slots, each with room to grow."""
        room = np.where(self._degrees > 0, self._degrees + 2, 0)
        slots = max(slots, int(room.sum()) + 8 * int(self._degrees.max(initial=1)))
        first = np.concatenate([[0], np.cumsum(room)])
        targets, weights = np.zeros(slots, dtype=np.int32), np.zeros(slots)
        owners = np.repeat(np.arange(self._n), self._degrees)
        within = np.arange(len(owners)) - np.repeat(
            np.cumsum(self._degrees) - self._degrees, self._degrees
        )
        old, new = self._starts[owners] + within, first[owners] + within
        targets[new], weights[new] = self._targets[old], self._weights[old]
        self._targets, self._weights = targets, weights
        self._cosines, self._sines, self._scores = (np.zeros(slots) for _ in range(3))
        self._shared = np.full(slots, -1, dtype=np.int64)
        self._starts, self._room = first[:-1].astype(np.int64), room.astype(np.int64)
        self._used = np.array([first[-1]], dtype=np.int64)

    def set_angles(self, gamma: float) -> None:
        """Take the correlations at γ and the best β there."""
        beta = self._sums(gamma).best_beta()
        self._gamma = gamma
        self._factors = np.array(
            [0.5 * np.sin(4 * beta), 0.5 * np.sin(2 * beta) ** 2, np.sin(2 * beta)]
        )

    def best_gamma(self, near: float) -> float:
        """Return the γ of the lowest energy, close to `near` where that is positive."""
        if near == 0.0:
            return p1_optimum(self._ising).gamma
        left, middle, right = (
            self._energy(share * near) for share in (1.0 - _STEP, 1.0, 1.0 + _STEP)
        )
        if left + right <= 2.0 * middle:
            return near * (1.0 - _STEP if left < right else 1.0 + _STEP)
        vertex = 0.5 * (left - right) / (left + right - 2.0 * middle)
        return near * (1.0 + _STEP * float(np.clip(vertex, -1.5, 1.5)))

    def _energy(self, gamma: float) -> float:
        """Return the energy at γ and the best β."""
        sums = self._sums(gamma)
        return sums.energy(sums.best_beta())

    def _sums(self, gamma: float) -> Sums:
        """Return the energy of the spins that are left at γ, as a function of β."""
        self.work += np.sum(self._degrees**2)
        from hybridq.classical._one_layer_kernel import energy_parts, set_gamma

        set_gamma(
            self._starts,
            self._degrees,
            self._weights,
            self._cosines,
            self._sines,
            self._linear,
            self._angles,
            gamma,
        )
        a, b, f = energy_parts(
            self._starts,
            self._degrees,
            self._targets,
            self._weights,
            self._cosines,
            self._sines,
            self._linear,
            self._angles,
            self._owner,
            self._place,
            self._shared,
        )
        return Sums(a, 0.0, b, 0.0, f, 0.0)

    def score(self) -> None:
        """Compute the correlations of all spins that are left."""
        from hybridq.classical._contraction_kernel import score_all

        self.work += np.sum(self._degrees**2)
        score_all(self._starts, self._degrees, *self._state())

    def remove(self, count: int) -> int:
        """Contract so many spins, fewer where no correlation is left; return their number."""
        from hybridq.classical import _contraction_kernel

        contract: Any = _contraction_kernel.contract
        before, until = self.done, self.done + count
        while self.done < until:
            self.score()
            done = contract(
                self._starts,
                self._degrees,
                self._room,
                self._used,
                *self._state(),
                self._gamma,
                self._least,
                self._removed,
                self._onto,
                self._signs,
                self.done,
                until,
                self.work,
            )
            if done >= 0:
                self.done = done
                break
            self.done = -done - 1  # the rows have outgrown the pools
            self._pools(len(self._targets) + len(self._targets) // 2)
            self._sums(self._gamma)
        return self.done - before

    def remove_until(self, deadline: Deadline, count: int) -> int:
        """Contract so many spins, in steps as long as time is left; return their number."""
        # On sparse graphs many steps take less time than the correlations before them.
        squares = max(float(np.sum(self._degrees**2)), 1.0)
        before, step = self.done, int(np.clip(_FEW * self.n_left**2 / squares, 1, count))
        while self.done - before < count:
            watch, done = Deadline(), self.done
            self.remove(min(step, count - (done - before)))
            if self.done == done:
                break
            each = watch.seconds / (self.done - done)
            if deadline.left < each:
                break
            step = int(np.clip(0.5 * deadline.left / max(each, 1e-9), 1, 4 * step))
        return self.done - before

    def _state(self) -> tuple[Any, ...]:
        """Return the arrays that all kernels share, in their order."""
        return (
            self._targets,
            self._weights,
            self._cosines,
            self._sines,
            self._scores,
            self._angles,
            self._linear,
            self._owner,
            self._place,
            self._shared,
            self._keys,
            self._slots,
            self._alone,
            self._priorities,
            self._alive,
            self._tree,
            self._random,
            self._factors,
        )

    def unfolded(self, *, exactly: bool) -> NDArray[np.uint8]:
        """Return bits for all spins: those that are left are searched, or set greedily."""
        from hybridq.classical._local_search_kernel import greedy_in_place

        rest = np.flatnonzero(self._alive)
        spins = np.ones(self._n)
        if len(rest):
            left = self._left(rest)
            if exactly and len(rest) <= EXACT_REST:
                spins[rest] = 1.0 - 2.0 * exact_minimum(left).bits
            else:
                chosen = np.ones(len(rest))
                greedy_in_place(
                    *_couplings.neighbours(left),
                    np.array(left.linear),
                    chosen,
                    np.arange(len(rest)),
                    np.empty(len(rest)),
                )
                spins[rest] = chosen
        for step in range(self.done - 1, -1, -1):
            i = self._onto[step]
            spins[self._removed[step]] = self._signs[step] * (spins[i] if i >= 0 else 1.0)
        return (spins < 0).astype(np.uint8)

    def _left(self, rest: NDArray[np.int64]) -> Ising:
        """Return the problem of the spins that are left."""
        rank = np.full(self._n, -1)
        rank[rest] = np.arange(len(rest))
        degrees = self._degrees[rest]
        sources = np.repeat(rest, degrees)
        first = np.repeat(self._starts[rest] - np.cumsum(degrees) + degrees, degrees)
        slots = first + np.arange(len(sources))
        targets = self._targets[slots]
        once = targets > sources
        pairs = np.stack([rank[sources[once]], rank[targets[once]]], axis=1)
        weights = self._weights[slots[once]]
        return Ising(len(rest), 0.0, self._linear[rest], pairs, weights)
