"""Advice for the lowest states, given where a trial of it did better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hybridq.core.errors import HybridqError
from hybridq.presentation import ExcitedStates
from hybridq.presentation.advice import Advice
from hybridq.presentation.state_sentences import are_good, worst_error

# Method -> the other one, and the largest number of states for which its trial takes seconds.
TRIALS = {"vqd": ("subspace", 10_000), "subspace": ("vqd", 64)}


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
    method, most = TRIALS[found.method]
    if (found.diagonalization.states or 0) > most:
        return found
    try:
        other = search(method=method, callback=None)
    except HybridqError:
        return found
    error = worst_error(other)
    if error is None or not are_good(other):
        return found
    return replace(found, advice=Advice({"excited_method": method}, error))
