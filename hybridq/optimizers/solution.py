"""What a search returns, and what it tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Status: TypeAlias = Literal[
    "converged", "max_evaluations", "time_limit", "target", "interrupted", "failed"
]


@dataclass(frozen=True, slots=True)
class Record:
    """One finished evaluation, as the callback sees it.

    Attributes:
        evaluation: which evaluation this is, counted from 1.
        x: the point, float64, shape (n,); a copy.
        value: what the objective returned there; may be NaN or infinite.
        best_value: the lowest finite value so far, infinity as long as there is none.
        best_x: where it was found, read-only, or None.
        seconds: since the search began, without compiling.
        start: which row of `x0` this evaluation belongs to, counted from 0.
        gradient: the gradient at `x`, shape (n,), where one was computed.
    """

    evaluation: int
    x: NDArray[np.float64]
    value: float
    best_value: float
    best_x: NDArray[np.float64] | None
    seconds: float
    start: int
    gradient: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Solution:
    """The best point that was seen, and how the search went.

    Attributes:
        x: the best point seen, float64, shape (n,). Without any finite value: the first start.
        value: the objective there, NaN without any finite value.
        evaluations: how often the objective was evaluated; an evaluation that also gave the
            gradient counts once.
        gradients: how many of them gave a gradient.
        status: why the search ended. ``converged``: the method's own test was met;
            ``max_evaluations``, ``time_limit``, ``target``: that limit was reached;
            ``interrupted``: by Ctrl-C or by the callback; ``failed``: no finite value, or the
            method gave up. With several starts, that of the start which won.
        message: one sentence that says the same, with advice where there is something to do.
        method: the optimizer's name.
        values: the objective at every evaluation in order, float64, shape (evaluations,).
        best_evaluation: index of the best one in `values`, -1 without any finite value.
        start: which row of `x0` it belongs to; 0 for methods that use all rows in one search.
        seconds: time of the search, without compiling.
        metrics: how often the objective's metric was asked for, beside the evaluations.
        fidelities: how often the fidelity of two of its states was.
    """

    x: NDArray[np.float64]
    value: float
    evaluations: int
    gradients: int
    status: Status
    message: str
    method: str
    values: NDArray[np.float64] = field(repr=False)
    best_evaluation: int
    start: int
    seconds: float
    metrics: int = 0
    fidelities: int = 0
