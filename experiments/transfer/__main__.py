"""Angles transferred between graphs, against angles searched on each graph.

python -m experiments.transfer            (from the root of the repository)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.from_configs import Study
from experiments.vqe.record import Row
from hybridq.experiments.analysis.compare import Contrast, compare
from hybridq.experiments.analysis.table import Table
from hybridq.plots.style import BLUE, GREEN, INK, ORANGE, PALE, VERMILLION, new_axes, style_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PUBLISHED = 1.1
"""Percentage points between fixed and optimized parameters on weighted graphs, on average."""

FAMILIES = {
    ("random-regular", "uniform"): "3-regular, weights in (0, 1]",
    ("erdos-renyi", "uniform"): "Erdős–Rényi, weights in (0, 1]",
    ("complete", "uniform"): "complete, weights in (0, 1]",
    ("complete", "normal"): "complete, normal weights (SK)",
}
LOOKS = list(zip("osD^", (BLUE, ORANGE, GREEN, VERMILLION), strict=True))

INTRODUCTION = """\
Angles need not be searched anew on every graph: those of other graphs, in a unit that takes the
degree and the weights out, do nearly as well. Sureshbabu et al. ([Quantum 8, 1231,
2024](https://arxiv.org/abs/2305.15201)) report that on weighted graphs the energy at such fixed
parameters is **1.1 percentage points** away from that at optimized ones, on average over their
collection of graphs and distributions of weights.

The graphs here are others, so that the number cannot be the same. What is claimed is that the
start `auto` (tabulated angles of regular graphs, medians over sparse or dense random graphs, the
SK model's for weights of both signs) costs no more than that on average; each family of graphs
and depth is shown beside it. All differences are paired: the same graphs with these angles as
they are, and with angles searched by L-BFGS from them and from two random points."""


def loss(trials: Table) -> Contrast:
    """Return the loss of transferred angles in the ratio, on the same graphs."""
    found = compare(
        trials, ["budget.evaluations"], "ratio", maximize=True, against="evaluations = 500"
    )
    contrast = found.groups[0].contrast
    assert contrast is not None
    return contrast


def picture(losses: dict[tuple[str, str], dict[int, Contrast]]) -> Figure:
    ax = new_axes(None, 7.2, 4.6)
    ax.axhline(PUBLISHED, color=INK, lw=0.9)
    ax.annotate(
        "published average, 1.1", (0.65, PUBLISHED), (0, 4), textcoords="offset points",
        fontsize=9, color=INK,
    )  # fmt: skip
    ax.axhline(0.0, color=PALE, lw=0.8)
    for place, ((family, by_p), (marker, colour)) in enumerate(
        zip(losses.items(), LOOKS, strict=True)
    ):
        shift = 0.09 * (place - 1.5)
        points = np.array([-100 * one.difference for one in by_p.values()])
        ends = [one.interval for one in by_p.values()]
        reach = [
            [x + 100 * end.high for x, end in zip(points, ends, strict=True) if end],
            [-100 * end.low - x for x, end in zip(points, ends, strict=True) if end],
        ]
        ax.errorbar(
            [p + shift for p in by_p], points, reach, fmt=marker, color=colour, ms=6, capsize=3,
            label=FAMILIES[family],
        )  # fmt: skip
    ax.set_xticks([1, 2, 3])
    ax.set_xlim(0.6, 3.4)
    style_axes(
        ax, title="What transferred angles lose, with 95 % intervals", xlabel="p",
        ylabel="ratio, percentage points",
    )  # fmt: skip
    ax.legend(frameon=False, fontsize=9, loc="upper center")
    return ax.figure  # type: ignore[return-value]


def main() -> None:
    study = Study(Path(__file__).parent, "Angles transferred to weighted graphs")
    trials = study.trials("transfer.yaml")
    losses: dict[tuple[str, str], dict[int, Contrast]] = {}
    for kind, weights in FAMILIES:
        family = trials.where({"problem.kind": [kind], "problem.weights": [weights]})
        losses[kind, weights] = {p: loss(family.where({"ansatz.p": [p]})) for p in (1, 2, 3)}
    everything = loss(trials)
    ours = -100 * everything.difference
    ends = everything.interval
    assert ends is not None
    told = "; ".join(
        f"{FAMILIES[family]}: {', '.join(f'{-100 * one.difference:.2f}' for one in by_p.values())}"
        for family, by_p in losses.items()
    )
    study.finish(
        [Row("loss in percentage points, all graphs", PUBLISHED, ours, 0.0, PUBLISHED, ".2f")],
        picture(losses),
        INTRODUCTION,
        [
            f"95 % interval {-100 * ends.high:.2f} to {-100 * ends.low:.2f} over "
            f"{everything.pairs} graphs. By family, p = 1, 2, 3: {told}."
        ],
    )


if __name__ == "__main__":
    main()
