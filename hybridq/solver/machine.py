"""Train classically, execute once: answers in bits from a backend."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
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
    check_executions,
)
from hybridq.backends.budget import Budget
from hybridq.backends.canary import canary
from hybridq.backends.ledger import DEFAULT_LEDGER, Ledger
from hybridq.backends.prediction import predicted
from hybridq.backends.registry import BackendLike, resolve_backend
from hybridq.backends.running import Outcome, execute
from hybridq.circuits.digest import digest
from hybridq.optimizers import Solution
from hybridq.optimizers.solution import Reason
from hybridq.presentation.machine import MachineInfo
from hybridq.solver.journaled import decisive
from hybridq.strategies.automatic import Start
from hybridq.strategies.report import problem_digest

if TYPE_CHECKING:
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.circuits.circuit import Circuit
    from hybridq.problems.base import BinaryProblem, Problem
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
    """

    backend: Backend
    connection: Connection
    ledger: Ledger
    budget: Budget
    dry_run: bool

    def check_width(self, circuit: Circuit, shots: int) -> Execution:
        """Return an execution of a circuit, which the machine would take.

        Raises:
            BackendError: it is too wide, or has too many shots.
        """
        probe = Execution(circuit, (0.0,) * circuit.n_params, shots)
        check_executions([probe], self.connection.capabilities, self.backend.title)
        return probe

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
) -> Iterator[Machine]:
    """Yield the machine of a solve.

    Args:
        backend: see `hybridq.solve`.
        ledger: see `hybridq.solve`.
        limits: fields of `Budget` by name.
        dry_run: see `hybridq.solve`.
    """
    configured, budget = resolve_backend(backend), Budget(**limits)
    connection = configured.connect()
    if isinstance(ledger, Ledger):
        yield Machine(configured, connection, ledger, budget, dry_run)
        return
    with Ledger(DEFAULT_LEDGER if ledger is None else ledger) as book:
        yield Machine(configured, connection, book, budget, dry_run)


# ----- plans: the angles of a question, kept so that a repeated run asks for the same circuit -----


def question_of(problem: Problem, circuit: Circuit, initial: Any, settings: SolveSettings) -> str:
    """Return a digest of everything but the seed that decides the parameters."""
    facts = decisive(settings)
    options = {k: v for k, v in facts.pop("engine_options", {}).items() if k != "kernels"}
    optimizer = settings.optimizer
    limits = [settings.max_evaluations, settings.time_limit, settings.restarts]
    text = json.dumps([facts, options, optimizer.name, optimizer.options(), limits], default=repr)
    return digest(problem_digest(problem), circuit.to_qasm(3), text, initial)


@dataclass(frozen=True)
class Plan:
    """Angles of a question, from the ledger.

    Attributes:
        solution: the search that found them.
        start: of the search.
    """

    solution: Solution
    start: Start


def kept_plan(machine: Machine, question: str, seed: int | None) -> tuple[int | None, Plan] | None:
    """Return seed and plan of a question, None where the ledger has none.

    Args:
        machine: with the ledger.
        question: see `question_of`.
        seed: of the solve; None for the last plan that was not answered.
    """
    row = machine.ledger.plan(question, seed)
    if row is None:
        return None
    found = dict(row[1])
    start = Start(
        np.array(found.pop("start_x")), found.pop("start_name"), found.pop("start_reason")
    )
    reason = found.pop("reason")
    solution = Solution(
        **{
            **found,
            "x": np.array(found["x"], dtype=np.float64),
            "values": np.array(found["values"], dtype=np.float64),
            "reason": None if reason is None else Reason(reason),
        }
    )
    return row[0], Plan(solution, start)


def keep_plan(machine: Machine, question: str, seed: int | None, plan: Plan) -> None:
    """Write the angles of a question before they are executed."""
    kept = (
        "evaluations", "gradients", "status", "message", "method", "best_evaluation", "start",
        "seconds", "not_finite", "starts_begun", "stationary_start", "value",
    )  # fmt: skip
    solution = plan.solution
    facts = {name: getattr(solution, name) for name in kept}
    facts |= {"x": solution.x.tolist(), "values": solution.values.tolist()}
    facts["reason"] = None if solution.reason is None else str(solution.reason)
    facts |= {
        "start_x": np.asarray(plan.start.x, dtype=np.float64).tolist(),
        "start_name": plan.start.name,
        "start_reason": plan.start.reason,
    }
    machine.ledger.keep_plan(question, seed, facts)


# ----- execution -----


@dataclass(frozen=True, eq=False)
class Executed:
    """The batch of a solve.

    Attributes:
        info: for the result.
        bits: of all shots; None for a dry run.
    """

    info: MachineInfo
    bits: Bits | None

    @property
    def expectation(self) -> float:
        """The measured mean; of a dry run the predicted one."""
        info = self.info
        if info.mean is not None:
            return info.mean
        return info.ideal if info.noisy is None else info.noisy


def run_once(
    machine: Machine,
    problem: BinaryProblem,
    ansatz: QAOA,
    settings: SolveSettings,
    compiled: Compilation,
    x: Any,
    ideal: float,
) -> Executed:
    """Execute the trained circuit in one batch; return bits, predictions and costs.

    Args:
        machine: that runs it.
        problem: the question.
        ansatz: of the circuit.
        settings: shots.
        compiled: the circuit as the machine runs it.
        x: the trained angles.
        ideal: mean energy of a perfect machine, minimized.
    """
    observable, sign = ansatz.measured(problem), problem.sign
    settings.announce("predicting")
    noisy = predicted(compiled, x, observable, ideal)  # type: ignore[arg-type]
    execution = Execution(ansatz.circuit, tuple(np.asarray(x).tolist()), settings.shots)
    info = planned(machine, [execution], compiled, sign * ideal)
    if noisy is not None:
        info = replace(
            info, noisy=sign * noisy.value, noisy_error=noisy.error, prediction=noisy.method
        )
    if machine.dry_run:
        return Executed(info, None)
    outcome = execute(
        machine.backend,
        [execution],
        ledger=machine.ledger,
        budget=machine.budget,
        connection=machine.connection,
        progress=settings.announce,
    )
    (bits,) = outcome.bits
    values = sign * ansatz.ising.energies(bits)
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return Executed(spent(info, outcome, float(values.mean()), error), bits)


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
    batch = [canary(executions[0].n_qubits), *executions]
    shots = sum(each.shots for each in batch)
    return MachineInfo(
        backend=machine.backend.title,
        submitted=False,
        executions=len(batch),
        shots=shots - batch[0].shots,
        reused=0,
        price=None if price is None else price.of(len(batch), shots),
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
    )


def spent(
    info: MachineInfo, outcome: Outcome, mean: float, standard_error: float | None
) -> MachineInfo:
    """Return the same with what was measured and spent."""
    return replace(
        info,
        submitted=True,
        executions=outcome.executions,
        reused=outcome.reused,
        price=outcome.cost,
        currency=outcome.currency,
        jobs=outcome.jobs,
        mean=mean,
        standard_error=standard_error,
        remarks=outcome.remarks,
    )
