"""Compiled kernels of light cones: searches in graphs, sums over path states."""

from hybridq.core.jit import compiles_slowly
from hybridq.engines.lightcone.kernels.elimination import (
    eliminate,
    eliminate_back,
    fill_factors,
    order_variables,
)
from hybridq.engines.lightcone.kernels.search import (
    cone_sizes,
    core_of,
    find_loops,
    list_cones,
)

compiles_slowly(__name__, "the lightcone engine", seconds=10)

__all__ = [
    "cone_sizes",
    "core_of",
    "eliminate",
    "eliminate_back",
    "fill_factors",
    "find_loops",
    "list_cones",
    "order_variables",
]
