"""A mitigation: a known damping of all values is undone."""

from dataclasses import dataclass
from typing import ClassVar

from hybridq.measurement.execution import run_circuits
from hybridq.mitigation.base import Cost, Label, Mitigated, Mitigation, check_prepared


@dataclass(frozen=True)
class ToyDamped(Mitigation):
    """Divide what differs from the constant of the Hamiltonian by a factor.

    Args:
        factor: of the damping.
    """

    name: ClassVar[str] = "toy-damped"
    summary: ClassVar[str] = "A known damping of all values is undone."
    label: ClassVar[Label] = Label.BIASED
    reads_plan: ClassVar[bool] = True

    factor: float = 0.5

    def measure(self, plan, execute, noise=None, rng=None):
        """See `Mitigation.measure`."""
        check_prepared(plan)
        raw = plan.estimate(run_circuits(execute, plan.circuits, plan.shots.tolist()))
        return Mitigated(
            value=plan.constant + (raw.value - plan.constant) / self.factor,
            standard_error=raw.standard_error / self.factor,
            label=self.label,
            method=self.name,
            statement="all products are damped alike",
            raw=raw.value,
            shots=raw.shots,
            circuits=len(plan.groups),
        )

    def cost(self, plan, noise=None):
        """See `Mitigation.cost`."""
        return Cost(len(plan.groups), plan.total_shots)
