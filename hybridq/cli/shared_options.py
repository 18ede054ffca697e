"""Options that the commands below `hybridq solve` share, with their help."""

from __future__ import annotations

import secrets
from typing import Annotated, TypeAlias

import typer

from hybridq.cli.options import positive_seconds, whole_number
from hybridq.core.errors import ParameterError

SEARCH = "Search"
OPTIMIZER = "Optimizer"  # a panel of its own: its long names would squeeze the others
CIRCUIT = "Circuit and simulation"
OUTPUT = "Output"
ANSATZ = "Ansatz"
STATES = "Excited states"

Precision: TypeAlias = Annotated[
    str,
    typer.Option(
        "--precision",
        metavar="NAME",
        help="double (default), or single for half the memory.",
        show_default=False,
        rich_help_panel=CIRCUIT,
    ),
]
Threads: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--threads",
        parser=whole_number(1),
        metavar="INT",
        help="Processor threads (default: all).",
        show_default=False,
        rich_help_panel=CIRCUIT,
    ),
]
Optimizer: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--optimizer",
        metavar="NAME",
        help="E.g. cobyla (default: l-bfgs).",
        show_default=False,
        rich_help_panel=OPTIMIZER,
    ),
]
Strategy: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--strategy",
        metavar="NAME",
        help="See 'hybridq strategies' (default: direct).",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
TimeLimit: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        parser=positive_seconds,
        metavar="SECONDS",
        help="Stop after so long (default: no limit).",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Seed: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--seed",
        parser=whole_number(0),
        metavar="INT",
        help="Repeat a run (default: drawn, and shown).",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Journal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="Write every evaluation, to be able to resume.",
        rich_help_panel=SEARCH,
    ),
]
Resume: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the killed run in --journal.",
        rich_help_panel=SEARCH,
    ),
]
Format: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="Format of the file (default: by content and name).",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Plot: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw answer and search (.png .pdf .svg).",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Json: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write the result as JSON; - prints it instead.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet: TypeAlias = Annotated[
    bool,
    typer.Option("--quiet", help="One line, no progress bar.", rich_help_panel=OUTPUT),
]
Debug: TypeAlias = Annotated[
    bool,
    typer.Option("--debug", help="Show the traceback of errors.", rich_help_panel=OUTPUT),
]


def seed_of(seed: int | None, journal: str | None, resume: bool) -> int | None:
    """The seed of a run: a drawn one if there is none, so that this run can be repeated too.

    With a journal None stays: the seed is drawn with it, or is there already.

    Raises:
        ParameterError: `resume` without a journal.
    """
    if resume and journal is None:
        raise ParameterError("--resume goes with --journal FILE, which says what to go on with")
    return secrets.randbelow(2**31) if seed is None and journal is None else seed
