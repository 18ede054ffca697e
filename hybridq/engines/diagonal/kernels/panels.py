"""Panels of a large state: 2**wide adjacent chunks of every block.

With spin-flip symmetry a panel includes the complements of these chunks.

A panel is copied into contiguous scratch, where its line h is a run of 2**(V + wide) amplitudes,
the high bits of the index are rotated there, and it is copied back. Long runs use the memory
bandwidth well, and scratch has none of the cache conflicts of rows that lie a power of two apart.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.butterflies import adjoint_levels, rotate_levels
from hybridq.engines.diagonal.kernels.chunks import CHUNK, CHUNK_BITS, copy_chunk
from hybridq.engines.diagonal.kernels.spin_flip import (
    adjoint_complement_chunks,
    complement_sign,
    parity_sign,
    rotate_complement_chunks,
)
from hybridq.engines.diagonal.kernels.strips import Strip
from hybridq.engines.diagonal.kernels.tables import block_start


@jit(internal=True)
def panel_count(grid):
    """Return how many panels there are; with symmetry, pairs of them."""
    return 1 << (grid.middle - grid.wide - (1 if grid.symmetric else 0))


@jit(internal=True)
def panel_sides(grid):
    """Return 2 where a panel includes its complement, else 1."""
    return 2 if grid.symmetric else 1


@jit(internal=True)
def _run_bits(grid):
    """Return log2 of the length of a panel's lines."""
    return grid.low + grid.wide


@jit(internal=True)
def _side_number(grid, number, side):
    """Return the number of a panel's own side (0) or of its complement (1)."""
    return (1 << (grid.middle - grid.wide)) - 1 - number if side else number


@jit(internal=True)
def panel_strip(grid, number, side):
    """Return one side of a panel, in scratch, as a strip of 2**wide columns."""
    middle = _side_number(grid, number, side) << grid.wide
    return Strip(False, middle, side << (_run_bits(grid) + grid.high), grid.wide)


@jit(internal=True)
def gather(x, panel, number, grid):
    """Copy a panel of the state `x` into scratch."""
    run = _run_bits(grid)
    for side in range(panel_sides(grid)):
        start = _side_number(grid, number, side) << run
        for line in range(1 << grid.high):
            at = block_start(grid, line) + start
            to = ((side << grid.high) + line) << run
            for v in range(0, 1 << run, CHUNK):
                copy_chunk(panel, to + v, x, at + v)


@jit(internal=True)
def scatter(x, panel, number, grid):
    """Copy a panel back from scratch into the state `x`."""
    run = _run_bits(grid)
    for side in range(panel_sides(grid)):
        start = _side_number(grid, number, side) << run
        for line in range(1 << grid.high):
            at = block_start(grid, line) + start
            to = ((side << grid.high) + line) << run
            for v in range(0, 1 << run, CHUNK):
                copy_chunk(x, at + v, panel, to + v)


@jit(internal=True)
def rotate_panel(re, im, number, grid, signs, tangent):
    """Apply the part of a layer's mixer that belongs to panels, in scratch.

    Args:
        re, im: the panel, shape (panel_sides · 2**(run + high),), changed in place.
        number: number of the panel, int64.
        grid: how the index is cut.
        signs: (−1)^{|v|} for v < CHUNK.
        tangent: tan β, float64.
    """
    t = re.dtype.type(tangent)
    run = _run_bits(grid)
    for side in range(panel_sides(grid)):
        at = side << (run + grid.high)
        rotate_levels(re, at, run, run + grid.high, t)
        rotate_levels(im, at, run, run + grid.high, t)
    if grid.symmetric:
        rotate_complement_panel(re, im, number, grid, signs, tangent)


@jit(internal=True)
def rotate_complement_panel(re, im, number, grid, signs, tangent):
    """Rotate the pairs (z, ~z) between the two sides of a panel, see `spin_flip`."""
    bits = grid.low + grid.middle + grid.high
    chunks = 1 << (grid.high + grid.wide)
    sign = tangent * complement_sign(bits) * parity_sign(number)
    for chunk in range(chunks):
        low, high = chunk << CHUNK_BITS, (2 * chunks - 1 - chunk) << CHUNK_BITS
        t = re.dtype.type(sign * parity_sign(chunk))
        rotate_complement_chunks(re, im, low, high, signs, t, bits % 2 == 1)


@jit(internal=True)
def adjoint_panel(bra_re, bra_im, re, im, number, grid, signs, tangent, weight, total):
    """Undo the panels' part of a mixer on bra and ket in scratch; return its overlap.

    Args:
        bra_re, bra_im, re, im: bra and ket of the panel, changed in place.
        number, grid, signs: as for `rotate_panel`.
        tangent: tan β of the forward mixer, float64.
        weight, total: as for `adjoint_levels`.
    """
    t = re.dtype.type(-tangent)
    run = _run_bits(grid)
    stop = run + grid.high
    overlap = 0.0
    for side in range(panel_sides(grid)):
        at = side << stop
        overlap += adjoint_levels(bra_re, re, at, run, stop, t, weight, total)
        overlap += adjoint_levels(bra_im, im, at, run, stop, t, weight, total)
    if not grid.symmetric:
        return overlap
    weight *= (1.0 / (1.0 + tangent * tangent)) ** grid.high
    bits = grid.low + grid.middle + grid.high
    chunks = 1 << (grid.high + grid.wide)
    sign = complement_sign(bits) * parity_sign(number)
    part = 0.0
    for chunk in range(chunks):
        low, high = chunk << CHUNK_BITS, (2 * chunks - 1 - chunk) << CHUNK_BITS
        s = sign * parity_sign(chunk)
        part += s * adjoint_complement_chunks(
            bra_re, bra_im, re, im, low, high, signs, re.dtype.type(-tangent * s), bits % 2 == 1
        )
    return overlap + weight * part
