"""Values of a quadratic polynomial of bits on lists of states."""

from __future__ import annotations

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of


@jit()
def quadratic_values(words, offset, linear, pairs, out, counter, thread, threads):
    """Write offset + Σ l_i + Σ q_ij, over the ones of each state, to `out`.

    Args:
        words: the states, uint64, shape (dim, words).
        offset: float64.
        linear: l, float64, shape (n,).
        pairs: q, float64, shape (n, n), symmetric with a zero diagonal.
        out: float64, shape (dim,).
        counter, thread, threads: from `Team.run`.
    """
    n = len(linear)
    ones = np.empty(n, dtype=np.int64)
    start, stop = slice_of(thread, threads, len(words))
    for i in range(start, stop):
        count, value = 0, offset
        for w in range(words.shape[1]):
            word, bit = words[i, w], 64 * w
            while word != 0:
                if word & np.uint64(1):
                    row = pairs[bit]
                    value += linear[bit]
                    for k in range(count):
                        value += row[ones[k]]
                    ones[count] = bit
                    count += 1
                word >>= np.uint64(1)
                bit += 1
        out[i] = value
    barrier(counter, threads)
