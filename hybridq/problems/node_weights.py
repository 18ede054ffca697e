"""Positive weights of the nodes of a graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.core.numbers import number
from hybridq.problems.graph_data import finite_weight
from hybridq.problems.graph_problem import GraphProblem


def positive_node_weights(problem: GraphProblem) -> NDArray[np.float64]:
    """Return the attribute ``weight`` of each node, 1 by default, shape (n_nodes,).

    Raises:
        ParameterError: a weight is not positive.
        ProblemError: it is not a finite number.
    """
    weights = []
    for label, weight in problem.graph.nodes(data="weight", default=1):
        value = finite_weight(weight, f"node {label!r}")
        if value <= 0.0:
            raise ParameterError(
                f"node {label!r} has weight {value:g}: give a positive number, or remove it"
            )
        weights.append(value)
    return np.array(weights)


def size_with_weights(text: str, weights: NDArray[np.float64]) -> str:
    """Return the size of a graph with the range of node weights that differ from 1."""
    if (weights == 1.0).all():
        return text
    return f"{text}, node weights {number(float(weights.min()))} to {number(float(weights.max()))}"
