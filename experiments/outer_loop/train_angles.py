"""Makes `hybridq/ansatz/data/median_angles.json`: medians of best angles on small instances.

Two classes, 36 instances each: 3-regular graphs and G(n, 1/2), n = 10, 12, 14, half of them with
exponential weights. Run: python experiments/outer_loop/train_angles.py OUT.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import networkx as nx
import numpy as np

import hybridq as hq

DEPTHS = range(1, 13)
SEED = 20240


def training_set(kind: str) -> list[hq.MaxCut]:
    """The instances of a class."""
    rng = np.random.default_rng(SEED)
    problems = []
    for n in (10, 12, 14):
        for weighted in (False, True):
            for _ in range(6):
                graph = connected_graph(kind, n, int(rng.integers(1 << 30)))
                if weighted:
                    for u, v in graph.edges:
                        graph.edges[u, v]["weight"] = float(rng.exponential())
                problems.append(hq.MaxCut(graph))
    return problems


def connected_graph(kind: str, n: int, seed: int) -> nx.Graph:
    """A random graph of the class without isolated nodes."""
    if kind == "sparse":
        return nx.random_regular_graph(3, n, seed=seed)
    while True:
        graph = nx.gnp_random_graph(n, 0.5, seed=seed)
        if min(dict(graph.degree).values()) > 0:
            return graph
        seed += 1


def main(out: str) -> None:
    """Learn both classes at every depth and write the table."""
    table: dict[str, dict[str, dict[str, list[float]]]] = {}
    for kind in ("sparse", "dense"):
        problems, table[kind] = training_set(kind), {}
        for p in DEPTHS:
            learned = hq.learn_angles(problems, p, name=f"{kind} p={p}")
            gamma, beta = learned.schedule.reshape(2, p).round(4).tolist()
            table[kind][str(p)] = {"gamma": gamma, "beta": beta}
            print(kind, p, gamma, beta, flush=True)
    Path(out).write_text(as_text(table), encoding="utf-8")


def as_text(table: dict[str, dict[str, dict[str, list[float]]]]) -> str:
    """The table as JSON, one line a depth."""
    kinds = []
    for kind, rows in table.items():
        lines = ",\n".join(f'  "{p}": {json.dumps(row)}' for p, row in rows.items())
        kinds.append(f'"{kind}": {{\n{lines}\n}}')
    return "{\n" + ",\n".join(kinds) + "\n}\n"


if __name__ == "__main__":
    main(sys.argv[1])
