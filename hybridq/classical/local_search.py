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
_HOT, _COLD = 1.2, 0.08
WARM = 0.35  # first temperature from a given state, which hotter sweeps would undo
_PROPOSALS = 2e8  # of all restarts by default: a second on sparse graphs
_MIN_SWEEPS, _MAX_SWEEPS = 100, 20_000
# Logarithms of equidistant numbers, for the flips that raise the energy.
_LOGARITHMS = -np.log((np.arange(4096) + 0.5) / 4096)


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
    better state. The best of all then takes over each connected part in which another one differs
    and is lower: on sparse graphs, restarts that are good in different places add up. Restarts
    draw from their own seeds and the first of equals wins, so the answer depends on `rng` but not
    on the number of threads.

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
    import numba

    from hybridq.classical._local_search_kernel import restart_in_place

    n = ising.n_qubits
    if sweeps is None:
        sweeps = int(np.clip(_PROPOSALS / (restarts * n), _MIN_SWEEPS, _MAX_SWEEPS))
    starts, targets, weights = _couplings.neighbours(ising)
    linear = np.array(ising.linear, dtype=np.float64)
    hot = _HOT if start is None else WARM
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
        energy = restart_in_place(*graph, spins, order, temperatures, seed, least, _LOGARITHMS)
        return energy, spins, True

    stopped = False
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(run, stream) for stream in spawn(rng, restarts)]
        try:
            found = [job.result() for job in jobs]
        except KeyboardInterrupt:
            stopped = True
            pool.shutdown(cancel_futures=True)  # restarts that have begun are finished
            found = [job.result() for job in jobs if not job.cancelled()]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    spins = _crossed(graph, [(energy, spins) for energy, spins, _ in found], least)
    complete = not stopped and (restarts, sweeps) == asked and all(whole for *_, whole in found)
    name = "simulated annealing" if sweeps else "greedy local search"
    plural = "" if len(found) == 1 else "s"
    answer = Baseline.from_bits(
        ising,
        (spins < 0).astype(np.uint8),
        method=f"{name}, {len(found)} restart{plural}",
        exact=False,
    )
    answer = replace(answer, complete=complete)
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
    energy = kernel.restart_in_place(*graph, spins, order, temperatures[:0], 1, least, _LOGARITHMS)
    first, fields = spins.copy(), np.empty(len(spins))
    kernel.fields_in_place(*graph, spins, fields)
    sweeps, whole = len(temperatures), True
    step, done = max(sweeps // _LOOKS, 1), 0
    while done < sweeps:
        part = temperatures[done : done + step]
        seed = int(generator.integers(1, 2**62))
        kernel.anneal_in_place(*graph[:3], spins, fields, part, seed, _LOGARITHMS)
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
_TRIAL_WORK = 6e6  # proposals, and fields that they may change


def _sweeps_a_second(
    starts: NDArray[np.int64],
    targets: NDArray[np.int64],
    weights: NDArray[np.float64],
    linear: NDArray[np.float64],
    temperatures: NDArray[np.float64],
) -> float:
    """Return the speed of annealing on one thread, from a few sweeps."""
    from hybridq.classical._local_search_kernel import restart_in_place

    sweeps = int(np.clip(_TRIAL_WORK / (len(linear) + len(targets)), 2, len(temperatures)))
    chosen = temperatures[:: max(len(temperatures) // sweeps, 1)]
    spins, order = np.ones(len(linear)), np.arange(len(linear))
    # Loading compiled code is no part of the speed.
    graph = starts, targets, weights, linear
    restart_in_place(*graph, spins, order, chosen[:1], 1, np.inf, _LOGARITHMS)
    began = work_seconds()
    restart_in_place(*graph, spins, order, chosen, 1, np.inf, _LOGARITHMS)
    return float(len(chosen) / max(work_seconds() - began, 1e-9))


def _crossed(
    graph: _Graph, found: list[tuple[float, NDArray[np.float64]]], least: float
) -> NDArray[np.float64]:
    """Return the best state with every better part of the others, descended."""
    from hybridq.classical import _local_search_kernel as kernel

    order = sorted(range(len(found)), key=lambda k: found[k][0])
    spins = found[order[0]][1].copy()
    seen, stack = np.empty(len(spins), dtype=np.bool_), np.empty(len(spins), dtype=np.int64)
    gained = True
    while gained:
        gained = False
        for k in order:
            for other in (found[k][1], -found[k][1]):
                gain = kernel.cross_in_place(*graph, spins, other, seen, stack, least)
                gained = gained or gain > 0.0
    nothing = np.empty(0, dtype=np.int64)
    kernel.restart_in_place(*graph, spins, nothing, np.empty(0), 1, least, _LOGARITHMS)
    return spins


def crossed(ising: Ising, rows: ArrayLike) -> NDArray[np.uint8]:
    """Return the best state with the parts in which others are lower.

    Parts are the connected sets of spins in which two states differ. The outcome is descended by
    single flips.

    Args:
        ising: the problem, with terms of at most two spins.
        rows: bits, shape (k, n_qubits), k ≥ 1.
    """
    bits = check_bits(rows, ising.n_qubits)
    linear = np.array(ising.linear, dtype=np.float64)
    graph = (*_couplings.neighbours(ising), linear)
    energies = np.asarray(ising.energies(bits)).tolist()
    found = [(energy, 1.0 - 2.0 * row) for energy, row in zip(energies, bits, strict=True)]
    spins = _crossed(graph, found, _scales(ising, linear, 0, _HOT)[1])
    return np.asarray(spins < 0, dtype=np.uint8)


def updates_a_proposal(ising: Ising) -> float:
    """Return how many fields a proposed flip changes on average, from a short run.

    The run has its own seed, so that the number is the same on every machine.

    Args:
        ising: the problem, with terms of at most two spins.
    """
    from hybridq.classical import _local_search_kernel as kernel

    starts, targets, weights = _couplings.neighbours(ising)
    linear, n = np.array(ising.linear, dtype=np.float64), ising.n_qubits
    temperatures, _ = _scales(ising, linear, _TRIAL_SWEEPS, _HOT)
    spins, fields = np.random.default_rng(1).choice(np.array([-1.0, 1.0]), size=n), np.empty(n)
    kernel.fields_in_place(starts, targets, weights, linear, spins, fields)
    updates = kernel.anneal_in_place(
        starts, targets, weights, spins, fields, temperatures, 1, _LOGARITHMS
    )
    return float(updates / (n * max(len(temperatures), 1)))


_TRIAL_SWEEPS = 32


def _scales(
    ising: Ising, linear: NDArray[np.float64], sweeps: int, hot: float
) -> tuple[NDArray[np.float64], float]:
    """Return the temperatures, and the smallest gain above rounding errors."""
    squares = float(np.sum(linear**2) + 2.0 * np.sum(ising.couplings**2))
    field = np.sqrt(squares / max(ising.n_qubits, 1))
    largest = max(np.abs(linear).max(initial=0.0), np.abs(ising.couplings).max(initial=0.0))
    if field == 0.0:
        return np.empty(0), 0.0
    return field * np.geomspace(hot, _COLD, sweeps), 1e-10 * float(largest)
