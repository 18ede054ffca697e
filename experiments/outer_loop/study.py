"""Optimizers and starts for QAOA: the study of the outer loop.

    python -m experiments.outer_loop.study        (from the root of the repository)

Makes every search of `design.py` that is not in the store yet, then writes tables, figures and the
record into results/. Killed and started again, it goes on; --fresh begins anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.benchmarks.conditions import machine
from experiments.finished_rows import finished_rows
from experiments.outer_loop import figures, tables
from experiments.outer_loop.bands import Searches
from experiments.outer_loop.design import FULL, QUICK, Design
from experiments.outer_loop.runs import run_all
from hybridq.plots.output import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULTS = Path(__file__).parent / "results"
STORE = Path(".cache") / "outer_loop.jsonl"


def sections(searches: Searches, design: Design) -> list[tuple[str, list[str]]]:
    """Title and table of everything there is to show."""
    main, small, tiny = design.main_start, {"n": design.small}, {"n": design.tiny}
    everywhere = f"n = {design.sizes[0]} to {design.sizes[-1]}, from {main}"
    found = [
        (f"Exact values, {everywhere}", tables.optimizers(searches, design, "exact", main)),
        (f"1,000 shots a value, {everywhere}", tables.optimizers(searches, design, "shots", main)),
    ]
    for mode, title in (("exact", "Exact values"), ("shots", "1,000 shots a value")):
        found += [
            (
                f"{title}, n = {design.small}, from {start}",
                tables.optimizers(searches, design, mode, start, **small),
            )
            for start in (main, "ramp", "random")
        ]
        found += [
            (
                f"{title}, n = {design.small}: every start, ratio after {mark} executions "
                "(* not all circuits)",
                tables.by_start(searches, design, mode, mark),
            )
            for mark in (50, design.budget)
            if mark in design.checkpoints
        ]
    return [
        *found,
        ("Starts without a search (* where a start is not tabulated for all graphs)",
         tables.unsearched(searches, design)),
        (f"1,000 shots, gradients by parameter shifts, n = {tiny['n']}",
         tables.shifts(searches, design)),
        (f"1,000 shots a value, n = {design.small}, {design.strategy_budget} executions",
         tables.long(searches, design)),
        ("What exact gradients stand for on hardware", tables.on_hardware(searches, design)),
        (f"Strategies with L-BFGS, exact, n = {design.tiny} and {design.small}, at most "
         f"{design.strategy_budget} executions", tables.strategies(searches, design)),
        ("`--initial auto` beside the ramp, L-BFGS to its end", tables.auto_or_ramp(searches,
         design)),
    ]  # fmt: skip


def pictures(searches: Searches, design: Design) -> dict[str, Figure]:
    """The figures by file name."""
    sizes = f"{design.sizes[0]} to {design.sizes[-1]} nodes"
    depths = f"p = {design.depths[0]} to {design.depths[-1]}"
    bands = "bands: 95 % bootstrap over instances of how the methods differ on the same circuits"
    return {
        "convergence": figures.convergence(
            searches,
            design,
            design.main_start,
            f"From the start that {design.main_start} picks, {sizes}, {depths}; {bands}",
        ),
        "convergence_random": figures.convergence(
            searches,
            design,
            "random",
            f"From random angles, {design.small} nodes, {depths}; {bands}",
            n=design.small,
        ),
        "grid": figures.grid(searches, design),
        "starts": figures.starts(searches, design),
    }


def write(design: Design, rows: list[dict[str, Any]], out: Path, record: dict[str, Any]) -> None:
    """Tables, figures and record."""
    searches = Searches(rows, design.checkpoints)
    out.mkdir(parents=True, exist_ok=True)
    lines = ["# The outer loop: every optimizer, every start", ""]
    for title, table in sections(searches, design):
        if table:
            lines += [f"## {title}", "", *table]
    m = record["machine"]
    lines += [
        f"{m['date']}, {m['cores']} cores of {m['processor']}, commit {m['commit']}, "
        f"`{m['command']}`: {record['searches']} searches, {record['cpu_seconds']:,.0f} s of CPU "
        "time."
    ]
    (out / "study.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    record["refused"] = sorted(
        {f"{r['method']} from {r['start']}: {r['refused']}" for r in rows if "refused" in r}
    )
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (out / "study.json").write_text(text, encoding="utf-8")
    for name, figure in pictures(searches, design).items():
        save(figure, out / f"{name}.png")


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--quick", action="store_true", help="a miniature, in seconds")
    parser.add_argument("--jobs", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--fresh", action="store_true", help="forget the searches in the store")
    parser.add_argument("--store", type=Path, default=STORE, help="where searches are kept")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where results are written")
    asked = parser.parse_args(words)
    design = QUICK if asked.quick else FULL
    here = machine("python -m experiments.outer_loop.study" + " --quick" * asked.quick)
    asked.store.parent.mkdir(parents=True, exist_ok=True)
    if asked.fresh:
        asked.store.unlink(missing_ok=True)
    began = time.perf_counter()
    run_all(design, asked.store, asked.jobs)
    seconds = time.perf_counter() - began
    wanted = {run.key for run in design.runs()}
    rows = [row for row in finished_rows(asked.store) if row["key"] in wanted]
    record = {
        "machine": here,
        "jobs": asked.jobs,
        "searches": len(rows),
        "cpu_seconds": round(sum(row["cpu"] for row in rows), 1),
        "seconds_of_last_call": round(seconds, 1),
        "budget": design.budget,
        "checkpoints": design.checkpoints,
    }
    write(design, rows, asked.out, record)
    print(f"{len(rows)} searches, {record['cpu_seconds']:,.0f} s of CPU time: {asked.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
