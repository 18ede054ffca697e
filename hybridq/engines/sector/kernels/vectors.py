"""What else is done to states of a sector: products with H, sums, copies."""

from __future__ import annotations

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import meet, share


@jit()
def gather_gradient(program, partial, gradient):
    """Sum `partial` into the derivatives by the parameters."""
    gradient[:] = 0.0
    for step in range(program.kind.shape[0]):
        parameter = program.parameter[step]
        if parameter >= 0:
            total = 0.0
            for group in range(program.groups[step]):
                total += partial[step, group]
            gradient[parameter] += 2.0 * program.scale[step] * total


@jit()
def side_by_side(ket, bra, w, lanes):
    """Into `w` the amplitudes of ψ and λ in turn, each of `lanes` numbers."""
    for at in range(ket.shape[0] // lanes):
        for lane in range(lanes):
            w[2 * at * lanes + lane] = ket[at * lanes + lane]
            w[(2 * at + 1) * lanes + lane] = bra[at * lanes + lane]


@jit()
def inner(a, b):
    """Σ a b, in double precision."""
    total = 0.0
    for k in range(a.shape[0]):
        total += float(a[k]) * float(b[k])
    return total


@jit()
def multiply_rows(starts, columns, values, v, out, per, counter, thread, threads):
    """Into `out` the product of a real CSR matrix with the state `v`.

    Args:
        starts, columns: uint64 and uint32; unsigned, since an index that cannot be negative needs
            no look at its sign, and the loop becomes three times as fast.
    """
    first, last = share(thread, threads, starts.shape[0] - 1)
    for row in range(first, last):
        if len(per) == 1:
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
    meet(counter, threads)
