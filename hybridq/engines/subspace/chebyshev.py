"""Chebyshev coefficients of exponentials, and bounds of spectra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Vector

TOLERANCE = {"float64": 1e-15, "float32": 1e-8}
_POWERS = 24  # steps of power iteration for the bound of the spectrum
_MARGIN = 1.0 + 1e-9


def coefficients(reach: float, dtype: np.dtype[np.floating]) -> Vector:
    r"""Return c with :math:`e^{i x \cdot reach} = \sum_k i^k c_k T_k(x)` on [−1, 1].

    c_0 = J_0(reach), c_k = 2 J_k(reach), up to the last one that matters.
    """
    from scipy.special import jv

    size = abs(reach)
    most = int(size + 20.0 + 12.0 * size ** (1.0 / 3.0))
    found = jv(np.arange(most + 1), reach)
    found[1:] *= 2.0
    matter = np.flatnonzero(np.abs(found) > TOLERANCE[dtype.name])
    return np.asarray(found[: max(int(matter[-1]) + 1 if len(matter) else 0, 2)])


def spectral_radius(multiply: Callable[[Vector], Vector], dim: int) -> float:
    """Return an upper bound of the spectral radius of a symmetric 0/1 matrix.

    For every positive vector x the largest ratio (A x)_i / x_i is such a bound (Collatz, Wielandt);
    power iteration of A + 1 brings it close to the radius.

    Args:
        multiply: x -> A x.
        dim: number of rows.
    """
    x = np.ones(dim)
    bound = np.inf
    for _ in range(_POWERS):
        image = multiply(x)
        bound = min(bound, float((image / x).max(initial=0.0)))
        x += image
        x /= x.max()
        x += 1e-12  # a bound needs positive entries, and tiny ones spoil it
    return bound * _MARGIN


def as_sparse(first: NDArray[np.int64], neighbours: NDArray[np.integer]) -> object:
    """Return the matrix of hops in SciPy's format of rows."""
    from scipy.sparse import csr_matrix

    ones = np.ones(len(neighbours))
    return csr_matrix((ones, neighbours, first), shape=(len(first) - 1, len(first) - 1))
