"""`hybridq strategies`."""

from __future__ import annotations

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK


def strategies(debug: shared.Debug = False) -> int:
    """List the strategies that --strategy accepts, and when to choose each.

    Example: [bold]hybridq strategies[/bold]
    """
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.page import show_parts
    from hybridq.strategies.registry import STRATEGIES

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("name", no_wrap=True, header_style="bold")
    table.add_column("description; when to choose it", overflow="fold", header_style="bold")
    for name, entry in STRATEGIES.items():
        table.add_row(Text(name), Text(entry.summary))
    note = (
        "Strategies search the angles of QAOA: 'hybridq solve FAMILY --strategy NAME'.\n"
        "All searches of a strategy share one budget. For their starts see --initial and\n"
        "'hybridq angles list'."
    )
    show_parts([table, Text(""), Text(note)])
    return OK
