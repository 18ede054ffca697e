"""Time and memory of each stage from a file of 10^3 to 10^5 nodes to an engine.

    python experiments/benchmarks/large_way.py [--nodes N ...] [--format rud] [--p 3]

Random 3-regular graphs, one process for each size. Seconds are processor time, so that other work
on the machine matters little; memory is the peak of the process so far, imports included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMATS = ("rud", "txt", "csv", "json", "graphml")


def peak() -> float:
    """Return the peak memory of this process in MiB, on Linux."""
    # getrusage would include that of the parent at the fork.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def stages(path: Path, p: int) -> list[tuple[str, float, float]]:
    """Return name, seconds and peak memory in MiB of each stage, in order."""
    import numpy as np

    import hybridq as hq
    from hybridq.circuits.digest import digest
    from hybridq.core.errors import HybridqError
    from hybridq.plots import png
    from hybridq.plots.style import new_axes

    found = [("imports", time.process_time(), peak())]

    def stage(name: str, function: Callable[[], Any]) -> Any:
        began = time.process_time()
        try:
            made = function()
        except HybridqError as error:
            made, name = None, f"{name} (refused: {type(error).__name__})"
        found.append((name, time.process_time() - began, peak()))
        return made

    problem = stage("read and check", lambda: hq.MaxCut.from_file(path))
    stage("facts of the graph", problem.describe)
    stage("Ising energy", problem.cost)
    hamiltonian = stage("Hamiltonian", lambda: problem.hamiltonian)
    ansatz = stage(f"QAOA, p = {p}", lambda: hq.QAOA(problem, p=p))
    circuit = stage("circuit", lambda: ansatz.circuit)
    stage("start and bounds", lambda: (ansatz.initial_point("auto"), ansatz.bounds))
    stage("digest of the Hamiltonian", lambda: digest(hamiltonian))
    stage("digest of the circuit", lambda: digest(circuit))
    stage("facts of the circuit", circuit.describe)
    rows = np.random.default_rng(1).integers(0, 2, (100, problem.n_qubits), dtype=np.uint8)
    stage("cuts of 100 assignments", lambda: problem.values(rows))
    stage("energies of 100 assignments", lambda: problem.cost().energies(rows))

    def picture() -> bytes:
        ax = new_axes(None, 6.0, 5.6)
        problem.draw(ax, rows[0])
        return png(ax.figure)

    stage("picture", picture)
    stage("engine for p = 1", lambda: hq.Expectation(hq.QAOA(problem, p=1), problem))
    return found


def write(n: int, path: Path) -> None:
    """Write a random 3-regular graph."""
    import networkx as nx

    from hybridq.problems.formats import write_graph

    graph = nx.convert_node_labels_to_integers(nx.random_regular_graph(3, n, seed=1), 1)
    if path.suffix == ".txt":
        path.write_text("".join(f"{u} {v}\n" for u, v in graph.edges), encoding="utf-8")
    else:
        write_graph(graph, path)


def main() -> None:
    """Print a table of stages by size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--nodes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--format", choices=FORMATS, default="rud")
    parser.add_argument("--p", type=int, default=3)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure is not None:
        print(json.dumps(stages(given.measure, given.p)))
        return
    columns = []
    with tempfile.TemporaryDirectory() as folder:
        for n in given.nodes:
            path = Path(folder) / f"regular_{n}.{given.format}"
            write(n, path)
            command = [sys.executable, __file__, "--measure", str(path), "--p", str(given.p)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            columns.append(json.loads(done.stdout))
    print("| stage | " + " | ".join(f"{n:,} nodes" for n in given.nodes) + " |")
    print("| --- |" + " --- |" * len(given.nodes))
    for cells in zip(*columns, strict=True):
        row = " | ".join(f"{seconds:.3f} s, {memory:.0f} MiB" for _, seconds, memory in cells)
        print(f"| {cells[-1][0]} | {row} |")


if __name__ == "__main__":
    main()
