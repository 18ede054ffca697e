"""hybridq against itself and against the machine: gradients, memory passes, threads, capacity.

python ratios.py results/qaoa.json    # measures the largest states again, and only these
"""

from __future__ import annotations

import concurrent.futures
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from timing import alternate

import hybridq as hq

CAPACITY = """
import sys, time
import networkx as nx, numpy as np, hybridq as hq

def peak():
    # Of this process alone: what getrusage tells begins with the parent's.
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024

n, precision, what = int(sys.argv[1]), sys.argv[2], sys.argv[3]
p = int(sys.argv[4])
small = hq.MaxCut(nx.random_regular_graph(3, 14, seed=1))
ansatz = hq.QAOA(small.hamiltonian, p)
warm = hq.Expectation(ansatz, small.hamiltonian, precision=precision)
x = ansatz.initial_point("fixed-angles")
warm(x), warm.value_and_gradient(x)
before = peak()
problem = hq.MaxCut(nx.LCF_graph(30, [-13, -9, 7, -7, 9, 13], 5) if n == 30
                    else nx.random_regular_graph(4, n, seed=n))
objective = hq.Expectation(hq.QAOA(problem.hamiltonian, p), problem.hamiltonian,
                           precision=precision)
began = time.perf_counter()
value = objective(x) if what == "energy" else objective.value_and_gradient(x)[0]
seconds = time.perf_counter() - began
after = peak()
states = (1 if what == "energy" else 2) * (2 if precision == "single" else 4) * 4 * 2 ** (n - 1)
print(value / len(problem.edges), seconds, after - before, states)
"""


def _objective(
    n: int, p: int, *, precision: str = "double", threads: int | None = None, real: bool = False
) -> tuple[hq.Expectation, np.ndarray]:
    graph = nx.random_regular_graph(3, n, seed=n)
    if real:
        rng = np.random.default_rng(n)
        for edge in graph.edges:
            graph.edges[edge]["weight"] = float(rng.normal())
    problem = hq.MaxCut(graph)
    ansatz = hq.QAOA(problem.hamiltonian, p)
    objective = hq.Expectation(ansatz, problem.hamiltonian, precision=precision, threads=threads)
    return objective, ansatz.initial_point("ramp")


def read_modify_write(n: int) -> float:
    """Seconds of one pass over a state of n − 1 qubits, complex128, by all cores."""
    from hybridq.engines.kernels.team import most_threads

    state = np.ones((2, 1 << (n - 1)))
    parts = np.array_split(state.ravel(), most_threads())

    def scale(part: np.ndarray) -> None:
        np.multiply(part, 1.0000001, out=part)

    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        (seconds,) = alternate([lambda: list(pool.map(scale, parts))])
    return seconds


def _capacity(n: int, precision: str, what: str, p: int = 1) -> dict[str, Any]:
    command = [sys.executable, "-c", CAPACITY, str(n), precision, what, str(p)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    result: dict[str, Any] = {"n": n, "precision": precision, "what": what, "p": p}
    if run.returncode:
        return result | {"error": run.stderr.strip().splitlines()[-1][:300]}
    value, seconds, peak, states = (float(word) for word in run.stdout.split())
    result |= {"cut_fraction": -value, "seconds": seconds, "state_bytes": states}
    return result | {"beyond_state": peak / states - 1.0}


def measure(sizes: list[int], p: int, *, capacity: bool) -> dict[str, Any]:
    """Everything that needs no peer."""
    own: dict[str, Any] = {"gradient": [], "layer": [], "weights": [], "threads": []}
    for n in [size for size in sizes if size >= 16]:
        layers = p if n < 22 else 4
        objective, x = _objective(n, layers)
        value, gradient = alternate(
            [lambda o=objective, x=x: o(x), lambda o=objective, x=x: o.value_and_gradient(x)]
        )
        own["gradient"].append({"n": n, "ratio": gradient / value})
        memory = read_modify_write(n)
        own["layer"].append(
            {"n": n, "layer_s": value / layers, "pass_s": memory, "ratio": value / layers / memory}
        )
        real, y = _objective(n, layers, real=True)
        unit_s, real_s = alternate([lambda o=objective, x=x: o(x), lambda o=real, y=y: o(y)])
        own["weights"].append({"n": n, "ratio": real_s / unit_s})
        single, _ = _objective(n, layers, threads=1)
        one, all_threads = alternate([lambda o=single, x=x: o(x), lambda o=objective, x=x: o(x)])
        own["threads"].append({"n": n, "speedup": one / all_threads})
        print("own", n, {key: value[-1] for key, value in own.items()}, flush=True)
    objective, _ = _objective(12, 3)
    points = np.random.default_rng(1).normal(size=(10_000, 6))
    (own["batch_10000_n12_p3_s"],) = alternate([lambda: objective.values(points)])
    if 24 in sizes:
        objective, x = _objective(24, 1)
        state, both = alternate([lambda: objective(x), lambda: objective.sample_bits(x, 10**6, 1)])
        own["million_shots_n24_after_state_s"] = both - state
    if capacity:
        own["capacity"] = measure_capacity()
    return own


def measure_capacity() -> list[dict[str, Any]]:
    """The largest states, each in a process of its own.

    30 qubits are the Tutte-Coxeter graph, whose girth makes p = 3 give the tree value; the others
    are 4-regular graphs.
    """
    return [
        _capacity(30, "single", "energy", 3),
        _capacity(31, "double", "energy"),
        _capacity(32, "single", "energy"),
        _capacity(31, "single", "gradient"),
    ]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    document = json.loads(path.read_text(encoding="utf-8"))
    document["own"]["capacity"] = measure_capacity()
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
