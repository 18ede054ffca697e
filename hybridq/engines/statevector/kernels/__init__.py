"""Kernels of the statevector engine.

`gates` and `gates_simd` apply gates, `turns` and `turns_simd` rotations, `parities` diagonal
phases, `factors` products of one-qubit gates, `sweeps` whole circuits in cache-sized pieces,
`observables` the expectation values.
"""
