"""Sentences on a result of any kind, for screens, ``str``, ``repr`` and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.numbers import number, plural
from hybridq.presentation import answers, energies, numbers

if TYPE_CHECKING:
    from hybridq.presentation.report import Report
    from hybridq.presentation.result import Result


def report(result: Result) -> Report:
    """Return all sentences and rows about a result."""
    if result.energy is not None:
        return energies.report(result, result.energy)
    return answers.report(result)


def caption(result: Result) -> tuple[str, str]:
    """Return the title of a picture, and the line under it."""
    if result.energy is not None:
        return energies.caption(result, result.energy)
    return answers.caption(result)


def paragraph(result: Result) -> str:
    """Return the facts in a few lines, without arrays."""
    block = result.energy
    lines = answers.lines(result) if block is None else energies.lines(result, block)
    optimizer = result.optimizer
    spent = plural(optimizer.evaluations, "evaluation")
    seeded = "" if result.seed is None else f", seed {result.seed}"
    lines.append(f"{optimizer.method}, {spent}, {optimizer.status}{seeded}")
    return "\n".join(lines)


def short_repr(result: Result) -> str:
    """Return the result in one line."""
    # Energies that differ in the millihartree are the whole point; cuts are short numbers.
    form = number if result.energy is None else numbers.energy
    facts = [] if result.best is None else [f"best={number(result.best.value)}"]
    facts.append(f"expectation={form(result.expectation)}")
    if result.reference is not None:
        facts.append(f"reference={form(result.reference.value)}")
    if result.seed is not None:
        facts.append(f"seed={result.seed}")
    return f"Result({result.problem.name!r}: {', '.join(facts)})"
