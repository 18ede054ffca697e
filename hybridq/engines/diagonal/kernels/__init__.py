"""Kernels of the diagonal engine.

`block` and `passes` evolve a state (in cache, and in several passes over memory), `adjoint` their
gradients, `butterflies`, `mirror` and `panels` the X mixer, `phases` and `tables` the cost,
`histogram` the distribution of values, `sampling` the shots; `chunks` picks `simd` or its twin
`plain`.
"""
