"""Angles of the best point, layer by layer, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hybridq.core.numbers import angle

if TYPE_CHECKING:
    from hybridq.presentation import Result

_ROOM = 80
_NAMES = 10  # characters for the row's name and the blanks around it
_CELL = 7
_MOST_LAYERS = 24
_LAYERS_A_ROW = 8


def angle_table(result: Result) -> list[RenderableType]:
    """Return the angles by layer in radians; ``--json`` writes all digits."""
    layers = result.ansatz.get("p")
    values = result.parameters.tolist()
    if not isinstance(layers, int) or len(values) != 2 * layers:
        return []
    return layer_table("Angles in radians", values, "--json FILE has all")


def layer_table(title: str, values: Sequence[float], rest: str) -> list[RenderableType]:
    """Return angles by layer under a title.

    Args:
        title: above the table.
        values: γ_1 … γ_p, β_1 … β_p.
        rest: the place of those that are left out.
    """
    layers = len(values) // 2
    shown = min(layers, _MOST_LAYERS)
    gammas = [angle(value) for value in values[:shown]]
    betas = [angle(value) for value in values[layers : layers + shown]]
    width = max(_CELL, *map(len, gammas + betas))
    step = min(_LAYERS_A_ROW, (_ROOM - _NAMES) // (width + 1))
    parts: list[RenderableType] = [Text(f" {title}", style="dim")]
    for first in range(0, shown, step):
        last = min(first + step, shown)
        grid = Table.grid(padding=(0, 1))
        grid.add_column(style="dim", min_width=_NAMES)
        for _ in range(first, last):
            grid.add_column(justify="right", min_width=width, no_wrap=True)
        grid.add_row(" Layer", *(str(layer + 1) for layer in range(first, last)), style="dim")
        grid.add_row(" gamma", *gammas[first:last])
        grid.add_row(" beta", *betas[first:last])
        parts.append(grid)
    if shown < layers:
        parts.append(Text(f" ... and {layers - shown} more layers ({rest})"))
    return parts
