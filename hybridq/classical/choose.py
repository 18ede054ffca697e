"""Choice of the best classical reference that takes a second or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.classical.elimination import elimination_minimum, plan_elimination
from hybridq.classical.exact import HIGHER_ORDER_LIMIT, exact_minimum
from hybridq.classical.local_search import local_search
from hybridq.classical.unfrustrated import unfrustrated_minimum
from hybridq.core.errors import CapacityError
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

# 2^31 states take 0.3 s with 512-bit vectors on two cores, up to ten times that on slow machines.
_QUICK_SPINS = 31
_QUICK_HIGHER_ORDER = 18
_MAX_RESTARTS = 16


def reference(ising: Ising, *, rng: RandomLike = None, time_limit: float | None = None) -> Baseline:
    """Return the exact minimum if that takes seconds, else the best state found.

    The methods are tried in this order: exhaustive search (up to about 32 spins), a state that
    satisfies every term, variable elimination (sparse problems of any size), simulated annealing
    with restarts. `exact` is true for all but the last.

    Args:
        ising: the problem.
        rng: source of randomness, used by annealing only.
        time_limit: no restart of annealing begins after this many seconds; by default
            only the number of restarts limits it, so a seed always gives the same answer.

    Raises:
        CapacityError: a large problem with terms of more than two spins, densely connected.
    """
    n = ising.n_qubits
    if ising.higher:
        if n <= _QUICK_HIGHER_ORDER:
            return exact_minimum(ising)
    elif n - (not _couplings.has_fields(ising)) <= _QUICK_SPINS:
        return exact_minimum(ising)
    balanced = unfrustrated_minimum(ising)
    if balanced is not None:
        return balanced
    plan = plan_elimination(ising)
    if plan is not None:
        return elimination_minimum(ising, plan)
    if ising.higher:
        if n <= HIGHER_ORDER_LIMIT:
            return exact_minimum(ising)
        raise CapacityError(
            f"no classical reference for {n} spins with terms of more than two spins: "
            f"the limit is {HIGHER_ORDER_LIMIT} spins unless they are sparsely connected"
        )
    return local_search(ising, restarts=_MAX_RESTARTS, rng=rng, time_limit=time_limit)
