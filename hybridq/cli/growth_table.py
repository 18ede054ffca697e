"""Steps of an ansatz that grew, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table

from hybridq.presentation import numbers

if TYPE_CHECKING:
    from hybridq.presentation import Result

_MOST_STEPS = 10  # rows


def growth_table(result: Result) -> list[RenderableType]:
    """Return some steps of an ansatz that grew; nothing for another one."""
    block, steps = result.energy, result.trace.iterations
    if block is None or not steps:
        return []
    table = Table.grid(padding=(0, 2))
    for justify in ("right", "right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    title = "error (mHa)" if block.unit == numbers.HARTREE else "error"
    known = block.exact is not None
    table.add_row(" Operators", "energy", title if known else "", "last operator", style="dim")
    for place in _selected(len(steps)):
        step, error = steps[place], ""
        if block.exact is not None:
            error = numbers.error(step.energy - block.exact, block.unit, block.exact)
        table.add_row(str(place + 1), numbers.energy(step.energy), error, step.operator)
    return [table]


def _selected(count: int) -> list[int]:
    """Return positions of steps to show: all, or ever fewer of the later ones."""
    if count <= _MOST_STEPS:
        return list(range(count))
    ratio = count ** (1 / (_MOST_STEPS - 1))
    return sorted({round(ratio**k) - 1 for k in range(_MOST_STEPS)} | {count - 1})
