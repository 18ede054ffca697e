"""Excited states by variational quantum deflation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.optimizers import Optimizer, Record, Solution
from hybridq.strategies.search import energy_scale, search_energy

if TYPE_CHECKING:
    from hybridq.objectives import ExpectationObjective
    from hybridq.problems.base import Problem

Vector = NDArray[np.float64]
Snapshot = NDArray[Any]

# Number of random candidates, in addition to those with one large angle each.
RANDOM_CANDIDATES = 8
# Number of candidates that bound the spectrum; enough for k states of every symmetry.
MOST_IN_BOUND = 96
# Standard deviation of the noise on a start, in radians: a slope that vanishes by symmetry must not
# end the search.
NOISE = 0.02
# Part of a state in the span of those before from which on it counts as found before.
REPEATED = 0.5


@dataclass(frozen=True)
class Deflated:
    """Searches and snapshots of the states, and the weight of the penalties.

    Attributes:
        solutions: the search of each state.
        snapshots: the states.
        weight: of the penalties.
        repeated: True if the last search ended in states found before, which ended the run: it is
            not among `solutions`.
    """

    solutions: list[Solution]
    snapshots: list[Snapshot]
    weight: float
    repeated: bool = False


def deflate_states(
    problem: Problem,
    objective: ExpectationObjective,
    ground: Solution,
    k: int,
    *,
    tries: int,
    method: str | Optimizer,
    max_evaluations: int | None,
    callback: Callable[[Record], Any] | None,
    rng: np.random.Generator,
) -> Deflated:
    r"""Return the `k` lowest states, each kept orthogonal to those before by a penalty.

    State i minimizes :math:`\langle H\rangle + w \sum_{j<i} |\langle\psi_j|\psi\rangle|^2`, with
    exact gradients of both parts. The penalty lifts every lower state above the one that is sought
    if :math:`w > E_{k-1} - E_0`. By Cauchy's interlacing theorem the k-th lowest eigenvalue U of H
    in any subspace is at least :math:`E_{k-1}`; the span of the candidate starts gives U, and
    :math:`w = 2 (U - E_0)`.

    Candidate starts have one angle at ±π/2 (for coupled cluster: one excited determinant) or are
    random; the `tries` of lowest penalized energy are searched. A search that ends in the span of
    the states before ends the run: the circuit does not reach a further one from these starts.

    Args:
        problem: the question.
        objective: its energy; without penalties at the end.
        ground: the ground state's search.
        k: number of states, that of `ground` included.
        tries: number of starts of each state.
        method: an optimizer's name, or an optimizer.
        max_evaluations: of each state; None for the optimizer's own budget.
        callback: called with a `Record` after each evaluation.
        rng: for the starts and the optimizer.

    Source: Higgott, Wang, Brierley 2019, arXiv:1805.08138.
    """
    candidates = _candidates(objective.n_params, rng)
    solutions, snapshots = [ground], [objective.snapshot(ground.x)]
    weight = _weight(problem, objective, ground, snapshots[0], candidates, k)
    repeated = False
    try:
        while len(solutions) < k:
            objective.deflate([weight] * len(snapshots), snapshots)
            starts = _best(objective, candidates, tries)
            starts = starts + rng.normal(0.0, NOISE, starts.shape)
            solution = search_energy(
                objective,
                starts,
                method,
                problem,
                max_evaluations=max_evaluations,
                callback=callback,
                rng=rng.spawn(1)[0],
            )
            snapshot = objective.snapshot(solution.x)
            if _part_within(objective, snapshots, snapshot) > REPEATED:
                repeated = solution.status != "interrupted"
                break
            solutions.append(solution)
            snapshots.append(snapshot)
            if solution.status == "interrupted":
                break
    finally:
        objective.deflate([], [])
    return Deflated(solutions, snapshots, weight, repeated)


def _part_within(
    objective: ExpectationObjective, lower: list[Snapshot], snapshot: Snapshot
) -> float:
    """Return the squared length of the part of a state in the span of others."""
    _, s = objective.matrix_elements([*lower, snapshot])
    inside = np.linalg.pinv(s[:-1, :-1], hermitian=True, rcond=1e-6)
    return float((s[-1, :-1] @ inside @ s[:-1, -1]).real / s[-1, -1].real)


def _candidates(n_params: int, rng: np.random.Generator) -> Vector:
    """Return candidate starts, shape (2 n + RANDOM_CANDIDATES, n)."""
    single = np.eye(n_params) * (np.pi / 2)
    return np.concatenate([single, single / 2, rng.normal(0.0, 0.5, (RANDOM_CANDIDATES, n_params))])


def _best(objective: ExpectationObjective, candidates: Vector, count: int) -> Vector:
    """Return the `count` candidates of lowest energy, penalties included."""
    values = objective.values(candidates)
    return candidates[np.argsort(values, kind="stable")[:count]]


def _weight(
    problem: Problem,
    objective: ExpectationObjective,
    ground: Solution,
    lowest: Snapshot,
    candidates: Vector,
    k: int,
) -> float:
    """Return 2 (U − E_0), U an upper bound to the k-th lowest eigenvalue."""
    import scipy.linalg

    span = [lowest, *map(objective.snapshot, _best(objective, candidates, MOST_IN_BOUND))]
    h, s = objective.matrix_elements(span)
    lengths, modes = scipy.linalg.eigh(s)
    kept = lengths > 1e-6 * lengths[-1]
    frame = modes[:, kept] / np.sqrt(lengths[kept])
    levels = scipy.linalg.eigvalsh(frame.conj().T @ h @ frame)
    upper = float(levels[min(k, len(levels)) - 1])
    # If all k levels are equal, any weight separates them.
    smallest = 1e-2 * energy_scale(problem)[0]
    return max(2.0 * (upper - ground.value), smallest)
