"""Bounds on the value without noise by the conditional value at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.measurement.base import Vector
from hybridq.measurement.execution import Execute, run_circuits
from hybridq.measurement.plans import Plan
from hybridq.mitigation.base import (
    Compiler,
    Cost,
    Label,
    Mitigated,
    Mitigation,
    check_prepared,
    known_noise,
    known_on,
)
from hybridq.mitigation.quasi import no_error
from hybridq.noise import NoiseModel

_FEWEST = 2.0  # shots of a tail


@dataclass(frozen=True)
class CVaRBounds(Mitigation):
    r"""Bounds from the best and the worst share of the shots that can be without error.

    The measured distribution is :math:`\alpha p + (1 - \alpha) r`, where p is the one without noise
    and α a bound on the probability that no error occurs, see `no_error`. So the mean of p lies
    between the means of the lowest and of the highest share α of the measured values. The bounds
    of several circuits add up. They hold up to their own standard errors, and say nothing of where
    between them the value lies.
    """

    name: ClassVar[str] = "cvar-bounds"
    summary: ClassVar[str] = "Proven bounds on the value without noise, from the same shots."
    label: ClassVar[Label] = Label.BOUNDED
    reads_plan: ClassVar[bool] = True
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
        model = known_noise(self.name, noise)
        return self._bounded(plan, execute, [no_error(each, model) for each in plan.circuits])

    def measure_on(
        self, plan: Plan, execute: Execute, compiler: Compiler, rng: RandomLike = None
    ) -> Mitigated:
        """Return the value as measured, with its bounds; see `Mitigation.measure_on`."""
        check_prepared(plan)
        return self._bounded(plan, execute, self._alphas(plan, compiler))

    def cost_on(self, plan: Plan, compiler: Compiler) -> Cost:
        """Return the plan's circuits and shots.

        Raises:
            ParameterError: the machine's errors are not known, or are over-rotations.
        """
        self._alphas(plan, compiler)
        return self.cost(plan)

    def _alphas(self, plan: Plan, compiler: Compiler) -> list[float]:
        """Return the probability of no error of each compiled circuit."""
        found = []
        for compiled, noise in known_on(self.name, plan, compiler):
            assert compiled.circuit is not None
            found.append(no_error(compiled.circuit, noise))
        return found

    def _bounded(self, plan: Plan, execute: Execute, alphas: Sequence[float]) -> Mitigated:
        """Run the plan and return the result."""
        cost = self.cost(plan)
        for alpha, shots in zip(alphas, plan.shots.tolist(), strict=True):
            if alpha * shots < _FEWEST:
                raise ParameterError(
                    f"at least {alpha:.2g} of the runs are without error, which is too small a "
                    f"part of {shots:,} shots for bounds",
                    argument="mitigate",
                    value=self.name,
                    remedy="use more shots or fewer gates",
                )
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
            statement="errors of gates and readout as in the noise model; bounds up to their "
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
