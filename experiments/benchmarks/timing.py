"""Times that can be compared: warm, in alternation, medians."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

SETTLE = 0.1
"""Seconds of silence before each measurement: a peer's idle threads spin for a while after a call,
on the cores that the next one is to be timed on."""

BLOCK = 0.06
"""A measurement repeats short calls for about this many seconds, as an outer loop would."""


def _repeats(function: Callable[[], Any]) -> int:
    """Return the number of calls in a block, at least 2 unless each takes seconds.

    The first call, which compiles, does not count.
    """
    function()
    start = time.perf_counter()
    function()
    seconds = max(time.perf_counter() - start, 1e-7)
    return max(1 if seconds > 2.0 else 2, int(BLOCK / seconds))


def alternate(
    functions: Sequence[Callable[[], Any]],
    *,
    budget: float = 5.0,
    most: int = 15,
    least: int = 3,
) -> list[float]:
    """Median seconds a call of each function, measured in turn A B A B ….

    Args:
        functions: what to time.
        budget: seconds to spend in all, about.
        most, least: how many rounds to take at most and at least.
    """
    repeats = [_repeats(function) for function in functions]
    began = time.perf_counter()
    rounds: list[list[float]] = []
    while len(rounds) < least or (len(rounds) < most and time.perf_counter() - began < budget):
        row = []
        for function, count in zip(functions, repeats, strict=True):
            time.sleep(SETTLE)
            if count > 1:
                function()  # silence lets caches and clocks cool, too: warm means warm
            start = time.perf_counter()
            for _ in range(count):
                function()
            row.append((time.perf_counter() - start) / count)
        rounds.append(row)
    return np.median(np.array(rounds), axis=0).tolist()
