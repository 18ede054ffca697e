"""Cut fraction of QAOA on 3-regular graphs by p, against that of the infinite tree.

python -m experiments.cut_fraction        (from the root of the repository)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.from_configs import Study
from experiments.vqe.record import Row
from hybridq.experiments.analysis.table import Table
from hybridq.plots.style import BLUE, GREEN, ORANGE, PALE, VERMILLION, style_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TREE = {1: 0.6924500897, 2: 0.7559064585, 3: 0.7923984288, 4: 0.8168765649}
"""3-regular, infinite girth, best angles, by p: arXiv:2503.12789."""

COLOURS = {1: BLUE, 2: ORANGE, 3: GREEN, 4: VERMILLION}
DRAWS = 2000  # of the bootstrap

CAGES = {"petersen": ("Petersen", 5), "heawood": ("Heawood", 6), "mcgee": ("McGee", 7)}
"""Name and girth by file."""

INTRODUCTION = """\
What QAOA with p layers makes of an edge depends on the part of the graph within p steps of it.
Where the girth exceeds 2p + 1 that part is a tree, the same for every edge of every 3-regular
graph, and the cut fraction ⟨C⟩ / edges is that of the infinite tree **exactly**. That is so on
the Petersen graph (girth 5) for p = 1, and on the Heawood and McGee graphs (girths 6 and 7) for
p = 1 and 2; their best angles are searched here from a ramp, without any knowledge of the
published ones. Beyond, cycles are seen and the best cut fraction is another one: those points
are in the figure, and not in the table.

Random graphs have a few short cycles, however large they are, and reach the value **only in the
limit**. At the angles of the tree, the mean over graphs of n nodes is fitted by a straight line
in 1/n; its value at 1/n = 0 is held against the published one, within three standard errors
(bootstrap over the graphs).

Published values: [arXiv:2503.12789](https://arxiv.org/abs/2503.12789)."""


def fractions(trials: Table) -> NDArray[np.float64]:
    """Cut edges by edges, of which a 3-regular graph has 3/2 a node."""
    return trials.numbers("expectation") / (1.5 * trials.numbers("n_qubits"))


def of_cages(trials: Table) -> dict[str, dict[int, float]]:
    """Cut fractions by graph and p."""
    found: dict[str, dict[int, float]] = {name: {} for name in CAGES}
    keys = trials.keys(["problem.path", "ansatz.p"])
    for (path, p), value in zip(keys, fractions(trials), strict=True):
        found[Path(path).stem][p] = float(value)
    return found


def exact_rows(cages: dict[str, dict[int, float]]) -> list[Row]:
    """Return the rows in which the girth exceeds 2p + 1."""
    return [
        Row.near(f"{CAGES[name][0]} graph, p = {p}", TREE[p], value, 1e-8, ".10f")
        for p in TREE
        for name, values in cages.items()
        for value in [values[p]]
        if CAGES[name][1] > 2 * p + 1
    ]


def by_size(trials: Table, p: int) -> dict[int, NDArray[np.float64]]:
    """Cut fractions of all random graphs of each size."""
    part = trials.where({"ansatz.p": [p]})
    values = fractions(part)
    return {nodes: values[rows] for (nodes,), rows in part.groups(["problem.nodes"]).items()}


def line(sizes: dict[int, NDArray[np.float64]]) -> tuple[float, float, float]:
    """The mean at 1/n → 0, the slope, and the standard error of the first."""
    inverse = 1.0 / np.array(list(sizes))
    samples = list(sizes.values())
    rng = np.random.default_rng(7)

    def fit(means: list[float]) -> tuple[float, float]:
        slope, at_zero = np.polyfit(inverse, means, 1)
        return float(at_zero), float(slope)

    drawn = [
        fit([float(np.mean(rng.choice(each, each.size))) for each in samples])[0]
        for _ in range(DRAWS)
    ]
    at_zero, slope = fit([float(np.mean(each)) for each in samples])
    return at_zero, slope, float(np.std(drawn))


def picture(
    cages: dict[str, dict[int, float]],
    random: Table,
    lines: dict[int, tuple[float, float, float]],
) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.4])
    looks = zip("o^s", (BLUE, GREEN, VERMILLION), (-0.1, 0.0, 0.1), strict=True)
    for (name, values), (marker, colour, shift) in zip(cages.items(), looks, strict=True):
        title, girth = CAGES[name]
        for p, value in values.items():
            left.plot(
                [p + shift], [abs(value - TREE[p])], marker, color=colour, ms=7,
                mfc=colour if girth > 2 * p + 1 else "none",
                label=f"{title} graph, girth {girth}" if p == 1 else None,
            )  # fmt: skip
    left.set_yscale("log")
    left.set_xticks(list(TREE))
    left.set_xlim(0.5, 4.5)
    style_axes(
        left, title="Cages: exact where girth > 2p + 1 (filled)", xlabel="p",
        ylabel="distance from the tree's cut fraction",
    )  # fmt: skip
    left.legend(frameon=False, fontsize=9, loc="lower right")
    for p, (at_zero, slope, error) in lines.items():
        sizes = by_size(random, p)
        inverse = [1.0 / nodes for nodes in sizes]
        means = [float(each.mean()) for each in sizes.values()]
        errors = [2 * float(each.std(ddof=1)) / np.sqrt(each.size) for each in sizes.values()]
        ends = np.array([0.0, max(inverse)])
        right.axhline(TREE[p], color=PALE, lw=0.8, zorder=0)
        right.plot(ends, at_zero + slope * ends, "-", color=COLOURS[p], lw=1.2)
        right.errorbar(inverse, means, errors, fmt="o", color=COLOURS[p], ms=4, capsize=2)
        right.errorbar(
            [0.0], [at_zero], [2 * error], fmt="s", color=COLOURS[p], mfc="none", ms=6, capsize=2
        )
        right.annotate(
            f"p = {p}", (max(inverse), means[0]), (7, 0), textcoords="offset points", fontsize=9,
            color=COLOURS[p], va="center",
        )  # fmt: skip
    right.set_xlim(-0.004, None)
    right.set_xticks([0, *(1.0 / n for n in by_size(random, 1))])
    right.set_xticklabels(["∞", *(str(n) for n in by_size(random, 1))])
    style_axes(
        right, title="Random graphs: means with two standard errors",
        xlabel="nodes n, on a scale of 1/n", ylabel="cut fraction",
    )  # fmt: skip
    return figure


def main() -> None:
    study = Study(
        Path(__file__).parent, "Cut fraction of QAOA on 3-regular graphs: the infinite tree"
    )
    cages = of_cages(study.trials("cages.yaml"))
    random = study.trials("random_graphs.yaml")
    lines = {p: line(by_size(random, p)) for p in TREE}
    rows = [
        Row.near(f"random graphs, 1/n → 0, p = {p}", TREE[p], at_zero, 3 * error, ".4f")
        for p, (at_zero, _, error) in lines.items()
    ]
    told = ", ".join(f"{error:.4f}" for _, _, error in lines.values())
    study.finish(
        [*exact_rows(cages), *rows],
        picture(cages, random, lines),
        INTRODUCTION,
        [f"Standard errors of the values at 1/n → 0, p = 1 to 4: {told}."],
    )


if __name__ == "__main__":
    main()
