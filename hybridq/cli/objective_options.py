"""Options that say what a search minimizes, with their help, and how screens name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hybridq.cli.options import positive_number, whole_number
from hybridq.cli.shared_options import SEARCH
from hybridq.cli.words import number

if TYPE_CHECKING:
    from hybridq.result import Result

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
    """What the search improves, for a progress bar."""
    names = {"expectation": f"expected {value_name}", "cvar": f"CVaR of the {value_name}"}
    return names.get(objective, f"{objective} objective")


def row(result: Result) -> list[tuple[str, str]]:
    """The line about the objective, none for the exact expectation value."""
    facts = result.objective
    kind, shots = facts["kind"], facts.get("shots")
    if kind == "expectation" and shots is None:
        return []
    parts = [kind]
    parts += [f"{name} {number(facts[name])}" for name in ("alpha", "eta") if name in facts]
    if "value" in facts:
        parts.append(f"{'best estimate' if shots else 'reached'} {number(facts['value'])}")
    if shots is not None:
        parts.append(f"{shots:,} shots each, {facts.get('shots_used', 0):,} in all")
    return [("Objective", ", ".join(parts))]
