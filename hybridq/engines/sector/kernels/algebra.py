"""Linear algebra on states of a sector: products with H, inner products, sums."""

from __future__ import annotations

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of


@jit()
def gather_gradient(program, partial, gradient):
    """Sum the overlaps of `run_backward` into the derivatives by the parameters.

    Args:
        program: the circuit, a `Program`.
        partial: as `run_backward` writes it, float64, shape (steps, groups).
        gradient: float64, shape (n_params,), overwritten.
    """
    gradient[:] = 0.0
    for step in range(program.kind.shape[0]):
        parameter = program.parameter[step]
        if parameter >= 0:
            total = 0.0
            for group in range(program.groups[step]):
                total += partial[step, group]
            gradient[parameter] += 2.0 * program.scale[step] * total


@jit()
def interleave(ket, bra, w, lanes):
    """Write the amplitudes of ψ and λ, of `lanes` numbers each, to `w` in turn."""
    for at in range(ket.shape[0] // lanes):
        for lane in range(lanes):
            w[2 * at * lanes + lane] = ket[at * lanes + lane]
            w[(2 * at + 1) * lanes + lane] = bra[at * lanes + lane]


@jit()
def inner(a, b):
    """Return Σ a b, in double precision."""
    total = 0.0
    for k in range(a.shape[0]):
        total += float(a[k]) * float(b[k])
    return total


@jit()
def multiply_rows(starts, columns, values, v, out, components, counter, thread, threads):
    """Write the product of a real CSR matrix with the state `v` to `out`.

    Every thread of a team calls this at once.

    Args:
        starts: row r has entries starts[r] … starts[r + 1] − 1, uint64, shape (rows + 1,).
        columns: column of each entry, uint32, shape (entries,). Both are unsigned: an index that
            cannot be negative needs no test of its sign, which makes the loop three times as fast.
        values: the entries, dtype of the state, shape (entries,), units of the observable.
        v: the state, float32 or float64, shape (rows · len(components),).
        out: the product, same shape and dtype, overwritten.
        components: a tuple with an entry for each number of an amplitude.
        counter, thread, threads: from `Team.run`.
    """
    first, last = slice_of(thread, threads, starts.shape[0] - 1)
    for row in range(first, last):
        if len(components) == 1:
            total = v.dtype.type(0.0)
            for k in range(starts[row], starts[row + 1]):
                total += values[k] * v[columns[k]]
            out[row] = total
        else:
            re, im = v.dtype.type(0.0), v.dtype.type(0.0)
            for k in range(starts[row], starts[row + 1]):
                at = columns[k] * np.uint64(2)
                re += values[k] * v[at]
                im += values[k] * v[at + np.uint64(1)]
            out[2 * row] = re
            out[2 * row + 1] = im
    barrier(counter, threads)
