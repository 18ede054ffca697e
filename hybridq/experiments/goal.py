"""Metric of an experiment and the direction in which it improves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Direction: TypeAlias = Literal["maximize", "minimize"]

DIRECTIONS: dict[str, Direction | None] = {
    "ratio": "maximize",
    "best_ratio": "maximize",
    "p_optimum": "maximize",
    "best": None,
    "expectation": None,
    "energy": "minimize",
    "error": "minimize",
    "error_mha": "minimize",
    "correlation": "maximize",
    "evaluations": "minimize",
    "seconds": "minimize",
    "seconds_total": "minimize",
    "shots_used": "minimize",
    "circuits": "minimize",
    "measured": "minimize",
    "measured_error": "minimize",
    "measured_shots": "minimize",
}
"""Directions of the metrics; None: the problem's own sense."""

_OF_BITS = ("ratio", "best_ratio", "p_optimum", "best")
_OF_ENERGIES = (
    "energy",
    "error",
    "error_mha",
    "correlation",
    "measured",
    "measured_error",
    "measured_shots",
)


@dataclass(frozen=True)
class Goal:
    """A metric and the direction in which it improves."""

    metric: str
    direction: Direction


def goal_of(metric: str | None, problems: Iterable[Any]) -> Goal:
    """Return the goal of an experiment on these problems.

    Args:
        metric: one of `DIRECTIONS`; None for ``ratio`` over bits and ``energy`` elsewhere.
        problems: sections of the config.

    Raises:
        ValueError: not all of the problems have this metric.
    """
    over_bits = {problem.over_bits for problem in problems}
    mixed = len(over_bits) > 1
    if metric is None:
        if mixed:
            raise ValueError(
                "problems over bits and other problems have no metric in common by default: "
                "name one, such as metric: evaluations"
            )
        metric = "ratio" if True in over_bits else "energy"
    missing = (metric in _OF_BITS and False in over_bits) or (
        metric in _OF_ENERGIES and True in over_bits
    )
    if missing or (mixed and DIRECTIONS[metric] is None):
        kinds = ", ".join(dict.fromkeys(p.kind for p in problems))
        raise ValueError(
            f"metric {metric!r} does not apply to all problems here ({kinds}): choose "
            "another, or leave it out"
        )
    return Goal(metric, DIRECTIONS[metric] or ("maximize" if True in over_bits else "minimize"))
