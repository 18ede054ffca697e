r"""Gate of promotions: a paired, non-inferior evaluation on held-out instances.

A difference belongs to one instance,

.. math:: d_i = \frac{E_i(\text{baseline}) - E_i(\text{candidate})}{|E_i(\text{optimum})|},

positive where the candidate is better: the difference of the ratios of expectation and optimum. A
candidate passes if the lower end of a one-sided 95 % interval of the mean (bootstrap, BCa) is at
least −margin, the Wilcoxon signed-rank test does not find it worse (p ≥ 0.05), and no instance
loses more than 0.05.

Simulated with normal differences of standard deviation 0.02 on 30 instances and a margin of 0.001,
a candidate that is worse by 0.01 passes in less than 1 % of them, an equal one in about 10 %,
one that is better by 0.01 in about 87 %: for a champion the gate is nearly a test of superiority.

Source: Efron 1987, J. Am. Stat. Assoc. 82, 171 (BCa); Wilcoxon 1945, Biometrics 1, 80.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hybridq.angles.versions import MARGIN
from hybridq.core.errors import ParameterError

LEAST_INSTANCES = 20
"""Held-out instances of an evaluation that a promotion may rest on."""

LEVEL = 0.95
LARGEST_LOSS = 0.05

TIE = 1e-6
"""Differences below this are ties: searches end within such a tolerance."""

_RESAMPLES = 2000


@dataclass(frozen=True)
class Verdict:
    """Outcome of the gate for one set of differences.

    Attributes:
        reasons: why the candidate does not pass; empty where it does.
        mean: of the differences.
        low: lower end of the interval of the mean.
        p_worse: p-value of the one-sided Wilcoxon test against "not worse".
        worst: lowest difference.
        instances: number of differences.
    """

    reasons: tuple[str, ...]
    mean: float
    low: float
    p_worse: float
    worst: float
    instances: int

    @property
    def passed(self) -> bool:
        """True if the candidate passes."""
        return not self.reasons

    def describe(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "passed": self.passed,
            "reasons": list(self.reasons),
            "mean": self.mean,
            "low": self.low,
            "p_worse": self.p_worse,
            "worst": self.worst,
            "instances": self.instances,
        }


def judge(differences: Sequence[float], *, margin: float = MARGIN) -> Verdict:
    """Return the verdict on paired differences.

    Args:
        differences: of the ratios, candidate minus baseline, one of each instance.
        margin: loss of the mean that is accepted.

    Raises:
        ParameterError: fewer than two differences, or one that is not finite.
    """
    found = np.asarray(differences, dtype=np.float64)
    if found.ndim != 1 or len(found) < 2 or not np.isfinite(found).all():
        raise ParameterError(
            argument="differences",
            value=found.tolist()[:5],
            expected="at least two finite numbers, one of each instance",
        )
    found = np.where(np.abs(found) < TIE, 0.0, found)
    mean, worst = float(found.mean()), float(found.min())
    low, p_worse = _lower_end(found), _p_worse(found)
    reasons = []
    if len(found) < LEAST_INSTANCES:
        reasons.append(f"{len(found)} instances, at least {LEAST_INSTANCES} are needed")
    if low < -margin:
        reasons.append(f"the mean may be as low as {low:+.4f}, at least {-margin:+.4f} is needed")
    if p_worse < 1.0 - LEVEL:
        reasons.append(f"it is worse by the signed-rank test (p = {p_worse:.3g})")
    if worst < -LARGEST_LOSS:
        reasons.append(f"one instance loses {-worst:.3f}, at most {LARGEST_LOSS:g} is accepted")
    return Verdict(tuple(reasons), mean, low, p_worse, worst, len(found))


def _lower_end(found: np.ndarray) -> float:
    """Return the lower end of the one-sided interval of the mean."""
    if np.ptp(found) <= 1e-12 * max(float(np.abs(found).max()), 1e-300):
        return float(found.min())
    from scipy.stats import bootstrap

    result = bootstrap(
        (found,),
        np.mean,
        n_resamples=_RESAMPLES,
        confidence_level=LEVEL,
        alternative="greater",
        method="BCa",
        vectorized=True,
        rng=np.random.default_rng(0),  # the same differences have the same verdict
    )
    low = float(result.confidence_interval.low)
    return float(found.min()) if math.isnan(low) else low


def _p_worse(found: np.ndarray) -> float:
    """Return the p-value of the Wilcoxon test against differences below zero."""
    from scipy.stats import wilcoxon

    moved = found[found != 0.0]
    return float(wilcoxon(moved, alternative="less").pvalue) if len(moved) else 1.0
