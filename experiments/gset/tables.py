"""Tables and figure of the study, from the runs in its store.

python -m experiments.gset.tables        (prints the table of the README)
"""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean
from typing import TYPE_CHECKING

from experiments.gset.graphs import FAMILIES, GRAPHS, REGULAR, BestKnown, best_known
from experiments.gset.runs import GREEDY, PLAIN, SAME_WORK, STORE, Run, stored
from hybridq.plots.style import (
    BLUE,
    GREEN,
    INK,
    PURPLE,
    VERMILLION,
    new_figure,
    style_axes,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Groups = dict[tuple[str, str], list[Run]]
"""Runs of all seeds by graph and method."""

SHOWN = ("G1", "G14", "G35", "G18", "G39", "G11", "G32", "G50", "G57", "G72")
"""Graphs of the README."""

_LOOKS = {
    "default": (INK, "*"),
    "recursive": (VERMILLION, "o"),
    "precondition": (BLUE, "^"),
    "round": (PURPLE, "v"),
    "anneal": (GREEN, "D"),
}
_WITH_CONTROLS = {
    "recursive": (GREEDY, SAME_WORK), "precondition": (SAME_WORK,), "round": (PLAIN, SAME_WORK)
}  # fmt: skip
_EDGES = 15_000  # of the 3-regular graphs


def grouped(runs: list[Run]) -> Groups:
    """Return the runs by graph and method."""
    found: Groups = defaultdict(list)
    for run in runs:
        found[run.graph, run.method].append(run)
    return dict(found)


def scale(graph: str, known: dict[str, BestKnown]) -> float:
    """Return what cuts of a graph are divided by: the best known cut, else the edges."""
    return float(known[graph].cut) if graph in known else float(_EDGES)


def page(runs: list[Run]) -> list[str]:
    """Return the lines of study.md."""
    groups, known = grouped(runs), best_known()
    machines = sorted({f"{run.machine['date']}, {run.machine['cores']} cores of "
                       f"{run.machine['processor']}" for run in runs})  # fmt: skip
    seconds = sum(run.cpu for run in runs)
    return [
        "# Cuts of large graphs",
        "",
        f"{len(runs)} runs, {seconds:,.0f} s of processor time; {'; '.join(machines)}. "
        "`python -m experiments.gset.study`",
        "",
        "## Default solve",
        "",
        *default_table(groups, known, tuple(graph.name for graph in GRAPHS)),
        "",
        "## Every strategy with a circuit, beside its controls",
        "",
        "Mean cut over the best known one (3-regular: over the number of edges), with half of the "
        "range where there are several seeds; the best of a strategy and its controls in bold. "
        "Processor seconds are those of a strategy with its controls.",
        "",
        *methods_table(groups, known),
    ]


def default_table(groups: Groups, known: dict[str, BestKnown], names: tuple[str, ...]) -> list[str]:
    """Return the table of the default solve: strategy, cut, ratio, bound and seconds."""
    family = {graph.name: graph.family for graph in GRAPHS}
    lines = [
        "| graph | family | answered by | seeds | mean cut | best known | ratio | proven bound "
        "| CPU s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in names:
        runs = groups.get((name, "default"))
        if not runs:
            continue
        cut = fmean(run.cut for run in runs)
        bounds = [run.bound for run in runs if run.bound is not None]
        bound = f"{min(bounds):,.0f}" if bounds else "–"
        best, ratio = "–", f"{cut / _EDGES:.4f} of the edges"
        if name in known:
            best = f"{known[name].cut:,}" + ("°" if known[name].proven else "")
            ratio = f"{cut / known[name].cut:.4f}"
        lines.append(
            f"| {name} | {family[name]} | {runs[-1].strategy} | {len(runs)} | {cut:,.6g} | {best} "
            f"| {ratio} | {bound} | {fmean(run.cpu for run in runs):.1f} |"
        )
    return [*lines, "", "° proven optimal. Two idle cores take about half of the CPU seconds."]


def methods_table(groups: Groups, known: dict[str, BestKnown]) -> list[str]:
    """Return ratio and spread of each strategy and its controls on each graph, by family."""
    columns = [(name, part) for name, own in _WITH_CONTROLS.items() for part in ("", *own, "CPU s")]
    lines = [
        "| family | graph | " + " | ".join(part or f"`{name}`" for name, part in columns) + " |",
        "|---|---|" + "---|" * len(columns),
    ]
    for family in FAMILIES:
        for graph in GRAPHS:
            found = {name: groups.get((graph.name, name), []) for name in _WITH_CONTROLS}
            if graph.family != family or not any(found.values()):
                continue
            cells = [_cell(found[name], part, scale(graph.name, known)) for name, part in columns]
            lines.append(f"| {family} | {graph.name} | " + " | ".join(cells) + " |")
    return lines


def _cell(runs: list[Run], part: str, one: float) -> str:
    """Return one entry of the table of strategies, of the strategy itself or a control."""
    if not runs:
        return "–"
    if part == "CPU s":
        return f"{fmean(run.cpu for run in runs):.1f}"
    means = {
        name: fmean(cuts)
        for name in ("", *runs[0].controls)
        for cuts in [[run.controls[name] if name else run.cut for run in runs]]
    }
    cuts = [run.controls[part] if part else run.cut for run in runs]
    mean = f"{means[part] / one:.4f}"
    mean = f"**{mean}**" if means[part] >= max(means.values()) else mean
    return mean + (f" ± {(max(cuts) - min(cuts)) / one / 2:.4f}" if len(cuts) > 1 else "")


def figure(runs: list[Run]) -> Figure:
    """Return distance from the best known cut against processor seconds, by family."""
    groups, known = grouped(runs), best_known()
    drawn = new_figure(11.0, 6.4, layout="constrained")
    axes = drawn.subplots(2, 4).ravel()
    for ax, family in zip(axes, FAMILIES, strict=False):
        names = [graph.name for graph in GRAPHS if graph.family == family]
        for method, (colour, marker) in _LOOKS.items():
            points = [
                (fmean(run.cpu for run in found), 1 - fmean(run.cut for run in found) / one)
                for name in names
                for found, one in [(groups.get((name, method)), scale(name, known))]
                if found
            ]
            if points:
                x, y = zip(*points, strict=True)
                ax.plot(
                    x, [100 * distance for distance in y], marker, color=colour, ms=6,
                    mfc="none" if method != "default" else colour, alpha=0.9,
                )  # fmt: skip
        style_axes(
            ax, title=family, xlabel="CPU seconds",
            ylabel="uncut edges (%)" if family == REGULAR else "below best known (%)",
        )  # fmt: skip
    axes[-1].axis("off")
    for method, (colour, marker) in _LOOKS.items():
        axes[-1].plot(
            [], [], marker, color=colour, mfc="none" if method != "default" else colour,
            label=method,
        )  # fmt: skip
    axes[-1].legend(frameon=False, fontsize=9, loc="center")
    return drawn


def main() -> None:
    print("\n".join(default_table(grouped(stored(STORE)), best_known(), SHOWN)))


if __name__ == "__main__":
    main()
