"""Where a search of angles began, how it went on and how long it took, in lines of a screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hybridq.cli.words import seconds
from hybridq.core import clock

_DEPTH = re.compile(r"p = (\d+)\b.*")
_FELT_SECONDS = 2.0  # far beyond what it takes to load kernels that are compiled
_COUNT = re.compile(r"(\d+) starts")


def search_rows(ansatz: dict[str, Any]) -> list[tuple[str, str]]:
    """The rows of the start, with its reason, and of a strategy other than the plain one."""
    rows = []
    if ansatz.get("initial") is not None:
        why = ansatz.get("initial_reason")
        rows.append(("Start", f"{ansatz['initial']}: {why}" if why else str(ansatz["initial"])))
    if ansatz.get("strategy") is not None:
        done = in_short([str(step["step"]) for step in ansatz.get("steps", ())])
        rows.append(("Strategy", f"{ansatz['strategy']}: {done}" if done else ansatz["strategy"]))
    return rows


def in_short(steps: Sequence[str]) -> str:
    """The steps of a strategy, ladders and halvings drawn together.

    ``p = 1 to 8, 8 searches``; ``16, 8, 4 starts``; ``ramp, then p = 3``.
    """
    depths = [_DEPTH.fullmatch(step) for step in steps]
    if len(steps) > 1 and all(depths):
        first, last = (match[1] for match in (depths[0], depths[-1]) if match)
        return f"p = {first} to {last}, {len(steps)} searches"
    counts = [_COUNT.fullmatch(step) for step in steps]
    if steps and all(counts):
        listed = ", ".join(match[1] for match in counts if match)
        return f"{listed} start{'' if listed == '1' else 's'}"
    return ", then ".join(steps)


def time_row(spent: float, seed: int | None, *beside: str) -> tuple[str, str]:
    """How long it took, what else is to be said beside that, and the seed.

    Kernels are compiled once and kept: that is told apart, where it was felt.
    """
    compiling = clock.compiling_seconds()
    parts = [seconds(spent), *beside]
    if compiling > _FELT_SECONDS:
        parts[0] += f" and {seconds(compiling)} to compile, once on this machine"
    if seed is not None:
        parts.append(f"seed {seed}")
    return "Time", ", ".join(parts)
