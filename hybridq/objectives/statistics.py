"""Functions of the distribution of measured values, and their derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Weigh = Callable[[Vector], Vector]
"""The weight W(E) of each of some values E, shape (k,) → (k,)."""


class Statistic(ABC):
    r"""A function F of a distribution over values, such as its mean.

    Its derivative by the probability of a value E is a weight W(E), up to a constant that is the
    same for all E and cancels, since probabilities sum to 1. The weights give the gradient,
    :math:`\partial F = \sum_z W(E_z)\, \partial p_z`, and the standard error of F over a sample.
    """

    @abstractmethod
    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """Return F, and W as a function of values.

        Args:
            values: ascending, shape (k,); repeated values are allowed.
            probabilities: of each, not negative, summing to 1, shape (k,).
        """


def standard_error(statistic: Statistic, values: Vector, counts: NDArray[np.int64]) -> float:
    r"""Return the standard error of a statistic over N = Σ counts independent shots.

    .. math:: \sqrt{\frac{1}{N (N - 1)} \sum_z n_z \left(W(E_z) - \bar W\right)^2}

    Unbiased for the mean and for a probability, elsewhere to first order in 1/N (the delta
    method, or infinitesimal jackknife). NaN for a single shot, which has no spread.

    Source: Efron, Tibshirani 1993, An Introduction to the Bootstrap, ch. 21.
    """
    shots = int(counts.sum())
    if shots < 2:
        return float("nan")
    _, weigh = statistic.at(values, counts / shots)
    weights = weigh(values)
    spread = weights - weights @ counts / shots
    return float(np.sqrt(spread**2 @ counts / shots / (shots - 1)))


def relative_frequencies(counts: NDArray[np.int64]) -> Vector:
    """Return counts over their sum, shape (k,)."""
    return counts / counts.sum()
