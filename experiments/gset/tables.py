"""Tables and figure of the study, from the runs in its store.

python -m experiments.gset.tables   (writes the tables of README.md and docs/explanations/speed.md)
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from experiments.gset.graphs import FAMILIES, GRAPHS, REGULAR, BestKnown, best_known
from experiments.gset.runs import GREEDY, PLAIN, SAME_WORK, STORE, Run, stored
from hybridq.core.numbers import plural
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
"""Graphs of docs/explanations/speed.md."""

_LOOKS = {
    "default": (INK, "*"),
    "recursive": (VERMILLION, "o"),
    "precondition": (BLUE, "^"),
    "round": (PURPLE, "v"),
}
_CONTROL_LOOK = (GREEN, "x")
_WITH_CONTROLS = {
    "recursive": (GREEDY, SAME_WORK), "precondition": (SAME_WORK,), "round": (PLAIN, SAME_WORK)
}  # fmt: skip
_MARKS = "<!-- gset -->", "<!-- end of gset -->"
_PROVEN = "° proven optimal."
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
    machines = sorted({f"{run.machine['date']}, {plural(run.machine['cores'], 'core')} of "
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
    return [*lines, "", _PROVEN]


def short_table(groups: Groups, known: dict[str, BestKnown]) -> list[str]:
    """Return the table of the README: cut, ratio, bound and seconds of ten graphs."""
    lines = [
        "| graph | mean cut | best known | ratio | proven bound | CPU s |",
        "|---|---|---|---|---|---|",
    ]
    for row in default_table(groups, known, SHOWN)[2:]:
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        if cells:
            name, family, _, _, cut, best, ratio, bound, seconds = cells
            shown = (f"{name}, {family}", cut, best, ratio, bound, seconds)
            lines.append("| " + " | ".join(shown) + " |")
    return [*lines, "", _PROVEN]


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
    """Return distance from the best known cut against processor seconds, by family.

    Annealing with the work of a strategy is drawn at the seconds of that strategy.
    """
    groups, known = grouped(runs), best_known()
    drawn = new_figure(11.0, 6.4, layout="constrained")
    axes = drawn.subplots(2, 4).ravel()
    for ax, family in zip(axes, FAMILIES, strict=False):
        names = [graph.name for graph in GRAPHS if graph.family == family]
        found = [groups.get((name, method), []) for name in names for method in _LOOKS]
        for runs_of in filter(None, found):
            method, one = runs_of[0].method, scale(runs_of[0].graph, known)
            seconds = fmean(run.cpu for run in runs_of)
            shown = {_LOOKS[method]: [run.cut for run in runs_of]}
            if all(SAME_WORK in run.controls for run in runs_of):
                shown[_CONTROL_LOOK] = [run.controls[SAME_WORK] for run in runs_of]
            for (colour, marker), cuts in shown.items():
                distance = 100.0 * (1.0 - fmean(cuts) / one)
                fill = colour if method == "default" else "none"
                ax.plot(seconds, distance, marker, color=colour, ms=6, mfc=fill, alpha=0.9)
        ax.set_xlim(left=0.0)
        ax.margins(y=0.1)
        style_axes(
            ax, title=family, xlabel="CPU seconds, with controls",
            ylabel="uncut edges (%)" if family == REGULAR else "below best known (%)",
        )  # fmt: skip
    axes[-1].axis("off")
    for label, (colour, marker) in {**_LOOKS, SAME_WORK: _CONTROL_LOOK}.items():
        fill = colour if label == "default" else "none"
        axes[-1].plot([], [], marker, color=colour, mfc=fill, label=label)
    axes[-1].legend(frameon=False, fontsize=9, loc="center")
    return drawn


def main() -> None:
    """Write the tables between their marks in both pages."""
    groups, known = grouped(stored(STORE)), best_known()
    pages = {
        "README.md": short_table(groups, known),
        "docs/explanations/speed.md": default_table(groups, known, SHOWN),
    }
    for name, lines in pages.items():
        path = Path(__file__).parents[2] / name
        before, first, rest = path.read_text(encoding="utf-8").partition(_MARKS[0])
        _, last, after = rest.partition(_MARKS[1])
        text = "\n".join([first, *lines, last])
        path.write_text(before + text + after, encoding="utf-8")


if __name__ == "__main__":
    main()
