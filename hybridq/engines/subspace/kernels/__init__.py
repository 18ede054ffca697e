"""Kernels of the subspace engine: they take arrays and numbers only.

States are flat arrays of real numbers, real and imaginary part of each amplitude in turn. Every
thread of a team calls a kernel at once; sums are taken over a fixed number of groups, so that they
do not depend on the number of threads.
"""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the subspace engine", seconds=15)
