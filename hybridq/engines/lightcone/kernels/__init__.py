"""Compiled kernels of light cones: searches in graphs, sums over path states."""

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
