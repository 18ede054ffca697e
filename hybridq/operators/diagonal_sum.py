"""Pauli sums of Ising energies: sparse, with masks on demand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import as_complex, is_number
from hybridq.operators import _masks, _walsh, pauli_io
from hybridq.operators._masks import Integers, Masks
from hybridq.operators.pauli_sum import PauliSum

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

Floats = NDArray[np.float64]


class DiagonalSum(PauliSum):
    """The diagonal Pauli sum of an Ising energy, in canonical order.

    It equals the `PauliSum` of its masks and coefficients in every respect, to the last bit. The
    masks, one bit for each term and qubit, are made when they are asked for; values, norms, text
    forms, equality, sums and real multiples need none, so that a cost of 10^5 spins takes
    megabytes. `Ising.from_pauli_sum` returns the energy that is kept.

    Args:
        ising: the energy, with s_i as Z on qubit i.
    """

    def __init__(self, ising: Ising) -> None:
        # A frozen dataclass writes its fields past its own __setattr__.
        self.__dict__["n_qubits"] = ising.n_qubits
        self.__dict__["_ising"] = _without_negative_zeros(ising)

    @property
    def _energy(self) -> Ising:
        kept: Ising = self.__dict__["_ising"]
        return kept

    # -- terms ----------------------------------------------------------------------------------

    @cached_property
    def _by_weight(self) -> list[tuple[Integers, Integers, Floats]]:
        """Positions, qubits and coefficients of the terms of each weight, both ascending.

        Shapes (k,), (k, weight) and (k,).
        """
        terms = self._energy.terms()
        lengths = [len(values) for _, values in terms]
        starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
        # Masks compare as integers: by the highest qubit, then by the next one, and so on.
        widest = max((qubits.shape[1] for qubits, _ in terms), default=0)
        keys = np.full((int(starts[-1]), 1 + widest), -1, dtype=np.int64)
        for start, (qubits, _) in zip(starts.tolist(), terms, strict=False):
            keys[start : start + len(qubits), 1 : 1 + qubits.shape[1]] = qubits[:, ::-1]
        order = np.lexsort(keys.T[::-1])
        groups = []
        for start, length, (qubits, values) in zip(starts.tolist(), lengths, terms, strict=False):
            places = np.flatnonzero((order >= start) & (order < start + length))
            inner = order[places] - start
            groups.append((places, qubits[inner], values[inner]))
        return groups

    @cached_property
    def coefficients(self) -> NDArray[np.complex128]:
        """Coefficients, shape (terms,), complex128, read-only."""
        found = np.empty(sum(len(rows) for rows, _, _ in self._by_weight), dtype=np.complex128)
        for rows, _, values in self._by_weight:
            found[rows] = values
        found.setflags(write=False)
        return found

    @cached_property
    def z_masks(self) -> Masks:
        """Z masks, shape (terms, words), uint64, read-only; made on first use."""
        rows = [np.repeat(rows, qubits.shape[1]) for rows, qubits, _ in self._by_weight]
        qubits = [qubits.ravel() for _, qubits, _ in self._by_weight]
        none = np.empty(0, dtype=np.int64)
        shape = (len(self), _masks.n_words(self.n_qubits))
        masks = _masks.pack(np.concatenate([none, *rows]), np.concatenate([none, *qubits]), shape)
        masks.setflags(write=False)
        return masks

    @cached_property
    def x_masks(self) -> Masks:
        """X masks, zeros of the same shape, read-only; made on first use."""
        masks = np.zeros_like(self.z_masks)
        masks.setflags(write=False)
        return masks

    @property
    def _canonical(self) -> PauliSum:
        return self

    @property
    def _groups(self) -> list[tuple[Integers, Floats]]:
        return [(qubits, values) for _, qubits, values in self._by_weight]

    def to_sparse(self) -> list[tuple[str, tuple[int, ...], complex]]:
        """Return each term as ``(paulis, qubits, coefficient)``; qubits ascend."""
        return self._first(len(self))

    def _first(self, count: int) -> list[tuple[str, tuple[int, ...], complex]]:
        """Return the first `count` terms of `to_sparse`."""
        numbers = self.coefficients[:count].tolist()
        found: list[Any] = [None] * len(numbers)
        for rows, qubits, _ in self._by_weight:
            paulis = "Z" * qubits.shape[1]
            most = int(np.searchsorted(rows, count))
            for row, term in zip(rows[:most].tolist(), qubits[:most].tolist(), strict=True):
                found[row] = (paulis, tuple(term), numbers[row])
        return found

    # -- algebra --------------------------------------------------------------------------------

    def simplify(self, tolerance: float = 0.0) -> PauliSum:
        """Drop terms with ``|c| <= tolerance``; the sum itself has none that are equal."""
        if not tolerance > 0:
            return super().simplify(tolerance)
        return self._of(self.coefficients.real * (np.abs(self.coefficients) > tolerance))

    def _of(self, coefficients: Floats) -> DiagonalSum:
        """Return the sum of the same terms with other coefficients, without zeros."""
        energy = self._energy
        constant, linear = 0.0, np.zeros(self.n_qubits)
        pairs, couplings = energy.pairs[:0], energy.couplings[:0]
        higher: list[tuple[tuple[int, ...], float]] = []
        for rows, qubits, _ in self._by_weight:
            values = coefficients[rows]
            match qubits.shape[1]:
                case 0:
                    constant = float(values[0])
                case 1:
                    linear[qubits[:, 0]] = values
                case 2:
                    pairs, couplings = qubits, values
                case _:
                    higher += zip(map(tuple, qubits.tolist()), values.tolist(), strict=True)
        made = type(energy)(self.n_qubits, constant, linear, pairs, couplings, tuple(higher))
        return DiagonalSum(made)

    def _with(self, coefficients: NDArray[np.complex128]) -> PauliSum:
        real = coefficients.real
        # Coefficients that became 0 keep their terms, as in any sum.
        if coefficients.imag.any() or not (np.isfinite(real) & (real != 0.0)).all():
            return super()._with(coefficients)
        return self._of(real)

    def _lifted(self, other: object) -> PauliSum | None:
        if isinstance(other, PauliSum) or not is_number(other):
            return super()._lifted(other)
        number = as_complex(other)
        if number.imag != 0.0 or not np.isfinite(number.real):
            return super()._lifted(other)
        energy = self._energy
        none = np.zeros(self.n_qubits)
        return DiagonalSum(
            type(energy)(self.n_qubits, number.real, none, energy.pairs[:0], energy.couplings[:0])
        )

    def __add__(self, other: PauliSum | complex) -> PauliSum:
        lifted = self._lifted(other)
        if not isinstance(lifted, DiagonalSum):
            return super().__add__(other)
        return DiagonalSum(self._energy + lifted._energy)

    __radd__ = __add__

    # -- properties, comparison and display -----------------------------------------------------

    @property
    def constant(self) -> complex:
        """Coefficient of the identity (the trace divided by 2**n)."""
        return complex(self._energy.constant)

    @property
    def is_diagonal(self) -> bool:
        """True."""
        return True

    def diagonal(self) -> Floats:
        """Return the values on all basis states; see `PauliSum.diagonal`."""
        _walsh.require_all_states(self.n_qubits)  # before masks are made
        return super().diagonal()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PauliSum):
            return NotImplemented
        if self.n_qubits != other.n_qubits:
            return False
        if isinstance(other, DiagonalSum):
            return self._energy == other._energy
        # The masks of a sum of other numbers are never made.
        return np.array_equal(self.coefficients, other.simplify().coefficients) and super().__eq__(
            other
        )

    __hash__ = PauliSum.__hash__

    def __reduce__(self) -> tuple[Any, ...]:
        return DiagonalSum, (self._energy,)

    def __repr__(self) -> str:
        return pauli_io.shown(self.n_qubits, self._first(pauli_io.SHOWN_TERMS), len(self))


def _without_negative_zeros(ising: Ising) -> Ising:
    """Return the energy with every -0.0 as 0.0, as sums of terms have it."""
    lone = np.append(ising.linear, ising.constant)
    if not (np.signbit(lone) & (lone == 0.0)).any():
        return ising
    lone += 0.0
    return type(ising)(
        ising.n_qubits, float(lone[-1]), lone[:-1], ising.pairs, ising.couplings, ising.higher
    )
