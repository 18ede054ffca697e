"""Circuit of a sector as flat arrays, which one kernel call runs through."""

from __future__ import annotations

from typing import Any, NamedTuple

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import slice_of

REAL, IMAGINARY, NEGATE, PHASE, DENSE, BLOCK = range(6)
"""Kinds of steps, see `Program`."""


class Program(NamedTuple):
    r"""Circuit as a sequence of steps; arrays over the steps unless stated otherwise.

    Steps act on the product of two lists, of strings of the upper (`high`) and of the lower qubits
    (`low`), entry k of a list leading from ``source[k]`` to ``target[k]`` with ``sign[k]``:

    * REAL: e^{θG} with G = T − T†, T|source⟩ = sign |target⟩;
    * IMAGINARY: e^{−iθK} with K = T + T†;
    * NEGATE: −1 where source (= target) is;
    * PHASE: e^{−iθ sign} where source (= target) is;
    * DENSE: e^{−iθd} with row `low` of `dense`;
    * BLOCK: a larger block in each of its copies: see `hybridq.engines.sector.blocks`. List `high`
      holds the states of the copies with their signs, and row `low` of `blocks` is (size, number
      of frequencies, 1 for −iK or 0, index in `spectra` of the first frequency); after the
      frequencies come P and Q of each, then B or K.

    θ = constant + scale · x[parameter]; parameter −1 for a constant angle.

    Attributes:
        kind: REAL … BLOCK.
        high, low: list numbers; low = −1 for every string, each onto itself.
        constant, scale, parameter: of the angle θ, radians.
        groups: how many parts the step is cut into for threads.
        runs: first step of each run of steps, then the number of steps, shape (runs + 1,). Steps of
            a run of several are rotations with the same list `high` and cut by it.
        first: first entry of list k, shape (lists + 1,).
        source, target, sign: the entries of all lists.
        dense: diagonals, shape (diagonals, dim).
        blocks: int64, shape (blocks, 4).
        spectra: float64.
        largest: size of the largest block, at least 1.
        width: number of strings of the lower qubits.
    """

    kind: Any
    high: Any
    low: Any
    constant: Any
    scale: Any
    parameter: Any
    groups: Any
    runs: Any
    first: Any
    source: Any
    target: Any
    sign: Any
    dense: Any
    blocks: Any
    spectra: Any
    largest: int
    width: int


@jit(inline=True)
def lists_of(program, step, group):
    """Return the ranges of the high and of the low list of one group of a step."""
    h0, h1 = program.first[program.high[step]], program.first[program.high[step] + 1]
    l0, l1 = 0, program.width
    if program.low[step] >= 0:
        l0, l1 = program.first[program.low[step]], program.first[program.low[step] + 1]
    groups = program.groups[step]
    if groups > 1:
        # Cut the longer list, for any number of threads.
        if h1 - h0 >= l1 - l0:
            start, stop = slice_of(group, groups, h1 - h0)
            h0, h1 = h0 + start, h0 + stop
        else:
            start, stop = slice_of(group, groups, l1 - l0)
            l0, l1 = l0 + start, l0 + stop
    return h0, h1, l0, l1
