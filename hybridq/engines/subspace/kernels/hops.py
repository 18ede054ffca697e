"""Hops between feasible states: pairs, rotations, the exponential of their sum."""

from __future__ import annotations

import math

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of
from hybridq.engines.subspace.kernels.rows_simd import step_one, step_two


@jit()
def find_pairs(words, source, flip, first, low, high, counter, thread, threads):
    """Write the pairs of states that each hop connects, or count them.

    A hop takes states whose bits under `flip` are `source` to those with these bits flipped. Both
    ascend together, so that one pass over the states finds all partners.

    Args:
        words: the states, uint64, shape (dim, words), ascending as integers.
        source, flip: masks of each hop, uint64, shape (hops, words).
        first: int64, shape (hops + 1,): pairs of hop h are written from first[h] on; where `low` is
            empty, the number of pairs is written to first[h + 1].
        low, high: the states of each pair, int32 or int64.
        counter, thread, threads: from `Team.run`.
    """
    dim, n_words, hops = len(words), words.shape[1], len(source)
    counting = len(low) == 0
    begin, end = slice_of(thread, threads, hops)
    for h in range(begin, end):
        at, j = first[h], 0
        found = 0
        for i in range(dim):
            fits = True
            for w in range(n_words):
                if words[i, w] & flip[h, w] != source[h, w]:
                    fits = False
            if not fits:
                continue
            order = -1
            while j < dim:
                order = 0
                for w in range(n_words - 1, -1, -1):
                    target = words[i, w] ^ flip[h, w]
                    if words[j, w] != target:
                        order = -1 if words[j, w] < target else 1
                        break
                if order >= 0:
                    break
                j += 1
            if j < dim and order == 0:
                if not counting:
                    low[at + found] = i
                    high[at + found] = j
                found += 1
        if counting:
            first[h + 1] = found
    barrier(counter, threads)


@jit()
def fill_neighbours(low, high, first, neighbours):
    """Write the neighbours of each state.

    Args:
        low, high: the states of each pair.
        first: int64, shape (dim + 1,); the number of neighbours of state i at first[i + 1] becomes
            the end of its list.
        neighbours: int32 or int64, two entries for each pair.
    """
    dim = len(first) - 1
    for k in range(len(low)):
        first[low[k] + 1] += 1
        first[high[k] + 1] += 1
    for i in range(dim):
        first[i + 1] += first[i]
    for k in range(len(low) - 1, -1, -1):  # from behind, with the ends as places to write
        first[low[k] + 1] -= 1
        neighbours[first[low[k] + 1]] = high[k]
        first[high[k] + 1] -= 1
        neighbours[first[high[k] + 1]] = low[k]
    # Each entry i + 1 now holds the begin of list i: move the entries down.
    for i in range(dim):
        first[i] = first[i + 1]
    first[dim] = 2 * len(low)


@jit()
def rotate(v, low, high, first, beta, counter, thread, threads):
    """Apply e^{iβ A_k} for each partial k in order; A_k exchanges pairs of states.

    Args:
        v: the state.
        low, high: the states of each pair.
        first: pairs of partial k are those from first[k] up to first[k + 1].
        beta: β, float64; negative to go backward through the partials.
        counter, thread, threads: from `Team.run`.
    """
    partials = len(first) - 1
    c, s = v.dtype.type(math.cos(beta)), v.dtype.type(math.sin(beta))
    for k in range(partials):
        start, stop = slice_of(thread, threads, first[k + 1] - first[k])
        for pair in range(first[k] + start, first[k] + stop):
            i, j = 2 * np.int64(low[pair]), 2 * np.int64(high[pair])
            a, b, d, e = v[i], v[i + 1], v[j], v[j + 1]
            v[i] = c * a - s * e
            v[i + 1] = c * b + s * d
            v[j] = c * d - s * b
            v[j + 1] = c * e + s * a
        barrier(counter, threads)


@jit()
def rotate_back(ket, bra, low, high, first, beta, partial, counter, thread, threads):
    """Undo `rotate` on two states; write the sums Im ⟨bra|A_k|ket⟩ to `partial`.

    Args:
        ket, bra: the states after `rotate`.
        low, high, first, beta: as for `rotate`.
        partial: float64, shape (partials, groups).
        counter, thread, threads: from `Team.run`.
    """
    groups = partial.shape[1]
    c, s = ket.dtype.type(math.cos(beta)), ket.dtype.type(-math.sin(beta))
    begin, end = slice_of(thread, threads, groups)
    for k in range(len(first) - 2, -1, -1):
        for group in range(begin, end):
            start, stop = slice_of(group, groups, first[k + 1] - first[k])
            element = 0.0
            for pair in range(first[k] + start, first[k] + stop):
                i, j = 2 * np.int64(low[pair]), 2 * np.int64(high[pair])
                a, b, d, e = ket[i], ket[i + 1], ket[j], ket[j + 1]
                p, q, r, t = bra[i], bra[i + 1], bra[j], bra[j + 1]
                element += float(p) * e - float(q) * d + float(r) * b - float(t) * a
                ket[i] = c * a - s * e
                ket[i + 1] = c * b + s * d
                ket[j] = c * d - s * b
                ket[j + 1] = c * e + s * a
                bra[i] = c * p - s * t
                bra[i + 1] = c * q + s * r
                bra[j] = c * r - s * q
                bra[j + 1] = c * t + s * p
            partial[k, group] = element
        barrier(counter, threads)


@jit()
def neighbour_sums(x, first, neighbours, out):
    """Write the sum of x over the neighbours of each state to `out`; float64."""
    for i in range(len(out)):
        sum_ = 0.0
        for k in range(first[i], first[i + 1]):
            sum_ += x[neighbours[k]]
        out[i] = sum_


@jit(internal=True)
def _step(before, now, out, first, neighbours, start, stop, factors, lanes):
    """Make one step of the recurrence on some rows, of one state or of two."""
    if lanes == 2:
        step_one(before, now, out, first, neighbours, start, stop, factors)
    else:
        step_two(before, now, out, first, neighbours, start, stop, factors)


@jit()
def exponential(
    v, work, out, first, neighbours, recurrence, lanes, bra, partial, counter, thread, threads
):
    r"""Write a function of the matrix of hops A, times the state, to `v`.

    .. math:: f(A) = \sum_k c_k p_k(A), \qquad p_k = f_k A p_{k-1} - g_k p_{k-2}

    Args:
        v, work, out: one state, or two with their amplitudes in turn; all are overwritten.
        first, neighbours: rows of A.
        recurrence: f, g, re c, im c of each order, in the type of the states, shape (orders, 4);
            order 0 is the state itself.
        lanes: numbers in a row of `v`: 2 for one state, 4 for two, int64.
        bra: of one state the other one, for `partial`.
        partial: float64: sums Im ⟨bra|A|ket⟩ of the two states, or empty.
        counter, thread, threads: from `Team.run`.
    """
    dim = len(v) // lanes
    start, stop = slice_of(thread, threads, dim)
    before, now = work, v
    re, im = recurrence[0, 2], recurrence[0, 3]
    for i in range(start * lanes // 2, stop * lanes // 2):
        before[2 * i] = 0
        before[2 * i + 1] = 0
        out[2 * i] = re * v[2 * i] - im * v[2 * i + 1]
        out[2 * i + 1] = re * v[2 * i + 1] + im * v[2 * i]
    for order in range(1, len(recurrence)):
        _step(before, now, out, first, neighbours, start, stop, recurrence[order], lanes)
        barrier(counter, threads)
        before, now = now, before
        if order == 1 and len(partial):
            begin, end = slice_of(thread, threads, len(partial))
            for group in range(begin, end):
                low, high = slice_of(group, len(partial), dim)
                partial[group] = _element(before, now, bra, low, high, lanes) / recurrence[1, 0]
            barrier(counter, threads)
    for i in range(lanes * start, lanes * stop):
        v[i] = out[i]
    barrier(counter, threads)


@jit(internal=True)
def _element(states, images, bra, low, high, lanes):
    """Return Σ Im(conj(bra) A ket) over some rows."""
    element = 0.0
    if lanes == 2:
        for i in range(low, high):
            element += float(bra[2 * i]) * images[2 * i + 1]
            element -= float(bra[2 * i + 1]) * images[2 * i]
    else:
        for i in range(low, high):
            element += float(states[4 * i + 2]) * images[4 * i + 1]
            element -= float(states[4 * i + 3]) * images[4 * i]
    return element


@jit()
def interleave(ket, bra, pair, counter, thread, threads):
    """Write the amplitudes of two states in turn to `pair`."""
    start, stop = slice_of(thread, threads, len(ket) // 2)
    for i in range(start, stop):
        pair[4 * i] = ket[2 * i]
        pair[4 * i + 1] = ket[2 * i + 1]
        pair[4 * i + 2] = bra[2 * i]
        pair[4 * i + 3] = bra[2 * i + 1]
    barrier(counter, threads)


@jit()
def separate(pair, ket, bra, counter, thread, threads):
    """Write the two states of `pair` to ket and bra."""
    start, stop = slice_of(thread, threads, len(ket) // 2)
    for i in range(start, stop):
        ket[2 * i] = pair[4 * i]
        ket[2 * i + 1] = pair[4 * i + 1]
        bra[2 * i] = pair[4 * i + 2]
        bra[2 * i + 1] = pair[4 * i + 3]
    barrier(counter, threads)
