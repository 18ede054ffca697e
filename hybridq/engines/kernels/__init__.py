"""Kernels and vector instructions shared by all engines.

- `emit`: the one vocabulary of vector instructions; `VECTOR_BYTES`, `CHUNK`, `CHUNK_BITS`.
- `team`: threads that run one kernel call together, and the barrier between its passes.

The kernels of an engine are in its own ``kernels`` package; what they emit is built on `emit`.
Kernels take arrays and numbers only and import nothing from the layers above. A module named
``…_simd`` emits vector code, the module of the same name without the suffix calls it.
"""
