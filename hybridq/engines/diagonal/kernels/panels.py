"""Panels of a large state: 2**wide adjacent chunks of every block.

With spin-flip symmetry a panel includes the complements of these chunks.

Line h of a panel is a run of 2**(V + wide) amplitudes of block h. The high bits of the index are
rotated over its lines where they are: the pads between blocks spread them over the sets of the
caches, and most panels stay in the second level until their pass is done.
"""

from __future__ import annotations

from typing import NamedTuple

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.butterflies import adjoint_lines, rotate_lines
from hybridq.engines.diagonal.kernels.chunks import CHUNK_BITS
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


class Panel(NamedTuple):
    """Place of a panel in an array.

    Attributes:
        near: index of its first line.
        far: index of the first line of its complement; without symmetry not used.
        stride: elements from one line to the next.
    """

    near: int
    far: int
    stride: int


@jit(internal=True)
def run_bits(grid):
    """Return log2 of the length of a panel's lines."""
    return grid.low + grid.wide


@jit(internal=True)
def _mirror(grid, number):
    """Return the number of a panel's complement."""
    return (1 << (grid.middle - grid.wide)) - 1 - number


@jit(internal=True)
def panel_of(grid, number):
    """Return the place of panel `number` in a state."""
    run = run_bits(grid)
    return Panel(number << run, _mirror(grid, number) << run, block_start(grid, 1))


@jit(internal=True)
def panel_strip(grid, number, side):
    """Return a panel (side 0), or its complement (1), as a strip of columns."""
    panel = panel_of(grid, number)
    if side:
        middle = _mirror(grid, number) << grid.wide
        return Strip(False, middle, panel.far, grid.wide, panel.stride)
    return Strip(False, number << grid.wide, panel.near, grid.wide, panel.stride)


@jit(internal=True)
def rotate_panel(re, im, number, grid, signs, tangent):
    """Apply the part of a layer's mixer that belongs to a panel of a state.

    Args:
        re, im: the state, real and imaginary parts, changed in place.
        number: number of the panel, int64.
        grid: how the index is cut.
        signs: (−1)^{|v|} for v < CHUNK.
        tangent: tan β, float64.
    """
    t = re.dtype.type(tangent)
    panel, run = panel_of(grid, number), run_bits(grid)
    rotate_lines(re, panel.near, run, grid.high, panel.stride, t)
    rotate_lines(im, panel.near, run, grid.high, panel.stride, t)
    if grid.symmetric:
        rotate_lines(re, panel.far, run, grid.high, panel.stride, t)
        rotate_lines(im, panel.far, run, grid.high, panel.stride, t)
        rotate_complement_panel(re, im, panel, number, grid, signs, tangent)


@jit(internal=True)
def _chunk_pair(grid, panel, chunk):
    """Return where a chunk of a panel and its complement begin; chunks count by lines."""
    line, column = chunk >> grid.wide, chunk & ((1 << grid.wide) - 1)
    low = panel.near + line * panel.stride + (column << CHUNK_BITS)
    line, column = (1 << grid.high) - 1 - line, (1 << grid.wide) - 1 - column
    return low, panel.far + line * panel.stride + (column << CHUNK_BITS)


@jit(internal=True)
def rotate_complement_panel(re, im, panel, number, grid, signs, tangent):
    """Rotate the pairs (z, ~z) between the two sides of a panel, see `spin_flip`.

    Args:
        re, im: arrays that hold the panel, changed in place.
        panel: where it is, a `Panel`.
        number, grid, signs, tangent: as for `rotate_panel`.
    """
    bits = grid.low + grid.middle + grid.high
    sign = tangent * complement_sign(bits) * parity_sign(number)
    for chunk in range(1 << (grid.high + grid.wide)):
        low, high = _chunk_pair(grid, panel, chunk)
        t = re.dtype.type(sign * parity_sign(chunk))
        rotate_complement_chunks(re, im, low, high, signs, t, bits % 2 == 1)


@jit(internal=True)
def adjoint_panel(bra_re, bra_im, re, im, number, grid, signs, tangent, weight, total):
    """Undo the panel's part of a mixer on bra and ket; return its overlap.

    Args:
        bra_re, bra_im, re, im: bra and ket, changed in place.
        number, grid, signs: as for `rotate_panel`.
        tangent: tan β of the forward mixer, float64.
        weight, total: as for `adjoint_levels`.
    """
    t = re.dtype.type(-tangent)
    panel, run, high = panel_of(grid, number), run_bits(grid), grid.high
    overlap = 0.0
    for side in range(panel_sides(grid)):
        at = panel.far if side else panel.near
        overlap += adjoint_lines(bra_re, re, at, run, high, panel.stride, t, weight, total)
        overlap += adjoint_lines(bra_im, im, at, run, high, panel.stride, t, weight, total)
    if not grid.symmetric:
        return overlap
    weight *= (1.0 / (1.0 + tangent * tangent)) ** high
    bits = grid.low + grid.middle + high
    sign = complement_sign(bits) * parity_sign(number)
    part = 0.0
    for chunk in range(1 << (high + grid.wide)):
        low, far = _chunk_pair(grid, panel, chunk)
        s = sign * parity_sign(chunk)
        part += s * adjoint_complement_chunks(
            bra_re, bra_im, re, im, low, far, signs, re.dtype.type(-tangent * s), bits % 2 == 1
        )
    return overlap + weight * part
