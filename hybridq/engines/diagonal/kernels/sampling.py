"""Sampling of basis states: strips by probability, then within a strip."""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of


@jit(internal=True)
def _start(strip, bits, block_bits, pad):
    """Return the index of a strip's first amplitude.

    There are `pad` elements after each block.
    """
    return (strip << bits) + (strip >> (block_bits - bits)) * pad


@jit()
def strip_probabilities(re, im, bits, block_bits, pad, out, counter, thread, threads):
    """Write the probability of the 2**bits amplitudes of strip s to ``out[s]``.

    Every thread of a team calls this at once.

    Args:
        re, im: real and imaginary parts of the state, float32 or float64, shape (entries,).
        bits: log2 of the amplitudes of a strip, int64.
        block_bits: log2 of the amplitudes of a block, int64.
        pad: entries between one block and the next, int64.
        out: float64, shape (strips,), overwritten.
        counter, thread, threads: from `Team.run`.
    """
    size = 1 << bits
    first, last = slice_of(thread, threads, out.shape[0])
    for strip in range(first, last):
        total = 0.0
        start = _start(strip, bits, block_bits, pad)
        for z in range(start, start + size):
            a, b = float(re[z]), float(im[z])
            total += a * a + b * b
        out[strip] = total
    barrier(counter, threads)


@jit()
def draw_in_strips(
    re, im, bits, block_bits, pad, probabilities, starts, positions, out, counter, thread, threads
):
    """Draw the shots of each strip by inversion.

    Every thread of a team calls this at once.

    Args:
        re, im, bits, block_bits, pad: as for `strip_probabilities`.
        probabilities: as `strip_probabilities` writes them, float64, shape (strips,).
        starts: shots starts[s] … starts[s + 1] − 1 fall into strip s, int64, shape (strips + 1,).
        positions: s plus a number in [0, 1) for each shot, ascending, float64, shape (shots,).
        out: the drawn index of each shot, int64, shape (shots,), overwritten.
        counter, thread, threads: from `Team.run`.
    """
    size = 1 << bits
    first, last = slice_of(thread, threads, probabilities.shape[0])
    for strip in range(first, last):
        z = _start(strip, bits, block_bits, pad)
        end = z + size - 1
        shift = (strip << bits) - z
        a, b = float(re[z]), float(im[z])
        reached = a * a + b * b
        for shot in range(starts[strip], starts[strip + 1]):
            level = (positions[shot] - strip) * probabilities[strip]
            while reached <= level and z < end:
                z += 1
                a, b = float(re[z]), float(im[z])
                reached += a * a + b * b
            out[shot] = z + shift
    barrier(counter, threads)
