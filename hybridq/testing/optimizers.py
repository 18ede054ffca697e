"""The contract of optimizers, held against a small expectation value."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.circuits.circuit import Circuit
from hybridq.objectives import Expectation
from hybridq.operators.pauli_sum import PauliSum
from hybridq.optimizers import Optimizer, minimize
from hybridq.problems.maxcut import MaxCut
from hybridq.testing.contract import close, require

_BUDGET = 30


class _Recorded:
    """Expectation value with every capability, and a record of its values."""

    def __init__(self) -> None:
        circuit = Circuit(2).ry(0, "a").ry(1, "b").cz(0, 1)
        observable = PauliSum.from_labels({"ZI": 1.0, "IZ": 0.5})
        self._bound: Any = Expectation().bind(circuit, observable, engine="statevector")
        self.frequencies = self._bound.frequencies
        self.metric, self.fidelity = self._bound.metric, self._bound.fidelity
        self.seen: list[float] = []

    def __call__(self, x: NDArray[np.float64]) -> float:
        value = float(self._bound(x))
        self.seen.append(value)
        return value

    def value_and_gradient(self, x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the value and its derivatives."""
        value, gradient = self._bound.value_and_gradient(x)
        self.seen.append(float(value))
        return float(value), gradient


def check_optimizer(optimizer: Optimizer) -> None:
    """Hold a configured optimizer against the promises that the search relies on.

    Checked are: the declared names; it is a frozen dataclass that pickles; it keeps to its budget;
    the result is the best value that was seen; it improves on the start; the same seed gives the
    same search; with bounds it evaluates inside them; from angles of QAOA that are good already,
    the start of a solve, it does not end above them.

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
    bounds = np.array([[-np.pi, np.pi], [-np.pi, np.pi]])
    start = np.array([0.9, 0.8])
    points: list[NDArray[np.float64]] = []
    runs = []
    for _ in range(2):
        objective = _Recorded()
        solution = minimize(
            objective,
            start,
            method=optimizer,
            bounds=bounds if optimizer.takes_bounds else None,
            max_evaluations=_BUDGET,
            rng=7,
            callback=lambda record: points.append(np.array(record.best_x)),
        )
        require(
            len(objective.seen) <= _BUDGET and solution.evaluations <= _BUDGET,
            f"{name}: {len(objective.seen)} evaluations, the budget is {_BUDGET}",
        )
        require(
            close(solution.value, min(objective.seen)),
            f"{name}: value {solution.value}, but {min(objective.seen)} was seen",
        )
        require(solution.value < objective.seen[0], f"{name}: no better than its start")
        runs.append(objective.seen)
    require(runs[0] == runs[1], f"{name}: another search with the same seed")
    if optimizer.takes_bounds:
        inside = all((bounds[:, 0] <= x).all() and (x <= bounds[:, 1]).all() for x in points)
        require(inside, f"{name}: the best point is outside the bounds")
    _check_good_start(optimizer, name)


def _check_good_start(optimizer: Optimizer, name: str) -> None:
    """Raise if a search that begins near a minimum of QAOA ends above its start."""
    for p in (1, 2):
        problem = MaxCut(nx.circulant_graph(5, [1]))
        ansatz = QAOA(problem, p=p)
        objective: Any = Expectation().bind(ansatz, problem.observable, engine="statevector")
        start = ansatz.initial_point("transfer")
        box = ansatz.bounds if optimizer.takes_bounds else None
        solution = minimize(objective, start, optimizer, bounds=box, max_evaluations=_BUDGET, rng=7)
        require(
            solution.value <= float(objective(start)),
            f"{name}: from good angles of QAOA it ends above its start",
        )
