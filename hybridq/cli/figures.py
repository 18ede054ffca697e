"""A result's numbers as text: what is rounding noise beside the weights is shown as 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.cli.words import number

if TYPE_CHECKING:
    from hybridq.presentation import Result

# Relative to the sum of all |w|: sums of weights round at 1e-16, a search stops at about 1e-6.
_SUM_NOISE = 1e-13
_SEARCH_NOISE = 1e-6


def noise(result: Result) -> float:
    """How far a sum of the problem's weights may be off by rounding."""
    return _SUM_NOISE * _scale(result)


def value(result: Result, of: float) -> str:
    """The value of one assignment, in the problem's natural sign."""
    return number(0.0 if abs(of) <= noise(result) else of)


def expectation(result: Result) -> str:
    """The expected value, to the digits that a search gives."""
    found = result.expectation
    return number(0.0 if abs(found) <= _SEARCH_NOISE * _scale(result) else float(f"{found:.8g}"))


def no_ratio(result: Result) -> str | None:
    """Why nothing can be divided by the reference, or None where it can."""
    reference = result.reference
    if reference is None:
        return "no ratio: no reference"
    known = "optimum" if reference.exact else "best known"
    if abs(reference.value) <= noise(result):
        return f"no ratio: the {known} is 0"
    if result.ratio is None or result.ratio.best is None:
        return f"no ratio: the {known} is {'negative' if reference.value < 0 else 'unfit'}"
    return None


def _scale(result: Result) -> float:
    return float(result.problem.facts.get("absolute_weight", 0.0))
