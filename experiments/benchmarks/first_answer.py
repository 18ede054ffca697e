"""Time the first solves on a machine that has compiled nothing, beside the imports they need.

Run it from the root of the repository: ``python -m experiments.benchmarks.first_answer``. Each run
is a process with an empty cache of kernels; the import of Numba, SciPy's optimizers and networkx is
timed in turn with it, and the ratio of the medians is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx

IMPORTS = "import numba, scipy.optimize, networkx"
WATER = "problems/molecules/h2o_sto3g.fcidump"
CHAIN = "problems/hamiltonians/tfim_8.json"
HYDRIDE = "problems/molecules/lih_sto3g.fcidump"


def seconds_of(arguments: list[str], cache: str) -> float:
    """Return the seconds of a Python process with an empty cache of kernels."""
    environment = {k: v for k, v in os.environ.items() if k != "HYBRIDQ_KERNELS"}
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        env={**environment, "NUMBA_CACHE_DIR": cache},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def cases(folder: Path) -> dict[str, list[str]]:
    """Return the arguments of ``hybridq solve`` by title."""
    regular = folder / "regular_20.csv"
    edges = nx.random_regular_graph(3, 20, seed=3).edges
    regular.write_text("".join(f"{u},{v}\n" for u, v in edges), encoding="utf-8")
    return {
        "max-cut, 15 nodes, p = 8": ["maxcut", "problems/maxcut/florentine.json"],
        "the same, single precision": [
            "maxcut", "problems/maxcut/florentine.json", "--precision", "single",
        ],
        "max-cut, 20 nodes, p = 6": ["maxcut", str(regular)],
        "H2O, UCCSD": ["molecule", WATER],
        "H2O, ADAPT-VQE": ["molecule", WATER, "--ansatz", "adapt"],
        "Ising chain, HVA": ["hamiltonian", CHAIN],
        "Ising chain, hardware-efficient": ["hamiltonian", CHAIN, "--ansatz", "hardware-efficient"],
        "LiH, hardware-efficient": ["molecule", HYDRIDE, "--ansatz", "hardware-efficient"],
    }  # fmt: skip


def main() -> None:
    """Print a table of all cases."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    print("| case | seconds | imports alone | ratio |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        for title, arguments in cases(Path(name)).items():
            solves, imports = [], []
            for run in range(runs):
                cache = str(Path(name) / f"{title} {run}")
                imports.append(seconds_of(["-c", IMPORTS], cache))
                command = ["-m", "hybridq", "solve", *arguments, "--seed", "7"]
                solves.append(seconds_of(command, cache))
            mine, theirs = statistics.median(solves), statistics.median(imports)
            print(f"| {title} | {mine:.1f} | {theirs:.1f} | {mine / theirs:.1f} |", flush=True)


if __name__ == "__main__":
    main()
