"""INTERP to p = 10 against 64 random restarts of L-BFGS, on 3-regular graphs of 16 nodes.

Run from the root of the repository:
python -m experiments.outer_loop.reach_interp [INSTANCES] [RESTARTS] [FIRST]
"""

from __future__ import annotations

import sys
import time

import networkx as nx
import numpy as np

import hybridq as hq

P, NODES = 10, 16
BUDGET = 1_000_000


def main(instances: int = 20, restarts: int = 64, first: int = 0) -> None:
    """Print ratio, evaluations and seconds of both, instance by instance and as medians."""
    rows = []
    for seed in range(first, first + instances):
        problem = hq.MaxCut(nx.random_regular_graph(3, NODES, seed=seed))
        row: list[float] = []
        for options in (
            {"strategy": "interp"},
            {"strategy": "direct", "initial": "random", "restarts": restarts - 1},
        ):
            began = time.perf_counter()
            result = hq.solve(
                problem, p=P, rng=seed, max_evaluations=BUDGET, shots=1, threads=1, **options
            )
            seconds = time.perf_counter() - began
            row += [float(result.ratio.expectation or 0), result.optimizer.evaluations, seconds]
        rows.append(row)
        print(seed, *(f"{value:.6g}" for value in row), flush=True)
    medians = np.median(rows, axis=0)
    names = ("ratio", "evaluations", "seconds")
    for title, values in (("interp", medians[:3]), (f"{restarts} restarts", medians[3:])):
        print(title, *(f"{n} {v:.6g}" for n, v in zip(names, values, strict=True)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
