"""Local search on Ising problems of any size, by single flips and restarts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, spawn

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

# First and last temperature in units of the root-mean-square field on a spin, tuned on Gset
# graphs and on random graphs with normal and log-normal weights.
_HOT, _COLD = 1.2, 0.05
# Default number of proposed flips of all restarts: one to two seconds on two cores.
_PROPOSALS = 2e8
_MAX_SWEEPS = 8000
_MIN_SWEEPS = 100


def local_search(
    ising: Ising,
    *,
    restarts: int = 16,
    sweeps: int | None = None,
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
        rng: source of randomness.
        time_limit: no restart begins after this many seconds (the first always runs). The
            answer depends on the speed of the machine only if the limit is reached.
        threads: number of threads; by default that of Numba.

    Raises:
        ParameterError: terms of more than two spins, `restarts` < 1 or `sweeps` < 0.

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
    temperatures, least = _scales(ising, linear, sweeps)
    deadline = np.inf if time_limit is None else work_seconds() + time_limit

    def run(generator: np.random.Generator) -> tuple[float, NDArray[np.float64]]:
        spins = generator.choice(np.array([-1.0, 1.0]), size=n)
        order = generator.permutation(n)
        seed = int(generator.integers(1, 2**62))
        energy = restart_in_place(
            starts, targets, weights, linear, spins, order, temperatures, seed, least
        )
        return energy, spins

    def run_in_time(generator: np.random.Generator) -> tuple[float, NDArray[np.float64]] | None:
        return None if work_seconds() > deadline else run(generator)

    first, *others = spawn(rng, restarts)
    found = [run(first)]
    with ThreadPoolExecutor(threads or numba.get_num_threads()) as pool:
        try:
            found += [done for done in pool.map(run_in_time, others) if done is not None]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    _, spins = min(found, key=lambda done: done[0])
    name = "simulated annealing" if sweeps else "greedy local search"
    plural = "" if len(found) == 1 else "s"
    return Baseline.from_bits(
        ising,
        (spins < 0).astype(np.uint8),
        method=f"{name}, {len(found)} restart{plural}",
        exact=False,
    )


def _scales(
    ising: Ising, linear: NDArray[np.float64], sweeps: int
) -> tuple[NDArray[np.float64], float]:
    """Return the temperatures, and the smallest gain above rounding errors."""
    squares = float(np.sum(linear**2) + 2.0 * np.sum(ising.couplings**2))
    field = np.sqrt(squares / ising.n_qubits)
    largest = max(np.abs(linear).max(initial=0.0), np.abs(ising.couplings).max(initial=0.0))
    if field == 0.0:
        return np.empty(0), 0.0
    return field * np.geomspace(_HOT, _COLD, sweeps), 1e-10 * float(largest)
