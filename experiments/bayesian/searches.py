"""Searches of the study: circuit executions until a share of the depth's optimum is reached.

100 max-cut instances, 3-regular graphs of 10 and 12 nodes, weighted uniformly from [0, 1) and not,
25 of each. On an instance and depth all methods begin at the same random angles.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

import hybridq as hq
from experiments.finished_rows import finished_rows
from hybridq.core.errors import MissingExtraError
from hybridq.optimizers import OPTIMIZERS, Record
from hybridq.strategies.rescaled import energy_unit, search_angles

Vector = NDArray[np.float64]

COUNT = 100
DEPTHS = (1, 2)
SHOTS = 1000
BUDGET = {1: 75, 2: 150}
"""Executions of a search by depth."""
SHARES = (0.95, 0.99)
METHODS = ("bayesian", "optuna-gp", "optuna-tpe", "cobyla", "spsa")
STARTS = ("transfer", "fixed-angles")
RANDOM_STARTS = 6
SEED = 20261130


def installed(method: str) -> bool:
    """Return whether the packages that a method needs are there."""
    try:
        OPTIMIZERS[method]().prepare()
    except MissingExtraError:
        return False
    return True


def graph(number: int) -> nx.Graph:
    """Return instance `number`: of four in a row, two of 10 and two of 12 nodes, one weighted."""
    found = nx.random_regular_graph(3, 10 if number % 2 else 12, seed=SEED + number)
    if number % 4 >= 2:
        rng = np.random.default_rng([SEED, number])
        for u, v in found.edges:
            found.edges[u, v]["weight"] = float(rng.uniform())
    return found


@dataclass(frozen=True)
class Case:
    """An instance at a depth.

    Args:
        number: of the instance.
        p: layers.
    """

    number: int
    p: int

    @cached_property
    def ansatz(self) -> hq.QAOA:
        return hq.QAOA(hq.MaxCut(graph(self.number)), p=self.p)

    @cached_property
    def exact(self) -> Any:
        return hq.Expectation(self.ansatz, hq.MaxCut(graph(self.number)).observable)

    @cached_property
    def optimum(self) -> float:
        """The lowest energy of the depth that L-BFGS finds from `auto` and from random angles."""
        rng = np.random.default_rng([SEED, self.number, self.p, 0])
        starts = [self.ansatz.initial_point("auto")]
        starts += [self.ansatz.initial_point("random", rng) for _ in range(RANDOM_STARTS)]
        found = [
            search_angles(
                self.exact, energy_unit(self.ansatz), start[np.newaxis], "l-bfgs", None, None
            )
            for start in starts
        ]
        return min(one.value for one in found)

    def share(self, x: Vector) -> float:
        """Return the exact expected cut at `x` over that at the optimum."""
        return float(self.exact(x)) / self.optimum

    def searched(self, method: str, shots: int | None) -> dict[str, Any]:
        """Search by a method, and return the executions until each share, None if not reached.

        The point of a search is that of the lowest value it has seen, which the shots may flatter;
        its share is exact. A search ends at the last share, except the one by `bayesian` from
        shots, which ends by itself; its end is returned too.
        """
        reached: dict[float, int] = {}
        seen: list[Any] = [None]
        ends_itself = method == "bayesian" and shots is not None

        def watch(record: Record) -> bool:
            if record.best_x is not None and record.best_x is not seen[0]:
                seen[0] = record.best_x
                share = self.share(record.best_x)
                for wanted in SHARES:
                    if share >= wanted:
                        reached.setdefault(wanted, record.evaluation)
            return not ends_itself and SHARES[-1] in reached

        start = self.ansatz.initial_point(
            "random", np.random.default_rng([SEED, self.number, self.p, 1])
        )
        objective = self.exact
        if shots is not None:
            objective = hq.FromShots(self.exact, shots=shots, rng=self.number)
        needs = OPTIMIZERS[method].needs_bounds
        began = time.process_time()
        solution = search_angles(
            objective, energy_unit(self.ansatz), start[np.newaxis], method,
            self.ansatz.bounds if needs else None, watch,
            max_evaluations=BUDGET[self.p], rng=self.number,
        )  # fmt: skip
        return {
            "reached": [reached.get(wanted) for wanted in SHARES],
            "evaluations": solution.evaluations,
            "status": solution.status,
            "share": round(self.share(solution.x), 6),
            "seconds": round(time.process_time() - began, 3),
        }


def rows(
    store: Path, count: int = COUNT, asked: tuple[str, ...] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield every search of the study, a row each; those in the file `store` are not made again."""
    known = {row["key"]: row for row in finished_rows(store)}
    store.parent.mkdir(parents=True, exist_ok=True)
    methods = [method for method in asked or METHODS if installed(method)]
    with store.open("ab", buffering=0) as file:
        for number in range(count):
            for p in DEPTHS:
                case = Case(number, p)
                wanted: list[tuple[str, int | None]] = [(start, None) for start in STARTS]
                wanted += [(method, shots) for method in methods for shots in (None, SHOTS)]
                for name, shots in wanted:
                    key = f"{number} p={p} {name} {shots or 'exact'}"
                    if key not in known:
                        if name in STARTS:
                            x = case.ansatz.initial_point(name)
                            found: dict[str, Any] = {"share": round(case.share(x), 6)}
                        else:
                            found = case.searched(name, shots)
                        facts = {"number": number, "p": p, "name": name, "shots": shots}
                        known[key] = {"key": key, **facts, **found}
                        file.write(json.dumps(known[key]).encode() + b"\n")
                    yield known[key]
