"""QAOA on trees by messages over path states, for graphs of any size.

`tables` has the weights of a path and the layout of messages; `messages` the rounds over a graph;
`regular` regular trees and their best angles; `_transforms`, `_kernels` and `_adjoint` the compiled
kernels, and `plain` their slow twin.
"""

from hybridq.operators.paths.messages import TreeMessages
from hybridq.operators.paths.regular import DEEPEST, tree_angles, tree_correlation

__all__ = ["DEEPEST", "TreeMessages", "tree_angles", "tree_correlation"]
