"""What a result means, in plain words for someone who knows nothing of how it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.cli.words import number, one_line, percent, same

if TYPE_CHECKING:
    from hybridq.result import Best, Reference, Result


def headline(result: Result) -> tuple[bool, str]:
    """Whether the answer is as good as any known, and one or two sentences that say so."""
    found = f"{_found(result)}."
    if result.best is None or result.reference is None:
        return False, f"{found} There is no classical reference to hold it against."
    return _judge(result, result.best, result.reference, found)


def quiet_line(result: Result) -> str:
    """The essentials on one line."""
    share = "no ratio"
    if result.reference is not None:
        base = "optimum" if result.reference.exact else "best classical answer"
        value = number(result.reference.value)
        ratio = result.ratio.best if result.ratio is not None else None
        share = f"{base} {value}"
        if ratio is not None:
            share = f"{percent(ratio)} of the {share}"
    line = f"{_found(result)}, {share}"
    return f"{line} (interrupted)" if result.optimizer.status == "interrupted" else line


def _found(result: Result) -> str:
    what = one_line(result.problem.value_name)
    if result.best is None:
        return f"Lowest {what} found: {number(result.expectation)}"
    text = f"Best {what} found: {number(result.best.value)}"
    total = result.problem.facts.get("total_weight")
    if result.problem.kind == "maxcut" and total is not None:
        text += f" of total weight {number(total)}"
    return text


def _judge(result: Result, best: Best, reference: Reference, found: str) -> tuple[bool, str]:
    method = one_line(reference.method)
    ratio = result.ratio.best if result.ratio is not None else None
    equal = same(best.value, reference.value)
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
            f"{found} That beats the classical answer, {number(reference.value)} "
            f"({method}, not proven optimal)."
        )
    base = "optimum" if reference.exact else "best classical answer"
    proof = method if reference.exact else f"{method}, not proven optimal"
    if ratio is None:
        return False, f"{found} The {base} is {number(reference.value)} ({proof})."
    return False, (
        f"{found} That is {percent(ratio)} of the {base}, {number(reference.value)} ({proof})."
    )
