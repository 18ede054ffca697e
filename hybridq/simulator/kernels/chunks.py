"""What phases, sums and copies do to one chunk: in vectors where the host has them."""

from __future__ import annotations

from typing import Any

from hybridq.simulator.kernels import plain, simd
from hybridq.simulator.kernels.emit import CHUNK, CHUNK_BITS, VECTOR_BYTES

_home: Any = simd if VECTOR_BYTES else plain

scale_chunk = _home.scale_chunk
multiply_chunk = _home.multiply_chunk
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
    "multiply_chunk",
    "phase_chunk",
    "scale_chunk",
    "weigh_chunk",
]
