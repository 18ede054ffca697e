"""`hybridq optimizers`: table of all, or one with its options."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hybridq.optimizers import Optimizer


def optimizers(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Show one, with its options.", show_default=False),
    ] = None,
    debug: shared.Debug = False,
) -> int:
    """List the optimizers that --optimizer accepts, or show one of them.

    The table shows whether each uses gradients, its evaluations per iteration and
    when to prefer it. With NAME, also shows the source and the options, which
    --optimizer-option sets.

    Examples:

      [bold]hybridq optimizers[/bold]
      [bold]hybridq optimizers spsa[/bold]
    """
    from hybridq.cli.page import show_parts
    from hybridq.optimizers import OPTIMIZERS

    if name is None:
        show_parts(_table())
    else:
        show_parts(_page(OPTIMIZERS[name]))
    return OK


def _table() -> list[RenderableType]:
    """Return one row for each optimizer."""
    from rich.table import Table
    from rich.text import Text

    from hybridq.optimizers import OPTIMIZERS

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("name", "gradient", "evaluations", "description; when to prefer it"):
        table.add_column(title, overflow="fold", no_wrap=title == "name", header_style="bold")
    for name, entry in OPTIMIZERS.items():
        words = (_gradient(entry), entry.cost, entry.summary + _absent(entry))
        table.add_row(Text(name), *map(Text, words))
    note = (
        "gradient: needed (objectives without one are rejected), used if available, no.\n"
        "evaluations: per iteration for n parameters, with gradients if needed."
    )
    return [table, Text(""), Text(note)]


def _page(entry: type[Optimizer]) -> list[RenderableType]:
    """Return description, options and source of one optimizer."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.named_options import OPTION, spelled
    from hybridq.cli.page import facts
    from hybridq.core.docstrings import read_docstring

    described = read_docstring(entry)
    parts: list[RenderableType] = [Text(""), Text(f" {entry.name}{_absent(entry)}", style="bold")]
    parts += [
        Padding(Text(text), (1, 1, 0, 1))
        for text in (described.title, described.prefer, described.cost)
    ]
    rows = [
        ("Gradient", _gradient(entry)),
        ("Bounds", _bounds(entry)),
        ("Source", described.source),
    ]
    parts += [Text(""), facts(rows), Text("")]
    if not entry.option_names():
        return [*parts, Text(" It has no options."), Text("")]
    table = Table(box=None, padding=(0, 1, 0, 1), pad_edge=True)
    for title in ("option", "default", "description"):
        table.add_column(
            title, overflow="fold", no_wrap=title != "description", header_style="bold"
        )
    for option in fields(entry):
        text = described.arguments.get(option.name, "")
        table.add_row(option.name, Text(spelled(option.default)), Text(text))
    use = f" Set one with {OPTION} KEY=VALUE, or -o KEY=VALUE, as often as needed."
    return [*parts, table, Text(""), Text(use), Text("")]


def _bounds(entry: type[Optimizer]) -> str:
    """Return the method's treatment of bounds."""
    if entry.needs_bounds:
        return "needed; the angles of a circuit have them"
    return "respected" if entry.takes_bounds else "not supported"


def _gradient(entry: type[Optimizer]) -> str:
    """Return whether the method needs or uses a gradient."""
    if "value_and_gradient" in entry.needs:
        return "needed"
    return "used" if entry.uses_gradient else "no"


def _absent(entry: type[Optimizer]) -> str:
    """Return a remark if the method's package is not installed."""
    from hybridq.core.errors import MissingExtraError

    try:
        entry().prepare()
    except MissingExtraError:
        return " — not installed"
    return ""
