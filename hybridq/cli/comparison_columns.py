"""Columns of a comparison: groups, trials, mean and interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybridq.cli.fitted_table import Column

if TYPE_CHECKING:
    from hybridq.experiments.analysis.comparison import Comparison
    from hybridq.experiments.analysis.comparison_rows import ComparisonRow


def columns(found: Comparison, shown: Sequence[ComparisonRow]) -> list[Column]:
    """Return the columns of these groups, with their means and intervals."""
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
