"""Options of the function that a search minimizes."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from hybridq.cli.options import positive_number, whole_number
from hybridq.cli.shared_options import SEARCH

Objective: TypeAlias = Annotated[
    str,
    typer.Option(
        "--objective",
        metavar="NAME",
        help="expectation (default), cvar, gibbs, success-probability.",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Alpha: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--alpha",
        parser=positive_number,
        metavar="NUM",
        help="Part of the samples that cvar counts (default: 0.2).",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Eta: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--eta",
        parser=positive_number,
        metavar="NUM",
        help="Weight of low energies in gibbs (default: by scale).",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
ObjectiveShots: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--objective-shots",
        parser=whole_number(1),
        metavar="INT",
        help="Estimate each value from shots (default: exact).",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]


def name_of(objective: str, value_name: str) -> str:
    """Return the words for the best value in a progress bar."""
    from hybridq.objectives import OBJECTIVES

    return OBJECTIVES[objective].label.format(value=value_name)


def sign_of(objective: str, sign: float) -> float:
    """Return the factor from the minimized value to the one that is shown.

    Args:
        objective: its registered name.
        sign: of the problem, for values in its unit.
    """
    from hybridq.objectives import OBJECTIVES

    return OBJECTIVES[objective].shown_sign(sign)
