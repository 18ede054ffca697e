"""A ground-state energy by a circuit that grows (ADAPT-VQE)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hybridq.ansatz.pools import POOLS
from hybridq.core.errors import ParameterError, Setting
from hybridq.presentation import Result
from hybridq.solver.journaled import begin_journal
from hybridq.solver.minimized import ObjectiveFactory
from hybridq.solver.settings import SolveSettings
from hybridq.solver.vqe import finish
from hybridq.strategies.adapt import adapt_vqe
from hybridq.strategies.resolve import requested_sector

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

OPTIONS = (
    "pool",
    "gradient_tolerance",
    "energy_tolerance",
    "accuracy",
    "max_operators",
    "progress",
)


def solve_adapt(
    problem: Problem, settings: SolveSettings, exact: bool | None, options: Mapping[str, Any]
) -> Result:
    """Return the energy that ADAPT-VQE reaches.

    `hybridq.adapt_vqe` explains the options.

    Raises:
        UnknownNameError: an option that it does not have.
        ParameterError: restarts, or another objective than the exact expectation value.
    """
    if settings.restarts:
        raise ParameterError(
            "adapt grows from one start, the reference determinant",
            argument="restarts",
            value=settings.restarts,
            remedy=("leave out ", Setting("restarts")),
        )
    if not settings.is_plain:
        raise ParameterError(
            "adapt minimizes the exact expectation value",
            argument="objective",
            remedy=("leave out ", Setting("objective"), " and ", Setting("objective_shots")),
        )
    pool = POOLS.canonical(options.get("pool", "gsd"))
    # The other options say when to stop, so a resumed run may have others.
    begin_journal(settings, problem, {"kind": "adapt", "pool": pool})
    settings.announce("simulating")
    grown = adapt_vqe(
        problem,  # type: ignore[arg-type]
        optimizer=settings.optimizer,
        max_evaluations=settings.max_evaluations,
        time_limit=settings.time_limit,
        rng=settings.streams[1],
        callback=settings.callback,
        journal=settings.journal,
        engine=settings.engine,
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
        ObjectiveFactory(grown.objective.hamiltonian, settings),
        grown.objective,
        grown.solution,
        facts,
        settings,
        exact,
        requested_sector(problem),
        iterations=grown.iterations,
    )
