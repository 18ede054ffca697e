"""Drawing basis states: strips by their probability, then amplitudes within a strip."""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import meet, share


@jit(internal=True)
def _start(strip, bits, block_bits, pad):
    """Where the strip's first amplitude is, with `pad` elements after each block."""
    return (strip << bits) + (strip >> (block_bits - bits)) * pad


@jit()
def strip_probabilities(re, im, bits, block_bits, pad, out, counter, thread, threads):
    """Into ``out[s]`` the probability of the 2**bits amplitudes of strip s, double precision."""
    size = 1 << bits
    first, last = share(thread, threads, out.shape[0])
    for strip in range(first, last):
        total = 0.0
        start = _start(strip, bits, block_bits, pad)
        for z in range(start, start + size):
            a, b = float(re[z]), float(im[z])
            total += a * a + b * b
        out[strip] = total
    meet(counter, threads)


@jit()
def draw_in_strips(
    re, im, bits, block_bits, pad, probabilities, starts, positions, out, counter, thread, threads
):
    """Draw the shots of each strip by inversion.

    Args:
        starts: shots starts[s] … starts[s + 1] − 1 fall into strip s, shape (strips + 1,).
        positions: s plus a number in [0, 1) for each shot, ascending.
        out: the drawn index of each shot, int64.
    """
    size = 1 << bits
    first, last = share(thread, threads, probabilities.shape[0])
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
    meet(counter, threads)
