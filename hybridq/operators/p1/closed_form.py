"""Expectation values after one layer of QAOA with the X mixer, in closed form."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators.ising import Ising
from hybridq.operators.p1.dense import count_factors, few_kinds, powers
from hybridq.operators.p1.rows import BLOCK, Pairs, Rows, checked_pairs, ranges

Vector = NDArray[np.float64]

NUMPY = "numpy"
_NEGLIGIBLE = 1e-12  # part of the others, below which a sum has no influence on the best β
_SPREAD = 1 << 16  # cosines, below which more threads cost more than they save


class Sums(NamedTuple):
    r"""The observable at one γ, as a function of β, with derivatives by γ.

    .. math:: E = constant - \tfrac12 A \sin 4\beta + \tfrac12 B \sin^2 2\beta - F \sin 2\beta
    """

    a: float
    a_slope: float
    b: float
    b_slope: float
    f: float
    f_slope: float

    def energy(self, beta: float) -> float:
        """Return E without the constant."""
        t = 2.0 * beta
        s = np.sin(t)
        return float(-0.5 * self.a * np.sin(2.0 * t) + 0.5 * self.b * s * s - self.f * s)

    def by_gamma(self, beta: float) -> float:
        """Return ∂E/∂γ."""
        return Sums(self.a_slope, 0.0, self.b_slope, 0.0, self.f_slope, 0.0).energy(beta)

    def by_beta(self, beta: float) -> float:
        """Return ∂E/∂β."""
        t = 2.0 * beta
        slope = -self.a * np.cos(2.0 * t) + 0.5 * self.b * np.sin(2.0 * t) - self.f * np.cos(t)
        return float(2.0 * slope)

    def best_beta(self) -> float:
        """Return the β of the lowest E; see `OneLayer.best_beta`."""
        if self.f == 0.0:
            if self.a == 0.0 and self.b == 0.0:
                return 0.0
            return float(np.arctan2(self.a, 0.5 * self.b) / 4.0)
        # dE/dβ is a polynomial of degree 4 in e^{2iβ}; the angles of its roots hold the minimum.
        if abs(self.a) + abs(self.b) <= _NEGLIGIBLE * abs(self.f):
            best = np.copysign(np.pi / 4.0, self.f)
        elif abs(self.f) <= _NEGLIGIBLE * (abs(self.a) + abs(self.b)):
            best = float(np.arctan2(self.a, 0.5 * self.b) / 4.0)
            best = min((best, best + np.pi / 2.0), key=self.energy)
        else:
            first = -0.5 * (self.a / self.f) - 0.25j * (self.b / self.f)
            angles = np.angle(np.roots([first, -0.5, 0.0, -0.5, first.conjugate()])) / 2.0
            best = min(angles.tolist(), key=self.energy)
        for _ in range(3):  # Newton's method, for the last digits
            t = 2.0 * best
            curvature = 2.0 * self.a * np.sin(2.0 * t) + self.b * np.cos(2.0 * t)
            curvature = 2.0 * (curvature + self.f * np.sin(t))
            if curvature > 0.0:
                step = self.by_beta(best) / (2.0 * curvature)
                if self.energy(best - step) <= self.energy(best):
                    best = float(best - step)
        return best


class _Products(NamedTuple):
    """Cosines and products of rows at one γ; see `_kernels.multiply_rows`."""

    cos: Vector
    sin: Vector
    rest: Vector
    whole: Vector
    blocks: Vector
    fields: Vector


@dataclass(frozen=True)
class _Correlated:
    """Pairs whose correlations are computed, i < j.

    Attributes:
        pairs: int64, shape (k, 2).
        entries: places in the rows of both spins, −1 where they are not coupled, shape (k, 2).
        shared: whether the spins have a common neighbour, shape (k,).
        costs: cosines to multiply, shape (k,).
        counts: how often each kind of factor occurs (`count_factors`), shape (k, kinds), where
            that is less than to multiply them one by one; else None.
    """

    pairs: Pairs
    entries: NDArray[np.int64]
    shared: NDArray[np.bool_]
    costs: NDArray[np.int64]
    counts: NDArray[np.int32] | None = None


class OneLayer:
    r"""Mean spins and correlations after one layer of QAOA with the X mixer.

    They belong to the state :math:`e^{i\beta\sum X} e^{-i\gamma H}|{+}\dots{+}\rangle`.

    With J and h the couplings and fields of the quadratic energy H:

    .. math:: \langle Z_i \rangle = -\sin 2\beta \sin 2\gamma h_i \prod_k \cos 2\gamma J_{ik}

    .. math:: \langle Z_i Z_j \rangle = -\tfrac12 \sin 4\beta\, A_{ij}
              + \tfrac12 \sin^2 2\beta\, B_{ij}

    .. math:: A_{ij} = \sin 2\gamma J_{ij} \Bigl[\cos 2\gamma h_i \prod_{k \ne j}
              \cos 2\gamma J_{ik} + \cos 2\gamma h_j \prod_{k \ne i} \cos 2\gamma J_{jk}\Bigr]

    .. math:: B_{ij} = \cos 2\gamma(h_i - h_j) \prod_k \cos 2\gamma(J_{ik} - J_{jk})
              - \cos 2\gamma(h_i + h_j) \prod_k \cos 2\gamma(J_{ik} + J_{jk})

    with k ≠ i, j in the last two products. Time is linear in the couplings, and for pairs with a
    common neighbour in the length of their rows; no product is divided by a cosine, which may be
    0. Derivatives by γ are computed with the values. Threads share the pairs; no sum depends on
    their number.

    Args:
        ising: H, of order two at most.
        measured: the quadratic energy that is measured; H by default.
        threads: number of threads.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin.

    Attributes:
        ising: H.
        measured: the energy that is measured.

    Raises:
        ParameterError: a term of higher order.
        DimensionError: the two energies differ in width.
        CapacityError: the rows do not fit in memory.

    Source: Ozaeta, van Dam, McMahon 2022, arXiv:2012.03421; Wang, Hadfield, Jiang, Rieffel 2018,
    arXiv:1706.02998.
    """

    def __init__(
        self,
        ising: Ising,
        measured: Ising | None = None,
        *,
        threads: int = 1,
        kernels: str = "compiled",
    ) -> None:
        measured = ising if measured is None else measured
        for energy in (ising, measured):
            if not energy.is_quadratic:
                raise ParameterError(
                    f"the closed form of one layer takes terms of at most two spins, got a term of "
                    f"{energy.order}",
                    argument="ising",
                )
        if measured.n_qubits != ising.n_qubits:
            raise DimensionError(
                f"the energies have {ising.n_qubits} and {measured.n_qubits} spins: the widths "
                "must agree",
                argument="measured",
            )
        self.ising, self.measured = ising, measured
        self._threads, self._plain = threads, kernels == NUMPY
        self._lock = threading.Lock()  # the products serve one evaluation at a time
        memory.require(
            250 * len(ising.pairs) + 120 * ising.n_qubits + 100 * len(measured.pairs),
            f"the rows of {len(ising.pairs):,} couplings",
            "use a smaller problem",
        )

    @cached_property
    def _kernels(self) -> Any:
        """The module of the kernels."""
        if self._plain:
            from hybridq.operators.p1 import plain

            return plain
        from hybridq.operators.p1 import _kernels

        return _kernels

    @cached_property
    def _rows(self) -> Rows:
        """The couplings of the phases."""
        return Rows.of(self.ising)

    @cached_property
    def _measured(self) -> _Correlated:
        """The pairs of the measured energy."""
        rows = self._rows
        pairs = self.measured.pairs.copy()  # writable, or the kernels would compile for both kinds
        entries = rows.entries if self.measured is self.ising else rows.places(pairs)
        return self._correlated(pairs, entries)

    def _correlated(self, pairs: Pairs, entries: NDArray[np.int64]) -> _Correlated:
        """Return pairs with their places, and whether they have a common neighbour."""
        rows, shared = self._rows, np.empty(len(pairs), dtype=bool)
        shortest = rows.degrees[pairs].min(axis=1) + 1
        self._spread(self._kernels.find_shared, shortest, rows.starts, rows.to, pairs, shared)
        costs = np.where(shared, rows.degrees[pairs].sum(axis=1), 0) + 1
        if self._plain or not few_kinds(rows, int(costs.sum())):
            return _Correlated(pairs, entries, shared, costs)
        counts = count_factors(rows, pairs, entries)
        return _Correlated(pairs, entries, np.zeros_like(shared), np.ones_like(costs), counts)

    def _spread(self, kernel: Callable[..., Any], costs: Any, *arguments: Any) -> None:
        """Call ``kernel(first, last, *arguments)`` on ranges of items, in threads.

        Each call writes its own items, whose values depend on no other.

        Args:
            kernel: of `self._kernels`.
            costs: of each item, positive.
            arguments: the rest.
        """
        total = len(costs)
        if not total:
            return
        if self._threads == 1 or self._plain or int(costs.sum()) < _SPREAD:
            kernel(0, total, *arguments)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self._threads) as pool:
            parts = ranges(costs, 4 * self._threads)
            for done in [pool.submit(kernel, *part, *arguments) for part in parts]:
                done.result()

    @cached_property
    def _space(self) -> _Products:
        """Arrays for the products, made once."""
        n, entries = self._rows.n_spins, len(self._rows.to)
        fields = np.zeros((3, n))
        fields[0], fields[1] = self._rows.fields, 1.0
        return _Products(
            np.empty(entries),
            np.empty(entries),
            np.empty((entries, 2)),
            np.empty((n, 2)),
            np.empty((entries // BLOCK, 2)),
            fields,
        )

    def _products(self, gamma: float) -> _Products:
        """Return the cosines and products of all rows at γ, until the next call."""
        rows, found = self._rows, self._space
        if self.ising.linear.any():
            np.cos(gamma * rows.fields, out=found.fields[1])
            np.sin(gamma * rows.fields, out=found.fields[2])
        angles = 2.0 * gamma * rows.levels
        table = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        self._spread(
            self._kernels.multiply_rows, rows.degrees + 1, rows.starts, rows.level, rows.rate,
            table, found.cos, found.sin, found.rest, found.whole, found.blocks,
        )  # fmt: skip
        return found

    def _parts(self, products: _Products, which: _Correlated, gamma: float) -> Vector:
        """Return A, dA/dγ, B and dB/dγ of each pair, shape (4, k)."""
        rows, out = self._rows, np.empty((4, len(which.pairs)))
        self._spread(
            self._kernels.combine_pairs, which.costs, rows.starts, rows.to, rows.rate, *products,
            which.pairs, which.entries, which.shared, out,
        )  # fmt: skip
        if which.counts is not None:
            self._spread(
                self._kernels.combine_counts, which.costs * which.counts.shape[1], which.counts,
                powers(rows, gamma), products.fields, which.pairs, out,
            )  # fmt: skip
        return out

    def sums(self, gamma: float) -> Sums:
        """Return the measured energy at γ as a function of β, with derivatives by γ."""
        couplings, linear = self.measured.couplings, self.measured.linear
        f = f_slope = 0.0
        with self._lock:
            products = self._products(gamma)
            parts = self._parts(products, self._measured, gamma)
            if linear.any() and self.ising.linear.any():
                rate, cos, sin = products.fields
                whole, slope = products.whole.T
                f = float((linear * sin * whole).sum())
                f_slope = float((linear * (rate * cos * whole + sin * slope)).sum())
        a, a_slope, b, b_slope = (float((couplings * part).sum()) for part in parts)
        return Sums(a, a_slope, b, b_slope, f, f_slope)

    def energy(self, gamma: float, beta: float) -> float:
        """Return the expectation value of the measured energy, its constant included."""
        return self.measured.constant + self.sums(gamma).energy(beta)

    def energy_and_gradient(self, gamma: float, beta: float) -> tuple[float, float, float]:
        """Return the expectation value and its derivatives by γ and β."""
        sums = self.sums(gamma)
        energy = self.measured.constant + sums.energy(beta)
        return energy, sums.by_gamma(beta), sums.by_beta(beta)

    def best_beta(self, gamma: float) -> tuple[float, float]:
        r"""Return the β of the lowest expectation value at γ, and that value.

        Without fields :math:`4\beta = \mathrm{atan2}(A, B/2)` with the sums A and B over the
        measured pairs, and :math:`E = constant + B/4 - \tfrac12\sqrt{A^2 + B^2/4}`. With fields
        β is a root of a polynomial of degree four in :math:`e^{2i\beta}`.
        """
        sums = self.sums(gamma)
        beta = sums.best_beta()
        return beta, self.measured.constant + sums.energy(beta)

    def correlations(
        self, gamma: float, beta: float, pairs: ArrayLike | None = None
    ) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ of all spins and ⟨Z_iZ_j⟩ of pairs.

        Args:
            gamma: angle of the phase.
            beta: angle of the mixer.
            pairs: different spins, coupled or not, shape (k, 2); the pairs of the measured energy
                by default.

        Returns:
            shapes (n_spins,) and (k,).

        Raises:
            DimensionError: pairs of another shape, or a spin out of range.
            ParameterError: pairs that are not integers, or a spin paired with itself.
            CapacityError: they do not fit in memory.
        """
        if pairs is None:
            which = self._measured
        else:
            chosen = np.sort(checked_pairs(pairs, self.ising.n_qubits), axis=1)
            memory.require(
                100 * len(chosen), f"the correlations of {len(chosen):,} pairs", "name fewer pairs"
            )
            which = self._correlated(chosen, self._rows.places(chosen))
        sine = float(np.sin(2.0 * beta))
        with self._lock:
            products = self._products(gamma)
            parts = self._parts(products, which, gamma)
            z = -sine * products.fields[2] * products.whole[:, 0]
        zz = -0.5 * np.sin(4.0 * beta) * parts[0] + 0.5 * sine * sine * parts[2]
        return z, zz
