"""Every kind of figure of an experiment, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hybridq.core.registry import Registry
from hybridq.experiments.analysis.figure_axes import Wish
from hybridq.experiments.analysis.group_figures import boxes, differences, lines
from hybridq.experiments.analysis.search_figures import convergence, profile, time_to_solution
from hybridq.experiments.analysis.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS: Registry[Callable[[Table, Wish], Axes]] = Registry(
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
"""Every kind of figure by name."""


def draw(kind: str, trials: Table, wish: Wish) -> Figure:
    """A figure of one of the `KINDS`.

    Raises:
        UnknownNameError: there is no such kind or column.
        ParameterError: the trials have not what it shows.
    """
    ax = KINDS[kind](trials, wish)
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure
