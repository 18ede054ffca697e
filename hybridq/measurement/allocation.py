"""Division of shots between circuits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Shots = NDArray[np.int64]

LEAST_SHOTS = 2
"""Shots of each circuit at least: a standard error needs two."""

FLOOR = 0.01
"""Share of all shots that is divided equally, as a prediction of no variance may be wrong."""


def divided(shots: int, weights: Vector, at_least: int = 1) -> Shots:
    """Divide `shots` in proportion to `weights`, by largest remainders.

    Args:
        shots: at least `at_least` for each weight.
        weights: not negative, shape (k,); all zero for equal parts.
        at_least: shots of each part at least.
    """
    if not len(weights):
        return np.zeros(0, dtype=np.int64)
    spare = shots - at_least * len(weights)
    total = float(weights.sum())
    quotas = spare * (weights / total if total else np.full(len(weights), 1.0 / len(weights)))
    whole = np.floor(quotas).astype(np.int64)
    left = spare - int(whole.sum())
    whole[np.argsort(whole - quotas, kind="stable")[:left]] += 1
    return at_least + whole


def best_division(shots: int, variances: Vector) -> Shots:
    r"""Divide `shots` for the smallest variance of a sum of means.

    Proportional to :math:`\sqrt{V_g}`, which minimizes :math:`\sum_g V_g / N_g`, but for `FLOOR`.

    Args:
        shots: at least `LEAST_SHOTS` for each variance.
        variances: of one measurement each, shape (k,).

    Source: Neyman 1934, doi:10.2307/2342192; Rubin, Babbush, McClean 2018, arXiv:1801.03524.
    """
    weights = _with_floor(np.sqrt(variances))
    few = np.zeros(len(weights), dtype=bool)
    while True:
        left = shots - LEAST_SHOTS * int(few.sum())
        further = ~few & (left * weights < LEAST_SHOTS * float(weights[~few].sum()))
        if not further.any():
            break
        few |= further
    found = np.full(len(weights), LEAST_SHOTS, dtype=np.int64)
    found[~few] = divided(left, weights[~few], 0)
    return found


def needed(variances: Vector, error: float) -> Shots:
    r"""Return the fewest shots with which a sum of means has a standard error.

    :math:`N_g = \sqrt{V_g} \sum_h \sqrt{V_h} / \epsilon^2`, rounded up, but for `FLOOR`.

    Args:
        variances: of one measurement each, shape (k,).
        error: ε, positive.
    """
    deviations = np.sqrt(variances)
    shots = np.ceil(_with_floor(deviations) * float(deviations.sum()) / error**2)
    return np.maximum(np.minimum(shots, 2.0**62), LEAST_SHOTS).astype(np.int64)


def _with_floor(deviations: Vector) -> Vector:
    """Return deviations of at least `FLOOR` of their mean."""
    return np.maximum(deviations, FLOOR * float(deviations.sum()) / max(len(deviations), 1))
