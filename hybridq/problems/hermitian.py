"""Imaginary parts of Pauli sums that should be Hermitian: rounding, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum

# Imaginary parts up to this share of the largest coefficient are rounding: single precision and
# texts of eight digits leave about 1e-8.
_ROUNDING = 1e-7


def worst_imaginary(total: PauliSum) -> tuple[str, tuple[int, ...], complex] | None:
    """Return the term with the largest imaginary part, None if all are rounding."""
    merged = total.simplify()
    if not len(merged):
        return None
    imaginary = np.abs(merged.coefficients.imag)
    k = int(imaginary.argmax())
    if imaginary[k] <= _ROUNDING * np.abs(merged.coefficients).max():
        return None
    return merged.to_sparse()[k]


def real_part(total: PauliSum) -> PauliSum:
    """Return the sum with real coefficients, equal terms merged."""
    merged = total.simplify()
    if not merged.coefficients.imag.any():
        return merged
    real = merged.coefficients.real.astype(np.complex128)
    return type(merged)(merged.n_qubits, merged.x_masks, merged.z_masks, real).simplify()
