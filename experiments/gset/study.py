"""Cuts of large graphs: every strategy without samples, the default, and the controls.

    python -m experiments.gset.study [--graphs G57 G81] [--methods default] [--seeds 1] [--stop 600]

Makes every run that is not in the store yet, cheap seeds first, then writes tables and the figure
into results/. Killed and started again, it goes on; --stop begins no run after so many seconds, and
--tables makes none.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from experiments.benchmarks.conditions import machine
from experiments.gset import tables
from experiments.gset.graphs import GRAPHS, Graph
from experiments.gset.runs import METHODS, RESULTS, STORE, append, made, stored
from hybridq.plots.output import save

SEEDS = (7, 8, 9)


def write(store: Path, out: Path) -> None:
    """Write tables and figure of all runs in the store."""
    runs = stored(store)
    out.mkdir(parents=True, exist_ok=True)
    (out / "study.md").write_text("\n".join(tables.page(runs)) + "\n", encoding="utf-8")
    save(tables.figure(runs), out / "time.png")


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [graph.name for graph in GRAPHS]
    parser.add_argument("--graphs", nargs="+", choices=names, default=names, metavar="G")
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--stop", type=float, default=float("inf"), help="seconds")
    parser.add_argument("--tables", action="store_true", help="write from the store alone")
    parser.add_argument("--store", type=Path, default=STORE, help="where runs are kept")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where results are written")
    asked = parser.parse_args(words)
    if not asked.tables:
        asked.store.parent.mkdir(parents=True, exist_ok=True)
        chosen = [graph for graph in GRAPHS if graph.name in asked.graphs]
        _make(chosen, asked.methods, asked.seeds, asked.store, asked.stop)
    write(asked.store, asked.out)


def _make(
    graphs: list[Graph], methods: list[str], seeds: list[int], store: Path, stop: float
) -> None:
    """Make the runs that are not in the store."""
    here = machine("python -m experiments.gset.study")
    here = {key: here[key] for key in ("date", "processor", "cores", "commit")}
    done = {run.key for run in stored(store)}
    left = [
        (graph, method, seed)
        for seed in seeds
        for method in methods
        for graph in graphs
        if (graph.name, method, seed) not in done
    ]
    began = time.perf_counter()
    compiled: set[str] = set()
    for count, (graph, method, seed) in enumerate(left):
        if time.perf_counter() - began > stop:
            print(f"stopped: {len(left) - count} of {len(left)} runs are left", flush=True)
            return
        if method not in compiled:  # kernels are loaded before a clock runs
            METHODS[method](Graph("regular_200_1", "3-regular").problem(), 1)
            compiled.add(method)
        run = made(graph, method, seed, here)
        append(run, store)
        print(f"{graph.name} {method} {seed}: {run.cut:g} in {run.cpu:.1f} CPU s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
