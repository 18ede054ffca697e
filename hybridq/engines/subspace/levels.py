"""QAOA with the Grover mixer from the histogram of the cost alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.engines.base import Vector


class GroverLevels:
    r"""QAOA from the uniform state F, with the mixer :math:`-|F\rangle\langle F|`.

    States of equal cost keep equal amplitudes, so that one amplitude for each value is enough for
    any number of states.

    Args:
        values: the distinct values of the cost, shape (k,).
        counts: the number of states of each value, integers of any size, at least 1.

    Attributes:
        dim: the number of states.

    Raises:
        ParameterError: no values, values that are not finite, or a count that is not an integer
            >= 1.

    Source: Bärtschi, Eidenbenz 2020, arXiv:2006.00354; arXiv:2106.13860; arXiv:2401.11056.
    """

    def __init__(self, values: ArrayLike, counts: Sequence[int] | NDArray[np.integer]) -> None:
        self.values: Vector = np.array(values, dtype=np.float64)
        numbers = [int(count) for count in counts]
        if self.values.ndim != 1 or len(numbers) != len(self.values) or not numbers:
            raise ParameterError(
                argument="counts", value=counts, expected="one number for each of the values"
            )
        if not np.isfinite(self.values).all():
            raise ParameterError(argument="values", value=values, expected="finite numbers")
        if min(numbers) < 1:
            raise ParameterError(argument="counts", value=counts, expected="integers >= 1")
        self.dim = sum(numbers)
        self._shares: Vector = np.array([count / self.dim for count in numbers])

    def _angles(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """Return γ and β."""
        point = np.asarray(x, dtype=np.float64)
        if point.ndim != 1 or len(point) % 2 or not np.isfinite(point).all():
            raise DimensionError(
                argument="x", value=x, expected="finite angles γ_1 … γ_p and β_1 … β_p"
            )
        p = len(point) // 2
        return point[:p], point[p:]

    def amplitudes(self, x: ArrayLike) -> NDArray[np.complex128]:
        """Return the amplitude of a state of each value, times √dim, shape (k,)."""
        found = np.ones(len(self.values), dtype=np.complex128)
        for gamma, beta in zip(*self._angles(x), strict=True):
            found *= np.exp(-1j * gamma * self.values)
            found += (np.exp(1j * beta) - 1.0) * (self._shares @ found)
        return found

    def probabilities(self, x: ArrayLike) -> Vector:
        """Return the probability of each value, shape (k,)."""
        return np.asarray(self._shares * np.abs(self.amplitudes(x)) ** 2)

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the angles γ_1 … γ_p, β_1 … β_p."""
        return float(self.probabilities(x) @ self.values)

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the adjoint method, shape (2p,)."""
        gammas, betas = self._angles(x)
        ket = self.amplitudes(x)
        bra = self.values * ket
        value = float((self._shares @ (ket.conj() * bra)).real)
        p = len(gammas)
        gradient = np.zeros(2 * p)
        for layer in range(p - 1, -1, -1):
            here, there = self._shares @ ket, self._shares @ bra
            gradient[p + layer] = -2.0 * (there.conjugate() * here).imag
            back = np.exp(-1j * betas[layer]) - 1.0
            ket, bra = ket + back * here, bra + back * there
            gradient[layer] = 2.0 * (self._shares @ (self.values * (bra.conj() * ket).imag))
            phase = np.exp(1j * gammas[layer] * self.values)
            ket, bra = phase * ket, phase * bra
        return value, gradient
