"""Passes over a whole state vector, block by block, shared by a team of threads.

A pass works on some qubits, its local ones. The lowest 2^bits amplitudes that differ in local
qubits only are a block: in place where the local qubits are the lowest ones, else gathered into a
thread's own memory and scattered back. Sums are kept by group of blocks, so that they are the same
to the last bit for any number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of
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
    undo,
)
from hybridq.engines.statevector.kernels.observables import apply_terms, measure
from hybridq.engines.statevector.kernels.parities import apply_parities, undo_parities
from hybridq.engines.statevector.kernels.permutations import permute
from hybridq.engines.statevector.kernels.rotations import apply_layer, undo_layer

FORWARD, APPLY_TERMS, BACKWARD = range(3)


class Plan(NamedTuple):
    """Passes in order; arrays of int64 unless stated otherwise.

    Attributes:
        first: first operation of each pass, then the end of the last, shape (passes + 1,).
        ops: the operations, see `gates`, shape (ops, COLUMNS).
        local_bits: how many qubits are local in each pass, shape (passes,).
        run_bits: how many of the lowest qubits are local in each pass, shape (passes,).
        offsets: index of each run of a block, relative to the block, shape (passes, runs).
        outer: the positions of the qubits that number the blocks, ascending, shape (passes, n).
            Other qubits are |0⟩ in the ket all the time: the ket is zero where they are 1.
        outer_bits: how many these are, shape (passes,).
        writes: True where the pass changes the ket, bool, shape (passes,).
        maps: the linear map of each row of kind LINEAR, see `permutations.permute`, shape
            (maps, CHUNK + chunks).
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
    outer_bits: NDArray[np.int64]
    writes: NDArray[np.bool_]
    maps: NDArray[np.int64]
    items: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float64]


@jit(internal=True)
def _base(plan, number, count, block):
    """Return the index of a block's first amplitude.

    It is the block's number spread over the outer qubits.
    """
    base = 0
    for bit in range(count):
        base |= ((block >> bit) & 1) << plan.outer[number, bit]
    return base


@jit(internal=True)
def _gather(x, block, plan, number, base):
    """Copy the runs of a block from the state `x` to `block`."""
    run = 1 << plan.run_bits[number]
    for part in range(1 << (plan.local_bits[number] - plan.run_bits[number])):
        at = base + plan.offsets[number, part]
        to = part * run
        for v in range(run):
            block[to + v] = x[at + v]


@jit(internal=True)
def _scatter(x, block, plan, number, base):
    """Copy the runs of a block from `block` back to the state `x`."""
    run = 1 << plan.run_bits[number]
    for part in range(1 << (plan.local_bits[number] - plan.run_bits[number])):
        at = base + plan.offsets[number, part]
        to = part * run
        for v in range(run):
            x[at + v] = block[to + v]


@jit(internal=True)
def _apply_pass(mode, re, im, bra_re, bra_im, bits, outer, plan, number, coefs, space, sums):
    """Apply the operations of pass `number` to one block; arguments as for `sweep`."""
    lane_bits = lane_bits_of(space)
    for row in range(plan.first[number], plan.first[number + 1]):
        op = plan.ops[row]
        slot = op[SLOT]
        if op[KIND] == LAYER:
            first, last, form = op[FIRST_TERM], op[LAST_TERM], op[FORM]
            if mode == BACKWARD:
                undo_layer(
                    re, im, bra_re, bra_im, bits, lane_bits, form, plan.items, first, last,
                    coefs, space, sums,
                )  # fmt: skip
            else:
                apply_layer(
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
                apply_parities(re, im, bits, plan, first, last, outer, coefs, space)
        elif op[KIND] == LINEAR:
            # Backwards the operations are listed in reverse order, so the map is the inverse.
            table = plan.maps[op[FIRST_TERM]]
            permute(re, bits, lane_bits, table, space.spare)
            permute(im, bits, lane_bits, table, space.spare)
            if mode == BACKWARD:
                permute(bra_re, bits, lane_bits, table, space.spare)
                permute(bra_im, bits, lane_bits, table, space.spare)
        elif mode == BACKWARD:
            undo(re, im, bra_re, bra_im, bits, lane_bits, outer, op, coefs[slot], space, sums[slot])
        elif mode == APPLY_TERMS:
            apply_terms(
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
    """Return one thread's working arrays."""
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
    """Run all passes; every thread of a team calls this at once.

    Args:
        mode: FORWARD on the ket, APPLY_TERMS from ket to bra, BACKWARD on both.
        ket, bra: real and imaginary parts, float32 or float64, shape (2, 2**n).
        n: qubits of the state, int64.
        plan: the passes, a `Plan`.
        coefs: coefficients by slot, float64, shape (slots, 16); see `factors.fill_coefs`.
        spaces: a `GateSpace` with a leading axis of threads (but for `signs`).
        sums: by group of blocks and slot, added to, float64, shape (groups, slots, 8).
        counter, thread, threads: from `Team.run`.
    """
    space = space_of(spaces, thread)
    re, im, bra_re, bra_im = ket[0], ket[1], bra[0], bra[1]
    copies = space.blocks
    for number in range(plan.first.shape[0] - 1):
        bits = plan.local_bits[number]
        count = plan.outer_bits[number]
        in_place = plan.run_bits[number] == bits
        groups = min(sums.shape[0], 1 << count)
        begin, end_group = slice_of(thread, threads, groups)
        for group in range(begin, end_group):
            first, last = slice_of(group, groups, 1 << count)
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
                _apply_pass(mode, a, b, c, d, bits, base, plan, number, coefs, space, sums[group])
                if in_place:
                    continue
                if plan.writes[number] and mode != APPLY_TERMS:
                    _scatter(re, a, plan, number, base)
                    _scatter(im, b, plan, number, base)
                if mode != FORWARD:
                    _scatter(bra_re, c, plan, number, base)
                    _scatter(bra_im, d, plan, number, base)
        barrier(counter, threads)


@jit()
def prepare(ket, start, counter, thread, threads):
    """Fill a state with zeros and set ``ket[0, start]`` to 1 (start < 0: zeros only)."""
    size = ket.shape[1]
    first, last = slice_of(thread, threads, size)
    for z in range(first, last):
        ket[0, z] = 0.0
        ket[1, z] = 0.0
    if first <= start < last:
        ket[0, start] = 1.0
    barrier(counter, threads)


@jit()
def scale(bra, ket, factor, counter, thread, threads):
    """Set the bra to a real multiple of the ket."""
    first, last = slice_of(thread, threads, ket.shape[1])
    number = ket.dtype.type(factor)
    for part in range(2):
        for z in range(first, last):
            bra[part, z] = number * ket[part, z]
    barrier(counter, threads)


@jit()
def overlap(bra, ket, partial, counter, thread, threads):
    """Return ⟨bra|ket⟩ as (re, im); `partial` is a float64 array of shape (groups, 2)."""
    groups, size = partial.shape[0], ket.shape[1]
    begin, end = slice_of(thread, threads, groups)
    for group in range(begin, end):
        first, last = slice_of(group, groups, size)
        re = 0.0
        im = 0.0
        for z in range(first, last):
            re += bra[0, z] * ket[0, z] + bra[1, z] * ket[1, z]
            im += bra[0, z] * ket[1, z] - bra[1, z] * ket[0, z]
        partial[group, 0] = re
        partial[group, 1] = im
    barrier(counter, threads)
    total_re = 0.0
    total_im = 0.0
    for group in range(groups):
        total_re += partial[group, 0]
        total_im += partial[group, 1]
    return total_re, total_im
