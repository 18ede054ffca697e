"""Shots with the wrong number of electrons, discarded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Excitation
from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.measurement.execution import Execute, run_circuits
from hybridq.measurement.plans import Plan
from hybridq.mitigation.base import Cost, Label, Mitigated, Mitigation, check_prepared
from hybridq.noise import NoiseModel


@dataclass(frozen=True)
class PostSelection(Mitigation):
    """Keep the shots with the right numbers of electrons, where these can be read.

    A circuit whose change of basis moves electrons within each spin, as those of the grouping
    ``basis-rotation`` do, shows the numbers of α and β electrons in every shot; so does one without
    a change of basis. Other circuits keep all shots. The state itself must have these numbers.
    Errors that keep them remain.

    Args:
        particles: numbers of α and β electrons, on the first and the second half of the qubits.

    Raises:
        ParameterError: particles is not a pair of integers >= 0.
    """

    name: ClassVar[str] = "post-selection"
    summary: ClassVar[str] = "Shots with other electron numbers left out; for molecules."
    label: ClassVar[Label] = Label.BIASED
    reads_plan: ClassVar[bool] = True
    source: ClassVar[str] = "Bonet-Monroig, Sagastizabal, Singh, O'Brien 2018, arXiv:1807.10050"

    particles: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.particles is None:
            return
        given = tuple(self.particles)
        if len(given) != 2 or not all(is_whole(each) and each >= 0 for each in given):
            raise ParameterError(
                argument="particles",
                value=self.particles,
                expected="the numbers of α and β electrons, such as (2, 2)",
            )
        object.__setattr__(self, "particles", (int(given[0]), int(given[1])))

    def measure(
        self,
        plan: Plan,
        execute: Execute,
        noise: NoiseModel | None = None,
        rng: RandomLike = None,
    ) -> Mitigated:
        """Return the value of the shots that are kept; see `Mitigation.measure`."""
        check_prepared(plan)
        cost = self.cost(plan, noise)
        assert self.particles is not None
        bits = run_circuits(execute, plan.circuits, plan.shots.tolist())
        raw = plan.estimate(bits)
        kept, checked, total = [], 0, 0
        for number, (group, rows) in enumerate(zip(plan.groups, bits, strict=True)):
            half = rows.shape[1] // 2
            if keeps_electrons(group.rotation):
                right = (rows[:, :half].sum(axis=1) == self.particles[0]) & (
                    rows[:, half:].sum(axis=1) == self.particles[1]
                )
                checked += len(rows)
                total += int(right.sum())
                if right.sum() < 2:
                    raise ParameterError(
                        f"{int(right.sum())} of {len(rows)} shots of circuit {number} have "
                        f"{self.particles[0]} α and {self.particles[1]} β electrons",
                        argument="particles",
                        value=self.particles,
                        remedy="use more shots, or check the numbers of the state",
                    )
                rows = rows[right]
            kept.append(rows)
        found = plan.estimate(kept)
        return Mitigated(
            value=found.value,
            standard_error=found.standard_error,
            label=self.label,
            method=self.name,
            statement="the state has these electron numbers; errors that keep them remain",
            raw=raw.value,
            shots=cost.shots,
            circuits=cost.circuits,
            facts={"kept_share": total / checked if checked else None},
        )

    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return the plan's circuits and shots.

        Raises:
            ParameterError: the electron numbers are not given, or no circuit of the plan shows
                them.
        """
        if self.particles is None:
            raise ParameterError(
                f"the mitigation {self.name} needs the numbers of α and β electrons, which this "
                "problem does not have",
                argument="particles",
                remedy="choose another mitigation, or give particles such as (2, 2)",
            )
        if not any(keeps_electrons(group.rotation) for group in plan.groups):
            raise ParameterError(
                "no circuit of the plan shows the numbers of electrons",
                argument="grouping",
                remedy="use the grouping 'basis-rotation'",
            )
        return Cost(len(plan.groups), plan.total_shots)


def keeps_electrons(rotation: Circuit) -> bool:
    """Return whether a circuit moves particles within each half of the qubits only."""
    half = rotation.n_qubits // 2
    for step in rotation.instructions:
        if not isinstance(step, Excitation):
            return False
        for _, term in step.terms:
            created = np.array(term.created) < half
            annihilated = np.array(term.annihilated) < half
            if len(created) != len(annihilated) or created.sum() != annihilated.sum():
                return False
    return True
