"""Local search on Ising problems of any size, by single flips and restarts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.classical.lanes import HOT, LANES, WARM, Copies, Lanes
from hybridq.core.clock import Deadline, TimeLimit
from hybridq.core.errors import ParameterError
from hybridq.core.executors import ExecutorLike, open_mapper, own_threads
from hybridq.core.randomness import RandomLike, spawn
from hybridq.operators._walsh import check_bits

if TYPE_CHECKING:
    from hybridq.core.mapper import Mapper
    from hybridq.operators.ising import Ising

_PROPOSALS = 1.2e9  # of all restarts by default: a second on sparse graphs
_MIN_SWEEPS, _MAX_SWEEPS = 100, 20_000
_PACE = 0.95  # of the time that is left; temperatures fall with the clock anyway
_GROUP_SECONDS = 1e-7  # of sixteen restarts without a sweep, for each spin and coupling
_CROSSING = 0.1  # of a time limit, for joining parts of restarts


def local_search(
    ising: Ising,
    *,
    restarts: int = 32,
    sweeps: int | None = None,
    start: ArrayLike | None = None,
    rng: RandomLike = None,
    time_limit: TimeLimit = None,
    executor: ExecutorLike = None,
) -> Baseline:
    """Return the best of several local minima; no single flip lowers its energy.

    A restart anneals from a random state (`sweeps` Metropolis sweeps, geometric temperatures) and
    descends by single flips. Sixteen restarts run at once, in the lanes of vectors. The best of all
    then takes over each connected part in which another one differs and is lower: on sparse graphs,
    restarts that are good in different places add up. Sixteen restarts share a seed, and the first
    of equals wins, so that the answer depends on `rng` but not on the executor.

    Args:
        ising: the problem, with terms of at most two spins.
        restarts: number of restarts; where they anneal it is raised to a multiple of 16.
        sweeps: annealing sweeps per restart; 0 for descents alone, each from a state that is built
            greedily in a random order; by default as many as take about a second in total.
        start: bits to begin each restart with; annealing is then cooler, and the answer never
            worse.
        rng: source of randomness.
        time_limit: seconds, or a deadline; restarts and sweeps are made fewer where all of them
            would take longer, and temperatures fall with the clock, so that the answer depends on
            the speed of the machine; where not even one sweep fits, it is a single descent.
        executor: has groups of sixteen restarts as tasks, see
            `hybridq.core.executors.open_mapper`; by default as many threads as Numba's.

    Raises:
        ParameterError: terms of more than two spins, `restarts` < 1, `sweeps` < 0, or bits other
            than 0 and 1.
        DimensionError: not one bit a spin.
        Stopped: Ctrl-C, with the best state so far.

    Source: S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, Science 220, 671 (1983); for max-cut
    T. Myklebust, arXiv:1505.03068; parts of two states: J. Houdayer, Eur. Phys. J. B 22, 479
    (2001).
    """
    _couplings.require_quadratic(ising, "local_search")
    if restarts < 1:
        raise ParameterError(argument="restarts", value=restarts, expected="an integer >= 1")
    if sweeps is not None and sweeps < 0:
        raise ParameterError(
            argument="sweeps",
            value=sweeps,
            expected="an integer >= 0",
            remedy="0 is greedy descent",
        )
    n, deadline = ising.n_qubits, Deadline.of(time_limit)
    lanes = Lanes(ising)
    given = None if start is None else 1.0 - 2.0 * check_bits(start, n)[0]
    if sweeps is None:
        sweeps = int(np.clip(_PROPOSALS / (restarts * n), _MIN_SWEEPS, _MAX_SWEEPS))
    short = _GROUP_SECONDS * (n + len(lanes.rows[1])) > deadline.left
    with open_mapper(executor or own_threads()) as mapper:
        if sweeps == 0 or short:
            restarts = 1 if short else restarts
            found, stopped, complete = _descents(lanes, restarts, given, rng, mapper)
            sweeps, complete = 0, complete and not short
        else:
            groups = -(-restarts // LANES)
            found, stopped, complete = _annealed(
                lanes, groups, sweeps, given, rng, deadline, mapper
            )
    method = "simulated annealing" if sweeps else "greedy local search"
    method += f", {len(found)} restart" + ("" if len(found) == 1 else "s")
    if sweeps and given is not None:
        found.append(_descended(lanes, given))
    spins = _crossed(lanes, found, deadline)
    answer = Baseline.from_bits(ising, (spins < 0).astype(np.uint8), method=method, exact=False)
    answer = replace(answer, complete=complete and not stopped)
    if stopped:
        raise Stopped(answer)
    return answer


class Stopped(KeyboardInterrupt):
    """An interruption of a search that had found something.

    Attributes:
        best: the best state until then.
    """

    def __init__(self, best: Baseline) -> None:
        super().__init__()
        self.best = best


_Found = tuple[float, NDArray[np.float64]]
"""Energy without the constant, and spins +1 and -1."""


def _annealed(
    lanes: Lanes,
    groups: int,
    sweeps: int,
    given: NDArray[np.float64] | None,
    rng: RandomLike,
    deadline: Deadline,
    mapper: Mapper,
) -> tuple[list[_Found], bool, bool]:
    """Anneal groups of sixteen restarts as tasks.

    Returns:
        their states, whether Ctrl-C ended them, and whether no limit made them fewer or shorter.
    """
    hot = HOT if given is None else WARM
    temperatures = lanes.temperatures(sweeps, hot)
    workers = mapper.workers or groups
    complete, ends = True, deadline
    if deadline.is_set and len(temperatures):
        each, ending = lanes.pace(temperatures, given)
        ends = deadline.part(1.0 - _CROSSING).without(ending * min(groups, workers))
        fit = _PACE * ends.left / max(each, 1e-9)  # sweeps of each worker
        waves = int(np.clip(np.round(fit / sweeps), 1, -(-groups // workers)))
        sweeps = int(np.clip(fit / waves, 1, sweeps))
        complete = groups <= waves * workers and sweeps == len(temperatures)
        groups = min(groups, waves * workers)
        temperatures = lanes.temperatures(sweeps, hot)
    stop = Event()
    annealed = partial(
        _anneal,
        lanes=lanes,
        temperatures=temperatures,
        start=given,
        ends=ends,
        stop=stop if mapper.shares_memory else None,
    )
    copies = mapper.map(
        annealed, zip(spawn(rng, groups), mapper.waves_left(groups), strict=True), stop
    )
    found = [each for own in copies for each in zip(own.energies.tolist(), own.spins, strict=True)]
    return found, stop.is_set(), complete and all(own.whole for own in copies)


def _anneal(
    task: tuple[np.random.Generator, int],
    *,
    lanes: Lanes,
    temperatures: NDArray[np.float64],
    start: NDArray[np.float64] | None,
    ends: Deadline,
    stop: Event | None,
) -> Copies:
    """Return a group, by its randomness and the waves that share the time."""
    generator, waves = task
    own = ends.part(1.0 / waves)
    return lanes.anneal(temperatures, generator, start=start, deadline=own, stop=stop)


def _descents(
    lanes: Lanes,
    restarts: int,
    given: NDArray[np.float64] | None,
    rng: RandomLike,
    mapper: Mapper,
) -> tuple[list[_Found], bool, bool]:
    """Descend from a given or from greedily built states; see `_annealed`."""
    if given is not None:
        return [_descended(lanes, given)], False, True
    stop = Event()  # descents that have begun are finished
    found = mapper.map(partial(_built, lanes=lanes), spawn(rng, restarts), stop)
    return found, stop.is_set(), not stop.is_set()


def _built(generator: np.random.Generator, *, lanes: Lanes) -> _Found:
    """Return a local minimum that is built greedily in a random order."""
    from hybridq.classical._local_search_kernel import greedy_descent_in_place

    n = len(lanes.rows[3])
    spins, order = generator.choice(np.array([-1.0, 1.0]), size=n), generator.permutation(n)
    return greedy_descent_in_place(*lanes.rows, spins, order, lanes.least), spins


def _descended(lanes: Lanes, spins: NDArray[np.float64]) -> _Found:
    """Return the state that single flips lead to."""
    from hybridq.classical._local_search_kernel import greedy_descent_in_place

    ended, nothing = spins.copy(), np.empty(0, dtype=np.int64)
    return greedy_descent_in_place(*lanes.rows, ended, nothing, lanes.least), ended


def _crossed(lanes: Lanes, found: list[_Found], deadline: Deadline) -> NDArray[np.float64]:
    """Return the best state with every better part of the others, descended."""
    from hybridq.classical import _local_search_kernel as kernel

    order = sorted(range(len(found)), key=lambda k: found[k][0])
    spins = found[order[0]][1].copy()
    seen, stack = np.empty(len(spins), dtype=np.bool_), np.empty(len(spins), dtype=np.int64)
    gained = True
    while gained and not deadline.passed:
        gained = False
        for k in order:
            for other in (found[k][1], -found[k][1]):
                gain = kernel.cross_in_place(*lanes.rows, spins, other, seen, stack, lanes.least)
                gained = gained or gain > 0.0
            if deadline.passed:
                break
    return _descended(lanes, spins)[1]


def crossed(ising: Ising, rows: ArrayLike) -> NDArray[np.uint8]:
    """Return the best state with the parts in which others are lower.

    Parts are the connected sets of spins in which two states differ. The outcome is descended by
    single flips.

    Args:
        ising: the problem, with terms of at most two spins.
        rows: bits, shape (k, n_qubits), k ≥ 1.
    """
    bits = check_bits(rows, ising.n_qubits)
    energies = np.asarray(ising.energies(bits)).tolist()
    found = [(energy, 1.0 - 2.0 * row) for energy, row in zip(energies, bits, strict=True)]
    return np.asarray(_crossed(Lanes(ising), found, Deadline()) < 0, dtype=np.uint8)
