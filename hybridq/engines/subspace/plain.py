"""Evolution under mixers in NumPy and SciPy: the slow twins of `evolution`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.subspace import pairs as table
from hybridq.engines.subspace.evolution import State, Workspace, top_state
from hybridq.engines.subspace.polynomials import chebyshev, spectral_radius


def _amplitudes(state: State) -> NDArray[np.complexfloating[Any]]:
    """Return a state as complex numbers, a view."""
    return state.view(np.result_type(state.dtype, np.complex64))


class PlainGrover:
    """See `GroverEvolution`."""

    def __init__(self, dim: int) -> None:
        self._dim = dim

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        v = _amplitudes(ket)
        v += (np.exp(1j * beta) - 1.0) * v.mean(dtype=np.complex128)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        here, there = (_amplitudes(each).mean(dtype=np.complex128) for each in (ket, bra))
        self.forward(ket, -beta)
        self.forward(bra, -beta)
        return float(-2.0 * self._dim * (np.conj(there) * here).imag)


class PlainSequential:
    """See `SequentialEvolution`."""

    def __init__(self, pairs: table.Pairs) -> None:
        ends = zip(pairs.first, pairs.first[1:], strict=False)
        self._parts = [(pairs.low[a:b], pairs.high[a:b]) for a, b in ends]

    def _rotate(self, v: Any, part: Any, beta: float) -> None:
        low, high = part
        here, there = v[low], v[high]
        c, s = np.cos(beta), 1j * np.sin(beta)
        v[low], v[high] = c * here + s * there, c * there + s * here

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        v = _amplitudes(ket)
        for part in self._parts:
            self._rotate(v, part, beta)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        psi, lam = _amplitudes(ket), _amplitudes(bra)
        element = 0.0
        for part in reversed(self._parts):
            low, high = part
            found = lam[low].conj() * psi[high] + lam[high].conj() * psi[low]
            element += float(found.imag.sum(dtype=np.float64))
            self._rotate(psi, part, -beta)
            self._rotate(lam, part, -beta)
        return -2.0 * element


class PlainHops:
    """See `HopsEvolution`; one matrix."""

    def __init__(self, pairs: table.Pairs, space: Workspace) -> None:
        from scipy.sparse import csr_matrix

        first, neighbours = table.neighbours_of(pairs, space.dim, compiled=False)
        ones = np.ones(len(neighbours))
        self._matrix: Any = csr_matrix((ones, neighbours, first), shape=(space.dim, space.dim))
        self._space = space
        self._radius = spectral_radius(self._multiply, space.dim)

    def _multiply(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self._matrix @ x)

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        if self._radius == 0.0:
            return
        v = _amplitudes(ket)
        (_, _, re, im), *orders = chebyshev(beta, self._radius, self._space.dtype)
        before, now = np.zeros_like(v, dtype=np.complex128), v.astype(np.complex128)
        out = (re + 1j * im) * now
        for f, g, re, im in orders:
            before, now = now, f * (self._matrix @ now) - g * before
            out += (re + 1j * im) * now
        v[:] = out

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        element = np.vdot(_amplitudes(bra), self._matrix @ _amplitudes(ket)).imag
        self.forward(ket, -beta)
        self.forward(bra, -beta)
        return float(-2.0 * element)

    def top(self) -> NDArray[np.float64]:
        """Return the highest eigenstate of the sum of hops."""
        return top_state(self._multiply, self._space.dim)
