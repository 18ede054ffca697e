"""Drawing basis states: strips by their probability, then amplitudes within a strip."""

from __future__ import annotations

import numba
import numpy as np

from hybridq._jit import jit


@jit(parallel=True)
def strip_probabilities(re, im, bits, out):
    """Into ``out[s]`` the probability of the 2**bits amplitudes of strip s, double precision."""
    size = 1 << bits
    for strip in numba.prange(out.shape[0]):
        total = 0.0
        for z in range(strip * size, (strip + 1) * size):
            a, b = float(re[z]), float(im[z])
            total += a * a + b * b
        out[strip] = total


@jit(parallel=True)
def draw_in_strips(re, im, bits, probabilities, starts, uniforms, out):
    """Draw the shots of each strip by inversion; `uniforms` is sorted within each strip.

    Args:
        starts: shots starts[s] … starts[s + 1] − 1 fall into strip s, shape (strips + 1,).
        uniforms: a number in [0, 1) a shot, sorted in place.
        out: the drawn index of each shot, int64.
    """
    size = 1 << bits
    for strip in numba.prange(probabilities.shape[0]):
        first, last = starts[strip], starts[strip + 1]
        if first < last:
            draws = np.sort(uniforms[first:last])
            z = strip * size
            end = z + size - 1
            # The running sum is the very one that gave the strip's probability, up to rounding.
            a, b = float(re[z]), float(im[z])
            reached = a * a + b * b
            for shot in range(first, last):
                level = draws[shot - first] * probabilities[strip]
                while reached <= level and z < end:
                    z += 1
                    a, b = float(re[z]), float(im[z])
                    reached += a * a + b * b
                out[shot] = z
