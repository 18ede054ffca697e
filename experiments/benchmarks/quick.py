"""Compare the engines with cheap references, and fail where one has become slower.

``make bench-quick`` runs it; it takes about a minute. Each case is the time of a call divided by
that of a reference: the same circuit in the engines of NumPy, or a bare pass that reads and writes
as many numbers as a state has. Both run in turn on one thread, and the least times count.
`results/quick.json` holds the ratios of the last accepted run for each processor; a ratio that is
15 % larger fails, ``--accept`` stores those of this run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

import hybridq as hq
from experiments.benchmarks.conditions import machine

STORED = Path(__file__).parent / "results" / "quick.json"
LOSS = 1.15
SECONDS = 6.0  # for one case


class Case(NamedTuple):
    """A call, and what it is compared with."""

    call: Callable[[], Any]
    reference: Callable[[], Any]


def qaoa(nodes: int, p: int, kernels: str = "compiled") -> tuple[Any, Any]:
    """Return the objective of a max-cut on a 3-regular graph, and a point."""
    graph: nx.Graph[Any] = nx.random_regular_graph(3, nodes, seed=1)
    problem = hq.MaxCut(graph)
    engine = hq.engines.Diagonal(threads=1, kernels=kernels)
    return hq.Expectation(hq.QAOA(problem, p=p), problem, engine=engine), np.full(2 * p, 0.3)


def gates(width: int, kernels: str) -> tuple[Any, Any]:
    """Return the objective of a hardware-efficient circuit on an Ising chain, and a point."""
    chain = [("ZZ", (q, q + 1), -1.0) for q in range(width - 1)]
    chain += [("X", (q,), -1.0) for q in range(width)]
    energy = hq.PauliSum.from_sparse(chain, width)
    engine = hq.engines.Statevector(threads=1, kernels=kernels)
    ansatz = hq.HardwareEfficient(width, layers=2)
    return hq.Expectation(ansatz, energy, engine=engine), np.full(ansatz.circuit.n_params, 0.3)


def molecule(kernels: str) -> tuple[Any, Any]:
    """Return the energy of lithium hydride in a UCCSD circuit, and a point."""
    subject = hq.Molecule.from_file("problems/molecules/lih_sto3g.fcidump")
    engine = hq.engines.Sector(threads=1, kernels=kernels)
    ansatz = hq.UCCSD(subject)
    return hq.Expectation(ansatz, subject, engine=engine), np.full(ansatz.circuit.n_params, 0.02)


def bare_pass(amplitudes: int) -> Callable[[], Any]:
    """Return a function that reads and writes as many complex numbers."""
    numbers = np.ones(2 * amplitudes)
    return lambda: np.multiply(numbers, 1.0000001, out=numbers)


def cases() -> dict[str, Case]:
    """Return all cases by name."""
    found: dict[str, Case] = {}
    for name, make in {
        "QAOA, 12 qubits, p = 10": lambda kernels: qaoa(12, 10, kernels),
        "hardware-efficient, 14 qubits": lambda kernels: gates(14, kernels),
        "LiH, UCCSD": molecule,
    }.items():
        (objective, x), (twin, _) = make("compiled"), make("numpy")
        assert abs(objective(x) - twin(x)) < 1e-9
        found[f"{name}: value / NumPy"] = Case(
            lambda f=objective, x=x: f(x), lambda f=twin, x=x: f(x)
        )
        found[f"{name}: gradient / NumPy"] = Case(
            lambda f=objective, x=x: f.value_and_gradient(x),
            lambda f=twin, x=x: f.value_and_gradient(x),
        )
    for nodes in (16, 20, 22):
        objective, x = qaoa(nodes, 1)
        found[f"QAOA, {nodes} qubits: layer / bare pass"] = Case(
            lambda f=objective, x=x: f(x), bare_pass(1 << (nodes - 1))
        )
    batch, x = qaoa(10, 3)
    twin, _ = qaoa(10, 3, "numpy")
    points = np.random.default_rng(1).uniform(-1.0, 1.0, (2_000, 6))
    found["2,000 points of 10 qubits, p = 3 / 20 in NumPy"] = Case(
        lambda: batch.values(points), lambda: [twin(point) for point in points[:20]]
    )
    return found


def ratio(case: Case) -> float:
    """Return the least time of a call divided by that of its reference."""
    least = [np.inf, np.inf]
    began = time.perf_counter()
    for function in case:
        function()
    while time.perf_counter() - began < SECONDS:
        for number, function in enumerate(case):
            start = time.perf_counter()
            function()
            least[number] = min(least[number], time.perf_counter() - start)
    return float(least[0] / least[1])


def main() -> None:
    """Print the ratios beside the stored ones; exit with 1 where one is worse by 15 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="store the ratios of this run")
    accept = parser.parse_args().accept
    conditions = machine("make bench-quick")
    stored = json.loads(STORED.read_text()) if STORED.exists() else {}
    before = stored.get(conditions["processor"], {}).get("ratios", {})
    found, worse = {}, []
    print(f"{'':52} {'ratio':>8} {'stored':>8}")
    for name, case in cases().items():
        found[name] = ratio(case)
        old = before.get(name)
        slower = old is not None and found[name] > LOSS * old
        if slower:
            worse.append(name)
        shown = f"{old:8.4f}" if old is not None else f"{'-':>8}"
        print(f"{name:52} {found[name]:8.4f} {shown}{'  slower' if slower else ''}", flush=True)
    if accept:
        stored[conditions["processor"]] = {"conditions": conditions, "ratios": found}
        STORED.write_text(json.dumps(stored, indent=1) + "\n")
        print(f"stored for {conditions['processor']}")
    elif worse:
        sys.exit(f"slower by more than 15 %: {', '.join(worse)}")
    elif not before:
        print(f"nothing is stored for {conditions['processor']}: accept with --accept")


if __name__ == "__main__":
    main()
