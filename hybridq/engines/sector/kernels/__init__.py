"""Kernels of the sector engine.

`program` holds a circuit as arrays, `walk` runs it, `lanes` are its vector instructions,
`exponential` the excitations of several terms, `phases` the diagonal ones, `vectors` plain algebra.
"""
