"""Registry of the figures of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hybridq.core.registry import Registry
from hybridq.experiments.analysis.figure_axes import FigureSettings
from hybridq.experiments.analysis.group_figures import boxes, differences, lines
from hybridq.experiments.analysis.search_figures import convergence, profile, time_to_solution
from hybridq.experiments.analysis.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS: Registry[Callable[[Table, FigureSettings], Axes]] = Registry(
    "kind of figure",
    {
        "lines": lines,
        "box": boxes,
        "differences": differences,
        "convergence": convergence,
        "profile": profile,
        "tts": time_to_solution,
    },
)
"""Registry of the kinds of figures."""


def draw(kind: str, trials: Table, settings: FigureSettings) -> Figure:
    """Return a figure of one of the `KINDS`.

    Raises:
        UnknownNameError: the kind or a column does not exist.
        ParameterError: the trials lack the data of the figure.
    """
    ax = KINDS[kind](trials, settings)
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure
