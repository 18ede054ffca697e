"""One layer of QAOA in closed form: values, gradients and best angles up to 10^5 nodes.

    python experiments/benchmarks/large_p1.py [--json FILE] [--rounds N] [--threads N]

Graphs: random 3-regular ones of 10^3 to 10^5 nodes, with the slope of the time in n; a torus of
20,000 nodes with weights ±1 and a random graph of 2,000 nodes and density 1 %, like G81 and G22 of
the Gset, of generators and seeds of our own; and the Gset's G1, 800 nodes, of `problems/`. Seconds
of processor time on one thread, the least of the rounds, so that other work on the machine matters
little; with more threads, wall time. Before anything is timed a small instance of each kind is held
against the diagonal engine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from conditions import machine

import hybridq as hq
from hybridq.operators.p1 import OneLayer, close_pairs, p1_optimum

GSET = Path(__file__).parents[2] / "problems" / "maxcut"


def seconds(function: Callable[[], Any], rounds: int, clock: Callable[[], float]) -> float:
    """Least time of a call."""
    best = np.inf
    for _ in range(rounds):
        start = clock()
        function()
        best = min(best, clock() - start)
    return float(best)


def cut(n: int, edges: Any, weights: Any) -> hq.Ising:
    """The energy of max-cut, without the detour over a graph object."""
    weights = np.asarray(weights, dtype=np.float64)
    return hq.Ising(n, -weights.sum() / 2, np.zeros(n), np.asarray(edges), weights / 2)


def regular(n: int) -> hq.Ising:
    """A random 3-regular graph."""
    edges = np.array(nx.random_regular_graph(3, n, seed=1).edges)
    return cut(n, edges, np.ones(len(edges)))


def torus(rows: int, columns: int) -> hq.Ising:
    """A toroidal grid with weights ±1, as rudy makes them."""
    node = np.arange(rows * columns).reshape(rows, columns)
    right, below = np.roll(node, -1, axis=1), np.roll(node, -1, axis=0)
    edges = np.concatenate([np.stack([node, each], axis=-1) for each in (right, below)])
    edges = edges.reshape(-1, 2)
    weights = np.random.default_rng(1).choice([-1.0, 1.0], len(edges))
    return cut(rows * columns, edges, weights)


def sparse(n: int, density: float) -> hq.Ising:
    """A random graph of equal weights."""
    edges = np.array(nx.fast_gnp_random_graph(n, density, seed=1).edges)
    return cut(n, edges, np.ones(len(edges)))


def check() -> None:
    """Raise unless small instances agree with the diagonal engine."""
    random = sparse(12, 0.4)
    fields = hq.Ising(12, 0.5, np.linspace(-1.0, 1.0, 12), random.pairs, random.couplings)
    for ising in (regular(12), torus(3, 4), random, fields):
        dense = hq.Expectation(hq.QAOA(ising, p=1), ising, engine="diagonal")
        value, *slopes = OneLayer(ising).energy_and_gradient(0.3, 0.4)
        expected, gradient = dense.value_and_gradient([0.3, 0.4])
        assert abs(value - expected) < 1e-11
        assert np.abs(slopes - gradient).max() < 1e-10


def measure(ising: hq.Ising, rounds: int, threads: int) -> dict[str, Any]:
    """Set-up, value, gradient, optimum and correlations of one cost."""
    clock = time.process_time if threads == 1 else time.perf_counter
    start = clock()
    layer = OneLayer(ising, threads=threads)
    layer.energy(0.3, 0.4)
    made = clock() - start
    found = p1_optimum(ising, threads=threads)
    pairs = close_pairs(ising)
    value = seconds(lambda: layer.energy(0.3, 0.4), rounds, clock)
    gradient = seconds(lambda: layer.energy_and_gradient(0.3, 0.4), rounds, clock)
    return {
        "nodes": ising.n_qubits,
        "edges": len(ising.pairs),
        "set_up": made,
        "value": value,
        "gradient_over_value": gradient / value,
        "optimum": seconds(lambda: p1_optimum(ising, threads=threads), min(rounds, 2), clock),
        "gamma": found.gamma,
        "beta": found.beta,
        "cut": -found.energy,
        "pairs": len(pairs),
        "correlations": seconds(lambda: layer.correlations(0.3, 0.4, pairs), min(rounds, 2), clock),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    check()
    sizes = (1_000, 10_000, 100_000)
    cases = {f"3-regular, {n:,} nodes": regular(n) for n in sizes}
    cases["torus ±1, 100 x 200"] = torus(100, 200)
    cases["random, 2,000 nodes, 1 %"] = sparse(2_000, 0.01)
    cases["G1"] = hq.MaxCut.from_file(GSET / "G1.rud").ising
    results: dict[str, Any] = {"machine": machine(" ".join(sys.argv))}
    for name, ising in cases.items():
        results[name] = measure(ising, arguments.rounds, arguments.threads)
        shown = {
            key: f"{value:.4g}" if isinstance(value, float) else value
            for key, value in results[name].items()
        }
        print(name, shown, flush=True)
    for what in ("value", "optimum"):
        times = [results[f"3-regular, {n:,} nodes"][what] for n in sizes]
        slope = float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
        results[f"slope of {what}"] = slope
        print(f"time ~ n^{slope:.2f} ({what})")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
