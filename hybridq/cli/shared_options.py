"""Options that the commands below `hybridq solve` share, with their help."""

from __future__ import annotations

import secrets
from typing import Annotated, TypeAlias

import typer

from hybridq.cli.options import whole_number
from hybridq.core.errors import ParameterError

SEARCH = "Search"
OPTIMIZER = "Optimizer"  # a separate panel: its long names would squeeze the others
CIRCUIT = "Circuit and simulation"
OUTPUT = "Output"
ANSATZ = "Ansatz"
STATES = "Excited states"
MACHINE = "Machine"

Seed: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--seed",
        parser=whole_number(0),
        metavar="INT",
        help="Random seed; repeats a run (default: drawn at random and shown).",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Journal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="Record every evaluation, for --resume.",
        rich_help_panel=SEARCH,
    ),
]
Resume: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Resume the killed run in --journal.",
        rich_help_panel=SEARCH,
    ),
]
Format: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="Format of FILE (default: recognized by content and name).",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Plot: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw the answer and the search (.png, .pdf, .svg).",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Json: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write the result as JSON; - prints it.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet: TypeAlias = Annotated[
    bool,
    typer.Option("--quiet", help="Print one line, no progress bar.", rich_help_panel=OUTPUT),
]
Debug: TypeAlias = Annotated[
    bool,
    typer.Option("--debug", help="Show the traceback of errors.", rich_help_panel=OUTPUT),
]


def seed_of(seed: int | None, journal: str | None, resume: bool) -> int | None:
    """Return the seed of a run, drawn if none is given; the run can be repeated.

    With a journal None stays: the journal draws the seed, or holds it already.

    Raises:
        ParameterError: `resume` without a journal.
    """
    if resume and journal is None:
        raise ParameterError("--resume requires --journal FILE, the file of the killed run")
    return secrets.randbelow(2**31) if seed is None and journal is None else seed
