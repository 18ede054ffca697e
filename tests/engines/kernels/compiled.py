"""Helpers to call kernels and intrinsics from Python, and to lay out arrays."""

from functools import cache

import numba
import numpy as np

from hybridq.core.emit import VECTOR_BYTES

DTYPES = [np.float64, np.float32]
TOLERANCE = {np.float64: 1e-12, np.float32: 2e-4}


@cache
def compiled(function):
    """Return a compiled function that calls a kernel or an intrinsic."""
    return numba.njit(no_cfunc_wrapper=True)(lambda *args: function(*args))


def lanes_of(dtype):
    """Return how many numbers a vector has: 1 where the host has no vectors."""
    return max(VECTOR_BYTES // np.dtype(dtype).itemsize, 1)


def parts(state, dtype):
    """Return the real and the imaginary parts of a state as two arrays of `dtype`."""
    return np.ascontiguousarray(state.real, dtype), np.ascontiguousarray(state.imag, dtype)


def random_complex(rng, shape, dtype):
    """Return complex numbers that `dtype` holds exactly."""
    re, im = rng.normal(size=(2, *np.atleast_1d(shape))).astype(dtype)
    return re.astype(float) + 1j * im.astype(float)


def vectors(values, dtype):
    """Return complex vectors as one flat array, (re, im) vectors in turn."""
    return np.ascontiguousarray(np.stack([values.real, values.imag], 1), dtype).ravel()


def odd_parity(numbers, mask):
    """Return 1 where an odd number of the bits of `mask` is set, else 0."""
    return np.bitwise_count(np.asarray(numbers) & mask).astype(int) & 1
