"""Evolution of states under mixers on a list of feasible states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import aligned
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace import pairs as table
from hybridq.engines.subspace.kernels import hops, vectors
from hybridq.engines.subspace.polynomials import chebyshev, on_integers, spectral_radius

State = NDArray[np.floating[Any]]
"""A flat array: real and imaginary part of each amplitude in turn."""

GROUPS = 64
"""Parts of each sum, so that sums do not depend on the number of threads."""

MOST_PAIRED = 1 << 20
"""States of which ket and bra evolve together; beyond, the memory for that is saved."""


class Evolution(Protocol):
    """Evolution :math:`e^{-i\\beta M}` of states under one mixer."""

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative 2 Re⟨bra|∂ket/∂β⟩.

        The bra is taken as fixed where the derivative is.
        """


class SumEvolution(Evolution, Protocol):
    """Evolution under a sum of hops, whose highest eigenstate is an initial state."""

    def top(self) -> NDArray[np.float64]:
        """Return the highest eigenstate of −M, real, with the same order of states."""


class Workspace:
    """Working arrays that the evolutions of one engine share, made on first use.

    Args:
        dim: number of amplitudes.
        dtype: of their parts.
    """

    def __init__(self, dim: int, dtype: np.dtype[np.floating[Any]]) -> None:
        self.dim, self.dtype = dim, dtype
        self._arrays: list[State] = []

    def array(self, number: int, lanes: int = 2) -> State:
        """Return working array `number`, of so many numbers for each amplitude."""
        while len(self._arrays) <= number:
            self._arrays.append(np.empty(0, dtype=self.dtype))
        if len(self._arrays[number]) < lanes * self.dim:
            self._arrays[number] = aligned(lanes * self.dim, self.dtype)
        return self._arrays[number][: lanes * self.dim]


class GroverEvolution:
    r"""Reflection about the uniform state.

    :math:`1 + (e^{i\beta} - 1)|F\rangle\langle F|`, exact.

    Args:
        dim: number of states.
        team: threads.
    """

    def __init__(self, dim: int, team: Team) -> None:
        self._dim, self._team = dim, team
        self._partial = np.zeros((GROUPS, 2))

    def _mean(self, state: State) -> complex:
        self._team.run(vectors.total, state, self._partial)
        re, im = self._partial.sum(axis=0).tolist()
        return complex(re, im) / self._dim

    def _reflect(self, state: State, beta: float, mean: complex) -> None:
        moved = (np.exp(1j * beta) - 1.0) * mean
        self._team.run(vectors.shift, state, moved.real, moved.imag)

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        self._reflect(ket, beta, self._mean(ket))

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        here, there = self._mean(ket), self._mean(bra)
        self._reflect(ket, -beta, here)
        self._reflect(bra, -beta, there)
        return -2.0 * self._dim * (there.conjugate() * here).imag


class SequentialEvolution:
    """Rotations under each partial mixer in order.

    Args:
        pairs: the pairs of states of each partial mixer.
        team: threads.
    """

    def __init__(self, pairs: table.Pairs, team: Team) -> None:
        self._pairs = pairs.low, pairs.high, pairs.first
        self._team = team
        self._partial = np.zeros((len(pairs.first) - 1, GROUPS))

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        self._team.run(hops.rotate, ket, *self._pairs, beta)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        self._team.run(hops.rotate_back, ket, bra, *self._pairs, beta, self._partial)
        return -2.0 * float(self._partial.sum())


class HopsEvolution:
    r"""Exponential :math:`e^{i\beta A}` of a sum of hops, exact to rounding.

    A is one matrix, or a sum of matrices that commute; each takes a polynomial.

    Args:
        parts: the pairs of states that the hops of each matrix connect.
        space: working arrays.
        team: threads.
        integers: largest eigenvalue of each matrix where all are integers; else None.
    """

    def __init__(
        self,
        parts: Iterable[table.Pairs],
        space: Workspace,
        team: Team,
        integers: Sequence[int] | None = None,
    ) -> None:
        self._rows = [table.neighbours_of(pairs, space.dim, compiled=True) for pairs in parts]
        self._space, self._team, self._integers = space, team, integers
        self._partial, self._none = np.zeros(GROUPS), np.zeros(0)
        self._radius = 0.0
        if integers is None:
            self._radius = spectral_radius(self._multiply, space.dim)

    def _multiply(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return A x."""
        total, image = np.zeros_like(x), np.empty_like(x)
        for rows in self._rows:
            hops.neighbour_sums(x, *rows, image)
            total += image
        return total

    def _recurrence(self, part: int, beta: float) -> NDArray[Any] | None:
        """Return the polynomial of one matrix, None where nothing moves."""
        dtype = self._space.dtype
        if not len(self._rows[part][1]):
            return None
        if self._integers is not None:
            return on_integers(beta, self._integers[part]).astype(dtype)
        return chebyshev(beta, self._radius, dtype).astype(dtype)

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        for part in range(len(self._rows)):
            recurrence = self._recurrence(part, beta)
            if recurrence is not None:
                self._run(ket, part, recurrence, ket, self._none)

    def _run(
        self, state: State, part: int, recurrence: NDArray[Any], bra: State, partial: Any
    ) -> None:
        lanes = len(state) // self._space.dim
        work, out = (self._space.array(number, lanes) for number in range(2))
        self._team.run(
            hops.exponential, state, work, out, *self._rows[part], recurrence, lanes, bra, partial
        )

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        element = 0.0
        both = self._space.dim <= MOST_PAIRED
        pair = self._space.array(2, 4) if both else ket
        if both:
            self._team.run(hops.interleave, ket, bra, pair)
        for part in reversed(range(len(self._rows))):
            recurrence = self._recurrence(part, -beta)
            if recurrence is None:
                continue
            self._run(pair, part, recurrence, bra, self._partial)
            element += float(self._partial.sum())
            if not both:
                self._run(bra, part, recurrence, bra, self._none)
        if both:
            self._team.run(hops.separate, pair, ket, bra)
        return -2.0 * element

    def top(self) -> NDArray[np.float64]:
        """Return the highest eigenstate of the sum of hops."""
        return top_state(self._multiply, self._space.dim)


def top_state(multiply: Any, dim: int) -> NDArray[np.float64]:
    """Return the highest eigenstate of a symmetric matrix, with a positive sum.

    Args:
        multiply: x -> A x.
        dim: number of rows.
    """
    if dim <= 64:
        matrix = np.array([multiply(row) for row in np.eye(dim)])
        vector = np.linalg.eigh(matrix)[1][:, -1]
    else:
        from scipy.sparse.linalg import LinearOperator, eigsh

        operator = LinearOperator((dim, dim), matvec=multiply, dtype=np.float64)
        start = np.full(dim, 1.0 / np.sqrt(dim))
        vector = eigsh(operator, k=1, which="LA", v0=start, tol=1e-14)[1][:, 0]
    return np.asarray(vector * (1.0 if vector.sum() >= 0.0 else -1.0))
