"""Time the energies of many points, as a batch and one by one.

Run it from the root of the repository: ``python -m experiments.benchmarks.batches``. The circuits
are QAOA of a max-cut on a random 3-regular graph, with unit weights and with random ones. Both ways
run over all points in alternation on one thread; microseconds a point are medians in seconds of the
processor.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import networkx as nx
import numpy as np

import hybridq as hq

CASES = ((8, 3, 10_000), (10, 3, 10_000), (12, 10, 2_000), (14, 10, 500), (16, 5, 250))
"""Nodes, layers, points."""


def problem(nodes: int, weighted: bool) -> hq.MaxCut:
    """Return a max-cut on a random 3-regular graph."""
    graph: nx.Graph[Any] = nx.random_regular_graph(3, nodes, seed=1)
    weights = np.random.default_rng(2).uniform(0.1, 1.0, graph.number_of_edges())
    for (_, _, data), weight in zip(graph.edges(data=True), weights, strict=True):
        data["weight"] = float(weight) if weighted else 1.0
    return hq.MaxCut(graph)


def seconds(objective: Any, points: Any, rounds: int) -> list[float]:
    """Return the median seconds of single calls and of a batch, in turn."""
    found: list[list[float]] = [[], []]
    for _ in range(rounds):
        for batch, times in enumerate(found):
            start = time.process_time()
            _ = objective.values(points) if batch else [objective(point) for point in points]
            times.append(time.process_time() - start)
    return [statistics.median(each) for each in found]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print("| weights | qubits | p | points | one by one, us | batch, us | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for weighted in (False, True):
        for nodes, p, count in CASES:
            subject = problem(nodes, weighted)
            engine = hq.engines.Diagonal(threads=1)
            objective = hq.Expectation(hq.QAOA(subject, p=p), subject, engine=engine)
            points = np.random.default_rng(3).uniform(-1.0, 1.0, (count, 2 * p))
            values = objective.values(points[:16])
            single = [objective(point) for point in points[:16]]
            np.testing.assert_allclose(values, single, rtol=0, atol=1e-11)
            one, batch = (1e6 * each / count for each in seconds(objective, points, rounds))
            case = f"{'random' if weighted else 'unit'} | {nodes} | {p} | {count}"
            print(f"| {case} | {one:.2f} | {batch:.2f} | {one / batch:.2f} |")


if __name__ == "__main__":
    main()
