"""What `hybridq solve maxcut` finds by default on 100 instances, 1000 shots.

3-regular and Erdős–Rényi graphs, weighted and not, n = 10 … 18, five of each kind and size.
Run: python experiments/outer_loop/reach_default.py [--initial ramp]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict

import networkx as nx
import numpy as np

import hybridq as hq

SIZES = (10, 12, 14, 16, 18)
SHOTS = 1000
KINDS = ("3-regular", "3-regular weighted", "random", "random weighted")


def instances() -> list[tuple[str, hq.MaxCut]]:
    """The 100 instances, by kind."""
    found = []
    for kind in KINDS:
        for n in SIZES:
            for number in range(5):
                seed = 1000 * n + number
                if kind.startswith("3"):
                    graph = nx.random_regular_graph(3, n, seed=seed)
                else:
                    graph = nx.gnp_random_graph(n, 0.5, seed=seed)
                if kind.endswith("weighted"):
                    rng = np.random.default_rng(seed)
                    for u, v in graph.edges:
                        graph.edges[u, v]["weight"] = float(rng.uniform())
                found.append((kind, hq.MaxCut(graph, name=f"{kind} {n} #{number}")))
    return found


def main() -> None:
    """Solve all and print what the reach asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--initial", default="auto")
    parser.add_argument("--strategy", default=None)
    parser.add_argument("--p", type=int, default=None)
    asked = parser.parse_args()
    optimal, seconds = 0, []
    ratios = defaultdict(list)
    missed = []
    for seed, (kind, problem) in enumerate(instances()):
        began = time.perf_counter()
        result = hq.solve(
            problem, p=asked.p, initial=asked.initial, strategy=asked.strategy, shots=SHOTS,
            rng=seed,
        )  # fmt: skip
        seconds.append(time.perf_counter() - began)
        hit = result.best.value >= result.reference.value * (1 - 1e-12)
        optimal += hit
        if not hit:
            missed.append(problem.name)
        ratios[kind].append((result.ratio.expectation, result.optimizer.evaluations))
    print(f"optimal {optimal} of 100, missed {missed}")
    for kind, rows in ratios.items():
        array = np.array(rows)
        print(
            f"{kind}: ratio mean {array[:, 0].mean():.4f} min {array[:, 0].min():.4f}, "
            f"evaluations median {np.median(array[:, 1]):g}"
        )
    print(f"seconds: median {np.median(seconds):.3f}, most {max(seconds):.3f}")


if __name__ == "__main__":
    main()
