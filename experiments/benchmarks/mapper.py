"""Searches from 2,000 starts on two processes, and on Dask, beside one after another.

    python mapper.py [--starts 2000] [--rounds 3]

A task is a search of QAOA angles from one start, of 8 evaluations in NumPy, some milliseconds.
Each round times all ways in alternation; medians of the ratios are printed, with the load of the
machine, which has to be low. Dask is two processes of a local cluster. All values are checked to be
equal to the last bit.
"""

from __future__ import annotations

import argparse
import os
import time
from statistics import median

import networkx as nx
import numpy as np
from numpy.typing import NDArray

import hybridq as hq
from hybridq.core.executors import open_mapper
from hybridq.core.mapper import Mapper
from hybridq.optimizers import minimize

LAYERS, EVALUATIONS = 3, 8


def objective() -> hq.Objective:
    """Return the energy of QAOA on a random 3-regular graph of 10 nodes."""
    problem = hq.MaxCut(nx.random_regular_graph(3, 10, seed=1))
    engine = hq.engines.Diagonal(kernels="numpy", threads=1)
    return hq.Expectation(hq.QAOA(problem, LAYERS), problem, engine=engine)


def timed(energy: hq.Objective, mapper: Mapper, starts: NDArray[np.float64]) -> tuple[float, bytes]:
    """Return the seconds of all searches, and the bytes of all values."""
    began = time.perf_counter()
    found = minimize(
        energy, starts, "l-bfgs", executor=mapper, max_evaluations=EVALUATIONS * len(starts), rng=1
    )
    return time.perf_counter() - began, found.values.tobytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from distributed import LocalCluster

    energy = objective()
    starts = np.random.default_rng(0).uniform(-1.0, 1.0, (options.starts, 2 * LAYERS))
    with (
        open_mapper("serial") as serial,
        open_mapper("processes:2") as processes,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        open_mapper(f"dask://{cluster.scheduler_address}") as dask,
    ):
        ways = {"serial": serial, "processes": processes, "dask": dask}
        for mapper in ways.values():
            timed(energy, mapper, starts[:50])  # imports
        times: dict[str, list[float]] = {name: [] for name in ways}
        values = set()
        for turn in range(options.rounds):
            for name in list(ways)[:: 1 if turn % 2 else -1]:
                taken, bits = timed(energy, ways[name], starts)
                times[name].append(taken)
                values.add(bits)
    assert len(values) == 1, "the values differ"

    def ratio(of: str, over: str) -> float:
        return median(a / b for a, b in zip(times[of], times[over], strict=True))

    each = 1e3 * median(times["serial"]) / options.starts
    print(f"{options.starts} searches of {each:.2f} ms; load {os.getloadavg()[0]:.1f}")
    print(f"two processes against one: {ratio('serial', 'processes'):.2f} times as fast")
    print(f"Dask against two processes: {ratio('processes', 'dask'):.2f}")


if __name__ == "__main__":
    main()
