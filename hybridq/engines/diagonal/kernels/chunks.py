"""Functions on one chunk of amplitudes, as vector code or as plain loops.

A chunk is CHUNK = 64 consecutive amplitudes. `chunks_plain` defines the functions in plain loops
and documents their arguments; `chunks_simd` has the same functions, with the same arguments, as
vector code. `scale_vector` and `multiply_vector` process `vector_length` elements, all others a
chunk. The ``…_odd`` and ``…_even`` functions are those of `spin_flip` for odd and even m.
"""

from __future__ import annotations

from typing import Any

from hybridq.core.emit import CHUNK, CHUNK_BITS, VECTOR_BYTES
from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels import chunks_plain, chunks_simd


@jit(internal=True)
def vector_length(x):
    """Return the number of elements of `x` in a vector, 1 on hosts without vectors."""
    return max(VECTOR_BYTES // x.itemsize, 1)


_functions: Any = chunks_simd if VECTOR_BYTES else chunks_plain

scale_vector = _functions.scale_vector
multiply_vector = _functions.multiply_vector
phase_chunk = _functions.phase_chunk
energy_chunk = _functions.energy_chunk
apply_cost_chunk = _functions.apply_cost_chunk
adjoint_phase_chunk = _functions.adjoint_phase_chunk
copy_chunk = _functions.copy_chunk
rotate_complements_odd = _functions.rotate_complements_odd
rotate_complements_even = _functions.rotate_complements_even
adjoint_complements_odd = _functions.adjoint_complements_odd
adjoint_complements_even = _functions.adjoint_complements_even

__all__ = [
    "CHUNK",
    "CHUNK_BITS",
    "adjoint_complements_even",
    "adjoint_complements_odd",
    "adjoint_phase_chunk",
    "apply_cost_chunk",
    "copy_chunk",
    "energy_chunk",
    "multiply_vector",
    "phase_chunk",
    "rotate_complements_even",
    "rotate_complements_odd",
    "scale_vector",
    "vector_length",
]
