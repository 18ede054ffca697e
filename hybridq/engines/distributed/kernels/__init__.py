"""Kernels of the rows of an exchange; those of layers are the diagonal engine's."""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the distributed engine", seconds=5)
