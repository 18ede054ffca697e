"""Overhead of the outer loop at each evaluation: the driver's, and each optimizer's.

    python experiments/benchmarks/driver.py [--json FILE]

The objective costs next to nothing, so all the time is overhead. Reach: under 20 microseconds an
evaluation for the driver.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from conditions import machine
from timing import alternate

from hybridq.core.errors import MissingExtraError
from hybridq.optimizers import OPTIMIZERS, minimize
from hybridq.optimizers.driver import Driver

N = 20
CALLS = 1000
# A start far enough away that no method converges within the budget of its measurement.
BUDGETS = {"optuna": 60, "cobyqa": 120, "cobyla": 400}


class Sphere:
    """Σ (1 − cos x_i) with everything that a method may ask for."""

    frequencies = ((1.0, 1),) * N

    def __call__(self, x: np.ndarray) -> float:
        return N - float(np.cos(x).sum())

    def value_and_gradient(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        return N - float(np.cos(x).sum()), np.sin(x)

    def values(self, points: np.ndarray) -> np.ndarray:
        return N - np.cos(points).sum(axis=1)

    def metric(self, x: np.ndarray, blocks: str | None = None) -> np.ndarray:
        return np.eye(N)

    def fidelity(self, x: np.ndarray, y: np.ndarray) -> float:
        return float(np.exp(-((x - y) ** 2).sum()))


def driver_overhead() -> dict[str, float]:
    """Microseconds that the driver adds to a call, by what is asked for."""
    objective, x = Sphere(), np.full(N, 0.3)
    points = np.tile(x, (32, 1))

    def driver(**settings: Any) -> Driver:
        made = Driver(objective, N, max_evaluations=10**9, **settings)
        made.begin(0, 1)
        return made

    def repeated(function: Callable[..., Any], argument: Any) -> Callable[[], None]:
        def run() -> None:
            for _ in range(CALLS):
                function(argument)

        return run

    plain, told = driver(), driver(callback=lambda record: None)
    bounded = driver(bounds=np.tile([-1.0, 1.0], (N, 1)))
    cases = {
        "value": (plain.value, x, objective),
        "value, bounds": (bounded.value, x, objective),
        "value, callback": (told.value, x, objective),
        "value and gradient": (plain.value_and_gradient, x, objective.value_and_gradient),
        "batch of 32, a row": (plain.values, points, objective.values),
    }
    added = {}
    for name, (asked, argument, bare) in cases.items():
        with_driver, without = alternate([repeated(asked, argument), repeated(bare, argument)])
        rows = len(argument) if argument.ndim == 2 else 1
        added[name] = 1e6 * (with_driver - without) / CALLS / rows
    return added


def journal_overhead() -> float:
    """Microseconds that a journal adds to an evaluation with gradient."""

    def search(journal: Path | None) -> float:
        start = time.perf_counter()
        solution = minimize(
            Sphere(), np.full(N, 2.0), "adam", tolerance=1e-300, max_evaluations=5000,
            journal=journal,
        )  # fmt: skip
        return (time.perf_counter() - start) / solution.evaluations

    with tempfile.TemporaryDirectory() as folder:
        pairs = [(search(Path(folder) / f"{k}.journal"), search(None)) for k in range(5)]
    written, plain = np.median(np.array(pairs), axis=0)
    return 1e6 * float(written - plain)


def optimizer_overhead() -> dict[str, float]:
    """Microseconds an evaluation of a whole search, by optimizer."""
    spent = {}
    for name, entry in OPTIMIZERS.items():
        try:
            entry().prepare()
        except MissingExtraError:
            continue
        budget = BUDGETS.get(name, BUDGETS["optuna"] if name.startswith("optuna") else 2000)
        bounds = [[-3.0, 3.0]] * N if entry.needs_bounds else None
        times = []
        for seed in range(3):
            start = time.perf_counter()
            solution = minimize(
                Sphere(), np.linspace(0.5, 2.5, N), name, bounds=bounds, rng=seed,
                max_evaluations=budget,
            )  # fmt: skip
            times.append((time.perf_counter() - start) / solution.evaluations)
        spent[name] = 1e6 * min(times)
    return spent


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    wishes = parser.parse_args()
    facts: dict[str, Any] = {"machine": machine("python experiments/benchmarks/driver.py")}
    facts["driver_us"] = driver_overhead()
    facts["journal_us"] = journal_overhead()
    facts["optimizer_us"] = optimizer_overhead()
    print(f"microseconds an evaluation, {N} parameters")
    for name, value in facts["driver_us"].items():
        print(f"  driver: {name:24s} {value:8.1f}")
    print(f"  journal: each evaluation with gradient {facts['journal_us']:4.1f}")
    for name, value in facts["optimizer_us"].items():
        print(f"  search: {name:24s} {value:8.0f}")
    if wishes.json:
        wishes.json.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
