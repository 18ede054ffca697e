"""Constrained QAOA on feasible states alone, beside QOKit's XY simulator on all 2^n states.

    python experiments/benchmarks/subspace.py [CASE ...] [--graph FILE] [--json FILE] [--rounds N]

Cases: portfolio (24 assets, 12 of them), sets (independent sets of 200 nodes), tours (9 cities),
karate (13,393,054 independent sets). One thread everywhere, and seconds of processor time, so that
other work on the machine matters little. QOKit's C sources are built with gcc -O3, see `peers.py`.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import networkx as nx
import numpy as np
from conditions import machine

import hybridq as hq
from hybridq.ansatz.mixers import Mixer, Transposition, XYComplete, XYCompleteTrotter, XYRingTrotter
from hybridq.operators.feasible import FeasibleSpace, Group

AMPLITUDE = 16  # bytes

GRAPH = Path(__file__).parents[2] / "problems" / "independent_set" / "brock200-1.gph"


def seconds(function: Callable[[], Any], rounds: int) -> float:
    """Least processor time of a call, after one that compiles."""
    function()
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return float(best)


def measure(cost: Any, mixer: Mixer | str, p: int, rounds: int) -> dict[str, Any]:
    """Value, value with gradient, and memory of one case."""
    ansatz = hq.QAOA(cost, p, mixer)
    x = np.array([0.3] * p + [0.5] * p)
    tracemalloc.start()
    start = time.process_time()
    objective = hq.Expectation(ansatz, cost, engine="subspace", threads=1)
    energy = objective(x)
    objective.value_and_gradient(x)
    made = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    value = seconds(lambda: objective(x), rounds)
    gradient = seconds(lambda: objective.value_and_gradient(x), rounds)
    dim = objective.simulator.dim
    least = (3 * AMPLITUDE + 8) * dim
    return {
        "states": dim,
        "qubits": ansatz.n_qubits,
        "p": p,
        "mixer": ansatz.mixer.kind,
        "energy": energy,
        "first": made,
        "value": value,
        "gradient": gradient,
        "ratio": gradient / value,
        "memory_beyond_three_states_and_diagonal": peak / least - 1.0,
    }


# -- portfolio ------------------------------------------------------------------------------------


def portfolio(n: int) -> hq.PauliSum:
    """Covariance of random returns, less means."""
    rng = np.random.default_rng(1)
    returns = rng.normal(size=(n, n))
    return hq.Ising.from_qubo(returns @ returns.T / n - np.diag(rng.random(n))).to_pauli_sum()


def qokit_energy(cost: hq.PauliSum, k: int, kind: str) -> Callable[[np.ndarray], float]:
    """⟨E⟩ from the Dicke state in QOKit's C simulator; its angles are −γ and −β."""
    from peers import qokit_library

    library, _ = qokit_library()
    n, diagonal = cost.n_qubits, np.ascontiguousarray(cost.diagonal().real)
    pointer = np.ctypeslib.ndpointer(ctypes.c_double, flags="C_CONTIGUOUS")
    phase, mix = library.apply_diagonal, getattr(library, f"furxy_{kind}")
    phase.argtypes = [pointer, pointer, ctypes.c_double, pointer, ctypes.c_size_t]
    mix.argtypes = [pointer, pointer, ctypes.c_double, ctypes.c_uint, ctypes.c_size_t]
    phase.restype = mix.restype = None
    dicke = (np.bitwise_count(np.arange(1 << n, dtype=np.uint64)) == k).astype(np.float64)
    dicke /= np.linalg.norm(dicke)

    def energy(x: np.ndarray) -> float:
        re, im = dicke.copy(), np.zeros(1 << n)
        for gamma, beta in zip(x[: len(x) // 2], x[len(x) // 2 :], strict=True):
            phase(re, im, -float(gamma), diagonal, 1 << n)
            mix(re, im, -float(beta), n, 1 << n)
        return float(diagonal @ (re * re + im * im))

    return energy


def run_portfolio(arguments: argparse.Namespace) -> dict[str, Any]:
    """C(24, 12) states, ten layers; QOKit with one layer, times ten.

    Hybridq's complete mixer is exact, QOKit's is the product of all pairs.
    """
    n, k, p = arguments.assets, arguments.assets // 2, 10
    cost = portfolio(n)
    found: dict[str, Any] = {}
    for mixer in (XYComplete, XYRingTrotter):
        found[mixer.kind] = measure(cost, mixer(space=weight(n, k)), p, arguments.rounds)
    if not arguments.peer:
        return found
    for kind, twin, own in (
        ("complete", XYCompleteTrotter, XYComplete),
        ("ring", XYRingTrotter, XYRingTrotter),
    ):
        small, x = portfolio(12), np.array([0.3, 0.4, 0.5, 0.6])
        ansatz = hq.QAOA(small, 2, twin(space=weight(12, 6)))
        expected = hq.Expectation(ansatz, small)(x)
        assert abs(qokit_energy(small, 6, kind)(x) - expected) < 1e-8 * abs(expected), kind
        energy = qokit_energy(cost, k, kind)
        start = time.process_time()
        energy(np.array([0.3, 0.5]))
        taken = p * (time.process_time() - start)
        found[f"QOKit {kind}"] = {"value": taken, "p": p}
        found[own.kind]["times_qokit"] = taken / found[own.kind]["value"]
    return found


def weight(n: int, k: int) -> FeasibleSpace:
    """All bit strings of n bits with k ones."""
    return FeasibleSpace(n, groups=(Group(tuple(range(n)), k),))


# -- the other cases ------------------------------------------------------------------------------


def run_sets(arguments: argparse.Namespace) -> dict[str, Any]:
    """Independent sets of a dense graph of 200 nodes, five layers."""
    problem = hq.IndependentSet.from_file(arguments.graph)
    return {"bit-flip": measure(problem, "bit-flip", 5, arguments.rounds)}


def run_tours(arguments: argparse.Namespace) -> dict[str, Any]:
    """Tours of nine cities, one of them fixed: 8! states, five layers."""
    m = 8
    cities = np.random.default_rng(1).random((m + 1, 2))
    d = np.linalg.norm(cities[:, None] - cities[None], axis=2)
    terms: dict[tuple[int, ...], float] = {}
    for i in range(m):
        terms[(m * i,)] = d[0, i + 1]
        terms[(m * i + m - 1,)] = d[i + 1, 0]
        for k in range(m):
            if i != k:
                for j in range(m - 1):
                    terms[(m * i + j, m * k + j + 1)] = d[i + 1, k + 1]
    cost = hq.Ising.from_qubo(terms, n_qubits=m * m).to_pauli_sum()
    space = FeasibleSpace(m * m, grid=tuple(tuple(range(m * i, m * i + m)) for i in range(m)))
    return {"transposition": measure(cost, Transposition(space=space), 5, arguments.rounds)}


def run_karate(arguments: argparse.Namespace) -> dict[str, Any]:
    """All 13,393,054 independent sets of the karate club, three layers."""
    problem = hq.IndependentSet(nx.Graph(nx.karate_club_graph().edges))
    return {"bit-flip": measure(problem, "bit-flip", 3, min(arguments.rounds, 1))}


CASES = {
    "portfolio": run_portfolio,
    "sets": run_sets,
    "tours": run_tours,
    "karate": run_karate,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help=", ".join(CASES), default=[])
    parser.add_argument("--graph", default=GRAPH, help="graph of the case 'sets'")
    parser.add_argument("--assets", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    arguments = parser.parse_args()
    results: dict[str, Any] = {"machine": machine(" ".join(sys.argv))}
    for case in arguments.cases or CASES:
        results[case] = CASES[case](arguments)
        for name, numbers in results[case].items():
            shown = {
                key: f"{value:.4g}" if isinstance(value, float) else value
                for key, value in numbers.items()
            }
            print(case, name, shown, flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
