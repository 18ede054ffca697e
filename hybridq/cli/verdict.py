"""What a result means, in plain words for someone who knows nothing of how it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.cli import figures
from hybridq.cli.words import number, one_line, percent, plural, same

if TYPE_CHECKING:
    from hybridq.presentation import Best, Reference, Result


def headline(result: Result) -> tuple[bool, str]:
    """Whether the answer is as good as any known, and one or two sentences that say so."""
    found = f"{_found(result)}."
    if result.best is None or result.reference is None:
        return False, f"{found} There is no classical reference to hold it against."
    return _judge(result, result.best, result.reference, found)


_SHORT = {
    "interrupted": " (interrupted)",
    "max_evaluations": " (evaluation limit)",
    "time_limit": " (time limit)",
}


def cut_short(result: Result) -> str | None:
    """What ended the search before its own test was met, and what lets it go on."""
    optimizer = result.optimizer
    match optimizer.status:
        case "interrupted":
            return "You interrupted the search: this is the best so far."
        case "max_evaluations":
            count = plural(optimizer.evaluations, "evaluation")
            return f"Stopped at the limit of {count}: --max-evaluations allows more."
        case "time_limit":
            return "Stopped at the time limit: --time-limit allows more."
    return None


def quiet_line(result: Result) -> str:
    """The essentials on one line."""
    share = "no ratio"
    if result.reference is not None:
        base = "optimum" if result.reference.exact else "best classical answer"
        share = f"{base} {figures.value(result, result.reference.value)}"
        if result.ratio is not None and figures.no_ratio(result) is None:
            share = f"{percent(result.ratio.best)} of the {share}"
    parts = [_found(result), share]
    if result.best is not None:
        what = one_line(result.problem.value_name)
        parts.append(f"expected {what} {figures.expectation(result)}")
    if result.seed is not None:
        parts.append(f"seed {result.seed}")
    return ", ".join(parts) + _SHORT.get(result.optimizer.status, "")


def _found(result: Result) -> str:
    what = one_line(result.problem.value_name)
    if result.best is None:
        return f"Lowest {what} found: {figures.expectation(result)}"
    text = f"Best {what} found: {figures.value(result, result.best.value)}"
    facts = result.problem.facts
    total = facts.get("total_weight")
    # With negative weights a cut may weigh more than all edges together.
    bounded = facts.get("weight_min", 0.0) >= 0
    if result.problem.kind == "maxcut" and total is not None and bounded:
        text += f" of total weight {number(total)}"
    return text


def _judge(result: Result, best: Best, reference: Reference, found: str) -> tuple[bool, str]:
    method = one_line(reference.method)
    known = figures.value(result, reference.value)
    equal = same(best.value, reference.value, figures.noise(result))
    better = (best.value > reference.value) == (result.problem.sense == "maximize") and not equal
    if equal and reference.exact:
        return True, f"{found} That is optimal ({method})."
    if equal:
        return (
            True,
            f"{found} That equals the best classical answer ({method}, not proven optimal).",
        )
    if better:
        return True, (
            f"{found} That beats the classical answer, {known} ({method}, not proven optimal)."
        )
    base = "optimum" if reference.exact else "best classical answer"
    proof = method if reference.exact else f"{method}, not proven optimal"
    if result.ratio is None or figures.no_ratio(result) is not None:
        return False, f"{found} The {base} is {known} ({proof})."
    share = percent(result.ratio.best)
    return False, f"{found} That is {share} of the {base}, {known} ({proof})."
