"""One figure that tells a result: the answer, how it was found, how good it is."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from hybridq.plots import style
from hybridq.plots.distribution import plot_cut_distribution
from hybridq.plots.landscape import plot_landscape
from hybridq.presentation.energy_overview import energy_overview
from hybridq.presentation.search_curve import plot_search

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hybridq.presentation.result import Result

# Which panel goes where, by how many there are; with three the first fills the left half.
_MOSAICS = {1: "0", 2: "01", 3: "01;02", 4: "01;23"}


def overview(result: Result) -> Figure:
    """All pictures that `result` has the data for, as one figure under a sentence.

    Of the cut, the convergence, the sampled values and (for p = 1) the landscape, those that
    the trace holds; always the convergence. Energies have a figure of their own
    (`energy_overview`).
    """
    if result.energy is not None:
        return energy_overview(result, result.energy)
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    panels = _panels(result)
    size = {1: (7.0, 5.2), 2: (12.0, 5.6), 3: (12.5, 8.0)}.get(len(panels), (12.5, 9.2))
    spacing = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, wspace=0.04, hspace=0.05)
    figure = style.new_figure(*size, layout=spacing)
    headline, detail = sentences(result)
    width = int(8.2 * size[0])
    figure.suptitle(
        textwrap.fill(headline, width), x=0.015, ha="left", fontsize=14, fontweight="bold",
        color=style.BLACK, parse_math=False,
    )  # fmt: skip
    axes = figure.subplot_mosaic(_MOSAICS[len(panels)])
    for key, panel in enumerate(panels):
        _draw(panel, result, axes[str(key)])
    figure.supxlabel(
        textwrap.fill(detail, int(1.6 * width)), x=0.015, ha="left", fontsize=9.5,
        color=style.INK, parse_math=False,
    )  # fmt: skip
    return figure


def sentences(result: Result) -> tuple[str, str]:
    """A headline that states the answer, and a line that states how it was found."""
    problem, name = result.problem, result.problem.value_name
    headline = f"{problem.name}: "
    if result.best is not None:
        headline += f"best sampled {name} {style.number(result.best.value)}"
    else:
        headline += f"{name} {style.number(result.expectation)}"
    reference, ratio = result.reference, result.ratio
    if reference is not None:
        kind = "optimum" if reference.exact else "best found classically"
        headline += f", {kind} {style.number(reference.value)}"
        quotient = None
        if ratio is not None:
            quotient = ratio.best if result.best is not None else ratio.expectation
        if quotient is not None:
            headline += f" ({style.percent(quotient)})"
    detail = [f"expected {name} {style.number(result.expectation)}"]
    if ratio is not None and ratio.expectation is not None:
        detail[0] += f" ({style.percent(ratio.expectation)})"
    layers = result.ansatz.get("p")
    ansatz = str(result.ansatz.get("kind", "circuit"))
    ansatz = "QAOA" if ansatz.lower() == "qaoa" else ansatz
    detail.append(f"{ansatz}, p = {layers}" if layers is not None else ansatz)
    detail.append(f"{problem.n_qubits} qubits")
    count = result.optimizer.evaluations
    detail.append(f"{count} evaluation{'' if count == 1 else 's'} by {result.optimizer.method}")
    if reference is not None:
        detail.append(f"reference by {reference.method}")
    return headline, style.capital(" · ".join(detail))


def _panels(result: Result) -> list[str]:
    trace = result.trace
    panels = []
    if trace.problem is not None and result.best is not None:
        panels.append("cut")
    panels.append("convergence")
    if trace.sample_values is not None and trace.sample_counts is not None:
        panels.append("distribution")
    if trace.landscape is not None:
        panels.append("landscape")
    return panels


def _draw(panel: str, result: Result, ax: Axes) -> None:
    trace, name = result.trace, result.problem.value_name
    target = None if result.reference is None else result.reference.value
    if panel == "cut" and trace.problem is not None and result.best is not None:
        trace.problem.draw(ax, np.array([int(bit) for bit in result.best.bits], dtype=np.uint8))
    elif panel == "convergence":
        plot_search(result, ax)
    elif panel == "distribution" and trace.sample_values is not None:
        counts = trace.sample_counts
        if counts is not None:
            plot_cut_distribution(
                trace.sample_values, counts, trace.uniform_values, target, ax, value_name=name
            )
    elif panel == "landscape" and trace.landscape is not None:
        gamma, beta = (float(angle) for angle in result.parameters[:2])
        plot_landscape(*trace.landscape, (gamma, beta), ax, value_name=name)
