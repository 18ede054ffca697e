"""Evolution of states under mixers on a list of feasible states."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace import pairs as table
from hybridq.engines.subspace.chebyshev import coefficients, spectral_radius
from hybridq.engines.subspace.kernels import hops, vectors

State = NDArray[np.floating[Any]]
"""A flat array: real and imaginary part of each amplitude in turn."""

GROUPS = 64
"""Parts of each sum, so that sums do not depend on the number of threads."""


class Evolution(Protocol):
    """Evolution :math:`e^{-i\\beta M}` of states under one mixer."""

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative 2 Re⟨bra|∂ket/∂β⟩.

        The bra is taken as fixed where the derivative is.
        """

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

    def array(self, number: int) -> State:
        """Return working array `number`."""
        while len(self._arrays) <= number:
            self._arrays.append(np.empty(2 * self.dim, dtype=self.dtype))
        return self._arrays[number]


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

    def top(self) -> NDArray[np.float64]:
        """Return the uniform state."""
        return np.full(self._dim, 1.0 / np.sqrt(self._dim))


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

    def top(self) -> NDArray[np.float64]:
        """Raise: a product of evolutions has no single M."""
        raise NotImplementedError


class ChebyshevEvolution:
    r"""Exponential :math:`e^{i\beta A}` of the sum of all hops, exact to rounding.

    Args:
        pairs: the pairs of states that hops connect.
        space: working arrays.
        team: threads.
    """

    def __init__(self, pairs: table.Pairs, space: Workspace, team: Team) -> None:
        self._rows = table.neighbours_of(pairs, space.dim, compiled=True)
        self._space, self._team = space, team
        self._partial = np.zeros(GROUPS)
        self._radius = spectral_radius(self._multiply, space.dim)

    def _multiply(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        image = np.empty_like(x)
        hops.neighbour_sums(x, *self._rows, image)
        return image

    def _exponential(self, state: State, beta: float) -> None:
        if beta == 0.0 or self._radius == 0.0:
            return
        coefs = coefficients(beta * self._radius, self._space.dtype)
        work, out = self._space.array(0), self._space.array(1)
        self._team.run(hops.chebyshev, state, work, out, *self._rows, 1.0 / self._radius, coefs)

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        self._exponential(ket, beta)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        self._team.run(hops.hop_element, ket, bra, *self._rows, self._partial)
        self._exponential(ket, -beta)
        self._exponential(bra, -beta)
        return -2.0 * float(self._partial.sum())

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
