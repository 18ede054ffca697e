"""Light cones of QAOA: values, gradients and reach on graphs of 10^3 to 10^5 nodes.

    python experiments/benchmarks/large_lightcone.py [--json FILE] [--rounds N] [--threads N]
                                                     [--deep] [--peer PYTHON]

Graphs: random 3-regular ones of 10^3 to 10^5 nodes at p = 2, 3 and 4, with the slope of the time in
n and memory; the Gset's tori G11 and G32 of `problems/`, and a torus of 5,000 nodes and a random
graph of 10,000 nodes and mean degree 2, like G57 and G70, of generators and seeds of our own; with
``--deep`` the tori G11 and G32 at p = 3 too, which take minutes. Seconds of processor time on one
thread, the least of the rounds; with more threads, wall time. Before anything is timed, small
instances are held against the diagonal engine.

With ``--peer``, a Python that has quimb and cotengra, some edges of the graph of 10^3 nodes are
contracted there (``local_expectation``, greedy paths) at the same angles, and compared.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from conditions import machine
from large_p1 import cut, regular, seconds, sparse, torus

import hybridq as hq
from hybridq.engines import LightCone
from hybridq.operators.paths import tree_angles

GSET = Path(__file__).parents[2] / "problems" / "maxcut"
PEER_EDGES = 6

PEER = """
import json, sys, time
import numpy as np
import quimb.tensor as qtn
task = json.load(sys.stdin)
p = len(task["gammas"])
start = time.process_time()
circuit = qtn.Circuit(task["nodes"])
for q in range(task["nodes"]):
    circuit.apply_gate("H", q)
for gamma, beta in zip(task["gammas"], task["betas"]):
    for i, j in task["edges"]:
        circuit.apply_gate("RZZ", gamma, i, j)
    for q in range(task["nodes"]):
        circuit.apply_gate("RX", -2.0 * beta, q)
built = time.process_time() - start
zz = np.diag([1.0, -1.0, -1.0, 1.0])
values, times = [], []
for i, j in task["chosen"]:
    start = time.process_time()
    values.append(float(circuit.local_expectation(zz, (i, j), optimize="greedy").real))
    times.append(time.process_time() - start)
json.dump({"built": built, "values": values, "seconds": times}, sys.stdout)
"""


def bound(ising: hq.Ising, p: int, threads: int) -> Any:
    """The running engine of a cost."""
    circuit = hq.QAOA(ising, p).circuit
    return LightCone(threads=threads).bind(circuit, ising.to_pauli_sum())


def angles(p: int) -> np.ndarray:
    """Angles of 3-regular trees; the time does not depend on them."""
    return tree_angles(3, p)


def check() -> None:
    """Raise unless small instances agree with the diagonal engine."""
    random = sparse(12, 0.2)
    fields = hq.Ising(12, 0.5, np.linspace(-1.0, 1.0, 12), random.pairs, random.couplings)
    for ising in (regular(12), torus(3, 4), random, fields):
        dense = hq.Expectation(hq.QAOA(ising, p=2), ising, engine="diagonal")
        value, slopes = bound(ising, 2, 1).expectation_and_gradient(angles(2))
        expected, gradient = dense.value_and_gradient(angles(2))
        assert abs(value - expected) < 1e-11
        assert np.abs(slopes - gradient).max() < 1e-10


def measure(
    ising: hq.Ising, p: int, rounds: int, threads: int, *, gradient: bool = True
) -> dict[str, Any]:
    """Set-up, value and gradient of one cost at a depth."""
    clock: Callable[[], float] = time.process_time if threads == 1 else time.perf_counter
    start = clock()
    engine = bound(ising, p, threads)
    made = clock() - start
    x = angles(p)
    found = {
        "nodes": ising.n_qubits,
        "edges": len(ising.pairs),
        "p": p,
        "set_up": made,
        "value": seconds(lambda: engine.expectation(x), rounds, clock),
        "cones": engine.info.reason,
        "cut_fraction": -engine.expectation(x) / len(ising.pairs),
    }
    if gradient:
        slopes = seconds(lambda: engine.expectation_and_gradient(x), rounds, clock)
        found["gradient_over_value"] = slopes / found["value"]
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def compare(python: str, p: int, rounds: int) -> dict[str, Any]:
    """All edges here against some in quimb, at the same angles, on one thread."""
    ising = regular(1_000)
    x = angles(p)
    engine = bound(ising, p, 1)
    own = seconds(lambda: engine.correlations(x), rounds, time.process_time)
    _, zz = engine.correlations(x)
    chosen = np.random.default_rng(1).choice(len(ising.pairs), PEER_EDGES, replace=False)
    task = {
        "nodes": ising.n_qubits,
        "edges": ising.pairs.tolist(),
        "gammas": x[:p].tolist(),  # J = 1/2, and RZZ has half its angle in the exponent
        "betas": x[p:].tolist(),
        "chosen": ising.pairs[chosen].tolist(),
    }
    answer = subprocess.run(
        [python, "-c", PEER], input=json.dumps(task), capture_output=True, text=True, check=True
    )
    theirs = json.loads(answer.stdout)
    error = float(np.abs(np.array(theirs["values"]) - zz[chosen]).max())
    assert error < 1e-10, error
    per_edge = float(np.median(theirs["seconds"]))
    return {
        "p": p,
        "own_all_edges": own,
        "peer_per_edge": per_edge,
        "peer_build": theirs["built"],
        "largest_difference": error,
        "ratio": per_edge * len(ising.pairs) / own,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    check()
    sizes = (1_000, 10_000, 100_000)
    results: dict[str, Any] = {"machine": machine(" ".join(sys.argv))}
    cases = [(f"3-regular, {n:,} nodes, p = {p}", regular(n), p) for n in sizes for p in (2, 3, 4)]
    tori = {name: hq.MaxCut.from_file(GSET / f"{name}.rud").ising for name in ("G11", "G32")}
    cases += [(f"{name}, p = 2", ising, 2) for name, ising in tori.items()]
    cases.append(("torus ±1, 50 x 100, p = 2", torus(50, 100), 2))
    scattered = np.array(nx.fast_gnp_random_graph(10_000, 2e-4, seed=1).edges)
    scattered_cut = cut(10_000, scattered, np.ones(len(scattered)))
    cases += [(f"random, 10,000 nodes, mean degree 2, p = {p}", scattered_cut, p) for p in (2, 3)]
    if arguments.deep:
        cases += [(f"{name}, p = 3", ising, 3) for name, ising in tori.items()]
    for name, ising, p in cases:
        deep = name.startswith("G") and p == 3
        rounds = 1 if deep else arguments.rounds
        results[name] = measure(ising, p, rounds, arguments.threads, gradient=not deep)
        shown = {
            key: f"{value:.4g}" if isinstance(value, float) else value
            for key, value in results[name].items()
        }
        print(name, shown, flush=True)
    for p in (2, 3, 4):
        times = [results[f"3-regular, {n:,} nodes, p = {p}"]["value"] for n in sizes]
        slope = float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
        results[f"slope at p = {p}"] = slope
        print(f"time ~ n^{slope:.2f} (p = {p})")
    if arguments.peer:
        results["quimb"] = compare(arguments.peer, 3, arguments.rounds)
        print("quimb", results["quimb"])
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
