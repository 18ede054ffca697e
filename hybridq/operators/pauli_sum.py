"""Weighted sums of Pauli products: Hamiltonians and observables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators import _masks, _matrix, _walsh, pauli_io
from hybridq.operators._masks import Masks
from hybridq.operators.conversions import PauliConversions
from hybridq.operators.pauli_algebra import PauliAlgebra

if TYPE_CHECKING:
    import scipy.sparse


@dataclass(frozen=True, eq=False, repr=False)
class PauliSum(PauliAlgebra, PauliConversions):
    r"""An operator :math:`\sum_k c_k P_k` on `n_qubits` qubits; immutable.

    Qubit q of term k is bit q % 64 of word q // 64 of the masks: X where only the x bit is set,
    Z where only the z bit is, Y where both are, so a term with a real coefficient is hermitian.

    The constructor, `from_labels`, `from_sparse` and `dagger` keep the terms as given; `+`, `-`,
    `@` and `commutator` return simplified sums: equal terms merged, exact zeros dropped, ordered by
    x mask and then by z mask, read as integers. ``a @ b`` is the operator product, ``a**k`` that
    of k factors; `*` and `/` take numbers only. A number in a sum is a multiple of the identity.

    Args:
        n_qubits: at least 1.
        x_masks: shape (terms, words) with words = ceil(n_qubits / 64), uint64.
        z_masks: same shape, uint64.
        coefficients: shape (terms,), complex128, finite.

    Raises:
        DimensionError: shapes do not fit, or a mask has a bit at n_qubits or above.
        ParameterError: n_qubits is not a positive integer (labels go to `from_labels`), or a
            coefficient is not finite.
    """

    n_qubits: int
    x_masks: NDArray[np.uint64]
    z_masks: NDArray[np.uint64]
    coefficients: NDArray[np.complex128]

    # Makes NumPy scalars on the left defer to __rmul__ instead of making object arrays.
    __array_ufunc__ = None

    def __new__(cls, n_qubits: object = 1, *_: object, **__: object) -> Self:
        """Raise for labels, which `__init__` would report as missing masks."""
        if isinstance(n_qubits, str | Mapping | list | tuple):
            raise ParameterError(
                f"PauliSum takes n_qubits and masks, not a {type(n_qubits).__name__}: for labels "
                'use PauliSum.from_labels({"XX": 1.0})'
            )
        return super().__new__(cls)

    def __post_init__(self) -> None:
        n = _masks.checked_width(self.n_qubits)
        object.__setattr__(self, "n_qubits", n)
        coefficients = np.array(self.coefficients, dtype=np.complex128)
        if coefficients.ndim != 1:
            raise DimensionError(
                f"coefficients must have shape (terms,), got {coefficients.shape}",
                argument="coefficients",
            )
        if not np.isfinite(coefficients).all():
            wrong = coefficients[~np.isfinite(coefficients)][0]
            raise ParameterError(
                f"coefficients must be finite, got {wrong}", argument="coefficients"
            )
        for name, masks in (("x_masks", self.x_masks), ("z_masks", self.z_masks)):
            words = _masks.checked_masks(name, masks, len(coefficients), n)
            object.__setattr__(self, name, words)
        coefficients.setflags(write=False)
        object.__setattr__(self, "coefficients", coefficients)

    # -- construction ---------------------------------------------------------------------------

    @classmethod
    def from_labels(cls, labels: Mapping[str, complex] | Iterable[tuple[str, complex]]) -> PauliSum:
        """Return the sum of labels such as ``{"XZI": 1.0}``; character i acts on qubit i.

        Raises:
            DimensionError: labels of different lengths.
            ParameterError: no labels, a letter other than I, X, Y, Z, or a coefficient that is not
                finite.
        """
        n_qubits, arrays = pauli_io.read_labels(labels)
        return cls(n_qubits, *arrays)

    @classmethod
    def from_sparse(
        cls, terms: Iterable[tuple[str, Sequence[int], complex]], n_qubits: int
    ) -> PauliSum:
        """Return the sum of terms ``(paulis, qubits, coefficient)``.

        A term is such as ``("ZZ", (0, 5), 1.0)``.

        Letter k of `paulis` acts on ``qubits[k]``, in any order; ``("", (), c)`` is a constant.

        Raises:
            DimensionError: a qubit outside 0 ... n_qubits - 1, or not one letter per qubit.
            ParameterError: a wrong letter, a qubit named twice in a term, or a coefficient that is
                not finite.
        """
        n = _masks.checked_width(n_qubits)
        return cls(n, *pauli_io.read_sparse(terms, n))

    @classmethod
    def identity(cls, n_qubits: int, coefficient: complex = 1.0) -> PauliSum:
        """Return `coefficient` times the identity."""
        return cls.from_sparse([("", (), coefficient)], n_qubits)

    @classmethod
    def zero(cls, n_qubits: int) -> PauliSum:
        """Return the sum without terms."""
        return cls.from_sparse([], n_qubits)

    @classmethod
    def from_json(cls, text: str, *, source: str = "input") -> PauliSum:
        """Return the sum written by `to_json`; errors name `source`.

        Raises:
            FormatError: the text is not in this format.
        """
        n_qubits, arrays = pauli_io.read_json(text, source)
        return cls(n_qubits, *arrays)

    # -- other forms ----------------------------------------------------------------------------

    def to_labels(self) -> dict[str, complex]:
        """Return coefficients by label (qubit 0 first), equal terms merged."""
        s = self.simplify()
        labels = pauli_io.write_labels(s.x_masks, s.z_masks, s.n_qubits)
        return dict(zip(labels, s.coefficients.tolist(), strict=True))

    def to_sparse(self) -> list[tuple[str, tuple[int, ...], complex]]:
        """Return each stored term as ``(paulis, qubits, coefficient)``.

        Qubits ascend.
        """
        return pauli_io.write_sparse(self.x_masks, self.z_masks, self.coefficients)

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the sum as JSON text; with `path`, also write it atomically.

        An object with ``"format": "hybridq-pauli-sum"``, ``"version": 1``, ``"n_qubits"`` and
        ``"terms"``: a list of ``[paulis, qubits, coefficient]`` such as ``["ZZ", [0, 5], 1.0]``;
        a coefficient with an imaginary part is ``[real, imaginary]``. Floats round-trip exactly.

        Raises:
            OutputError: the file cannot be written.
        """
        text = pauli_io.write_json(self.n_qubits, self.to_sparse())
        if path is not None:
            from hybridq.core.files import write_text

            write_text(path, text)
        return text

    def to_matrix(self) -> scipy.sparse.csr_array:
        """Return the matrix in the computational basis, CSR of shape (2**n, 2**n).

        The dtype is complex128.

        Raises:
            CapacityError: it does not fit in memory.
        """
        s = self.simplify()
        return _matrix.csr(s.x_masks, s.z_masks, s.coefficients, s.n_qubits)

    # -- algebra --------------------------------------------------------------------------------

    # -- properties -----------------------------------------------------------------------------

    @property
    def constant(self) -> complex:
        """Coefficient of the identity (the trace divided by 2**n)."""
        plain = ~(self.x_masks.any(axis=1) | self.z_masks.any(axis=1))
        return complex(self.coefficients[plain].sum())

    @property
    def one_norm(self) -> float:
        """Sum of ``|c|`` of the simplified sum: a bound on the spectral norm."""
        return float(np.abs(self.simplify().coefficients).sum())

    @property
    def norm(self) -> float:
        """Root of the sum of ``|c|**2``: the Frobenius norm divided by sqrt(2**n)."""
        return float(np.linalg.norm(self.simplify().coefficients))

    @property
    def is_diagonal(self) -> bool:
        """True if only I and Z are left once equal terms are merged."""
        return not self.x_masks.any() or not self.simplify().x_masks.any()

    def is_hermitian(self, tolerance: float = 0.0) -> bool:
        """Return whether all merged coefficients are real up to `tolerance`."""
        return bool((np.abs(self.simplify().coefficients.imag) <= tolerance).all())

    # -- diagonal sums --------------------------------------------------------------------------

    @cached_property
    def _diagonal_terms(self) -> tuple[Masks, NDArray[np.float64]]:
        """Z masks and real coefficients; raises if the sum is not real and diagonal."""
        s = self.simplify()
        wrong = s.x_masks.any(axis=1) | (s.coefficients.imag != 0)
        if wrong.any():
            k = int(np.argmax(wrong))
            term = pauli_io.text_of(*s._arrays, slice(k, k + 1))
            raise ParameterError(
                f"the sum is not real and diagonal because of the term {term}: "
                "only real multiples of products of I and Z are"
            )
        return s.z_masks, s.coefficients.real.copy()

    def diagonal(self) -> NDArray[np.float64]:
        """Return the values on all basis states, float64, shape (2**n,).

        Entry b belongs to basis index b.

        Raises:
            ParameterError: the sum is not diagonal and real; a term is named.
            CapacityError: the array does not fit in memory.
        """
        z_masks, coefficients = self._diagonal_terms
        _walsh.require_all_states(self.n_qubits)
        return _walsh.values_on_all_states(z_masks[:, 0], coefficients, self.n_qubits)

    def diagonal_at(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Return the values on chosen basis states, for any number of qubits.

        Args:
            bits: rows of 0 and 1, shape (k, n), or one row (n,); entry q is qubit q.

        Returns:
            shape (k,), float64; for a single row shape ().

        Raises:
            ParameterError: the sum is not diagonal and real, or `bits` holds other numbers.
            DimensionError: rows of another length.
        """
        rows = _walsh.check_bits(bits, self.n_qubits)
        values = _walsh.values_on_rows(rows, self._groups)
        return values if np.ndim(bits) == 2 else values.reshape(())

    @cached_property
    def _groups(self) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        z_masks, coefficients = self._diagonal_terms
        return [(qubits, coefficients[rows]) for rows, qubits in _masks.split_by_weight(z_masks)]

    # -- comparison and display -----------------------------------------------------------------

    def isclose(self, other: PauliSum, tolerance: float = 1e-12) -> bool:
        """Return whether no merged coefficient differs by more than `tolerance`."""
        self._same_width(other)
        return len((self - other).simplify(tolerance)) == 0

    def __eq__(self, other: object) -> bool:
        """Return whether both simplified sums are exactly equal."""
        if not isinstance(other, PauliSum):
            return NotImplemented
        return self.n_qubits == other.n_qubits and all(
            np.array_equal(a, b)
            for a, b in zip(self.simplify()._arrays, other.simplify()._arrays, strict=True)
        )

    def __hash__(self) -> int:
        # Without the masks, which a wide diagonal sum does not have.
        return hash((self.n_qubits, self.simplify().coefficients.tobytes()))

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructor restores the read-only flags, which pickling loses.
        return PauliSum, (self.n_qubits, *self._arrays)

    def __len__(self) -> int:
        """Return the number of stored terms."""
        return len(self.coefficients)

    def __bool__(self) -> bool:
        # Without this an empty sum would be false in `if operator:`.
        return True

    def __iter__(self) -> Iterator[tuple[str, tuple[int, ...], complex]]:
        """Return the terms of `to_sparse`."""
        return iter(self.to_sparse())

    def __repr__(self) -> str:
        k, (x, z, c) = pauli_io.SHOWN_TERMS, self._arrays
        return pauli_io.shown(self.n_qubits, pauli_io.write_sparse(x[:k], z[:k], c[:k]), len(self))
