"""The columns that every screen with a comparison has: groups, trials, mean and interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybridq.cli.fitted_table import Column

if TYPE_CHECKING:
    from hybridq.experiments.analysis.comparison import Comparison
    from hybridq.experiments.analysis.comparison_rows import Row


def columns(found: Comparison, shown: Sequence[Row]) -> list[Column]:
    """These groups of a comparison: what they are called, and their means with intervals."""
    from hybridq.experiments.analysis.comparison_rows import headings

    return [
        *(
            Column(name, [row.keys[place] for row in shown], words=True)
            for place, name in enumerate(headings(found))
        ),
        Column("trials", [row.trials for row in shown], 3),
        Column(f"mean {found.quantity}", [row.mean for row in shown]),
        Column("95 % interval", [row.interval for row in shown], 2),
    ]
