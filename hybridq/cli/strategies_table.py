"""`hybridq strategies`."""

from __future__ import annotations

from typing import Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK


def strategies(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Show one, with its options.", show_default=False),
    ] = None,
    debug: shared.Debug = False,
) -> int:
    """List the strategies that --strategy accepts, or show one of them.

    The table shows when to choose each. With NAME, also shows the source and the
    options, which --strategy-option sets.

    Examples:

      [bold]hybridq strategies[/bold]
      [bold]hybridq strategies interp[/bold]
    """
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.lists import show_entry
    from hybridq.cli.page import show_parts
    from hybridq.strategies.registry import STRATEGIES

    if name is not None:
        show_entry("strategies", name)
        return OK
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
