"""Compiled kernels of the trajectories engine."""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the trajectories engine", seconds=5)
