"""Statistics of comparisons: intervals, paired tests, profiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.experiments.analysis.metric_conventions import ROUNDING, equal

_RESAMPLES = 2000
# Beyond this number of values the corrections of BCa are far below the interval's noise, and the
# jackknife takes quadratic time.
_CORRECTED_UP_TO = 500
_BATCH = 2_000_000  # numbers of a bootstrap batch in memory at once


@dataclass(frozen=True)
class Interval:
    """A confidence interval.

    Attributes:
        low, high: its ends, low ≤ high.
    """

    low: float
    high: float


@dataclass(frozen=True)
class SignedRank:
    """Result of a paired test.

    Attributes:
        effect: matched-pairs rank-biserial correlation, −1 … 1; 1 if every difference is above
            zero, 0 if all are zero.
        p: p-value of the two-sided Wilcoxon signed-rank test; 1 if all differences are zero.
    """

    effect: float
    p: float


def mean_interval(values: ArrayLike, level: float = 0.95, rng: RandomLike = 0) -> Interval | None:
    """Return a bootstrap interval of the mean, None for fewer than two values.

    Bias-corrected and accelerated (BCa) up to 500 values, by percentiles above; 2000 resamples.

    Args:
        values: independent observations, shape (n,).
        level: confidence, between 0 and 1.
        rng: source of the resamples; the same for the same seed.

    Source: Efron 1987, J. Am. Stat. Assoc. 82, 171.
    """
    found = _vector(values)
    if found.size < 2:
        return None
    if np.ptp(found) <= ROUNDING * np.abs(found).max():
        return Interval(float(found.min()), float(found.max()))
    from scipy.stats import bootstrap

    result = bootstrap(
        (found,),
        np.mean,
        n_resamples=_RESAMPLES,
        batch=max(1, _BATCH // found.size),
        confidence_level=level,
        method="BCa" if found.size <= _CORRECTED_UP_TO else "percentile",
        vectorized=True,
        rng=as_generator(rng),
    )
    low, high = float(result.confidence_interval.low), float(result.confidence_interval.high)
    if math.isnan(low) or math.isnan(high):
        # BCa is undefined if every resample lies on one side.
        return Interval(float(found.min()), float(found.max()))
    return Interval(low, high)


def differences(first: ArrayLike, second: ArrayLike, floor: float = 0.0) -> NDArray[np.float64]:
    """Return first − second of the same cases, 0 for ties; see `equal`.

    Args:
        first, second: values of the same cases in the same order, shape (n,).
        floor: absolute tolerance of ties, see `floor_of`.

    Raises:
        DimensionError: the two differ in length.
    """
    a, b = _vector(first), _vector(second)
    if a.size != b.size:
        raise DimensionError(f"paired values must have equal lengths, got {a.size} and {b.size}")
    return np.where(equal(a, b, floor), 0.0, a - b)


def signed_rank(gaps: ArrayLike) -> SignedRank:
    """Return the Wilcoxon signed-rank test of paired differences with its effect size.

    Zeros have no rank. The effect size is (W₊ − W₋)/(W₊ + W₋) of the rank sums.

    Args:
        gaps: differences of the pairs, shape (n,).

    Source: Wilcoxon 1945, Biometrics 1, 80; Kerby 2014, Compr. Psychol. 3, 11.IT.3.1.
    """
    from scipy.stats import rankdata, wilcoxon

    found = _vector(gaps)
    moved = found[found != 0.0]
    if not moved.size:
        return SignedRank(0.0, 1.0)
    # Rounded, so that differences that are equal up to rounding share a rank.
    sizes = np.array([float(f"{size:.9e}") for size in np.abs(moved)])
    signs = np.sign(moved)
    ranks = rankdata(sizes)
    return SignedRank(
        float((ranks * signs).sum() / ranks.sum()), float(wilcoxon(signs * sizes).pvalue)
    )


def holm(p_values: Sequence[float], tests: int | None = None) -> list[float]:
    """Return the p-values adjusted by Holm's step-down method.

    The k-th smallest of m is multiplied by m − k + 1, never below the one before, at most 1.

    Args:
        p_values: the known p-values.
        tests: m, if more tests were possible. The unknown p-values are assumed to be no smaller,
            the least favourable case: other values would make no result larger.

    Source: Holm 1979, Scand. J. Stat. 6, 65.
    """
    adjusted = [0.0] * len(p_values)
    m = len(p_values) if tests is None else tests
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        largest = max(largest, min(1.0, (m - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def wins(values: ArrayLike, *, maximize: bool, floor: float = 0.0) -> NDArray[np.float64]:
    """Return the share of cases on which each group is best, shape (groups,).

    Values equal to the best one tie, see `equal`.

    Args:
        values: finite values, shape (cases, groups).
        maximize: True if larger is better.
        floor: absolute tolerance of ties, see `floor_of`.
    """
    found = np.asarray(values, dtype=np.float64)
    best = (found.max if maximize else found.min)(axis=1, keepdims=True)
    first = equal(found, best, floor)
    return np.asarray((first / first.sum(axis=1, keepdims=True)).mean(axis=0))


def time_to_solution(
    success: ArrayLike, seconds: ArrayLike, confidence: float = 0.99
) -> NDArray[np.float64]:
    r"""Return the time until a run has succeeded at least once with this confidence.

    .. math:: \mathrm{TTS} = t \max\left(1, \frac{\ln(1 - c)}{\ln(1 - s)}\right)

    Runs are independent, and at least one is needed. The time is infinite if none succeeds.

    Args:
        success: probability s of success of one run, or the share of successes.
        seconds: time t of one run (or any other cost of it: shots, evaluations).
        confidence: c, with 0 < c < 1.

    Raises:
        ParameterError: a success outside 0 … 1, or a confidence outside 0 … 1.

    Source: Rønnow et al. 2014, Science 345, 420, arXiv:1401.2910 (there rounded up to whole runs).
    """
    s, t = np.broadcast_arrays(
        np.asarray(success, dtype=np.float64), np.asarray(seconds, dtype=np.float64)
    )
    if not 0.0 < confidence < 1.0:
        raise ParameterError(
            argument="confidence", value=confidence, expected="a number between 0 and 1"
        )
    if np.any((s < 0.0) | (s > 1.0)):
        wrong = float(s[(s < 0) | (s > 1)].flat[0])
        raise ParameterError(argument="success", value=wrong, expected="probabilities from 0 to 1")
    runs = np.full(s.shape, np.inf)
    runs[s >= confidence] = 1.0
    middle = (s > 0.0) & (s < confidence)
    runs[middle] = math.log1p(-confidence) / np.log1p(-s[middle])
    return np.asarray(t * runs)


def performance_profile(
    costs: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the share of problems within τ of the best, :math:`\rho_s(\tau)`.

    .. math:: r_{p,s} = t_{p,s} / \min_s t_{p,s}, \qquad
              \rho_s(\tau) = \tfrac{1}{n_p} |\{p : r_{p,s} \le \tau\}|

    Args:
        costs: :math:`t_{p,s} > 0` of each problem and solver, shape (problems, solvers);
            infinite where a solver failed. Unsolved problems count for no solver.

    Returns:
        the ratios τ ≥ 1 at which a profile changes, ascending, shape (k,), and ρ at each, shape
        (k, solvers).

    Raises:
        ParameterError: a cost that is not positive.

    Source: Dolan and Moré 2002, Math. Program. 91, 201, arXiv:cs/0102001.
    """
    spent = np.asarray(costs, dtype=np.float64)
    if spent.ndim != 2 or not spent.size:
        raise DimensionError(
            argument="costs",
            value=spent.shape,
            expected="a non-empty array of shape (problems, solvers)",
        )
    if not np.all(spent > 0.0):
        raise ParameterError(argument="costs", value=float(np.nanmin(spent)), expected="positive")
    best = spent.min(axis=1, keepdims=True)
    ratios = np.full(spent.shape, np.inf)
    solved = np.isfinite(best[:, 0])
    ratios[solved] = spent[solved] / best[solved]
    steps = np.unique(np.append(ratios[np.isfinite(ratios)], 1.0))
    shares = [np.searchsorted(np.sort(column), steps, side="right") for column in ratios.T]
    return steps, np.stack(shares, axis=1) / len(spent)


def _vector(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64).reshape(-1)
