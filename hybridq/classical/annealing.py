"""Annealing with a fixed amount of work, in rounds from the best state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.classical.lanes import LANES, Lanes
from hybridq.classical.local_search import Stopped, local_search
from hybridq.classical.reduction import reduced
from hybridq.core.clock import Deadline, TimeLimit
from hybridq.core.errors import ParameterError
from hybridq.core.executors import ExecutorLike, open_mapper, own_threads
from hybridq.core.randomness import RandomLike, spawn
from hybridq.operators._walsh import check_bits
from hybridq.operators.ising import Ising

# Tuned on random grids of both signs, unions of planar graphs and random regular graphs, and then
# tried on the Gset.
_GROUPS, _ROUNDS = 2, 8  # of sixteen restarts; of restarts from the best state
_FIRST = 0.5  # of the work, before the rounds
# Work of a proposal to sixteen copies at once, and of a row of fields that it changes.
_PROPOSAL, _UPDATE = 1.3, 0.16
_MOST_SWEEPS = 160_000  # of a restart, by default
# Proposals by default for each spin, and the least and the most: from one second of one core for
# small problems to seven for 800 spins and more.
_A_SPIN, _LEAST_WORK, _MOST_WORK = 1.75e6, 2e8, 1.4e9


@dataclass(frozen=True)
class Work:
    """The work of annealing, in units that take the same time on every problem.

    Attributes:
        sweep: work of a sweep over all spins of sixteen copies: its proposals, and the fields that
            they change.
        default: work by default.
    """

    sweep: float
    default: float

    @classmethod
    def of(cls, ising: Ising) -> Work:
        """Return the work of a problem; it depends on no clock."""
        known: Work | None = ising.__dict__.get("_work")
        if known is not None:
            return known
        n = max(ising.n_qubits, 1)
        sweep = n * (_PROPOSAL + _UPDATE * Lanes(ising).updates())
        most = 2.0 * _GROUPS * _MOST_SWEEPS * sweep
        made = cls(sweep, min(float(np.clip(_A_SPIN * n, _LEAST_WORK, _MOST_WORK)), most))
        ising.__dict__["_work"] = made  # both are immutable
        return made


def annealing(
    ising: Ising,
    *,
    work: float | None = None,
    start: ArrayLike | None = None,
    rng: RandomLike = None,
    time_limit: TimeLimit = None,
    executor: ExecutorLike = None,
) -> Baseline:
    """Return a low state by annealing, first from random states, then in rounds.

    Spins of at most three neighbours are removed before, which is exact (`reduced`). Each round is
    a `local_search` whose restarts begin at the best state so far, at a low temperature; its better
    parts are taken over. Ctrl-C ends it with the best state so far.

    Args:
        ising: the problem, with terms of at most two spins.
        work: in the units of `Work`, about 5 ns each on an Intel Xeon core; by default from one
            second for small problems to seven for 800 spins and more. The same work gives the
            same answer on every machine.
        start: bits to begin with, in place of random states.
        rng: source of randomness.
        time_limit: seconds, or a deadline; rounds are made shorter or left out, and the answer
            depends on the speed of the machine.
        executor: see `local_search`.

    Raises:
        ParameterError: terms of more than two spins, `work` not positive, or bits other than 0
            and 1.
        DimensionError: not one bit a spin.
    """
    _couplings.require_quadratic(ising, "annealing")
    if work is not None and not (np.isfinite(work) and work > 0):
        raise ParameterError(argument="work", value=work, expected="a number > 0")
    deadline = Deadline.of(time_limit)
    worth = _WORTH * deadline.left if deadline.is_set else 0.0
    small = reduced(ising, deadline)
    if start is not None:
        start = check_bits(start, ising.n_qubits)[0][small.spins]
    units = Work.of(small.energy)
    sweeps = (units.default if work is None else work) / units.sweep / _GROUPS
    streams = spawn(rng, _ROUNDS + 1)
    best, complete, searches = None, True, 0
    if start is None:
        shares = [_FIRST, *[(1.0 - _FIRST) / _ROUNDS] * _ROUNDS]
    else:
        shares = [1.0 / (_ROUNDS + 1)] * (_ROUNDS + 1)
    with open_mapper(executor or own_threads()) as mapper:
        for number, (share, stream) in enumerate(zip(shares, streams, strict=True)):
            if best is not None and deadline.left <= worth:
                complete = False
                break
            stopped = False
            try:
                found = local_search(
                    small.energy,
                    restarts=_GROUPS * LANES,
                    sweeps=max(round(share * sweeps), 1),
                    start=start if best is None else best.bits,
                    rng=stream,
                    time_limit=deadline.part(share / sum(shares[number:])),
                    executor=mapper,
                )
            except Stopped as interruption:
                found, stopped = interruption.best, True
            complete = complete and found.complete
            searches += 1
            if best is None or found.energy < best.energy:
                best = found
            if stopped:
                break
    assert best is not None
    plural = "" if searches == 1 else "s"
    method = f"simulated annealing, {searches} round{plural}"
    if complete:
        method += f" of {_GROUPS * LANES} restarts"
    bits = small.restored(best.bits)
    return Baseline.from_bits(ising, bits, method=method, exact=False, complete=complete)


_WORTH = 0.02  # of a time limit, below which no round begins
