"""Kernels shared by all engines.

- `team`: threads that run one kernel call together, and the barrier between its passes.

The kernels of an engine are in its own ``kernels`` package; what they emit is built on
`hybridq.core.emit`.
Kernels take arrays and numbers only and import nothing from the layers above. A module named
``…_simd`` emits vector code, the module of the same name without the suffix calls it.
"""
