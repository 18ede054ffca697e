"""States over ranks: agreement with one state, bytes sent, weak scaling.

    python ranks.py [--largest 20] [--rounds 5] [--sizes 22,23] [--out ranks.json]

Agreement and bytes are of ranks in threads; weak scaling is of one rank with the first size beside
two ranks with the second, one thread each, in threads and under the launcher of MPI that is found
(``mpiexec``), in alternation: efficiency is the time of one rank over that of two, the median.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.operators.ising import Ising

LAYERS = 4
POINT = np.concatenate([np.linspace(0.3, 0.8, LAYERS), np.linspace(0.6, 0.1, LAYERS)])


def random_energy(n: int, fields: bool) -> Ising:
    """Return an energy of a weighted 3-regular graph, of a cycle where n is odd."""
    rng = np.random.default_rng(n)
    graph = nx.random_regular_graph(3, n, seed=n) if n % 2 == 0 else nx.cycle_graph(n)
    terms = {(min(edge), max(edge)): float(rng.normal()) for edge in graph.edges()}
    terms |= {(i,): float(rng.normal()) for i in range(n) if fields}
    return Ising.from_terms(terms, n)


def agreement(largest: int) -> list[dict[str, Any]]:
    """Return the largest errors of values and gradients, and bytes over the formula."""
    rows = []
    for n in range(6, largest + 1, 2):
        for fields in (False, True):
            qaoa = hq.QAOA(random_energy(n, fields), LAYERS)
            whole = hq.engines.Diagonal(threads=1).bind(qaoa.circuit, qaoa.hamiltonian)
            value, gradient = whole.expectation_and_gradient(POINT)
            for ranks in (1, 2, 4, 8):
                try:
                    engine = hq.engines.Distributed(ranks=ranks, threads=1).bind(
                        qaoa.circuit, qaoa.hamiltonian
                    )
                except hq.HybridqError:  # too many ranks for so few qubits
                    continue
                found, slopes = engine.expectation_and_gradient(POINT)
                sent = engine.sent / (3 * LAYERS)
                bits = n if fields else n - 1
                formula = (1 - 1 / ranks) * 2**bits / ranks * 16
                peer = 2 * (1 - 1 / ranks) * 2**n / ranks * 16
                rows.append({
                    "n": n, "fields": fields, "ranks": ranks,
                    "value": abs(found - value), "gradient": float(abs(slopes - gradient).max()),
                    "bytes": sent, "of formula": sent == formula,
                    "of two exchanges of the whole state": sent / peer if ranks > 1 else None,
                })  # fmt: skip
    return rows


def regular(n: int) -> hq.QAOA:
    """Return QAOA of a regular graph: degree 3, or 4 where n is odd."""
    return hq.QAOA(hq.MaxCut(nx.random_regular_graph(4 if n % 2 else 3, n, seed=1)), LAYERS)


def timed(engine: Any) -> float:
    """Return the seconds of one value, the least of three."""
    engine.expectation(POINT)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        engine.expectation(POINT)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def rank_of_mpi(n: int) -> None:
    """Time one value on the ranks that MPI started; rank 0 prints the seconds."""
    from mpi4py import MPI

    qaoa = regular(n)
    engine = hq.engines.Distributed(MPI.COMM_WORLD, threads=1).bind(qaoa.circuit, qaoa.hamiltonian)
    seconds = timed(engine)
    if MPI.COMM_WORLD.rank == 0:
        print(seconds)


def in_threads(n: int, ranks: int) -> float:
    """Return the seconds of one value with ranks in threads."""
    qaoa = regular(n)
    engine = hq.engines.Distributed(ranks=ranks, threads=1).bind(qaoa.circuit, qaoa.hamiltonian)
    return timed(engine)


def under_mpi(n: int, ranks: int) -> float:
    """Return the seconds of one value with ranks of MPI."""
    beside = Path(sys.executable).parent
    launcher = shutil.which("mpiexec", path=f"{beside}{os.pathsep}{os.environ['PATH']}")
    if launcher is None:
        raise SystemExit("needs mpiexec")
    environment = {
        **os.environ,
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_hwloc_base_binding_policy": "none",
    }
    command = [launcher, "-n", str(ranks), sys.executable, __file__, "--rank", str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", default="22,23")
    parser.add_argument("--rank", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.rank:
        rank_of_mpi(options.rank)
        return
    rows = agreement(options.largest)
    worst = max(max(row["value"], row["gradient"]) for row in rows)
    print(f"{len(rows)} cases, n = 6 ... {options.largest}: largest error {worst:.1e}")
    print("bytes as the formula:", all(row["of formula"] for row in rows))
    symmetric = {row["of two exchanges of the whole state"] for row in rows if not row["fields"]}
    print("of two exchanges of the whole state, max-cut:", symmetric - {None})
    small, large = map(int, options.sizes.split(","))
    scaling: dict[str, list[float]] = {}
    for name, run in (("threads", in_threads), ("mpi", under_mpi)):
        ratios = []
        for turn in range(options.rounds):
            pair = [(small, 1), (large, 2)]
            seconds = {case: run(*case) for case in (pair if turn % 2 else pair[::-1])}
            ratios.append(seconds[pair[0]] / seconds[pair[1]])
        scaling[name] = ratios
        print(f"weak scaling, {name}, n = {small} -> {large}: efficiency {median(ratios):.2f} "
              f"({', '.join(f'{ratio:.2f}' for ratio in ratios)})")  # fmt: skip
    if options.out:
        options.out.write_text(json.dumps({"agreement": rows, "scaling": scaling}, indent=1))


if __name__ == "__main__":
    main()
