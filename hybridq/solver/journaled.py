"""What the journal of a solve says of it, so that another solve does not go on with it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.digest import digest
from hybridq.storage.journal_facts import Later, seed_facts
from hybridq.strategies.subject import fingerprint

if TYPE_CHECKING:
    from hybridq.problems.base import Problem
    from hybridq.solver.common import Wishes

# What a run may change when it is resumed: it does not decide which points are searched, or the
# search itself compares it.
_FREE = {
    *("rng", "seed", "streams"),  # the seed is there in one form for all
    *("optimizer", "configured", "restarts", "max_evaluations", "time_limit"),
    *("shots", "threads", "callback", "stage", "journal", "began"),
}


def begin_journal(wishes: Wishes, problem: Problem, ansatz: Any, **facts: Any) -> None:
    """Write into the journal what is solved and how, or compare it with what is there.

    Args:
        wishes: how to search; without a journal in it there is nothing to do.
        problem: what is solved.
        ansatz: an ansatz or a circuit, or plain facts about one that is still to grow.
        facts: what else decides the search.

    Raises:
        FormatError: the journal is of another run; the message says what differs.
    """
    if wishes.journal is None:
        return

    def described() -> dict[str, Any]:
        if isinstance(ansatz, Circuit):
            return {"kind": "circuit", "circuit": digest(ansatz)}
        if isinstance(ansatz, dict):
            return ansatz
        return {**ansatz.describe(), "circuit": digest(ansatz.circuit)}

    def named() -> dict[str, str]:
        return {"digest": fingerprint(problem), "name": f"{problem.kind} {problem.name!r}"}

    settings = {
        field.name: getattr(wishes, field.name)
        for field in fields(wishes)
        if field.name not in _FREE
    }
    wishes.journal.begin(
        {
            "problem": Later(named),
            "ansatz": Later(described),
            **settings,
            **facts,
            "seed": seed_facts(wishes.rng),
        }
    )
