"""Figures of an outcome: all panels that apply, under a sentence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hybridq.core.numbers import with_minus_signs
from hybridq.core.text import one_line
from hybridq.plots import style
from hybridq.plots.levels import plot_levels
from hybridq.presentation import sentences, state_sentences
from hybridq.presentation.numbers import HARTREE
from hybridq.presentation.panels import PANELS, Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hybridq.presentation.result import Result
    from hybridq.presentation.states import ExcitedStates

# Places and size in inches by the number of panels; with three the first fills the left half.
_MOSAICS = {1: "0", 2: "01", 3: "01;02", 4: "01;23", 5: "001122;334455", 6: "012;345"}
_SIZES = {1: (7.0, 5.2), 2: (12.0, 5.6), 3: (12.5, 8.0), 4: (12.5, 9.2)}
_MOST_PANELS = 6
_ROW_WIDTH = {1: 7.0, 2: 11.5, 3: 15.5}
_ROW_HEIGHT = 5.6
_ONE = (5.4, 4.3)  # for a panel alone


def overview(result: Result) -> Figure:
    """Return all panels that apply to a result as one figure.

    The family's own picture of the answer comes first; then the panels in the order of `PANELS`.
    """
    panels = [panel for panel in PANELS.values() if panel.applies(result)][:_MOST_PANELS]
    title, detail = sentences.caption(result)
    mosaic, (width, height), ratios = _layout(panels)
    figure = _new_figure(width, height)
    axes = figure.subplot_mosaic(mosaic, width_ratios=ratios)
    _write(figure, title, detail)
    for place, panel in enumerate(panels):
        panel.draw(result, axes[str(place)])
    return figure


def pictures(result: Result) -> Iterator[tuple[Panel, Figure]]:
    """Yield every panel that applies to a result, and a figure of that panel alone."""
    for panel in PANELS.values():
        if panel.applies(result):
            figure = _new_figure(*_ONE)
            panel.draw(result, figure.add_subplot())
            yield panel, figure


def states_overview(found: ExcitedStates) -> Figure:
    """Return the levels of `hybridq.excited_states` as a figure."""
    figure = _new_figure(6.5, 5.6)
    labels = [
        "" if state.s_squared is None else f"⟨S²⟩ = {abs(state.s_squared):.2f}"
        for state in found.states
    ]
    plot_levels(
        [state.energy for state in found.states],
        [state.exact for state in found.states],
        figure.add_subplot(),
        labels=labels,
        unit="Ha" if found.unit == HARTREE else None,
    )
    _write(figure, state_sentences.caption(found), "")
    return figure


def _layout(
    panels: Sequence[Panel],
) -> tuple[str, tuple[float, float], list[float] | None]:
    """Return places, size in inches, and relative widths of columns."""
    count = len(panels)
    if count <= 3 and any(panel.width < Panel.width for panel in panels):
        row = "".join(map(str, range(count)))
        return row, (_ROW_WIDTH[count], _ROW_HEIGHT), [panel.width for panel in panels]
    return _MOSAICS[count], _SIZES.get(count, (17.0, 9.2)), None


def _new_figure(width: float, height: float) -> Figure:
    """Return an empty figure with room between its panels."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    spacing = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, wspace=0.04, hspace=0.05)
    return style.new_figure(width, height, layout=spacing)


def _write(figure: Figure, title: str, detail: str) -> None:
    """Write a title above the panels and a line of details below."""
    width = int(8.2 * figure.get_figwidth())
    figure.suptitle(
        _wrapped(title, width), x=0.015, ha="left", fontsize=14, fontweight="bold",
        color=style.BLACK, parse_math=False,
    )  # fmt: skip
    if detail:
        figure.supxlabel(
            _wrapped(detail, int(1.6 * width)), x=0.015, ha="left", fontsize=9.5,
            color=style.INK, parse_math=False,
        )  # fmt: skip


def _wrapped(text: str, width: int) -> str:
    """Return `text` in lines of at most `width` characters."""
    return textwrap.fill(with_minus_signs(one_line(text)), width)
