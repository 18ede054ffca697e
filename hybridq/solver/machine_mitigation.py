"""Mitigation on a machine, its circuits through the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hybridq.backends.base import Bits, Execution
from hybridq.backends.running import Outcome
from hybridq.measurement.registry import AUTO
from hybridq.mitigation import Label, Mitigation, PostSelection
from hybridq.mitigation.readout import ReadoutInversion, readouts_on

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.measurement.plans import Plan
    from hybridq.presentation.machine import MachineInfo
    from hybridq.problems.base import Problem
    from hybridq.solver.machine import Machine
    from hybridq.solver.settings import SolveSettings


@dataclass(frozen=True, eq=False)
class Mitigating:
    """A mitigation of one plan on a machine.

    Attributes:
        machine: that runs it.
        mitigation: configured.
        plan: with the circuit that prepares the state.
        alone: whether the plan itself is run only as far as the mitigation does.
    """

    machine: Machine
    mitigation: Mitigation
    plan: Plan
    alone: bool

    def foreseen(self, info: MachineInfo) -> MachineInfo:
        """Return the facts of a run with the executions that the mitigation adds, at most.

        Raises:
            ParameterError: the mitigation does not suit the machine or the plan.
        """
        cost = self.mitigation.cost_on(self.plan, self.machine.connection.compile)
        counted = self.alone or self.mitigation.reads_plan
        circuits = cost.circuits - counted * len(self.plan.groups)
        shots = cost.shots - counted * self.plan.total_shots
        facts: dict[str, Any] = {
            "mitigation": self.mitigation.name,
            "mitigation_label": str(self.mitigation.label),
        }
        if circuits > 0:
            price = self.machine.connection.capabilities.price
            facts["executions"] = info.executions + circuits
            if info.price is not None and price is not None:
                facts["price"] = info.price + price.of(circuits, max(shots, 0))
            facts["new_shots"] = info.new_shots + max(shots, 0)
            facts["mitigation_circuits"] = circuits
        return replace(info, **facts)

    def run(self, runs: Runs, sign: float, rng: Any) -> dict[str, Any]:
        """Return the fields of a result that the mitigation fills.

        Args:
            runs: that executes circuits.
            sign: of the problem.
            rng: source of random choices.
        """
        compiler = self.machine.connection.compile
        found = self.mitigation.measure_on(self.plan, runs, compiler, rng)
        facts: dict[str, Any] = {"mitigation_statement": found.statement}
        if found.label is not Label.BOUNDED:
            facts |= {"mitigated": sign * found.value, "mitigated_error": found.standard_error}
        if found.bounds is not None:
            low, high = sorted(sign * each for each in found.bounds)
            facts["bounds"] = (low, high)
        if self.alone and found.raw is not None:
            facts["mean"] = sign * found.raw
        return facts


def mitigating(
    machine: Machine, problem: Problem, plan: Plan, settings: SolveSettings, *, alone: bool
) -> Mitigating | None:
    """Return the mitigation of a plan, by default of known readout errors.

    Args:
        machine: that runs it.
        problem: the question.
        plan: with the circuit that prepares the state.
        settings: with the mitigation that is asked for.
        alone: see `Mitigating`.

    Returns:
        None where nothing is mitigated.
    """
    asked = AUTO if settings.measurement is None else settings.measurement.mitigate
    if asked == AUTO:
        errors = readouts_on(plan, machine.connection.compile) if plan.groups else None
        if errors is None or not any(errors):
            return None
        asked = ReadoutInversion()
    if not isinstance(asked, Mitigation):
        return None
    if isinstance(asked, PostSelection) and asked.particles is None:
        asked = replace(asked, particles=problem.particles)
    return Mitigating(machine, asked, plan, alone)


class Runs:
    """Runs circuits through the ledger; see `Execute`.

    Every call has shots of its own, of equal circuits too.

    Args:
        machine: that runs them.
        announce: called with a few words when the work moves on.
        known: executions of which the first call has the bits.

    Attributes:
        machine: with what is left of its budget.
        outcomes: of all calls so far.
    """

    def __init__(
        self,
        machine: Machine,
        announce: Callable[[str], None],
        known: Sequence[tuple[Execution, Bits]] = (),
    ) -> None:
        self.machine, self._announce = machine, announce
        self.outcomes: list[Outcome] = []
        self._held: dict[str, Bits] = {execution.content: bits for execution, bits in known}
        self._used: dict[str, int] = {}

    def __call__(self, circuits: Sequence[Circuit], shots: Sequence[int]) -> list[Bits]:
        """Return the bits of each circuit."""
        return self.run(
            [Execution(each, (), int(count)) for each, count in zip(circuits, shots, strict=True)]
        )

    def run(self, asked: Sequence[Execution]) -> list[Bits]:
        """Return the bits of each execution."""
        starts, lacking = [], {}
        for each in asked:
            starts.append(self._used.get(each.content, 0))
            self._used[each.content] = starts[-1] + each.shots
        for each in asked:
            wanted = self._used[each.content]
            if wanted > len(self._held.get(each.content, ())):
                lacking[each.content] = replace(each, shots=wanted)
        if lacking:
            outcome = self.machine.run(list(lacking.values()), self._announce)
            self._held |= zip(lacking, outcome.bits, strict=True)
            self.outcomes.append(outcome)
            self.machine = self.machine.after(outcome)
        return [
            self._held[each.content][start : start + each.shots]
            for each, start in zip(asked, starts, strict=True)
        ]


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Return what several runs took together; its bits are those of the first."""
    first = outcomes[0]
    costs = [each.cost for each in outcomes]
    return replace(
        first,
        executions=sum(each.executions for each in outcomes),
        shots=sum(each.shots for each in outcomes),
        reused=sum(each.reused for each in outcomes),
        cost=None if None in costs else sum(each or 0.0 for each in costs),
        jobs=tuple(dict.fromkeys(job for each in outcomes for job in each.jobs)),
        remarks=tuple(dict.fromkeys(text for each in outcomes for text in each.remarks)),
    )
