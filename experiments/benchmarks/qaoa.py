"""QAOA of max-cut on 3-regular graphs: hybridq beside its peers, on the cores of this machine.

    python qaoa.py [--sizes 8,12,16,20,24] [--p 10] [--out results]

Checks first that all energies agree, then times each peer in alternation with hybridq (median,
warm), and writes a JSON with everything, a table and a picture. A peer that cannot be imported is
named as missing. Nothing in the table is typed by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import peers
import ratios
import report
from conditions import machine
from timing import alternate

import hybridq as hq

P_LARGE = 2  # layers from 22 qubits on: a layer is a layer, and the peers take minutes


def graph_of(n: int) -> nx.Graph:
    """The 3-regular graph of n nodes that everything is timed on."""
    return nx.random_regular_graph(3, n, seed=n)


def ours(n: int, p: int, precision: str) -> tuple[hq.Expectation, np.ndarray]:
    """hybridq's objective and a point to evaluate it at."""
    problem = hq.MaxCut(graph_of(n))
    ansatz = hq.QAOA(problem.hamiltonian, p)
    objective = hq.Expectation(ansatz, problem.hamiltonian, precision=precision)
    return objective, ansatz.initial_point("ramp")


def compare(name: str, peer: peers.Peer, n: int, p: int) -> dict[str, Any]:
    """One row: a peer's energy against ours at one size."""
    precision = "single" if peer.single else "double"
    objective, x = ours(n, p, precision)
    energy = peer.setup(graph_of(n), p)
    own, theirs = objective(x), energy(x)
    tolerance = 1e-4 if peer.single else 1e-6
    if abs(own - theirs) > tolerance * abs(own):
        raise AssertionError(f"{name} at n={n}: energy {theirs}, hybridq {own}")
    seconds = alternate([lambda: objective(x), lambda: energy(x)])
    return row("energy", name, n, p, precision, seconds)


def compare_gradient(name: str, peer: peers.Peer, n: int, p: int) -> dict[str, Any]:
    """One row: a peer's value and gradient against ours."""
    assert peer.gradient is not None
    objective, x = ours(n, p, "double")
    theirs = peer.gradient(graph_of(n), p)
    (value, slope), (their_value, their_slope) = objective.value_and_gradient(x), theirs(x)
    if abs(value - their_value) > 1e-6 * abs(value) or np.abs(slope - their_slope).max() > 1e-5:
        raise AssertionError(f"{name} at n={n}: gradients differ")
    seconds = alternate([lambda: objective.value_and_gradient(x), lambda: theirs(x)])
    return row("gradient", name, n, p, "double", seconds)


def row(
    kind: str, name: str, n: int, p: int, precision: str, seconds: list[float]
) -> dict[str, Any]:
    """A measured pair as it is stored."""
    own, theirs = seconds
    result = {"kind": kind, "peer": name, "n": n, "p": p, "precision": precision}
    result |= {"hybridq_s": own, "peer_s": theirs, "ratio": theirs / own}
    print(
        f"{kind:8s} n={n:2d} p={p:2d} {name:14s} {own / p * 1e3:10.4f} ms/layer, "
        f"peer {theirs / p * 1e3:10.4f}: {theirs / own:7.1f}x",
        flush=True,
    )
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="8,12,14,16,18,20,22,24")
    parser.add_argument("--p", type=int, default=10)
    parser.add_argument("--out", default=str(Path(__file__).parent / "results"))
    parser.add_argument("--no-capacity", action="store_true", help="skip the largest states")
    options = parser.parse_args()
    sizes = [int(word) for word in options.sizes.split(",")]
    conditions = machine("make bench")
    rows: list[dict[str, Any]] = []
    versions: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name, peer in peers.PEERS.items():
        try:
            versions[name] = peer.version()
            peer.setup(graph_of(4), 1)(np.array([0.1, 0.2]))
        except Exception as error:  # whatever stands in the way of a peer is told, not guessed
            missing[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"missing: {name}: {missing[name]}", flush=True)
            continue
        for n in sizes:
            p = options.p if n < 22 else P_LARGE
            rows.append(compare(name, peer, n, p))
            if peer.gradient is not None and n <= 20:
                rows.append(compare_gradient(name, peer, n, p))
    document = {
        "machine": conditions,
        "peers": versions,
        "missing": missing,
        "rows": rows,
        "own": ratios.measure(sizes, options.p, capacity=not options.no_capacity),
    }
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "qaoa.json").write_text(json.dumps(document, indent=1) + "\n")
    report.write(document, out)
    print((out / "qaoa.md").read_text())
    assert threading.active_count() >= 1
    sys.exit(0)


if __name__ == "__main__":
    main()
