"""Contract of optimizers, checked on a function of known minimum."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
from numpy.typing import NDArray

from hybridq.optimizers import Optimizer, minimize
from hybridq.testing.contract import close, require

_BUDGET = 40
_MINIMUM = np.array([0.3, -0.2])


class _Bowl:
    """A quadratic function with gradient, and the values that it returned."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def __call__(self, x: NDArray[np.float64]) -> float:
        value = float(((x - _MINIMUM) ** 2).sum())
        self.seen.append(value)
        return value

    def value_and_gradient(self, x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the value and its derivatives."""
        return self(x), 2.0 * (np.asarray(x) - _MINIMUM)


def check_optimizer(optimizer: Optimizer) -> None:
    """Raise unless a configured optimizer keeps the promises of the search.

    Checked are: the declared names; it is a frozen dataclass that pickles; it stays within its
    budget; the result is the best value of the search; it improves on the start; the same seed
    gives the same search; with bounds it evaluates inside them.

    Args:
        optimizer: configured, for a function that has values and gradients.

    Raises:
        ContractError: a promise is broken.
    """
    name = type(optimizer).__name__
    for promise in ("name", "summary", "cost"):
        text = getattr(optimizer, promise, None)
        require(isinstance(text, str) and bool(text), f"{name}.{promise} must be a text")
    require(dataclasses.is_dataclass(optimizer), f"{name} must be a dataclass")
    require(pickle.loads(pickle.dumps(optimizer)) == optimizer, f"{name} changes when pickled")
    bounds = np.array([[-1.0, 1.0], [-1.0, 1.0]])
    start = np.array([0.9, 0.8])
    points: list[NDArray[np.float64]] = []
    runs = []
    for _ in range(2):
        bowl = _Bowl()
        solution = minimize(
            bowl,
            start,
            method=optimizer,
            bounds=bounds if optimizer.takes_bounds else None,
            max_evaluations=_BUDGET,
            rng=7,
            callback=lambda record: points.append(np.array(record.best_x)),
        )
        require(
            len(bowl.seen) <= _BUDGET and solution.evaluations <= _BUDGET,
            f"{name}: {len(bowl.seen)} evaluations, the budget is {_BUDGET}",
        )
        require(
            close(solution.value, min(bowl.seen)),
            f"{name}: value {solution.value}, but {min(bowl.seen)} was seen",
        )
        require(solution.value < bowl.seen[0], f"{name}: no better than its start")
        runs.append(bowl.seen)
    require(runs[0] == runs[1], f"{name}: another search with the same seed")
    if optimizer.takes_bounds:
        inside = all((bounds[:, 0] <= x).all() and (x <= bounds[:, 1]).all() for x in points)
        require(inside, f"{name}: the best point is outside the bounds")
