"""Bounds on the value without noise by the conditional value at risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.core.randomness import RandomLike
from hybridq.measurement.base import Vector
from hybridq.measurement.execution import Execute, run_circuits
from hybridq.measurement.plans import Plan
from hybridq.mitigation.base import (
    Cost,
    Label,
    Mitigated,
    Mitigation,
    check_prepared,
    known_noise,
)
from hybridq.mitigation.quasi import no_error
from hybridq.noise import NoiseModel


@dataclass(frozen=True)
class CVaRBounds(Mitigation):
    r"""Bounds from the best and the worst share of the shots that can be without error.

    With Pauli noise the measured distribution is :math:`\alpha p + (1 - \alpha) r`, where p is the
    one without noise and α the probability that no error occurs. The mean of p therefore lies
    between the means of the lowest and of the highest share α of the measured values. The bounds
    of several circuits add up. They hold up to their own standard errors, and say nothing of where
    between them the value lies.
    """

    name: ClassVar[str] = "cvar-bounds"
    summary: ClassVar[str] = "Proven bounds on the value without noise, from the same shots."
    label: ClassVar[Label] = Label.BOUNDED
    source: ClassVar[str] = "Barron et al. 2024, arXiv:2312.00733"

    def measure(
        self,
        plan: Plan,
        execute: Execute,
        noise: NoiseModel | None = None,
        rng: RandomLike = None,
    ) -> Mitigated:
        """Return the value as measured, with its bounds; see `Mitigation.measure`."""
        check_prepared(plan)
        model, cost = known_noise(self.name, noise), self.cost(plan, noise)
        alphas = [no_error(circuit, model) for circuit in plan.circuits]
        values = plan.values(run_circuits(execute, plan.circuits, plan.shots.tolist()))
        raw = plan.estimate_of(values)
        tails = np.array(
            [
                (*tail_mean(each, alpha), *tail_mean(-each, alpha))
                for each, alpha in zip(values, alphas, strict=True)
            ]
        ).reshape(-1, 4)
        lower = plan.constant + float(tails[:, 0].sum())
        upper = plan.constant - float(tails[:, 2].sum())
        return Mitigated(
            value=raw.value,
            standard_error=raw.standard_error,
            label=self.label,
            method=self.name,
            statement="Pauli noise and readout errors as in the noise model; bounds up to their "
            "standard errors",
            raw=raw.value,
            shots=cost.shots,
            circuits=cost.circuits,
            bounds=(lower, upper),
            facts={
                "alpha": min(alphas, default=1.0),
                "bound_errors": np.sqrt((tails[:, [1, 3]] ** 2).sum(axis=0)).tolist(),
            },
        )

    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return the plan's circuits and shots."""
        return Cost(len(plan.groups), plan.total_shots, 1.0)


def tail_mean(values: Vector, alpha: float) -> tuple[float, float]:
    r"""Return the mean of the lowest share of values, and its standard error.

    The value at the edge counts in part, so that exactly α N of N values do. The error is that of
    the delta method, :math:`\mathrm{sd}(\min(v - q, 0))/(\alpha \sqrt N)` with the α-quantile q.

    Args:
        values: shape (N,), at least two.
        alpha: α, above 0 and at most 1.
    """
    ordered = np.sort(values)
    count = alpha * len(values)
    weights = np.clip(count - np.arange(len(values)), 0.0, 1.0)
    edge = ordered[min(int(np.ceil(count)), len(values)) - 1]
    below = np.minimum(ordered - edge, 0.0) if alpha < 1 else ordered
    error = float(below.std(ddof=1)) / (alpha * np.sqrt(len(values)))
    return float(weights @ ordered / count), error
