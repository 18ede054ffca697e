"""Choice of the best classical reference that takes a second or two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hybridq.classical import _couplings
from hybridq.classical.annealing import annealing
from hybridq.classical.baseline import Baseline
from hybridq.classical.elimination import elimination_minimum, plan_elimination
from hybridq.classical.exact import HIGHER_ORDER_LIMIT, exact_minimum
from hybridq.classical.reduction import reduced
from hybridq.classical.unfrustrated import unfrustrated_minimum
from hybridq.core.clock import Deadline, TimeLimit
from hybridq.core.errors import CapacityError
from hybridq.core.executors import ExecutorLike
from hybridq.core.randomness import RandomLike, as_generator, spawn
from hybridq.operators.ising import Ising

# 2^31 states take 0.3 s with 512-bit vectors on two cores, up to ten times that on slow machines.
_QUICK_SPINS = 31
_QUICK_HIGHER_ORDER = 18


def reference(
    ising: Ising,
    *,
    rng: RandomLike = None,
    time_limit: TimeLimit = None,
    given: Baseline | None = None,
    executor: ExecutorLike = None,
) -> Baseline:
    """Return the exact minimum if that takes seconds, else the best state found.

    The methods are tried in this order: exhaustive search (up to about 32 spins), a state that
    satisfies every term, variable elimination (sparse problems of any size); then the same for
    each connected component, with simulated annealing and a semidefinite bound for those that
    resist. `exact` is true where that is proven, `bound` is what is proven.

    Args:
        ising: the problem.
        rng: source of randomness, used by annealing only.
        time_limit: seconds, or a deadline, for annealing and bounds together, shared by the
            components as their spins are; by default only the work limits them, so a seed always
            gives the same answer.
        given: an answer of a heuristic, which takes the place of annealing.
        executor: anneals, see `local_search`.

    Raises:
        CapacityError: a large problem with terms of more than two spins, densely connected.
    """
    deadline = Deadline.of(time_limit)
    whole = proven(ising, deadline.part(_PROOF) if deadline.is_set else None)
    if whole is not None:
        return whole
    if ising.higher:
        raise CapacityError(
            f"no classical reference for {ising.n_qubits} spins with terms of more than two spins: "
            f"the limit is {HIGHER_ORDER_LIMIT} spins unless they are sparsely connected"
        )

    unsolved = ising.n_qubits

    def solve(spins: NDArray[np.intp], part: Ising, stream: np.random.Generator) -> Baseline:
        nonlocal unsolved
        search, relaxation = spawn(stream, 2)
        own = deadline.part(part.n_qubits / unsolved)
        unsolved -= part.n_qubits
        if given is None:
            limit = own.part(_ANNEALING)
            found = annealing(part, rng=search, time_limit=limit, executor=executor)
        else:
            found = Baseline.from_bits(
                part,
                given.bits[spins],
                method=given.method,
                exact=False,
                complete=given.complete,
            )
        return _bounded(part, found, relaxation, own)

    return joined(ising, solve, rng, deadline=deadline)


_PROOF = 0.25  # of a time limit: the plan of an exact solution, and its elimination
_ANNEALING = 0.5  # of a time limit; the bound has the rest


def joined(
    ising: Ising,
    solve: Callable[[NDArray[np.intp], Ising, np.random.Generator], Baseline],
    rng: RandomLike = None,
    *,
    deadline: Deadline | None = None,
) -> Baseline:
    """Return the answers of all connected components together.

    Components for which a proof takes seconds at most are solved exactly, the others by `solve`.

    Args:
        ising: the problem, with terms of at most two spins.
        solve: returns an answer of a component, from its spins and its energy.
        rng: for those components, a stream each.
        deadline: of proofs and answers together.
    """
    parts = connected_parts(ising)
    if len(parts) == 1 and len(parts[0][0]) == ising.n_qubits:
        return solve(parts[0][0], ising, as_generator(rng))
    bits = (ising.linear > 0).astype(np.uint8)  # right for spins without couplings
    alone = np.bincount(np.ravel(ising.pairs), minlength=ising.n_qubits) == 0
    bound, methods = ising.constant - float(np.abs(ising.linear[alone]).sum()), []
    proofs, complete, failure = 0, True, 0.0
    for (spins, part), stream in zip(parts, spawn(rng, len(parts)), strict=True):
        found = proven(part, deadline.part(_PROOF) if deadline is not None else None)
        if found is None:
            found = solve(spins, part, stream)
            methods.append(found.method)
        else:
            proofs += 1
        bits[spins] = found.bits
        complete = complete and found.complete
        failure += found.failure
        bound += -np.inf if found.bound is None else found.bound
    if proofs:
        methods.append(f"{proofs:,} of {len(parts):,} larger components exactly")
    answer = Baseline.from_bits(
        ising, bits, method="; ".join(dict.fromkeys(methods)), exact=proofs == len(parts)
    )
    answer = replace(answer, complete=complete)
    return answer.bounded(ising, bound, failure) if np.isfinite(bound) else answer


def connected_parts(ising: Ising) -> list[tuple[NDArray[np.intp], Ising]]:
    """Return spins and energy of each connected component, without the constant.

    Spins without couplings are left out.

    Args:
        ising: the problem, with terms of at most two spins.
    """
    import scipy.sparse.csgraph

    n = ising.n_qubits
    i, j = np.asarray(ising.pairs).reshape(-1, 2).T
    graph = scipy.sparse.coo_matrix((np.ones(len(i)), (i, j)), shape=(n, n))
    count, owner = scipy.sparse.csgraph.connected_components(graph, directed=False)
    if count == 1:
        return [(np.arange(n), ising)]
    return _couplings.split(ising, owner, count, least=2)


def _bounded(ising: Ising, found: Baseline, rng: RandomLike, deadline: Deadline) -> Baseline:
    """Return an answer with the best bound that is found in time.

    The sum of all terms is one; where the limit leaves enough, the semidefinite one is another.
    """
    from hybridq.classical.semidefinite import least_seconds, semidefinite_bound

    size = float(np.abs(ising.linear).sum() + np.abs(ising.couplings).sum())
    lowest = ising.constant - size - 1e-13 * (abs(ising.constant) + size)  # sums round
    small = reduced(ising, deadline).energy
    if deadline.left < least_seconds(small):
        return replace(found.bounded(ising, lowest), complete=False)
    relaxed = semidefinite_bound(small, rng=rng, time_limit=deadline)
    complete = found.complete and relaxed.complete
    if relaxed.bound < lowest:
        return replace(found.bounded(ising, lowest), complete=complete)
    return replace(found.bounded(ising, relaxed.bound, relaxed.failure), complete=complete)


def proven(ising: Ising, deadline: Deadline | None = None) -> Baseline | None:
    """Return the exact minimum if that takes seconds, else None.

    Args:
        ising: the problem.
        deadline: no elimination begins that would not meet it.
    """
    deadline = deadline or Deadline()
    known: tuple[Baseline | None, float] | None = ising.__dict__.get("_proven")
    left = deadline.left
    if known is None or (known[0] is None and left > known[1]):
        known = ising.__dict__["_proven"] = _proven(ising, deadline), left
    return known[0]


def _proven(ising: Ising, deadline: Deadline) -> Baseline | None:
    """Return the exact minimum where it is found in time."""
    n = ising.n_qubits
    if ising.higher:
        if n <= _QUICK_HIGHER_ORDER:
            return exact_minimum(ising)
    elif n - (not _couplings.has_fields(ising)) <= _QUICK_SPINS:
        return exact_minimum(ising)
    balanced = unfrustrated_minimum(ising)
    if balanced is not None:
        return balanced
    small = ising if ising.higher else reduced(ising, deadline).energy
    plan = plan_elimination(small, deadline=deadline)
    if plan is None:
        return exact_minimum(ising) if ising.higher and n <= HIGHER_ORDER_LIMIT else None
    found = elimination_minimum(small, plan)
    if small is ising:
        return found
    bits = reduced(ising, deadline).restored(found.bits)
    return Baseline.from_bits(ising, bits, method=found.method, exact=True)
