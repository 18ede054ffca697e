"""What phases, sums and copies do to one chunk: in vectors where the host has them.

`scale_vector` and `multiply_vector` handle `vector_length` elements at a time.
"""

from __future__ import annotations

from typing import Any

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels import plain, simd
from hybridq.engines.kernels.emit import CHUNK, CHUNK_BITS, VECTOR_BYTES


@jit(internal=True)
def vector_length(x):
    """Elements of `x` in a vector, 1 where there are no vectors."""
    return max(VECTOR_BYTES // x.itemsize, 1)


_home: Any = simd if VECTOR_BYTES else plain

scale_vector = _home.scale_vector
multiply_vector = _home.multiply_vector
phase_chunk = _home.phase_chunk
energy_chunk = _home.energy_chunk
weigh_chunk = _home.weigh_chunk
adjoint_phase_chunk = _home.adjoint_phase_chunk
copy_chunk = _home.copy_chunk
couple_odd = _home.couple_odd
couple_even = _home.couple_even
adjoint_couple_odd = _home.adjoint_couple_odd
adjoint_couple_even = _home.adjoint_couple_even

__all__ = [
    "CHUNK",
    "CHUNK_BITS",
    "adjoint_couple_even",
    "adjoint_couple_odd",
    "adjoint_phase_chunk",
    "copy_chunk",
    "couple_even",
    "couple_odd",
    "energy_chunk",
    "multiply_vector",
    "phase_chunk",
    "scale_vector",
    "vector_length",
    "weigh_chunk",
]
