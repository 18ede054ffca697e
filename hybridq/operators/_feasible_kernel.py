"""Compiled depth-first searches for the states of a feasible space."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit

_ONE = np.uint64(1)


@jit(internal=True)
def _lowest(words: Any, at: int) -> int:
    """Return the lowest set bit of row `at`, −1 without one."""
    for word in range(words.shape[1]):
        value = words[at, word]
        if value != 0:
            bit = 0
            if value & np.uint64(0xFFFFFFFF) == 0:
                value >>= np.uint64(32)
                bit += 32
            if value & np.uint64(0xFFFF) == 0:
                value >>= np.uint64(16)
                bit += 16
            if value & np.uint64(0xFF) == 0:
                value >>= np.uint64(8)
                bit += 8
            while value & _ONE == 0:
                value >>= _ONE
                bit += 1
            return 64 * word + bit
    return -1


@jit()
def independent(conflicts: Any, n: int, most: int, out: Any) -> int:
    """Return the number of sets of qubits without a conflict; write them to `out`.

    Children of a set add one qubit below its lowest, ascending, so that integers ascend.

    Args:
        conflicts: masks of the qubits that exclude each qubit, uint64, shape (n, words).
        n: number of qubits, int64.
        most: stop above this number, int64.
        out: uint64, shape (number, words) or (0, words) to count alone.

    Returns:
        the number of sets, or most + 1.
    """
    words = conflicts.shape[1]
    chosen = np.zeros(words, dtype=np.uint64)
    allowed = np.zeros((n + 2, words), dtype=np.uint64)
    rest = np.zeros((n + 2, words), dtype=np.uint64)
    picked = np.zeros(n + 2, dtype=np.int64)
    for q in range(n):
        allowed[0, q // 64] |= _ONE << np.uint64(q % 64)
    rest[0] = allowed[0]
    store = out.shape[0] > 0
    if store:
        out[0] = 0
    found, depth = 1, 0
    while depth >= 0 and found <= most:
        q = _lowest(rest, depth)
        if q < 0:
            depth -= 1
            if depth >= 0:
                last = picked[depth]
                chosen[last // 64] ^= _ONE << np.uint64(last % 64)
            continue
        word, bit = q // 64, _ONE << np.uint64(q % 64)
        rest[depth, word] ^= bit
        chosen[word] |= bit
        picked[depth] = q
        if store:
            for w in range(words):
                out[found, w] = chosen[w]
        found += 1
        for w in range(words):
            below = np.uint64(0)
            if w < word:
                below = ~below
            elif w == word:
                below = bit - _ONE
            allowed[depth + 1, w] = allowed[depth, w] & below & ~conflicts[q, w]
            rest[depth + 1, w] = allowed[depth + 1, w]
        depth += 1
    return found


LONGEST = 1 << 28  # steps times words of a search that finds next to nothing: some ten seconds
_STEPS_A_STATE = 64


@jit()
def bounded(
    conflicts: Any, n: int, first: Any, rows: Any, values: Any,
    low: Any, high: Any, lower: Any, upper: Any, most: int, out: Any,
) -> int:  # fmt: skip
    """Return the number of states within linear bounds; write them to `out`.

    Qubits are set from the highest to the lowest, 0 first. Each row keeps the least and largest
    sum that its free qubits leave, and an assignment is dropped where these miss its bounds.

    Args:
        conflicts: masks of the qubits that exclude each qubit, uint64, shape (n, words).
        n: number of qubits, int64.
        first, rows, values: bounds and coefficients by qubit, as `Search` has them.
        low, high: least and largest sum of each row, changed in place.
        lower, upper: the bounds.
        most: stop above this number, int64.
        out: uint64, shape (number, words) or (0, words) to count alone.

    Returns:
        the number of states, or most + 1; −1 − the number so far where nearly all of
        `LONGEST` / words steps led nowhere.
    """
    words = conflicts.shape[1]
    steps = 0
    chosen = np.zeros(words, dtype=np.uint64)
    value = np.full(n, -1, dtype=np.int64)
    old_low, old_high = np.zeros(len(rows)), np.zeros(len(rows))
    store = out.shape[0] > 0
    found, q = 0, n - 1
    while q < n:
        steps += 1
        if steps * words > LONGEST and steps > _STEPS_A_STATE * n * found:
            return -1 - found
        if q < 0:
            if found >= most and not store:
                return found + 1
            if store:
                for w in range(words):
                    out[found, w] = chosen[w]
            found += 1
            q = 0
            if store and found == out.shape[0]:
                return found
        start, stop = first[q], first[q + 1]
        word, bit = q // 64, _ONE << np.uint64(q % 64)
        tried = value[q]
        if tried >= 0:  # undo
            for e in range(start, stop):
                low[rows[e]] = old_low[e]
                high[rows[e]] = old_high[e]
            if tried == 1:
                chosen[word] ^= bit
        done = False
        for v in range(tried + 1, 2):
            fits = True
            if v == 1:
                for w in range(words):
                    if chosen[w] & conflicts[q, w] != 0:
                        fits = False
            if not fits:
                continue
            for e in range(start, stop):
                row, c = rows[e], values[e]
                old_low[e] = low[row]
                old_high[e] = high[row]
                low[row] += v * c - min(c, 0.0)
                high[row] += v * c - max(c, 0.0)
                if low[row] > upper[row] or high[row] < lower[row]:
                    fits = False
            if fits:
                value[q] = v
                if v == 1:
                    chosen[word] |= bit
                done = True
                break
            for e in range(start, stop):
                low[rows[e]] = old_low[e]
                high[rows[e]] = old_high[e]
        if done:
            q -= 1
        else:
            value[q] = -1
            q += 1
    return found
