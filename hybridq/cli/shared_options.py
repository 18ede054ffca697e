"""Options that the commands below `hybridq solve` share, with their help."""

from __future__ import annotations

import secrets
from typing import Annotated, TypeAlias

import typer

from hybridq.cli.options import positive_seconds, whole_number

SEARCH = "Search"
CIRCUIT = "Circuit and simulation"
OUTPUT = "Output"

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
        help="Method, e.g. cobyla (default: l-bfgs).",
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


def fresh_seed() -> int:
    """A seed for a run that got none, so that this one can be repeated too."""
    return secrets.randbelow(2**31)
