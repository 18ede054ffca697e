"""Local search on Ising problems of any size, by single flips and restarts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, spawn
from hybridq.operators._walsh import check_bits

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

# First and last temperature in units of the root-mean-square field on a spin, tuned on Gset
# graphs and on random graphs with normal and log-normal weights.
_HOT, _COLD = 1.2, 0.05
_WARM = 0.25  # first temperature from a given state, which hotter sweeps would undo
# Default number of proposed flips of all restarts: two to four seconds on two cores on sparse
# graphs. On Gset graphs of 2,000 nodes longer sweeps do more than further restarts, up to here.
_PROPOSALS = 4e8
_MIN_RESTARTED, _MAX_SWEEPS = 8_000, 20_000
_MOST_RESTARTS = 48
_MIN_SWEEPS = 100


def local_search(
    ising: Ising,
    *,
    restarts: int = 16,
    sweeps: int | None = None,
    start: ArrayLike | None = None,
    rng: RandomLike = None,
    time_limit: float | None = None,
    threads: int | None = None,
) -> Baseline:
    """Return the best of several local minima; no single flip lowers its energy.

    A restart builds a state greedily in a random order and descends by single flips; then it
    anneals (`sweeps` Metropolis sweeps, geometric temperatures), descends again and keeps the
    better state. Restarts draw from their own seeds and the first of equals wins, so the answer
    depends on `rng` but not on the number of threads.

    Args:
        ising: the problem, with terms of at most two spins.
        restarts: number of restarts.
        sweeps: annealing sweeps per restart; 0 for greedy descent only; by default as many as
            take about a second in total.
        start: bits to begin each restart with in place of a greedy state; annealing is then
            cooler, and the answer never worse.
        rng: source of randomness.
        time_limit: seconds; restarts and sweeps are made fewer where all of them would take
            longer, and temperatures fall with the clock, so that the answer depends on the speed
            of the machine.
        threads: number of threads; by default that of Numba.

    Raises:
        ParameterError: terms of more than two spins, `restarts` < 1, `sweeps` < 0, or bits other
            than 0 and 1.
        DimensionError: not one bit a spin.

    Source: S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, Science 220, 671 (1983); for max-cut
    T. Myklebust, arXiv:1505.03068.
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
    import numba

    from hybridq.classical._local_search_kernel import restart_in_place

    n = ising.n_qubits
    if sweeps is None:
        sweeps = int(np.clip(_PROPOSALS / (restarts * n), _MIN_SWEEPS, _MAX_SWEEPS))
    starts, targets, weights = _couplings.neighbours(ising)
    linear = np.array(ising.linear, dtype=np.float64)
    hot = _HOT if start is None else _WARM
    temperatures, least = _scales(ising, linear, sweeps, hot)
    given = None if start is None else 1.0 - 2.0 * check_bits(start, n)[0]
    nothing = np.empty(0, dtype=np.int64)
    workers = threads or numba.get_num_threads()
    budget, asked = np.inf, (restarts, sweeps)
    if time_limit is not None and len(temperatures):
        ends = work_seconds() + time_limit
        rate = _sweeps_a_second(starts, targets, weights, linear, temperatures)
        left = max(ends - work_seconds(), 0.0)
        fit = _SAFETY * left * rate  # sweeps of each thread
        if restarts * len(temperatures) > fit * min(restarts, workers):
            restarts = min(restarts, max(int(fit * workers / len(temperatures)), 1))
            sweeps = int(np.clip(fit * min(restarts, workers) / restarts, 1, len(temperatures)))
            temperatures, least = _scales(ising, linear, sweeps, hot)
        budget = left / -(-restarts // workers)
    graph = starts, targets, weights, linear

    def run(generator: np.random.Generator) -> tuple[float, NDArray[np.float64], bool]:
        if given is None:
            spins, order = generator.choice(np.array([-1.0, 1.0]), size=n), generator.permutation(n)
        else:
            spins, order = given.copy(), nothing
        if np.isfinite(budget):
            energy, whole = _by_the_clock(
                graph, spins, order, temperatures, generator, least, budget
            )
            return energy, spins, whole
        seed = int(generator.integers(1, 2**62))
        energy = restart_in_place(*graph, spins, order, temperatures, seed, least)
        return energy, spins, True

    with ThreadPoolExecutor(workers) as pool:
        try:
            found = list(pool.map(run, spawn(rng, restarts)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    _, spins, _ = min(found, key=lambda done: done[0])
    complete = (restarts, sweeps) == asked and all(whole for *_, whole in found)
    name = "simulated annealing" if sweeps else "greedy local search"
    plural = "" if len(found) == 1 else "s"
    answer = Baseline.from_bits(
        ising,
        (spins < 0).astype(np.uint8),
        method=f"{name}, {len(found)} restart{plural}",
        exact=False,
    )
    return replace(answer, complete=complete)


_Graph = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
_LOOKS = 50  # at the clock, in one restart


def _by_the_clock(
    graph: _Graph,
    spins: NDArray[np.float64],
    order: NDArray[np.int64],
    temperatures: NDArray[np.float64],
    generator: np.random.Generator,
    least: float,
    budget: float,
) -> tuple[float, bool]:
    """Run one restart; sweeps are skipped that would exceed `budget` seconds.

    Returns:
        the energy of `spins`, which are overwritten, and whether no sweep was skipped.
    """
    from hybridq.classical import _local_search_kernel as kernel

    ends = work_seconds() + budget
    energy = kernel.restart_in_place(*graph, spins, order, temperatures[:0], 1, least)
    first, fields = spins.copy(), np.empty(len(spins))
    kernel.fields_in_place(*graph, spins, fields)
    sweeps, whole = len(temperatures), True
    step, done = max(sweeps // _LOOKS, 1), 0
    while done < sweeps:
        part = temperatures[done : done + step]
        kernel.anneal_in_place(*graph[:3], spins, fields, part, int(generator.integers(1, 2**62)))
        due = int(sweeps * (1.0 - max(ends - work_seconds(), 0.0) / max(budget, 1e-9)))
        whole = whole and due <= done + step
        done = max(done + step, due)
    kernel.fields_in_place(*graph, spins, fields)
    annealed = kernel.descend_in_place(*graph, spins, fields, least)
    if annealed < energy:
        return float(annealed), whole
    spins[:] = first
    return float(energy), whole


_SAFETY = 0.8  # of the time that is left: sweeps differ in speed
_TRIAL_PROPOSALS = 2e6


def _sweeps_a_second(
    starts: NDArray[np.int64],
    targets: NDArray[np.int64],
    weights: NDArray[np.float64],
    linear: NDArray[np.float64],
    temperatures: NDArray[np.float64],
) -> float:
    """Return the speed of annealing on one thread, from a few sweeps."""
    from hybridq.classical._local_search_kernel import restart_in_place

    sweeps = int(np.clip(_TRIAL_PROPOSALS / len(linear), 2, len(temperatures)))
    chosen = temperatures[:: max(len(temperatures) // sweeps, 1)]
    spins, order = np.ones(len(linear)), np.arange(len(linear))
    # Loading compiled code is no part of the speed.
    restart_in_place(starts, targets, weights, linear, spins, order, chosen[:1], 1, np.inf)
    began = work_seconds()
    restart_in_place(starts, targets, weights, linear, spins, order, chosen, 1, np.inf)
    return float(len(chosen) / max(work_seconds() - began, 1e-9))


def restarts_for(n: int) -> int:
    """Return the number of restarts that leaves each ten sweeps a spin, if possible."""
    sweeps = np.clip(10 * n, _MIN_RESTARTED, _MAX_SWEEPS)
    return int(np.clip(_PROPOSALS / (n * sweeps), 2, np.clip(n // 16, 16, _MOST_RESTARTS)))


def _scales(
    ising: Ising, linear: NDArray[np.float64], sweeps: int, hot: float
) -> tuple[NDArray[np.float64], float]:
    """Return the temperatures, and the smallest gain above rounding errors."""
    squares = float(np.sum(linear**2) + 2.0 * np.sum(ising.couplings**2))
    field = np.sqrt(squares / ising.n_qubits)
    largest = max(np.abs(linear).max(initial=0.0), np.abs(ising.couplings).max(initial=0.0))
    if field == 0.0:
        return np.empty(0), 0.0
    return field * np.geomspace(hot, _COLD, sweeps), 1e-10 * float(largest)
