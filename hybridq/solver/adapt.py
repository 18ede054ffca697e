"""A ground-state energy by a circuit that grows (ADAPT-VQE)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hybridq.ansatz.pools import POOLS
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.presentation import Result
from hybridq.solver.common import Wishes
from hybridq.solver.goal import Goal
from hybridq.solver.journaled import begin_journal
from hybridq.solver.vqe import finish
from hybridq.strategies.adapt import adapt_vqe
from hybridq.strategies.subject import asked_sector

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

OPTIONS = (
    "pool",
    "gradient_tolerance",
    "energy_tolerance",
    "target_error",
    "max_operators",
    "progress",
)


def solve_adapt(
    problem: Problem, wishes: Wishes, exact: bool | None, options: Mapping[str, Any]
) -> Result:
    """The energy that ADAPT-VQE reaches; `hybridq.adapt_vqe` explains the options.

    Raises:
        UnknownNameError: an option that it does not have.
        ParameterError: restarts, which make no sense here.
    """
    for name in options:
        if name not in OPTIONS:
            raise UnknownNameError("option of the adapt ansatz", name, OPTIONS)
    if wishes.restarts:
        raise ParameterError("restarts: adapt grows from one start, the reference determinant")
    if wishes.objective != "expectation" or wishes.objective_shots is not None:
        raise ParameterError(
            "adapt minimizes the exact expectation value: leave out objective and objective_shots"
        )
    pool = POOLS.canonical(options.get("pool", "gsd"))
    # The other options say when to stop, so a resumed run may have others.
    begin_journal(wishes, problem, {"kind": "adapt", "pool": pool})
    wishes.say("simulating")
    grown = adapt_vqe(
        problem,  # type: ignore[arg-type]
        optimizer=wishes.configured,
        max_evaluations=wishes.max_evaluations,
        time_limit=wishes.time_limit,
        rng=wishes.streams[1],
        callback=wishes.callback,
        journal=wishes.journal,
        **wishes.simulation,
        **options,
    )
    facts = {
        **grown.ansatz.describe(),
        "pool": pool,
        "energies": [iteration.energy for iteration in grown.iterations],
        "initial": "zero",
    }
    return finish(
        problem,
        Goal(grown.objective.hamiltonian, wishes),
        grown.objective,
        grown.solution,
        facts,
        wishes,
        exact,
        asked_sector(problem),
        iterations=grown.iterations,
    )
