"""The identity of a solve in its journal, so that no other solve continues it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.digest import digest
from hybridq.storage.journal_facts import Later, seed_facts
from hybridq.strategies.report import problem_digest

if TYPE_CHECKING:
    from hybridq.problems.base import Problem
    from hybridq.solver.settings import SolveSettings


def begin_journal(settings: SolveSettings, problem: Problem, ansatz: Any, **facts: Any) -> None:
    """Write the identity of a solve into its journal, or compare it.

    Args:
        settings: of the solve; without a journal nothing happens.
        problem: the instance.
        ansatz: an ansatz or a circuit, or plain facts about one that grows.
        facts: further facts that decide the search.

    Raises:
        FormatError: the journal is of another run; the message names the difference.
    """
    if settings.journal is None:
        return

    def described() -> dict[str, Any]:
        if isinstance(ansatz, Circuit):
            return {"kind": "circuit", "circuit": digest(ansatz)}
        if isinstance(ansatz, dict):
            return ansatz
        facts = {**ansatz.describe(), "circuit": digest(ansatz.circuit)}
        if facts.get("mixer") == "x":  # journals of earlier versions do not name it
            del facts["mixer"]
        return facts

    def named() -> dict[str, str]:
        return {"digest": problem_digest(problem), "name": f"{problem.kind} {problem.name!r}"}

    settings.journal.begin(
        {
            "problem": Later(named),
            "ansatz": Later(described),
            **decisive(settings),
            **facts,
            "seed": seed_facts(settings.rng),
        }
    )


def decisive(settings: SolveSettings) -> dict[str, Any]:
    """Return the settings that decide which points are searched.

    The search itself records the optimizer, its limits and its starts; shots and threads change
    no point.
    """
    objective = settings.objective
    # Options at their defaults are left open, as in the journals of earlier versions.
    changed = {
        option.name: getattr(objective, option.name)
        for option in fields(objective)
        if getattr(objective, option.name) != option.default
    }
    engine = settings.engine.decisive_options()
    decisive = {
        "precision": settings.engine.options().get("precision", "double"),
        "engine": settings.engine.name,
        "strategy": None if settings.strategy is None else settings.strategy.name,
        "objective": objective.kind,
        "alpha": changed.pop("alpha", None),
        "eta": changed.pop("eta", None),
        "objective_shots": settings.objective_shots,
    }
    if changed:
        decisive["objective_options"] = changed
    if settings.strategy is not None and (options := settings.strategy.changed_options()):
        decisive["strategy_options"] = options
    if engine:
        decisive["engine_options"] = engine
    return decisive
