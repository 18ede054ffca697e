"""`hybridq angles show FILE` and `hybridq angles list`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.core.errors import FormatError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hybridq.ansatz.learned_angles import LearnedAngles

# Each start of `INITIAL_POINTS`: description and source.
STARTS = {
    "auto": ("the better of the ramp and the tables for such graphs; the default", ""),
    "ramp": ("a straight line, gamma rising and beta falling", "arXiv:2101.05742"),
    "sweep": (
        "gamma from negative to positive, for mixers that start in one state",
        "arXiv:2202.09372",
    ),
    "tuned-ramp": ("a straight line with slopes tuned to the depth", "arXiv:2405.09169"),
    "fixed-angles": (
        "tabulated for regular graphs by degree; p up to 11 at degree 3",
        "arXiv:2107.00677",
    ),
    "transfer": ("medians over random graphs, sparse or dense, rescaled", "arXiv:2305.15201"),
    "sk": ("the limit of infinite degree (Sherrington-Kirkpatrick)", "arXiv:2110.14206"),
    "tree": ("the best of regular trees of the mean degree, computed", "arXiv:2107.00677"),
    "random": ("uniformly random", ""),
}


def show(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="File of angles, or the JSON of a result.")
    ],
    debug: shared.Debug = False,
) -> int:
    """Show the angles in a file that --initial accepts.

    The file may be written by 'hybridq angles learn', the JSON of a result, a
    JSON list, or plain numbers.

    Example: [bold]hybridq angles show mine.json[/bold]
    """
    from hybridq.ansatz.learned_angles import LearnedAngles, angles_in
    from hybridq.cli import page

    found = angles_in(file)
    if isinstance(found, LearnedAngles):
        page.show_parts(learned_parts(found))
    else:
        page.show_parts(_plain_parts(file, found.tolist()))
    return OK


def starts(debug: shared.Debug = False) -> int:
    """List the starts that --initial accepts for QAOA.

    Example: [bold]hybridq angles list[/bold]
    """
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.page import show_parts

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("name", "description", "source"):
        table.add_column(title, no_wrap=title != "description", header_style="bold")
    for name, row in STARTS.items():
        table.add_row(Text(name), *map(Text, row))
    note = (
        "Or a file: from 'hybridq angles learn', the JSON of a result, plain numbers.\n"
        "Or model:NAME@champion, a version of trained angles: see 'hybridq models'."
    )
    show_parts([table, Text(""), Text(note)])
    return OK


def learned_parts(learned: LearnedAngles) -> list[RenderableType]:
    """Return name, source and angles."""
    from rich.text import Text

    from hybridq.cli.angle_table import layer_table
    from hybridq.cli.page import facts, heading
    from hybridq.cli.words import one_line, plural

    layers, graphs = plural(learned.p, "layer"), plural(learned.instances, "graph")
    title = f"Learned angles '{one_line(learned.name)}': {layers}, the median of {graphs}."
    rows = [("Degree", f"{learned.degree:g} on average")]
    rows += [("Source", learned.source)] if learned.source else []
    table = layer_table(
        "gamma in the unit of a graph, beta in radians", learned.schedule.tolist(), "FILE has all"
    )
    note = (
        " The unit of a graph of degree d and weights w: 2 arctan(1/sqrt(d - 1)) over the\n"
        " root mean square of w. For other numbers of layers the schedule is stretched."
    )
    parts = [*heading(title, good=False), Text(""), facts(rows), Text(""), *table]
    return [*parts, Text(note), Text("")]


def _plain_parts(file: str, values: list[float]) -> list[RenderableType]:
    """Return the layer table of plain numbers.

    Raises:
        FormatError: they are not angles of QAOA, two per layer.
    """
    from rich.text import Text

    from hybridq.cli.angle_table import layer_table
    from hybridq.cli.page import facts, heading
    from hybridq.cli.words import plural

    result = _result_in(file)
    ansatz = result.get("ansatz") or {}
    kind = str(ansatz.get("kind", "qaoa"))
    if len(values) % 2 or (result and len(values) != 2 * int(ansatz.get("p") or 0)):
        where = f" of {kind}" if result else ""
        raise FormatError(
            f"it holds {plural(len(values), 'parameter')}{where}, not the angles of layers: "
            "gamma_1 ... gamma_p, beta_1 ... beta_p",
            source=file,
        )
    title = f"Angles of {plural(len(values) // 2, 'layer')}."
    table = layer_table("Angles in radians", values, "FILE has all")
    rows = []
    if result:
        problem = result.get("problem") or {}
        rows = [("Found on", f"{problem.get('name', 'unknown')}, by {kind}"), ("", "")]
    return [*heading(title, good=False), Text(""), facts(rows), *table, Text("")]


def _result_in(file: str) -> dict[str, Any]:
    """Return the JSON of a result, empty for any other file."""
    from hybridq.ansatz.angle_file import text_of_angles

    try:
        document = json.loads(text_of_angles(file))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) and "ansatz" in document else {}
