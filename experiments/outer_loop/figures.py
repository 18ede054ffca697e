"""The pictures of the study."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.outer_loop.bands import CHANCE, RATIO, Band, Searches, band
from experiments.outer_loop.design import Design, is_planned
from hybridq.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    INK,
    ORANGE,
    SKY,
    VERMILLION,
    style_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PURPLE = "#CC79A7"  # the rest of the palette of Okabe and Ito

Style = tuple[str, str]
EXACT_STYLES: dict[str, Style] = {
    "l-bfgs": (BLUE, "-"), "slsqp": (SKY, "--"), "adam 0.03": (GREEN, "-"),
    "cobyla": (ORANGE, "-"), "nelder-mead": (VERMILLION, "--"), "powell": (PURPLE, "-"),
    "spsa 0.02": (BLACK, "-"), "spsa 0.1": (BLACK, ":"),
}  # fmt: skip
SHOTS_STYLES: dict[str, Style] = {
    "spsa 0.02": (BLACK, "-"), "spsa 0.1": (BLACK, ":"), "adam 0.03": (GREEN, "-"),
    "adam 0.1": (GREEN, ":"), "nelder-mead": (VERMILLION, "--"), "cobyla": (ORANGE, "-"),
    "powell": (PURPLE, "-"), "cobyqa": (BLUE, "-"),
}  # fmt: skip
START_STYLES: dict[str, Style] = {
    "ramp": (ORANGE, "-"), "tuned-ramp": (VERMILLION, "--"), "fixed-angles": (PURPLE, "-"),
    "transfer": (BLUE, "-"), "sk": (GREEN, "--"), "auto": (BLACK, ":"),
}  # fmt: skip


def _sheet(rows: int, columns: int, width: float, height: float) -> tuple[Figure, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False)


def _spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """The places moved apart by at least `gap`, from `low` to `high`, in the same order."""
    order = np.argsort(places, kind="stable")
    moved = np.clip(np.array(places)[order], low, high)
    for k in range(1, len(moved)):
        moved[k] = max(moved[k], moved[k - 1] + gap)
    # Pushed out at the top: back, one after the other.
    for k in range(len(moved) - 1, -1, -1):
        moved[k] = min(moved[k], high - gap * (len(moved) - 1 - k))
    result = np.empty(len(places))
    result[order] = moved
    return result.tolist()


def _label_ends(ax: Axes, ends: dict[str, tuple[float, float, str]], room: float) -> None:
    """Names beside the right ends of lines: (x, y, colour) by name."""
    low, high = ax.get_ylim()
    right = max(x for x, _, _ in ends.values())
    names = [name for name, (x, _, _) in ends.items() if x == right]
    gap = 0.062 * (high - low)
    places = _spread([ends[name][1] for name in names], gap, low, high)
    heights = dict(zip(names, places, strict=True))
    for name, (x, end, colour) in ends.items():
        # A line that ends before the others is labelled below its end.
        place = (right * room, heights[name]) if name in heights else (x, end - 0.7 * gap)
        ax.annotate(
            name,
            (x, end),
            xytext=place,
            fontsize=8,
            color=colour,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6, "shrinkA": 0, "shrinkB": 1},
        )


def _centered(
    searches: Searches, mode: str, methods: Iterable[str], start: str, **only: Any
) -> dict[str, Band]:
    """Ratio and chance by checkpoint on the circuits that all methods searched.

    At each checkpoint every circuit is moved so that the mean over the methods is that of all
    circuits: the means stay, and the bands show how methods differ, not how circuits do.
    """
    found = {m: searches.of(mode, m, start, **only) for m in methods}
    found = {method: rows for method, rows in found.items() if rows}
    if not found:
        return {}
    circuits = sorted(set.intersection(*(set(rows) for rows in found.values())))
    values = {m: np.array([rows[c]["at"] for c in circuits]) for m, rows in found.items()}
    level = np.mean(list(values.values()), axis=0)
    shift = level.mean(axis=0) - level
    return {m: band(each + shift, [c[0] for c in circuits]) for m, each in values.items()}


def convergence(searches: Searches, design: Design, start: str, where: str, **only: Any) -> Figure:
    """Ratio and probability of the optimum against executions, exact and from shots."""
    figure, axes = _sheet(2, 2, 11.5, 8.0)
    columns = (("exact", EXACT_STYLES, "Exact values"), ("shots", SHOTS_STYLES, "1,000 shots"))
    rows = ((RATIO, "approximation ratio"), (CHANCE, "probability of an optimum"))
    marks = design.checkpoints
    ends: dict[tuple[int, int], dict[str, tuple[float, float, str]]] = {}
    for column, (mode, styles, title) in enumerate(columns):
        shown = _centered(searches, mode, styles, start, **only)
        for row, (which, label) in enumerate(rows):
            ax: Axes = axes[row][column]
            for method, found in shown.items():
                colour, line = styles[method]
                # A method that plans by its budget is known where it had one.
                own = (*design.lesser_budgets, design.budget)
                at = [k for k, m in enumerate(marks) if m in own or not is_planned(mode, method)]
                x, low, high = [marks[k] for k in at], found.low[at, which], found.high[at, which]
                ax.plot(x, found.mean[at, which], line, color=colour, lw=1.6)
                ax.fill_between(x, low, high, color=colour, alpha=0.10, lw=0)
                end = (marks[-1], float(found.mean[-1, which]), colour)
                ends.setdefault((row, column), {})[method] = end
            ax.set_xscale("log")
            ax.set_xlim(marks[0], marks[-1])
            ax.set_xticks(marks, [str(mark) for mark in marks])
            ax.minorticks_off()
            style_axes(ax, title=f"{title}: {label}", xlabel="circuit executions", ylabel=label)
    for pair in axes:
        limits = [ax.get_ylim() for ax in pair]
        for ax in pair:
            ax.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    for (row, column), found in ends.items():
        _label_ends(axes[row][column], found, 1.12)
    figure.suptitle(where, x=0.01, ha="left", fontsize=11, color=INK)
    return figure


def grid(searches: Searches, design: Design) -> Figure:
    """Every optimizer from every start: what the ratio lacks where the budget ends, in cells."""
    from matplotlib.colors import LogNorm

    figure, axes = _sheet(1, 2, 12.5, 7.4)
    panels = (("exact", "Exact values"), ("shots", "1,000 shots"))
    for ax, (mode, title) in zip(axes[0], panels, strict=True):
        best = searches.best(mode)
        table = {}
        for method in design.methods:
            found = [searches.of(mode, method, s, n=design.small) for s in design.starts]
            if any(found):
                table[method] = [
                    1000 * np.mean([best[c] - row["at"][-1][RATIO] for c, row in rows.items()])
                    if rows
                    else np.nan
                    for rows in found
                ]
        methods = sorted(table, key=lambda m: float(np.nanmean(np.log(1e-3 + np.array(table[m])))))
        cells = np.array([table[method] for method in methods])
        norm = LogNorm(0.1, 300.0)
        shown = np.clip(cells, norm.vmin, norm.vmax)
        ax.imshow(shown, cmap="cividis_r", norm=norm, aspect="auto")
        for (i, j), value in np.ndenumerate(cells):
            text = "" if np.isnan(value) else f"{value:.0f}" if value >= 10 else f"{value:.1f}"
            dark = not np.isnan(value) and norm(shown[i, j]) > 0.5
            colour = "white" if dark else "black"
            ax.text(j, i, text, ha="center", va="center", fontsize=8, color=colour)
        ax.set_xticks(range(len(design.starts)), design.starts, rotation=30, ha="right", fontsize=9)
        ax.set_yticks(range(len(methods)), methods, fontsize=9)
        ax.tick_params(length=0)
        ax.set_title(
            f"{title}: thousandths of the ratio below\nthe best found, {design.budget} executions",
            loc="left",
            fontsize=11,
            fontweight="bold",
            color=INK,
        )
        for side in ax.spines.values():
            side.set_visible(False)
    return figure


def starts(searches: Searches, design: Design) -> Figure:
    """Draw the ratio of each start by depth, before any search and after L-BFGS."""
    figure, axes = _sheet(1, 2, 11.5, 4.6)
    panels = (("3-regular", "3-regular graphs"), ("random", "Erdős–Rényi graphs"))
    for ax, (kind, title) in zip(axes[0], panels, strict=True):
        ends: dict[str, tuple[float, float, str]] = {}
        lines = [("start", "none", start, style) for start, style in START_STYLES.items()]
        lines.append(("solve", "l-bfgs", "auto", (SKY, "-")))
        for mode, method, start, (colour, line) in lines:
            rows = searches.of(mode, method, start)
            depths, means, low, high = [], [], [], []
            for p in design.depths:
                here = {c: r for c, r in rows.items() if c[1] == p and r["kind"].startswith(kind)}
                if len(here) == sum(each.kind.startswith(kind) for each in design.block(p)):
                    found = searches.band_of(here)
                    depths.append(p)
                    means.append(found.mean[-1, RATIO])
                    low.append(found.low[-1, RATIO])
                    high.append(found.high[-1, RATIO])
            if depths:
                ax.plot(depths, means, line, marker="o", ms=3, color=colour, lw=1.6)
                ax.fill_between(depths, low, high, color=colour, alpha=0.10, lw=0)
                name = "auto, then L-BFGS" if mode == "solve" else start
                ends[name] = (depths[-1], means[-1], colour)
        ax.set_xticks(design.depths)
        style_axes(ax, title=title, xlabel="layers p", ylabel="approximation ratio")
        if ends:
            _label_ends(ax, ends, 1.05)
    return figure
