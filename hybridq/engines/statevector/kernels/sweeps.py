"""Operations on a whole state vector: passes over it, block by block, shared by a team of threads.

A pass works on some qubits, its local ones. The lowest 2^bits amplitudes that differ in local
qubits only are a block: in place where the local qubits are the lowest ones, else gathered into a
thread's own memory and scattered back. Sums are kept by group of blocks, so that the number of
threads does not change a bit of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import meet, share
from hybridq.engines.statevector.kernels.gates import (
    FIRST_TERM,
    FORM,
    KIND,
    LAST_TERM,
    LAYER,
    LINEAR,
    MEASURE,
    PHASES,
    SLOT,
    GateSpace,
    apply,
    lane_bits_of,
    permute,
    undo,
)
from hybridq.engines.statevector.kernels.observables import measure, weigh
from hybridq.engines.statevector.kernels.parities import turn_parities, undo_parities
from hybridq.engines.statevector.kernels.turns import turn, undo_turn

FORWARD, WEIGH, BACKWARD = range(3)


class Plan(NamedTuple):
    """Passes in order.

    Attributes:
        first: number of the first operation of each pass, and of the last one's end.
        ops: the operations, see `gates`, shape (ops, COLUMNS), int64.
        local_bits: how many qubits are local in each pass.
        run_bits: how many of the lowest qubits are local in each pass.
        offsets: where each run of a block lies, relative to the block, shape (passes, runs).
        outer: the positions of the other qubits, ascending, shape (passes, n).
        writes: whether the pass changes the ket.
        maps: the linear map of each row of kind LINEAR, see `gates.permute`, shape
            (maps, 64 + chunks).
        items: of each gate of a layer, local position and slot; of each of several rotations
            about products of Z, its row of `terms` and slot; shape (items, 2).
        terms, weights: see `observables.measure`.
    """

    first: NDArray[np.int64]
    ops: NDArray[np.int64]
    local_bits: NDArray[np.int64]
    run_bits: NDArray[np.int64]
    offsets: NDArray[np.int64]
    outer: NDArray[np.int64]
    writes: NDArray[np.bool_]
    maps: NDArray[np.int64]
    items: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float64]


@jit(internal=True)
def _base(plan, number, count, block):
    """The index of the first amplitude of a block: its number spread over the outer qubits."""
    base = 0
    for bit in range(count):
        base |= ((block >> bit) & 1) << plan.outer[number, bit]
    return base


@jit(internal=True)
def _gather(x, block, plan, number, base):
    """Copy a block's runs together."""
    run = 1 << plan.run_bits[number]
    for part in range(1 << (plan.local_bits[number] - plan.run_bits[number])):
        at = base + plan.offsets[number, part]
        to = part * run
        for v in range(run):
            block[to + v] = x[at + v]


@jit(internal=True)
def _scatter(x, block, plan, number, base):
    """Copy a block's runs back."""
    run = 1 << plan.run_bits[number]
    for part in range(1 << (plan.local_bits[number] - plan.run_bits[number])):
        at = base + plan.offsets[number, part]
        to = part * run
        for v in range(run):
            x[at + v] = block[to + v]


@jit(internal=True)
def _work(mode, re, im, bra_re, bra_im, bits, outer, plan, number, coefs, space, sums):
    """A pass's operations on one block."""
    lane_bits = lane_bits_of(space)
    for row in range(plan.first[number], plan.first[number + 1]):
        op = plan.ops[row]
        slot = op[SLOT]
        if op[KIND] == LAYER:
            first, last, form = op[FIRST_TERM], op[LAST_TERM], op[FORM]
            if mode == BACKWARD:
                undo_turn(
                    re, im, bra_re, bra_im, bits, lane_bits, form, plan.items, first, last,
                    coefs, space, sums,
                )  # fmt: skip
            else:
                turn(
                    re, im, bits, lane_bits, form, plan.items, first, last, coefs, space.vectors,
                    space.low, space.high,
                )  # fmt: skip
        elif op[KIND] == PHASES:
            first, last = op[FIRST_TERM], op[LAST_TERM]
            if mode == BACKWARD:
                undo_parities(
                    re, im, bra_re, bra_im, bits, plan, first, last, outer, coefs, space, sums
                )
            else:
                turn_parities(re, im, bits, plan, first, last, outer, coefs, space)
        elif op[KIND] == LINEAR:
            # Backwards the operations stand in reverse order, so that the map is the inverse.
            table = plan.maps[op[FIRST_TERM]]
            permute(re, bits, table, space.spare)
            permute(im, bits, table, space.spare)
            if mode == BACKWARD:
                permute(bra_re, bits, table, space.spare)
                permute(bra_im, bits, table, space.spare)
        elif mode == BACKWARD:
            undo(re, im, bra_re, bra_im, bits, lane_bits, outer, op, coefs[slot], space, sums[slot])
        elif mode == WEIGH:
            weigh(
                re, im, bra_re, bra_im, bits, lane_bits, outer, op, plan.terms, plan.weights, space
            )
        elif op[KIND] == MEASURE:
            sums[slot, 0] += measure(
                re, im, bits, lane_bits, outer, op, plan.terms, plan.weights, space
            )
        else:
            apply(re, im, bits, lane_bits, outer, op, coefs[slot], space.vectors)


@jit(internal=True)
def space_of(spaces, thread):
    """One thread's working arrays."""
    return GateSpace(
        spaces.blocks[thread],
        spaces.vectors[thread],
        spaces.sums[thread],
        spaces.chunk[thread],
        spaces.spare[thread],
        spaces.low[thread],
        spaces.high[thread],
        spaces.chunk_sums[thread],
        spaces.signs,
    )


@jit()
def sweep(mode, ket, bra, n, plan, coefs, spaces, sums, counter, thread, threads):
    """Run all passes; called by every thread of a team at once.

    Args:
        mode: FORWARD on the ket, WEIGH from ket to bra, BACKWARD on both.
        ket, bra: real and imaginary parts, shape (2, 2**n).
        n: qubits of the state.
        coefs: by slot, shape (slots, 16); see `factors`.
        spaces: `GateSpace` with a leading axis of threads (but for `signs`).
        sums: by group of blocks and slot, added to, shape (groups, slots, 8).
    """
    space = space_of(spaces, thread)
    re, im, bra_re, bra_im = ket[0], ket[1], bra[0], bra[1]
    copies = space.blocks
    for number in range(plan.first.shape[0] - 1):
        bits = plan.local_bits[number]
        count = n - bits
        in_place = plan.run_bits[number] == bits
        groups = min(sums.shape[0], 1 << count)
        mine, others = share(thread, threads, groups)
        for group in range(mine, others):
            first, last = share(group, groups, 1 << count)
            for block in range(first, last):
                base = _base(plan, number, count, block)
                if in_place:
                    end = base + (1 << bits)
                    a, b = re[base:end], im[base:end]
                    c, d = bra_re[base:end], bra_im[base:end]
                else:
                    a, b, c, d = copies[0], copies[1], copies[2], copies[3]
                    _gather(re, a, plan, number, base)
                    _gather(im, b, plan, number, base)
                    if mode != FORWARD:
                        _gather(bra_re, c, plan, number, base)
                        _gather(bra_im, d, plan, number, base)
                _work(mode, a, b, c, d, bits, base, plan, number, coefs, space, sums[group])
                if in_place:
                    continue
                if plan.writes[number] and mode != WEIGH:
                    _scatter(re, a, plan, number, base)
                    _scatter(im, b, plan, number, base)
                if mode != FORWARD:
                    _scatter(bra_re, c, plan, number, base)
                    _scatter(bra_im, d, plan, number, base)
        meet(counter, threads)


@jit()
def prepare(ket, start, counter, thread, threads):
    """Fill a state with zeros but for ``ket[0, start]`` = 1 (start < 0: zeros only)."""
    size = ket.shape[1]
    first, last = share(thread, threads, size)
    for z in range(first, last):
        ket[0, z] = 0.0
        ket[1, z] = 0.0
    if first <= start < last:
        ket[0, start] = 1.0
    meet(counter, threads)


@jit()
def scale(bra, ket, factor, counter, thread, threads):
    """Set the bra to a real multiple of the ket."""
    first, last = share(thread, threads, ket.shape[1])
    number = ket.dtype.type(factor)
    for part in range(2):
        for z in range(first, last):
            bra[part, z] = number * ket[part, z]
    meet(counter, threads)


@jit()
def overlap(bra, ket, partial, counter, thread, threads):
    """⟨bra|ket⟩; `partial` has room for (groups, 2) numbers."""
    groups, size = partial.shape[0], ket.shape[1]
    begin, end = share(thread, threads, groups)
    for group in range(begin, end):
        first, last = share(group, groups, size)
        re = 0.0
        im = 0.0
        for z in range(first, last):
            re += bra[0, z] * ket[0, z] + bra[1, z] * ket[1, z]
            im += bra[0, z] * ket[1, z] - bra[1, z] * ket[0, z]
        partial[group, 0] = re
        partial[group, 1] = im
    meet(counter, threads)
    total_re = 0.0
    total_im = 0.0
    for group in range(groups):
        total_re += partial[group, 0]
        total_im += partial[group, 1]
    return total_re, total_im
