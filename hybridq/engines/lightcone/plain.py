"""Slow twin of the compiled kernels, with the same arguments and no compiling."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.engines.lightcone.kernels import elimination as compiled
from hybridq.engines.lightcone.kernels import search


def _loops(kernel: Any) -> Any:
    """Return the function of a kernel of plain loops, to run without the compiler."""
    return kernel.py_func


core_of = _loops(search.core_of)
find_loops = _loops(search.find_loops)
cone_sizes = _loops(search.cone_sizes)
list_cones = _loops(search.list_cones)
fill_factors = _loops(compiled.fill_factors)


def order_variables(near: Any, by_fill: bool, order: Any, widths: Any, most: int) -> int:
    """Write a greedy order of elimination, and return the number of variables ordered."""
    bits = np.unpackbits(near.view(np.uint8), axis=1, bitorder="little")
    neighbours = {v: set(np.flatnonzero(row).tolist()) for v, row in enumerate(bits)}

    def cost(v: int) -> tuple[int, int]:
        own = neighbours[v]
        fill = sum(len(own - neighbours[other]) - 1 for other in own)
        return (fill, len(own)) if by_fill else (len(own), fill)

    for step in range(len(order)):
        best = min(neighbours, key=cost)
        own = neighbours[best]
        if len(own) > most:
            return step
        order[step], widths[step] = best, len(own)
        del neighbours[best]
        for other in own:
            neighbours[other] |= own
            neighbours[other] -= {best, other}
    return len(order)


def _places(
    step: int, ends: Any, widths: Any, bases: Any, lows: Any, highs: Any, offsets: Any
) -> list[tuple[int, Any]]:
    """Return each operand of a step, and its place at each index of the result."""
    low = 1 << widths[step] // 2
    high = 1 << (widths[step] - widths[step] // 2)
    return [
        (
            t,
            bases[t]
            + np.add.outer(
                offsets[highs[t] : highs[t] + high], offsets[lows[t] : lows[t] + low]
            ).ravel(),
        )
        for t in range(ends[step], ends[step + 1])
    ]


def eliminate(
    ends: Any, outputs: Any, widths: Any, bases: Any, halves: Any, lows: Any, highs: Any,
    offsets: Any, values: Any,
) -> None:  # fmt: skip
    """Write the sum over one variable of a product of tables, for each step in turn."""
    for step, out in enumerate(outputs.tolist()):
        places = _places(step, ends, widths, bases, lows, highs, offsets)
        one = np.prod([values[at] for _, at in places], axis=0)
        two = np.prod([values[at + halves[t]] for t, at in places], axis=0)
        values[out : out + (1 << widths[step])] = one + two


def eliminate_back(
    ends: Any, outputs: Any, widths: Any, bases: Any, halves: Any, lows: Any, highs: Any,
    offsets: Any, values: Any, adjoints: Any,
) -> None:  # fmt: skip
    """Add the derivatives by the operands of all steps, in reverse."""
    for step in range(len(outputs) - 1, -1, -1):
        given = adjoints[outputs[step] : outputs[step] + (1 << widths[step])]
        places = _places(step, ends, widths, bases, lows, highs, offsets)
        for side in (0, 1):
            where = [at + side * halves[t] for t, at in places]
            for k, own in enumerate(where):
                others = [values[at] for other, at in enumerate(where) if other != k]
                np.add.at(adjoints, own, given * np.prod(others, axis=0))
