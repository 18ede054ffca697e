"""Advice for the lowest states, given where a trial of it did better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hybridq.core.errors import HybridqError
from hybridq.presentation import ExcitedStates
from hybridq.presentation.advice import Advice
from hybridq.presentation.state_sentences import are_good, worst_error

# Searches without a further penalty or parameter: seconds at most.
TRIALS: dict[str, tuple[dict[str, str], ...]] = {"vqd": ({"method": "subspace"},), "subspace": ()}
NAMES = {"method": "excited_method"}


def with_advice(found: ExcitedStates, search: Callable[..., ExcitedStates]) -> ExcitedStates:
    """Return the states, with the options of a quick trial that found good ones.

    Nothing is tried where the states are good, where no exact energies judge them, or where the
    search was interrupted.

    Args:
        found: the states.
        search: makes the same search with other arguments.
    """
    complete = len(found.states) >= int(found.facts.get("asked", 0))
    interrupted = any(state.status == "interrupted" for state in found.states)
    if are_good(found) or interrupted or (complete and worst_error(found) is None):
        return found
    for changed in TRIALS.get(found.method, ()):
        try:
            other = search(callback=None, **changed)
        except HybridqError:
            continue
        error = worst_error(other)
        if are_good(other) and error is not None:
            named: dict[str, Any] = {NAMES.get(name, name): v for name, v in changed.items()}
            return replace(found, advice=Advice(named, error))
    return found
