"""Angles of QAOA that a user gives: by name, or from a run with fewer layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import as_floats
from hybridq.core.errors import ParameterError

Vector = NDArray[np.float64]
GROUPS = ("gamma", "beta")


def by_name(angles: Mapping[str, Any]) -> list[float]:
    """Return γ_1 … γ_p, β_1 … β_p of ``{"gamma": [...], "beta": [...]}``.

    Raises:
        ParameterError: other keys, or lists of different lengths.
    """
    if set(angles) != set(GROUPS):
        raise ParameterError(
            argument="initial",
            value=dict(angles),
            expected="{'gamma': [gamma_1 ... gamma_p], 'beta': [beta_1 ... beta_p]}",
        )
    gamma, beta = (np.atleast_1d(as_floats("initial", angles[name])) for name in GROUPS)
    if gamma.ndim != 1 or gamma.shape != beta.shape:
        raise ParameterError(
            f"gamma has shape {gamma.shape} and beta {beta.shape}: give p numbers of each",
            argument="initial",
        )
    return [*gamma.tolist(), *beta.tolist()]


def for_depth(x: Vector, p: int) -> Vector:
    """Return the start of p layers from angles of fewer, shape (2k,) → (2p,), k ≤ p.

    Each layer is added by `interpolated`.
    """
    while len(x) < 2 * p:
        x = interpolated(x)
    return x


def interpolated(x: Vector) -> Vector:
    r"""Return a start for one more layer, shape (2p,) → (2p + 2,).

    .. math:: \gamma'_i = \frac{i - 1}{p}\,\gamma_{i-1} + \frac{p - i + 1}{p}\,\gamma_i,
              \qquad i = 1 \dots p + 1,\ \gamma_0 = \gamma_{p+1} = 0,

    and the same for β.

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041, appendix B.
    """
    p = len(x) // 2
    before = np.arange(p + 1) / p
    halves = np.asarray(x, dtype=np.float64).reshape(2, p)
    zero = np.zeros((2, 1))
    shifted = np.concatenate([zero, halves], axis=1)
    current = np.concatenate([halves, zero], axis=1)
    return (before * shifted + (1.0 - before) * current).ravel()
