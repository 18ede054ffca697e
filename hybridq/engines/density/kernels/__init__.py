"""Compiled kernels of the density engine."""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the density engine", seconds=4)
