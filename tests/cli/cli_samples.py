"""A small graph and a result made by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hybridq.presentation import (
    Best,
    EngineInfo,
    OptimizerInfo,
    ProblemInfo,
    Ratio,
    Reference,
    Result,
    Samples,
    Trace,
)

# A square of unit weights: the largest cut, by hand, is all four edges.
SQUARE = {"nodes": ["a", "b", "c", "d"], "edges": [["a", "b"], ["b", "c"], ["c", "d"], ["d", "a"]]}


def hand_made_result(**changes: Any) -> Result:
    """The square, cut fully, at p = 1 (expected cut 3 at the best angles: closed form)."""
    result = Result(
        problem=ProblemInfo(
            kind="maxcut",
            name="square",
            n_qubits=4,
            sense="maximize",
            value_name="cut",
            facts={
                "nodes": 4,
                "edges": 4,
                "total_weight": 4.0,
                "weight_min": 1.0,
                "weight_max": 1.0,
            },
            noun="graph",
            item="node",
            size="4 nodes, 4 edges, total weight 4",
            value_scale=4.0,
            most=4.0,
            most_name="total weight",
            mean=2.0,
        ),
        ansatz={"kind": "qaoa", "n_params": 2, "p": 1},
        engine=EngineInfo("diagonal", "the cost is diagonal", "double"),
        optimizer=OptimizerInfo("l-bfgs", 12, "converged", "The gradient vanished."),
        parameters=np.array([0.7853981634, 0.3926990817]),
        expectation=3.0,
        best=Best(
            4.0,
            "0101",
            {"a": 0, "b": 1, "c": 0, "d": 1},
            answer={"Side 0": ("a", "c"), "Side 1": ("b", "d")},
        ),
        samples=Samples(1024, 1.0),
        reference=Reference(4.0, "exhaustive search", True),
        ratio=Ratio(0.75, 1.0),
        seed=7,
        seconds=0.5,
        versions={"hybridq": "0.1.0"},
        trace=Trace(
            values=np.array([2.0, 3.0]),
            sample_values=np.array([2.0, 4.0]),
            sample_counts=np.array([512, 512]),
        ),
    )
    return replace(result, **changes)


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str
