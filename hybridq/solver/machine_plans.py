"""Trained parameters of a question, kept in the ledger.

A search that is repeated may end in other last digits, on other kernels or with another seed, and
a circuit with other digits is another execution: a repeated run takes the kept parameters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.circuits.digest import digest
from hybridq.optimizers import Solution
from hybridq.optimizers.solution import Reason
from hybridq.solver.journaled import decisive
from hybridq.strategies.automatic import Start
from hybridq.strategies.report import problem_digest

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.problems.base import Problem
    from hybridq.solver.machine import Machine
    from hybridq.solver.settings import SolveSettings


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
