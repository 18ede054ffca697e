"""Exponentials of a sum of hops as polynomials with a three-term recurrence.

.. math:: e^{i\\beta A} = \\sum_k c_k p_k(A), \\quad p_k = f_k A p_{k-1} - g_k p_{k-2}

with p_0 = 1. A recurrence is an array with f, g, re c and im c of each order, shape (orders, 4).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hybridq.engines.base import Vector

TOLERANCE = {"float64": 1e-14, "float32": 1e-8}
_POWERS = 40  # steps of power iteration for the bound of the spectrum
_MARGIN = 1.0 + 1e-9


def chebyshev(beta: float, radius: float, dtype: np.dtype[np.floating]) -> Vector:
    r"""Return the recurrence for a spectrum within [−radius, radius].

    :math:`e^{i x t} = J_0(t) + \sum_k 2 i^k J_k(t) T_k(x)`, up to the last term that matters.
    """
    from scipy.special import jv

    reach = beta * radius
    size = abs(reach)
    most = int(size + 20.0 + 12.0 * size ** (1.0 / 3.0))
    found = jv(np.arange(most + 1), reach)
    found[1:] *= 2.0
    matter = np.flatnonzero(np.abs(found) > TOLERANCE[dtype.name])
    orders = max(int(matter[-1]) + 1 if len(matter) else 0, 2)
    turned = found[:orders] * 1j ** (np.arange(orders) % 4)
    f = np.full(orders, 2.0 / radius)
    f[1] = 1.0 / radius
    return np.stack([f, np.ones(orders), turned.real, turned.imag], axis=1)


def on_integers(beta: float, reach: int) -> Vector:
    r"""Return the recurrence for eigenvalues that are integers from −reach to reach.

    The polynomials are those of Gram, orthonormal on these N = 2 reach + 1 points:
    :math:`x p_k = a_{k+1} p_{k+1} + a_k p_{k-1}` with
    :math:`a_k = \frac{k}{2} \sqrt{(N^2 - k^2)/(4 k^2 - 1)}`. N of them give every function.
    """
    n = 2 * reach + 1
    x = np.arange(-reach, reach + 1, dtype=np.float64)
    k = np.arange(n + 1, dtype=np.float64)
    a = k / 2.0 * np.sqrt((n * n - k * k) / (4.0 * k * k - 1.0 + 2.0 * (k == 0)))
    polynomials = np.zeros((n, n))
    polynomials[0] = 1.0
    for order in range(1, n):
        earlier = a[order - 1] * polynomials[order - 2] if order > 1 else 0.0
        polynomials[order] = (x * polynomials[order - 1] - earlier) / a[order]
    c = polynomials @ np.exp(1j * beta * x) / n
    f, g = np.zeros(n), np.zeros(n)
    f[1:] = 1.0 / a[1:n]
    g[2:] = a[1 : n - 1] / a[2:n]
    return np.stack([f, g, c.real, c.imag], axis=1)


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
        now = float((image / x).max(initial=0.0))
        settled = bound - now < 4e-3 * now
        bound = min(bound, now)
        if settled:
            break
        x += image
        x /= x.max()
        x += 1e-12  # a bound needs positive entries, and tiny ones spoil it
    return bound * _MARGIN
