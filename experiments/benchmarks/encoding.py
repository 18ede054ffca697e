"""Time each family from the user's data to the finished cost, at 10^4 variables or so.

Run it from the root of the repository: ``python -m experiments.benchmarks.encoding``, with names of
cases for some of them. Each case is a process of its own: it makes its data, then times the problem
and its cost (`Ising`): the least of the runs and the first one, in seconds of the processor. With
``--memory`` a further run gives the most that Python objects and arrays take at one time above the
data, in MB; it is slow. ``--ising`` measures large sparse energies by themselves.
"""

from __future__ import annotations

import argparse
import gc
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.operators import Ising
from hybridq.operators.terms import Terms
from hybridq.problems.base import BinaryProblem

NODES, EDGES = 10_000, 100_000
Build = Callable[[], BinaryProblem]


def graph(nodes: int = NODES, edges: int = EDGES) -> nx.Graph[Any]:
    """Return a random graph."""
    return nx.gnm_random_graph(nodes, edges, seed=7)


def weighted_graph() -> nx.Graph[Any]:
    """Return a random graph with weights of edges."""
    made, rng = graph(), np.random.default_rng(3)
    values = rng.normal(size=made.number_of_edges()).tolist()
    for (_, _, data), value in zip(made.edges(data=True), values, strict=True):
        data["weight"] = value
    return made


def sets(n_sets: int = NODES, universe: int = 10_000, size: int = 3) -> dict[str, list[int]]:
    """Return random sets, of which the first ones hold every element."""
    picked = random.Random(5)
    lists = [list(range(first, min(first + size, universe))) for first in range(0, universe, size)]
    while len(lists) < n_sets:
        lists.append(picked.sample(range(universe), size))
    return {f"set {place}": each for place, each in enumerate(lists)}


def clauses(variables: int = NODES, count: int = 40_000) -> list[list[int]]:
    """Return random clauses of three literals."""
    rng = np.random.default_rng(11)
    picked = random.Random(11)
    rows = np.array([picked.sample(range(1, variables + 1), 3) for _ in range(count)])
    return (rows * rng.choice((-1, 1), (count, 3))).tolist()


def covariance(n: int) -> np.ndarray[Any, Any]:
    """Return a covariance matrix of n assets."""
    factors = np.random.default_rng(2).normal(size=(n, n // 4))
    return factors @ factors.T / n


def plane(n: int) -> np.ndarray[Any, Any]:
    """Return the distances of n points in a plane."""
    points = np.random.default_rng(13).random((n, 2))
    return np.round(100 * np.linalg.norm(points[:, None] - points[None], axis=2))


def jobs(n: int, machines: int) -> list[list[list[int]]]:
    """Return n jobs that visit each machine once."""
    rng = np.random.default_rng(17)
    return [
        [[int(m), int(rng.integers(1, 4))] for m in rng.permutation(machines)] for _ in range(n)
    ]


def cubic(n: int, terms: int) -> Any:
    """Return the data of a polynomial of degree three."""
    from hybridq.problems.instance_data import PolynomialData

    rng = np.random.default_rng(19)
    widths = rng.integers(1, 4, terms).tolist()
    picked = random.Random(19)
    keys = {tuple(sorted(picked.sample(range(n), width))) for width in widths}
    names = tuple(f"x{i}" for i in range(n))
    return PolynomialData(names, tuple((float(k % 7 - 3.5), key) for k, key in enumerate(keys)))


def program(n: int, rows: int, size: int) -> Any:
    """Return an integer program with covering and capacity rows."""
    from hybridq.problems.programs import Constraint, IntegerProgram

    picked = random.Random(23)
    made = []
    for place in range(rows):
        members = sorted(picked.sample(range(n), size))
        terms = {(q,): float(1 + q % 3) for q in members}
        made.append(
            Constraint(f"room {place}", terms, "<=", float(size))
            if place % 2
            else Constraint(f"need {place}", dict.fromkeys(terms, 1.0), ">=", 1.0)
        )
    names = [f"x{i}" for i in range(n)]
    return IntegerProgram.binary(names, {(i,): 1.0 + i % 5 for i in range(n)}, made)


def _maxcut() -> Build:
    made = weighted_graph()
    return lambda: hq.MaxCut(made)


def _of_sets(family: Any, **options: Any) -> Build:
    made = sets()
    return lambda: family(made, **options)


def _of_graph(family: Any, nodes: int = NODES, edges: int = EDGES, **options: Any) -> Build:
    made = graph(nodes, edges)
    return lambda: family(made, **options)


def _max_sat() -> Build:
    made = clauses()
    return lambda: hq.MaxSAT(made)


def _hard_sat() -> Build:
    from hybridq.problems.instance_data import ClauseData

    made = ClauseData(
        NODES, tuple((1.0, (-v,)) for v in range(1, NODES + 1)), tuple(map(tuple, clauses()))
    )
    return lambda: hq.MaxSAT(made)


def _polynomial() -> Build:
    made = cubic(NODES, EDGES)
    return lambda: hq.Polynomial(made)


def _spin_glass() -> Build:
    made = weighted_graph()
    return lambda: hq.SpinGlass(made)


def _partitioning() -> Build:
    numbers = np.random.default_rng(29).integers(1, 10**6, 1_000).tolist()
    return lambda: hq.NumberPartitioning(numbers)


def _knapsack() -> Build:
    rng = np.random.default_rng(31)
    values, weights = rng.integers(1, 100, (2, NODES)).tolist()
    return lambda: hq.Knapsack(values=values, weights=weights, capacity=sum(weights) // 2)


def _portfolio() -> Build:
    sigma = covariance(1_000)
    returns = np.random.default_rng(1).normal(size=1_000)
    return lambda: hq.Portfolio(returns=returns, covariance=sigma, risk=0.5, budget=500)


def _bin_packing() -> Build:
    sizes = np.random.default_rng(37).integers(1, 50, 100).tolist()
    return lambda: hq.BinPacking(sizes, capacity=100)


def _tsp() -> Build:
    distances = plane(38)
    return lambda: hq.TravelingSalesman(distances=distances)


def _assignment() -> Build:
    distances, flows = plane(20), np.random.default_rng(41).integers(0, 9, (20, 20))
    return lambda: hq.QuadraticAssignment(flows=flows, distances=distances)


def _job_shop() -> Build:
    made = jobs(6, 6)
    return lambda: hq.JobShop(made)


def _program() -> Build:
    made = program(NODES, 20_000, 5)
    return lambda: hq.Program(made)


#: Case → its size in words, and a function that makes the data and returns the build.
CASES: dict[str, tuple[str, Callable[[], Build]]] = {
    "maxcut": ("10,000 nodes, 100,000 edges", _maxcut),
    "max-3-cut": ("3,000 nodes, 30,000 edges", lambda: _of_graph(hq.MaxKCut, 3_000, 30_000)),
    "coloring": ("3,000 nodes, 30,000 edges", lambda: _of_graph(hq.Coloring, 3_000, 30_000)),
    "independent-set": ("10,000 nodes, 100,000 edges", lambda: _of_graph(hq.IndependentSet)),
    "vertex-cover": ("10,000 nodes, 100,000 edges", lambda: _of_graph(hq.VertexCover)),
    "clique": ("500 nodes, 100,000 pairs apart", lambda: _of_graph(hq.Clique, 500, 24_750)),
    "bisection": (
        "1,000 nodes, 10,000 edges, n² pairs", lambda: _of_graph(hq.Bisection, 1_000, 10_000),
    ),
    "communities": (
        "1,000 nodes, 10,000 edges, n² pairs", lambda: _of_graph(hq.Communities, 1_000, 10_000),
    ),
    "densest-subgraph": (
        "1,000 nodes, 10,000 edges, n² pairs",
        lambda: _of_graph(hq.DensestSubgraph, 1_000, 10_000),
    ),
    "set-cover": ("10,000 sets of 3 of 10,000", lambda: _of_sets(hq.SetCover)),
    "set-packing": ("10,000 sets of 3 of 10,000", lambda: _of_sets(hq.SetPacking)),
    "exact-cover": ("10,000 sets of 3 of 10,000", lambda: _of_sets(hq.ExactCover, reduce=False)),
    "max-sat": ("10,000 variables, 40,000 clauses", _max_sat),
    "max-sat, hard": ("10,000 variables, 40,000 hard clauses", _hard_sat),
    "polynomial": ("10,000 variables, 100,000 terms", _polynomial),
    "spin-glass": ("10,000 spins, 100,000 couplings", _spin_glass),
    "number-partitioning": ("1,000 numbers, n² pairs", _partitioning),
    "labs": ("n = 60", lambda: lambda: hq.LABS(60)),
    "knapsack": ("10,000 items", _knapsack),
    "portfolio": ("1,000 assets, n² pairs", _portfolio),
    "bin-packing": ("100 items", _bin_packing),
    "tsp": ("38 cities", _tsp),
    "quadratic-assignment": ("20 facilities", _assignment),
    "job-shop": ("6 jobs, 6 machines", _job_shop),
    "program": ("10,000 variables, 20,000 rows of 5", _program),
}  # fmt: skip


def measure(name: str, runs: int, memory: bool) -> str:
    """Return a row of the table."""
    size, make = CASES[name]
    build = make()
    times = []
    for _ in range(runs):
        gc.collect()
        began = time.process_time()
        ising = build().cost()
        times.append(time.process_time() - began)
    count = np.count_nonzero(ising.linear) + len(ising.pairs) + len(ising.higher)
    qubits = ising.n_qubits
    del ising
    peak = "-"
    if memory:
        tracemalloc.start()
        build().cost()
        peak = f"{tracemalloc.get_traced_memory()[1] / 1e6:,.0f}"
    return (
        f"| {name} | {size} | {qubits:,} | {count:,} | {min(times):.2f} | {times[0]:.2f} | {peak} |"
    )


def measure_ising() -> None:
    """Print a table of energies of 10^5 spins: construction, one bit string, arrays."""
    n, m = 100_000, 200_000
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, n)
    print("| terms | construction, s | one energy, s | arrays, MB |\n| --- | --- | --- | --- |")
    for order in (2, 3):
        keys = np.sort(rng.integers(0, n, (m, order)), axis=1)
        keys = keys[(keys[:, 1:] > keys[:, :-1]).all(axis=1)]
        terms = Terms([(keys, rng.normal(size=len(keys)))])
        began = time.process_time()
        ising = Ising.from_terms(terms, n)
        made = time.process_time() - began
        ising.energies(bits)
        began = time.process_time()
        ising.energies(bits)
        arrays = [ising.linear, ising.pairs, ising.couplings]
        arrays += [each for group in ising.higher_groups for each in group]
        size = sum(each.nbytes for each in arrays) / 1e6
        print(
            f"| {len(terms):,} of {order} spins | {made:.3f} | "
            f"{time.process_time() - began:.4f} | {size:.1f} |"
        )


def main() -> None:
    """Print a table of all cases, or of those named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--here", action="store_true", help="measure in this process")
    parser.add_argument("--memory", action="store_true", help="measure the memory as well")
    parser.add_argument("--ising", action="store_true", help="measure large energies of spins")
    asked = parser.parse_args()
    if asked.here:
        print(measure(asked.cases[0], asked.runs, asked.memory))
        return
    if asked.ising:
        measure_ising()
        return
    print("| family | size | qubits | terms | seconds | first | MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name in asked.cases or CASES:
        options = ["--here", "--runs", str(asked.runs), *["--memory"] * asked.memory]
        subprocess.run([sys.executable, "-m", __spec__.name, *options, name], check=False)


if __name__ == "__main__":
    main()
