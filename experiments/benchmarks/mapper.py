"""Tasks on executors: 2,000 light cones on two processes, and on Dask, beside one after another.

    python mapper.py [--tasks 2000] [--rounds 3]

A task is one expectation value of a small graph in NumPy, about a millisecond. Each round times
all ways in alternation; the medians of the ratios are printed. Dask is two processes of a local
cluster. All sums are checked to be equal to the last bit.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import networkx as nx

import hybridq as hq
from hybridq.core.executors import open_mapper
from hybridq.core.mapper import Mapper


def cone(seed: int) -> float:
    """Return the expectation value of a random 3-regular graph at fixed angles."""
    graph = nx.random_regular_graph(3, 10, seed=seed)
    qaoa = hq.QAOA(hq.MaxCut(graph), 3)
    engine = hq.engines.Diagonal(kernels="numpy", threads=1).bind(qaoa.circuit, qaoa.hamiltonian)
    return engine.expectation([0.4, 0.6, 0.7, 0.5, 0.3, 0.2])


def seconds(mapper: Mapper, tasks: int) -> tuple[float, float]:
    """Return the seconds of all tasks and their sum."""
    began = time.perf_counter()
    total = mapper.sum(cone, range(tasks))
    return time.perf_counter() - began, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from distributed import LocalCluster

    with (
        open_mapper("serial") as serial,
        open_mapper("processes:2") as processes,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        open_mapper(f"dask://{cluster.scheduler_address}") as dask,
    ):
        ways = {"serial": serial, "processes": processes, "dask": dask}
        for mapper in ways.values():
            seconds(mapper, 50)  # imports
        times: dict[str, list[float]] = {name: [] for name in ways}
        sums = set()
        for turn in range(options.rounds):
            for name in list(ways)[:: 1 if turn % 2 else -1]:
                taken, total = seconds(ways[name], options.tasks)
                times[name].append(taken)
                sums.add(total)
    assert len(sums) == 1, "the sums differ"

    def ratio(of: str, over: str) -> float:
        return median(a / b for a, b in zip(times[of], times[over], strict=True))

    print(f"{options.tasks} tasks of {1e3 * median(times['serial']) / options.tasks:.2f} ms")
    print(f"two processes against one: {ratio('serial', 'processes'):.2f} times as fast")
    print(f"Dask against two processes: {ratio('processes', 'dask'):.2f}")


if __name__ == "__main__":
    main()
