"""Sentences on the function that a search minimized."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hybridq.core.errors import Setting, Text
from hybridq.core.numbers import number, percent
from hybridq.core.text import one_line

if TYPE_CHECKING:
    from hybridq.presentation.result import Result

Sense = Literal["maximize", "minimize"]


@dataclass(frozen=True)
class Shown:
    """Presentation of the values of an objective.

    Attributes:
        title: words for a value.
        is_energy: True if values are in the unit of the problem's values.
        is_probability: True if a value is minus a probability.
    """

    title: str
    is_energy: bool = True
    is_probability: bool = False

    @classmethod
    def of(cls, kind: str, value_name: str) -> Shown:
        """Return the presentation of the objective of this name.

        Args:
            kind: a name in `OBJECTIVES`; another one, of a package that is not installed, is shown
                as a pure number.
            value_name: the name of the problem's value.
        """
        from hybridq.objectives import OBJECTIVES

        if kind not in OBJECTIVES:
            return cls(kind, is_energy=False)
        entry = OBJECTIVES[kind]
        title = entry.label.format(value=value_name)
        return cls(title, entry.is_energy, entry.is_probability)

    def sense(self, problem: Sense) -> Sense:
        """Return whether larger or smaller values, as they are shown, are better."""
        if self.is_energy:
            return problem
        return "maximize" if self.is_probability else "minimize"

    def text(self, value: float) -> str:
        """Format a recorded value of the objective."""
        return percent(-value) if self.is_probability else number(value)

    @property
    def remark(self) -> str:
        """A remark on the direction, where it cannot be guessed."""
        return "" if self.is_energy or self.is_probability else "lower is better"


def shown(result: Result) -> Shown:
    """Return the presentation of the objective of a result."""
    return Shown.of(result.objective["kind"], one_line(result.problem.value_name))


def axis_label(result: Result) -> str:
    """Return the label of an axis for the objective's values."""
    facts, how = result.objective, shown(result)
    label = ", ".join(part for part in (how.title, _part(facts), how.remark) if part)
    if facts.get("shots") is not None:
        label += f", from {facts['shots']} shots"
    return label


def objective_facts(result: Result) -> list[tuple[str, Text]]:
    """Return the row about the objective; none for the exact expectation value."""
    facts, how = result.objective, shown(result)
    shots = facts.get("shots")
    if facts["kind"] == "expectation" and shots is None:
        return []
    options = [f"{name} {number(facts[name])}" for name in ("alpha", "eta") if name in facts]
    parts = [", ".join([facts["kind"], *options])]
    if "value" in facts:
        part = _part(facts)
        value = one_line(result.problem.value_name)
        subject = f"mean {value} of the {part} of samples: " if part else ""
        verb = "reached" if shots is None else "best single estimate"
        remark = f" ({how.remark})" if how.remark else ""
        parts.append(f"{subject}{verb} {how.text(float(facts['value']))}{remark}")
    if shots is not None:
        parts.append(f"{shots:,} shots each, {facts.get('shots_used', 0):,} in all")
    return [("Objective", "; ".join(parts))]


def no_gain(result: Result) -> Text | None:
    """Return a remark if a search from shots gained nothing significant, else None."""
    facts, how = result.objective, shown(result)
    error = facts.get("standard_error")
    if error is None or math.isnan(error):
        return None
    start, end = facts["exact_start"], facts["exact"]
    higher = how.is_energy and result.problem.maximizes
    gain = end - start if higher else start - end
    if gain > error:
        return None
    outcome = (
        "gained less than one estimate can resolve" if gain > 0 else "ended no better than it began"
    )
    ends = f"{how.text(start)} at its start, {how.text(end)} at its end"
    if error == 0:  # more shots could not make it smaller
        return f"From shots the search {outcome}: {ends}."
    size = f"{100 * error:.2g} %" if how.is_probability else f"{error:.2g}"
    return (
        f"From shots the search {outcome} (standard error {size}): {ends}; more ",
        Setting("objective_shots"),
        " make the error smaller.",
    )


def _part(facts: Mapping[str, Any]) -> str:
    """Return the part of the samples that counts, ``"best 20 %"``; empty for all."""
    return f"best {number(100.0 * facts['alpha'])} %" if "alpha" in facts else ""
