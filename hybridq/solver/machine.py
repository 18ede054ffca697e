"""Train classically, execute once: answers in bits from a backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.backends.base import (
    Backend,
    Bits,
    Compilation,
    Connection,
    Execution,
)
from hybridq.backends.budget import Budget
from hybridq.backends.ledger import DEFAULT_LEDGER, Ledger
from hybridq.backends.limits import check_executions
from hybridq.backends.prediction import predicted
from hybridq.backends.registry import BackendLike, resolve_backend
from hybridq.backends.running import Outcome, execute, outstanding
from hybridq.engines.noisy import NoisyEngine
from hybridq.measurement import plan
from hybridq.objectives import Expectation
from hybridq.presentation.machine import MachineInfo
from hybridq.solver.machine_mitigation import Runs, mitigating, together
from hybridq.solver.settings import Vector

if TYPE_CHECKING:
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Observable
    from hybridq.objectives import Objective
    from hybridq.problems.base import BinaryProblem
    from hybridq.solver.settings import SolveSettings


@dataclass(frozen=True, eq=False)
class Machine:
    """A connected backend, its ledger, and the limits of a solve.

    Attributes:
        backend: its configuration.
        connection: open.
        ledger: of all executions.
        budget: limits of what is submitted.
        dry_run: True to submit nothing.
        refine: whether a second batch runs at angles improved for the machine's noise.
        search: whether the values of a search are readings of the machine.
        mixer: of QAOA where it is not the default of simulations, and why; else empty.
    """

    backend: Backend
    connection: Connection
    ledger: Ledger
    budget: Budget
    dry_run: bool
    refine: bool = False
    search: bool = False
    mixer: str = ""

    def check_width(self, circuit: Circuit, shots: int) -> Execution:
        """Return an execution of a circuit, which the machine would take.

        Raises:
            BackendError: it is too wide, or has too many shots.
        """
        probe = Execution(circuit, (0.0,) * circuit.n_params, shots)
        check_executions([probe], self.connection.capabilities, self.backend.title)
        return probe

    def run(self, executions: list[Execution], progress: Callable[[str], None]) -> Outcome:
        """Return the bits of executions, from the ledger where it has them; see `execute`."""
        return execute(
            self.backend,
            executions,
            ledger=self.ledger,
            budget=self.budget,
            connection=self.connection,
            progress=progress,
        )

    def after(self, outcome: Outcome) -> Machine:
        """Return the same with what an outcome leaves of the budget."""
        left = self.budget.left(outcome.executions, outcome.shots, outcome.cost)
        return replace(self, budget=left)

    def check_counts(self, info: MachineInfo) -> None:
        """Raise where the executions that are foreseen exceed the budget.

        Raises:
            BudgetError: they do.
        """
        self.budget.check_counts(
            info.executions, info.new_shots, self.connection.capabilities.price, self.backend.title
        )

    def check(self, circuit: Circuit, shots: int, *, known: bool) -> Compilation:
        """Return the compiled circuit before any training; refuse what cannot run.

        Args:
            circuit: with its parameters.
            shots: of the answer.
            known: whether an earlier run of the same question may be in the ledger already, so
                that nothing may be left to pay.

        Raises:
            BackendError: the circuit does not fit.
            BudgetError: one batch exceeds the budget.
        """
        probe = self.check_width(circuit, shots)
        compiled = self.connection.compile(circuit)
        if not known:
            self.budget.check([probe], self.connection.capabilities.price, self.backend.title)
        return compiled


@contextmanager
def opened_machine(
    backend: BackendLike,
    ledger: str | os.PathLike[str] | Ledger | None,
    limits: Mapping[str, Any],
    dry_run: bool,
    refine: bool,
    search: bool,
) -> Iterator[Machine]:
    """Yield the machine of a solve.

    Args:
        backend: see `hybridq.solve`.
        ledger: see `hybridq.solve`.
        limits: fields of `Budget` by name.
        dry_run: see `hybridq.solve`.
        refine: see `hybridq.solve`.
        search: see `search_on_machine` of `hybridq.solve`.
    """
    configured, budget = resolve_backend(backend), Budget(**limits)
    connection = configured.connect()
    if isinstance(ledger, Ledger):
        yield Machine(configured, connection, ledger, budget, dry_run, refine, search)
        return
    with Ledger(DEFAULT_LEDGER if ledger is None else ledger) as book:
        yield Machine(configured, connection, book, budget, dry_run, refine, search)


@dataclass(frozen=True, eq=False)
class Executed:
    """The batches of a solve.

    Attributes:
        info: for the result.
        bits: of all shots; None for a dry run.
        x: the angles that they belong to.
    """

    info: MachineInfo
    bits: Bits | None
    x: Vector

    def with_info(self, **facts: Any) -> Executed:
        """Return the same with other facts."""
        return replace(self, info=replace(self.info, **facts))


def with_search(executed: Executed, outcomes: list[Outcome], values: int) -> Executed:
    """Return the batches of an answer with what a search on the machine took.

    Args:
        executed: the batches of the answer.
        outcomes: of the search.
        values: that the search took.
    """
    info = executed.info
    costs = [info.price, *(each.cost for each in outcomes)]
    return executed.with_info(
        searched=values,
        executions=info.executions + sum(each.executions for each in outcomes),
        new_shots=info.new_shots + sum(each.shots for each in outcomes),
        price=None if None in costs else sum(each or 0.0 for each in costs),
        remarks=(*(text for each in outcomes for text in each.remarks), *info.remarks),
    )


def perfect_mean(
    circuit: Any, observable: Observable, objective: Objective | None, settings: SolveSettings
) -> Callable[[Vector], float]:
    """Return the mean energy of a perfect machine as a function of the parameters.

    Args:
        circuit: or its ansatz.
        observable: that is measured.
        objective: that was minimized, perhaps with noise; None where that is not simulated.
        settings: of the solve.
    """
    if isinstance(settings.engine, NoisyEngine) or objective is None:
        return Expectation().bind(circuit, observable).expectation
    return objective.exact.expectation


def run_batch(
    machine: Machine,
    problem: BinaryProblem,
    ansatz: QAOA,
    settings: SolveSettings,
    x: Vector,
    ideal: Callable[[Vector], float],
) -> Executed:
    """Execute the circuit at some angles in one batch.

    See `machine_refinement.run_once` for the arguments.
    """
    observable, sign, perfect = ansatz.measured(problem), problem.sign, ideal(x)
    settings.announce("predicting")
    left = _seconds_left(settings)
    # Numbers in place of parameters save up to a fifth of the gates on two qubits.
    circuit = ansatz.circuit.bind(np.asarray(x))
    compiled = machine.connection.compile(circuit)
    noisy = predicted(compiled, (), observable, perfect, seconds=left)  # type: ignore[arg-type]
    execution = Execution(circuit, (), settings.shots)
    info = planned(machine, [execution], compiled, sign * perfect)
    measurement = plan(observable, grouping="qubit-wise", shots=settings.shots)
    measurement = replace(measurement, preparation=circuit)
    correcting = mitigating(machine, problem, measurement, settings, alone=False)
    if correcting is not None:
        info = correcting.foreseen(info)
        machine.check_counts(info)
    if noisy is not None:
        info = replace(
            info, noisy=sign * noisy.value, noisy_error=noisy.error, prediction=noisy.method
        )
    if machine.dry_run:
        return Executed(info, None, x)
    outcome = machine.run([execution], settings.announce)
    (bits,) = outcome.bits
    values = sign * ansatz.ising.energies(bits)
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    facts: dict[str, Any] = {}
    if correcting is not None:
        runs = Runs(machine.after(outcome), settings.announce, [(execution, bits)])
        facts = correcting.run(runs, sign, settings.streams[2])
        outcome = together([outcome, *runs.outcomes])
    info = replace(spent(info, outcome, float(values.mean()), error), **facts)
    return Executed(info, bits, x)


def _seconds_left(settings: SolveSettings) -> float | None:
    """Return what is left of a time limit, None without a limit."""
    limit = settings.time_limit
    return None if limit is None else max(limit - settings.seconds, 0.0)


def planned(
    machine: Machine, executions: list[Execution], compiled: Compilation, ideal: float
) -> MachineInfo:
    """Return what is known before anything is submitted.

    Args:
        machine: that would run them.
        executions: of the answer.
        compiled: the circuit with the most gates.
        ideal: mean value of a perfect machine, in the problem's natural sign.
    """
    price = machine.connection.capabilities.price
    new = outstanding(
        machine.backend, executions, ledger=machine.ledger, connection=machine.connection
    )
    known = {each.content for each in executions}
    lacking = sum(each.shots for each in new if each.content in known)
    shots = sum(each.shots for each in executions)
    return MachineInfo(
        backend=machine.backend.title,
        submitted=False,
        executions=len(new),
        shots=shots,
        reused=shots - lacking,
        price=None if price is None else price.of(len(new), sum(each.shots for each in new)),
        currency="" if price is None else price.currency,
        jobs=(),
        ledger=machine.ledger.path,
        depth=compiled.depth,
        two_qubit_gates=compiled.two_qubit_gates,
        compiled=compiled.method,
        layout=compiled.layout,
        success=compiled.success,
        ideal=ideal,
        circuits=len(executions),
        new_shots=sum(each.shots for each in new),
        mixer=machine.mixer,
    )


def spent(
    info: MachineInfo, outcome: Outcome, mean: float | None, standard_error: float | None
) -> MachineInfo:
    """Return the same with what was measured and spent."""
    return replace(
        info,
        submitted=True,
        executions=outcome.executions,
        reused=outcome.reused,
        new_shots=outcome.shots,
        price=outcome.cost,
        currency=outcome.currency,
        jobs=outcome.jobs,
        mean=mean,
        standard_error=standard_error,
        remarks=outcome.remarks,
    )
