"""`hybridq optimizers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.cli.errors import OK

if TYPE_CHECKING:
    from hybridq.optimizers import Optimizer


def optimizers() -> int:
    """List the optimizers that --optimizer takes.

    With each: whether it wants gradients, what an iteration costs in evaluations
    of the circuit, and when to prefer it.

    Example: [bold]hybridq optimizers[/bold]
    """
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.page import show_parts
    from hybridq.optimizers import OPTIMIZERS

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("name", "gradient", "evaluations", "what it is; when to prefer it"):
        table.add_column(title, overflow="fold", no_wrap=title == "name", header_style="bold")
    for name, entry in OPTIMIZERS.items():
        words = (_gradient(entry), entry.cost, entry.summary + _absent(entry))
        table.add_row(Text(name), *map(Text, words))
    note = (
        "gradient: needed (an objective without one is refused), used where there is one, or no.\n"
        "evaluations: of an iteration, for n parameters; with gradient where that is needed."
    )
    show_parts([table, Text(""), Text(note)])
    return OK


def _gradient(entry: type[Optimizer]) -> str:
    """Whether the method calls for a gradient."""
    if "value_and_gradient" in entry.needs:
        return "needed"
    return "used" if entry.uses_gradient else "no"


def _absent(entry: type[Optimizer]) -> str:
    """A remark where the method's package is not installed."""
    from hybridq.errors import MissingExtraError

    try:
        entry().prepare()
    except MissingExtraError:
        return " — not installed"
    return ""
