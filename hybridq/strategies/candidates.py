"""States that a search for the lowest ones has found, in ascending energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.presentation import State
from hybridq.strategies.measured import electron_moments

if TYPE_CHECKING:
    from hybridq.objectives import ExpectationObjective
    from hybridq.optimizers import Solution
    from hybridq.problems.base import Problem

# Of a particle number: a search ends within this of its minimum.
LEAKAGE = 1e-3


@dataclass(frozen=True, eq=False)
class Candidate:
    """One state.

    Args:
        energy: its expectation value.
        snapshot: the state in the layout of the objective; None for a sector of one state.
        objective: the energy in its sector; candidates with the same one may overlap.
        solution: its search; None in a subspace.
        status: the outcome of its search, or of the search behind its subspace.
    """

    energy: float
    snapshot: NDArray[Any] | None = None
    objective: ExpectationObjective | None = None
    solution: Solution | None = None
    status: str = "diagonalized"


def candidates_of(
    objective: ExpectationObjective,
    snapshots: list[NDArray[Any]],
    solutions: list[Solution] | None = None,
    status: str = "diagonalized",
) -> list[Candidate]:
    """Return the states of one objective.

    Args:
        objective: their energy.
        snapshots: the states.
        solutions: the search of each; None in a subspace.
        status: of states without a search of their own.
    """
    h, s = objective.matrix_elements(snapshots)
    energies = (np.diag(h).real / np.diag(s).real).tolist()
    searches: list[Any] = [None] * len(snapshots) if solutions is None else list(solutions)
    return [
        Candidate(energy, snapshot, objective, search, search.status if search else status)
        for energy, snapshot, search in zip(energies, snapshots, searches, strict=True)
    ]


def states_of(problem: Problem, found: list[Candidate], k: int) -> tuple[State, ...]:
    """Return the `k` lowest candidates, with particle numbers, spin and overlaps.

    Args:
        problem: the question.
        found: all candidates; those of different objectives are orthogonal.
        k: number of states.
    """
    ordered = sorted(found, key=lambda candidate: candidate.energy)[:k]
    overlaps = _overlaps(ordered)
    states = []
    for place, candidate in enumerate(ordered):
        moments = None
        if candidate.objective is not None and candidate.snapshot is not None:
            moments = electron_moments(problem, candidate.objective, candidate.snapshot)
        search = candidate.solution
        states.append(
            State(
                energy=candidate.energy,
                exact=None,
                error=None,
                n_alpha=None if moments is None else moments.n_alpha,
                n_beta=None if moments is None else moments.n_beta,
                s_squared=None if moments is None else moments.s_squared,
                s_z=None if moments is None else moments.s_z,
                overlaps=tuple(overlaps[:place, place].tolist()),
                evaluations=0 if search is None else search.evaluations,
                status=candidate.status,
                parameters=None if search is None else search.x,
            )
        )
    return tuple(states)


def compared(states: Sequence[State], exact: NDArray[np.float64]) -> tuple[State, ...]:
    """Return the states with the exact energies of the same numbers, as far as known."""
    known = [
        replace(state, exact=value, error=state.energy - value)
        for state, value in zip(states, exact.tolist(), strict=False)
    ]
    return (*known, *states[len(known) :])


def have_left(states: Sequence[State], problem: Problem) -> bool:
    """Return whether some state has other particle numbers than those asked for."""
    asked = problem.particles
    return asked is not None and any(
        abs(found - wanted) > LEAKAGE
        for state in states
        for found, wanted in zip((state.n_alpha, state.n_beta), asked, strict=True)
        if found is not None
    )


def _overlaps(found: list[Candidate]) -> NDArray[np.float64]:
    """Return |⟨i|j⟩|², shape (k, k)."""
    squares = np.eye(len(found))
    for objective in {id(each.objective): each.objective for each in found}.values():
        if objective is None:
            continue
        mine = [place for place, each in enumerate(found) if each.objective is objective]
        _, s = objective.matrix_elements([found[i].snapshot for i in mine])  # type: ignore[misc]
        squares[np.ix_(mine, mine)] = np.abs(s) ** 2
    return squares
