"""Executions that Bayesian optimization of QAOA takes, against other optimizers and none.

python -m experiments.bayesian [--instances 100] [--methods bayesian,optuna-gp] [--page gp.md]

Run it from the root of the repository; the Gaussian process of Optuna needs the extra `gp`.
Interrupted and started again, it continues; its searches are kept in .cache/bayesian.jsonl.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.bayesian.searches import (
    BUDGET,
    COUNT,
    DEPTHS,
    METHODS,
    SHARES,
    SHOTS,
    STARTS,
    installed,
    rows,
)
from experiments.benchmarks.conditions import machine
from experiments.vqe.record import markdown_table
from hybridq.core.blas import one_blas_thread
from hybridq.plots.output import save
from hybridq.plots.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    VERMILLION,
    new_figure,
    style_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOLDER = Path(__file__).parent
STORE = Path(".cache/bayesian.jsonl")
LOOKS = dict(zip(METHODS, (BLUE, PURPLE, ORANGE, GREEN, VERMILLION), strict=True))
TITLE = "Few circuit executions: Bayesian optimization of QAOA"

INTRODUCTION = """\
How many executions of the circuit does a search take until its point has 0.95 and 0.99 of the
best expected cut of the depth? Max-cut on {count} 3-regular graphs of 10 and 12 nodes, half of them
weighted, p = 1 and 2; exact values, and values from {shots:,} shots, one circuit each. On an
instance and depth all optimizers begin at the same random angles of one period. The point of a
search is that of the lowest value it has seen so far, chance included, and its exact share of the
optimum counts. The optimum is the lowest energy of L-BFGS from `auto` and six random points.

A search that does not reach the share within {first} executions (p = 1) or {second} (p = 2) has
failed, and counts as longer than all others in medians and quartiles. Options are the defaults.
`transfer` and `fixed-angles` are angles of other graphs, scaled by the weights, without any
execution for training."""


def chosen(found: list[dict[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    """Return the rows with these values."""
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


def executions(found: list[dict[str, Any]], place: int) -> np.ndarray:
    """Return the executions until a share, infinite where it was not reached, ascending."""
    counts = [row["reached"][place] for row in found]
    return np.sort([np.inf if count is None else float(count) for count in counts])


def quartiles(counts: np.ndarray) -> tuple[float, float, float]:
    """Return quartiles that are counts themselves, infinite among failures."""
    low, middle, high = np.quantile(counts, [0.25, 0.5, 0.75], method="inverted_cdf")
    return float(low), float(middle), float(high)


def spelled(counts: np.ndarray, budget: int) -> list[str]:
    """Return the cells median, quartiles and number of failures."""
    low, middle, high = (
        f"{count:.0f}" if np.isfinite(count) else f"> {budget}" for count in quartiles(counts)
    )
    return [f"**{middle}**", f"{low} to {high}", str(int(np.isinf(counts).sum()))]


def table(found: list[dict[str, Any]], methods: list[str]) -> list[str]:
    """Return the comparison as lines of a page."""
    head = ["p", "values", "optimizer", "to 0.95", "quartiles", "failed", "to 0.99", "quartiles",
            "failed"]  # fmt: skip
    cells = []
    for p in DEPTHS:
        for shots, values in ((None, "exact"), (SHOTS, f"{SHOTS:,} shots")):
            for method in methods:
                same = chosen(found, p=p, shots=shots, name=method)
                both = [spelled(executions(same, place), BUDGET[p]) for place in range(2)]
                cells.append([str(p), values, f"`{method}`", *both[0], *both[1]])
    return markdown_table(head, cells)


def starts_table(found: list[dict[str, Any]]) -> list[str]:
    """Return the shares of the optimum without a search, as lines of a page."""
    cells = []
    for p in DEPTHS:
        for start in STARTS:
            shares = np.array([row["share"] for row in chosen(found, p=p, name=start)])
            above = [f"{(shares >= wanted).sum()} of {len(shares)}" for wanted in SHARES]
            cells.append([str(p), f"`{start}`", f"{np.median(shares):.4f}", f"{shares.min():.4f}",
                          *above])  # fmt: skip
    head = ["p", "start, no execution", "median share", "lowest", "at least 0.95", "at least 0.99"]
    return markdown_table(head, cells)


def notes(found: list[dict[str, Any]]) -> list[str]:
    """Return what the numbers say, in sentences."""
    ours, tpe = (
        quartiles(executions(chosen(found, p=2, shots=SHOTS, name=name), 0))[1]
        for name in ("bayesian", "optuna-tpe")
    )
    ratio = f" ({ours / tpe:.2f} of it)" if np.isfinite(tpe) and np.isfinite(ours) else ""
    words = [
        f"At p = 2 and {SHOTS:,} shots `bayesian` takes {ours:.0f} executions to 0.95 at the "
        f"median, `optuna-tpe` {tpe:.0f}{ratio}."
    ]
    for p in DEPTHS:
        same = chosen(found, p=p, shots=SHOTS, name="bayesian")
        ended = [row for row in same if row["status"] == "converged"]
        counts = [row["evaluations"] for row in ended]
        shares = [row["share"] for row in same]
        words.append(
            f"From shots at p = {p}, {len(ended)} of {len(same)} searches by `bayesian` ended by "
            f"themselves, after {np.median(counts):.0f} executions at the median: those below a "
            f"share have failed it, though executions were left. The share at the end is "
            f"{np.median(shares):.4f} at the median, with quartiles "
            f"{np.quantile(shares, 0.25):.4f} to {np.quantile(shares, 0.75):.4f}."
        )
    seconds = sum(row["seconds"] for row in chosen(found, name="bayesian"))
    values = sum(row["evaluations"] for row in chosen(found, name="bayesian"))
    words.append(
        f"A value takes `bayesian` {1e3 * seconds / values:.0f} ms of processor time, simulation "
        "included."
    )
    return words


def draw(ax: Axes, found: list[dict[str, Any]], p: int, shots: int | None) -> None:
    """Draw the share of instances that have reached 0.95 and 0.99 by executions."""
    for method, colour in LOOKS.items():
        same = chosen(found, p=p, shots=shots, name=method)
        for place, style in ((0, "-"), (1, ":")):
            if same:
                counts = executions(same, place)
                reached = counts[np.isfinite(counts)]
                x = np.r_[1.0, reached, BUDGET[p]]
                y = np.r_[0.0, np.arange(1, len(reached) + 1), len(reached)] / len(same)
                ax.step(x, y, where="post", color=colour, ls=style, lw=1.8,
                        label=method if place == 0 else None)  # fmt: skip
    shares = np.array([row["share"] for row in chosen(found, p=p, name="transfer")])
    for wanted, style in zip(SHARES, ("-", ":"), strict=True):
        ax.axhline((shares >= wanted).mean(), color=INK, ls=style, lw=1.0,
                   label="transfer, none" if style == "-" else None)  # fmt: skip
    ax.set_xscale("log")
    ax.set_xlim(1.0, BUDGET[p])
    ax.set_ylim(-0.02, 1.04)
    ticks = [tick for tick in (1, 3, 10, 30, 75, 150) if tick <= BUDGET[p]]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()
    values = "exact values" if shots is None else f"{shots:,} shots"
    style_axes(ax, title=f"p = {p}, {values}", xlabel="circuit executions",
               ylabel="instances that got there")  # fmt: skip


def picture(found: list[dict[str, Any]]) -> Figure:
    """Return the four panels."""
    figure = new_figure(9.6, 7.2, layout="constrained")
    axes = figure.subplots(2, 2)
    for line, p in zip(axes, DEPTHS, strict=True):
        for ax, shots in zip(line, (None, SHOTS), strict=True):
            draw(ax, found, p, shots)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(
        handles, labels, frameon=False, fontsize=10, loc="outside lower center", ncols=len(labels),
        title="to 0.95; dotted: to 0.99", title_fontsize=10,
    )  # fmt: skip
    return figure  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=COUNT, help="the first so many instances")
    parser.add_argument("--methods", default=",".join(METHODS), help="optimizers, with commas")
    parser.add_argument("--page", default="README.md", help="name of the page")
    given = parser.parse_args()
    count, asked = given.instances, tuple(given.methods.split(","))
    if not 1 <= count <= COUNT:
        parser.error(f"--instances must be from 1 to {COUNT}, got {count}")
    if not {"bayesian", "optuna-tpe"} <= set(asked) <= set(METHODS):
        parser.error(f"--methods must be of {','.join(METHODS)}, with bayesian and optuna-tpe")
    words = "" if asked == METHODS else f" --instances {count} --methods {given.methods}"
    conditions = machine(f"python -m experiments.bayesian{words}")
    found = []
    with one_blas_thread():
        for row in rows(STORE, count, asked):
            found.append(row)
            print(f"\rinstance {row['number'] + 1} of {count} ", end="", flush=True)
    methods = [method for method in asked if installed(method)]
    left_out = [method for method in asked if method not in methods]
    seconds = sum(row.get("seconds", 0.0) for row in found)
    introduction = INTRODUCTION.format(count=count, shots=SHOTS, first=BUDGET[1], second=BUDGET[2])
    title = TITLE if asked == METHODS else f"{TITLE}, by {', '.join(asked)}"
    lines = [f"# {title}", "", introduction, ""]
    if left_out:
        lines += [
            f"Left out, since it needs PyTorch, which is not installed: {', '.join(left_out)},",
            "which [another page](gaussian_processes.md) has on 16 instances.",
            "",
        ]
    lines += [*table(found, methods), "", *starts_table(found), ""]
    lines += [line for note in notes(found) for line in (note, "")]
    lines += [
        *([f"![{TITLE}](bayesian.png)", ""] if asked == METHODS else []),
        f"`make study-bayesian` (`{conditions['command']}`), {seconds:.0f} s of processor time, on "
        f"{conditions['cores']} cores of {conditions['processor']}, {conditions['date']}, commit "
        f"{conditions['commit']}.",
    ]  # fmt: skip
    (FOLDER / given.page).write_text("\n".join(lines) + "\n", encoding="utf-8")
    if asked == METHODS:
        save(picture(found), FOLDER / "bayesian.png")
    print("\n".join(["", *lines]))


if __name__ == "__main__":
    main()
