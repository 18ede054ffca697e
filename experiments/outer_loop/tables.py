"""The tables of the study, as lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from experiments.outer_loop.bands import CHANCE, RATIO, Searches, band
from experiments.outer_loop.design import BY_SHIFTS, LONG, Design
from experiments.outer_loop.instances import INSTANCES

NEAR = 0.001  # of the ratio: what counts as having arrived
SAME = 1e-4  # of the ratio: what an optimizer's tolerance leaves open
SHOWN = (10, 50, 100, 200, 400)


def table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    """A table of text cells, with an empty line behind it."""
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(cells)} |" for cells in lines), ""]


def signed(found: Any, mark: int, which: int = RATIO) -> str:
    """A difference with its interval."""
    if found is None:
        return "–"
    mean, low, high = (float(part[mark, which]) for part in (found.mean, found.low, found.high))
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"


def optimizers(searches: Searches, design: Design, mode: str, start: str, **only: Any) -> list[str]:
    """One row an optimizer: ratio by executions, and what it is beside the best of them."""
    bands = {}
    for method in design.methods:
        found = searches.band(mode, method, start, **only)
        if found is not None:
            bands[method] = found
    if not bands:
        return []
    whole = max(len(searches.of(mode, method, start, **only)) for method in bands)
    complete = [m for m in bands if len(searches.of(mode, m, start, **only)) == whole]
    # Those that take only some of the instances come last: their means are of others.
    ranked = sorted(bands, key=lambda m: (m not in complete, -bands[m].mean[-1, RATIO]))
    best = ranked[0]
    marks = [design.checkpoints.index(mark) for mark in SHOWN if mark in design.checkpoints]
    rows = []
    for method in ranked:
        found = bands[method]
        count = len(searches.of(mode, method, start, **only))
        rows.append(
            [
                method + ("" if count == whole else f" ({count} of {whole})"),
                *(f"{found.mean[mark, RATIO]:.4f}" for mark in marks),
                "–" if method == best else signed(
                    searches.difference((mode, method, start), (mode, best, start), **only), -1
                ),
                f"{found.mean[-1, CHANCE]:.3f}",
                *arrivals(searches, design, mode, method, start, **only),
            ]
        )  # fmt: skip
    head = [
        "optimizer", *(f"{design.checkpoints[mark]}" for mark in marks), f"difference to {best}",
        "P(optimum)", f"within {NEAR:g} of the best: share", "executions, median",
    ]  # fmt: skip
    return table(head, rows)


def arrivals(
    searches: Searches, design: Design, mode: str, method: str, start: str, **only: Any
) -> list[str]:
    """Return the share of searches that come near the best ratio found, and after how
    many executions at the median; a dash where fewer than half do.
    """
    best = searches.best(mode)
    after = []
    for circuit, row in searches.of(mode, method, start, **only).items():
        near = [at[RATIO] >= best[circuit] - NEAR for at in row["at"]]
        after.append(design.checkpoints[near.index(True)] if any(near) else np.inf)
    share = float(np.mean(np.isfinite(after)))
    median = float(np.median(after))
    return [f"{100 * share:.0f} %", f"≤ {median:.0f}" if np.isfinite(median) else "–"]


def is_whole(searches: Searches, design: Design, mode: str, method: str, start: str) -> bool:
    """Return whether this optimizer met every small instance from this start."""
    circuits = len(design.depths) * len(design.kinds)
    return len(searches.of(mode, method, start, n=design.small)) == circuits


def by_start(searches: Searches, design: Design, mode: str, mark: int) -> list[str]:
    """Optimizers × starts: the ratio after `mark` executions on the small instances.

    A star says that some circuits are missing.
    """
    place, rows = design.checkpoints.index(mark), []
    for method in design.methods:
        cells = []
        for start in design.starts:
            found = searches.band(mode, method, start, n=design.small)
            star = "" if is_whole(searches, design, mode, method, start) else "*"
            cells.append("–" if found is None else f"{found.mean[place, RATIO]:.3f}{star}")
        if set(cells) != {"–"}:
            rows.append([method, *cells])
    return table(["optimizer", *design.starts], rows)


def unsearched(searches: Searches, design: Design) -> list[str]:
    """Starts as they are: the ratio by depth."""
    rows = []
    for start in design.starts:
        cells = []
        for p in design.depths:
            found = searches.band("start", "none", start, p=p)
            count = len(searches.of("start", "none", start, p=p))
            few = "*" if count < len(design.block(p)) else ""
            cells.append("–" if found is None else f"{found.mean[-1, RATIO]:.4f}{few}")
        rows.append([start, *cells])
    return table(["start", *(f"p = {p}" for p in design.depths)], rows)


def gradient_circuits(index: int, p: int) -> int:
    """Circuits of a value and its gradient by parameter shifts: 1 + 2 p (edges + nodes)."""
    problem = INSTANCES[index].problem()
    return 1 + 2 * p * (problem.graph.number_of_edges() + problem.n_qubits)


def on_hardware(searches: Searches, design: Design) -> list[str]:
    """Return the cost of an exact search with gradients by parameter shifts."""
    rows = []
    for p in design.depths:
        found = searches.of("exact", "l-bfgs", design.main_start, p=p)
        gradients = [row["gradients"] for row in found.values()]
        circuits = [r["gradients"] * gradient_circuits(c[0], c[1]) for c, r in found.items()]
        if gradients:
            rows.append([str(p), f"{np.median(gradients):g}", f"{np.median(circuits):,.0f}"])
    return table(["p", "gradients of l-bfgs, median", "circuits by parameter shift"], rows)


def shifts(searches: Searches, design: Design) -> list[str]:
    """Gradients by parameter shifts within the budget, beside what needs none."""
    rivals = [("shots", m) for m in ("spsa 0.02", "nelder-mead") if m in design.methods]
    rows, start = [], design.main_start
    for mode, method in [*rivals, *(("shift", m) for m in BY_SHIFTS if m in design.methods)]:
        found = searches.band(mode, method, start, n=design.tiny)
        if found is None:
            continue
        its = searches.of(mode, method, start, n=design.tiny).values()
        gradients = [row["gradients"] for row in its]
        change = searches.difference(
            (mode, method, start), ("start", "none", start), n=design.tiny
        )  # fmt: skip
        rows.append(
            [
                method,
                "parameter shifts" if mode == "shift" else "values",
                f"{found.mean[-1, RATIO]:.4f}",
                signed(change, -1),
                f"{np.median(gradients):g}",
            ]
        )
    head = ["optimizer", "uses", f"ratio after {design.budget}", "gain on the start",
            "gradients, median"]  # fmt: skip
    return table(head, rows)


def long(searches: Searches, design: Design) -> list[str]:
    """Searches from shots with the default budget of `hybridq solve`, by start.

    Two ratios each: at the point of the lowest estimate, and at the last point.
    """
    rows = []
    for method in (m for m in LONG if m in design.methods):
        cells = [method]
        for start in design.planned_starts:
            found = searches.band("long", method, start)
            if found is None:
                cells += ["–"] * 3
                continue
            gain = searches.difference(("long", method, start), ("start", "none", start))
            cells += [
                f"{found.mean[-1, RATIO]:.4f}",
                f"{found.mean[0, RATIO]:.4f}",
                signed(gain, -1),
            ]
        rows.append(cells)
    head = ["optimizer"]
    for start in design.planned_starts:
        head += [f"from {start}", "its last point", "gain on the start"]
    return table(head, rows)


def strategies(searches: Searches, design: Design) -> list[str]:
    """Return the results and costs of each strategy, exact values and L-BFGS."""
    rows, start = [], design.main_start
    for strategy in design.strategies:
        found = searches.band("strategy", strategy, start)
        if found is None:
            continue
        change = searches.difference(("strategy", strategy, start), ("strategy", "direct", start))
        its = searches.of("strategy", strategy, start).values()
        rows.append(
            [
                strategy,
                f"{found.mean[-1, RATIO]:.4f}",
                "–" if strategy == "direct" else signed(change, -1),
                f"{found.mean[-1, CHANCE]:.3f}",
                f"{np.median([row['spent'] for row in its]):.0f}",
            ]
        )
    head = ["strategy", "ratio", "difference to direct", "P(optimum)", "executions, median"]
    return table(head, rows)


def auto_or_ramp(searches: Searches, design: Design) -> list[str]:
    """`--initial auto` beside the ramp where the default search ends, by depth."""
    rows = []
    for p in design.depths:
        auto = searches.of("solve", "l-bfgs", "auto", p=p)
        ramp = searches.of("solve", "l-bfgs", "ramp", p=p)
        both = [circuit for circuit in auto if circuit in ramp]
        if not both:
            continue
        change = np.array([auto[c]["at"][-1][RATIO] - ramp[c]["at"][-1][RATIO] for c in both])
        mean = band(change, [c[0] for c in both])
        worse = [
            f"{INSTANCES[c[0]].name} ({d:+.4f})"
            for c, d in zip(both, change, strict=True)
            if d < -SAME
        ]
        spent = [f"{np.median([rows_[c]['spent'] for c in both]):.0f}" for rows_ in (auto, ramp)]
        rows.append(
            [
                str(p), f"{np.mean([auto[c]['at'][-1][RATIO] for c in both]):.4f}",
                f"{np.mean([ramp[c]['at'][-1][RATIO] for c in both]):.4f}",
                f"{mean.mean:+.4f} [{mean.low:+.4f}, {mean.high:+.4f}]",
                str(int(np.sum(change > SAME))), str(len(worse)), ", ".join(worse) or "–", *spent,
            ]
        )  # fmt: skip
    head = ["p", "auto", "ramp", "difference", "better", "worse", "which", "executions, auto",
            "executions, ramp"]  # fmt: skip
    return table(head, rows)
