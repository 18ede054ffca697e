"""Options that say what a search minimizes, with their help, and how screens name it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from hybridq.cli.options import positive_number, whole_number
from hybridq.cli.shared_options import SEARCH
from hybridq.cli.words import number, one_line, percent

if TYPE_CHECKING:
    from hybridq.presentation import Result

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
    return {
        "expectation": f"expected {value_name}",
        "cvar": f"CVaR of the {value_name}",
        "gibbs": "Gibbs objective",
        "success-probability": "probability of an optimum",
    }.get(objective, objective)


def sign_of(objective: str, sign: float) -> float:
    """What makes the number that is shown of the one that is minimized.

    Args:
        objective: its registered name.
        sign: of the problem, for values in its unit.
    """
    return {"gibbs": 1.0, "success-probability": -1.0}.get(objective, sign)


def row(result: Result) -> list[tuple[str, str]]:
    """The line about the objective, none for the exact expectation value."""
    facts = result.objective
    kind, shots = facts["kind"], facts.get("shots")
    if kind == "expectation" and shots is None:
        return []
    named = [f"{name} {number(facts[name])}" for name in ("alpha", "eta") if name in facts]
    parts = [", ".join([kind, *named])]
    if "value" in facts:
        parts.append(_reached(result, facts, estimated=shots is not None))
    if shots is not None:
        parts.append(f"{shots:,} shots each, {facts.get('shots_used', 0):,} in all")
    return [("Objective", "; ".join(parts))]


def no_gain(result: Result) -> str | None:
    """That a search from shots gained nothing, or no more than shots can tell; None otherwise."""
    facts = result.objective
    error = facts.get("standard_error")
    if error is None or math.isnan(error):
        return None
    kind, start, end = facts["kind"], facts["exact_start"], facts["exact"]
    higher = result.problem.sense == "maximize" and kind in ("expectation", "cvar")
    gain = end - start if higher else start - end
    if gain > error:
        return None
    came = (
        "gained less than one estimate can tell apart"
        if gain > 0
        else "ended no better than it began"
    )
    unit = f"{100 * error:.2g} %" if kind == "success-probability" else f"{error:.2g}"
    return (
        f"From shots the search {came} (standard error {unit}): {_shown(kind, start)} at its "
        f"start, {_shown(kind, end)} at its end; more --objective-shots make the error smaller."
    )


def _shown(kind: str, value: float) -> str:
    """A value of the objective as people read it: of what is minimized, -p, the probability p."""
    return percent(-value) if kind == "success-probability" else number(value)


def _reached(result: Result, facts: Mapping[str, Any], *, estimated: bool) -> str:
    """The value of the objective, in words that need no knowledge of it."""
    what, value = one_line(result.problem.value_name), float(facts["value"])
    seen = "best single estimate" if estimated else "reached"
    seen = f"{seen} {_shown(facts['kind'], value)}"
    match facts["kind"]:
        case "cvar":
            part = number(100.0 * facts["alpha"])
            return f"mean {what} of the best {part} % of samples: {seen}"
        case "gibbs":
            return f"{seen} (lower is better)"
    return seen
