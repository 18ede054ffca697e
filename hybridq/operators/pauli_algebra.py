"""Sums, products and commutators of Pauli sums."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import as_complex, is_number, is_whole
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators import _masks
from hybridq.operators._masks import Masks

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum

_MOST_FACTORS = 64


def _sum(n_qubits: int, *arrays: NDArray[Any]) -> PauliSum:
    """Return a sum of masks and coefficients."""
    from hybridq.operators.pauli_sum import PauliSum

    return PauliSum(n_qubits, *arrays)


class PauliAlgebra:
    """Operators of `PauliSum`, whose fields it works on."""

    if TYPE_CHECKING:

        @property
        def n_qubits(self) -> int: ...  # noqa: D102
        @property
        def x_masks(self) -> NDArray[np.uint64]: ...  # noqa: D102
        @property
        def z_masks(self) -> NDArray[np.uint64]: ...  # noqa: D102
        @property
        def coefficients(self) -> NDArray[np.complex128]: ...  # noqa: D102

    def simplify(self, tolerance: float = 0.0) -> PauliSum:
        """Merge equal terms and drop those with ``|c| <= tolerance``, canonical order."""
        if not tolerance >= 0:
            raise ParameterError(argument="tolerance", value=tolerance, expected="a number >= 0")
        if tolerance == 0:
            return self._canonical
        return self._merged(self.x_masks, self.z_masks, self.coefficients, tolerance)

    @cached_property
    def _canonical(self) -> PauliSum:
        result = self._merged(self.x_masks, self.z_masks, self.coefficients)
        result.__dict__["_canonical"] = result
        return result

    def _merged(
        self, x: Masks, z: Masks, c: NDArray[np.complex128], tolerance: float = 0.0
    ) -> PauliSum:
        return _sum(self.n_qubits, *_masks.merge(x, z, c, tolerance))

    def _same_width(self, other: PauliAlgebra) -> None:
        if self.n_qubits != other.n_qubits:
            raise DimensionError(
                f"sums on {self.n_qubits} and {other.n_qubits} qubits cannot be combined: "
                "build both with the same n_qubits"
            )

    def _lifted(self, other: object) -> PauliSum | None:
        """Return a sum as it is and a number as a multiple of the identity, else None."""
        if isinstance(other, PauliAlgebra):
            self._same_width(other)
            return cast("PauliSum", other)
        return self._multiple(as_complex(other)) if is_number(other) else None

    def _multiple(self, coefficient: complex) -> PauliSum:
        """Return `coefficient` times the identity."""
        masks = np.zeros((1, self.x_masks.shape[1]), dtype=np.uint64)
        return _sum(self.n_qubits, masks, masks, np.array([coefficient]))

    def __add__(self, other: PauliSum | complex) -> PauliSum:
        lifted = self._lifted(other)
        if lifted is None:
            return NotImplemented
        pairs = zip(self._arrays, lifted._arrays, strict=True)
        return self._merged(*(np.concatenate(pair) for pair in pairs))  # type: ignore[arg-type]

    __radd__ = __add__

    def __sub__(self, other: PauliSum | complex) -> PauliSum:
        lifted = self._lifted(other)
        return NotImplemented if lifted is None else self + (-lifted)

    def __rsub__(self, other: complex) -> PauliSum:
        return -self + other

    def _with(self, coefficients: NDArray[np.complex128]) -> PauliSum:
        return _sum(self.n_qubits, self.x_masks, self.z_masks, coefficients)

    def __neg__(self) -> PauliSum:
        return self._with(-self.coefficients)

    def __mul__(self, other: complex) -> PauliSum:
        if isinstance(other, PauliAlgebra):
            raise ParameterError("* takes a number: write a @ b for the product of two Pauli sums")
        if not is_number(other):
            return NotImplemented
        return self._with(self.coefficients * as_complex(other))

    __rmul__ = __mul__

    def __truediv__(self, other: complex) -> PauliSum:
        if not is_number(other):
            return NotImplemented
        if other == 0:
            raise ParameterError("division of a Pauli sum by zero")
        return self._with(self.coefficients / complex(other))

    def __matmul__(self, other: PauliSum) -> PauliSum:
        if not isinstance(other, PauliAlgebra):
            return NotImplemented
        self._same_width(other)
        return _sum(self.n_qubits, *_masks.product(self._arrays, other._arrays))

    def __pow__(self, exponent: int) -> PauliSum:
        if not is_whole(exponent):
            return NotImplemented
        if not 0 <= exponent <= _MOST_FACTORS:
            expected = f"from 0 to {_MOST_FACTORS}"
            raise ParameterError(argument="exponent", value=exponent, expected=expected)
        product, factor = self._multiple(1.0), cast("PauliSum", self)
        for _ in range(exponent):
            product = product @ factor
        return product

    def commutator(self, other: PauliSum) -> PauliSum:
        """Return ``self @ other - other @ self``, from anticommuting pairs of terms."""
        self._same_width(other)
        arrays = _masks.product(self._arrays, other._arrays, only_anticommuting=True)
        return _sum(self.n_qubits, *arrays) * 2.0

    def dagger(self) -> PauliSum:
        """Return the adjoint."""
        return self._with(self.coefficients.conj())

    @property
    def _arrays(self) -> tuple[Masks, Masks, NDArray[np.complex128]]:
        return self.x_masks, self.z_masks, self.coefficients
