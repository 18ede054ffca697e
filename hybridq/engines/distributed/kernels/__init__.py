"""Kernels of one rank: single passes of the diagonal engine, and the rows of an exchange."""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the distributed engine", seconds=50)
