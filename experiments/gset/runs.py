"""One run of the study, and the store of all of them: one line of JSON each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import hybridq as hq
from experiments.finished_rows import finished_rows
from experiments.gset.graphs import Graph
from hybridq.solver.qaoa import TOLERANCE
from hybridq.strategies.base import Strategy, Task
from hybridq.strategies.precondition import Precondition
from hybridq.strategies.recursive import Recursive
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.rounding import Round
from hybridq.strategies.shared_search import SharedSearch

RESULTS = Path(__file__).parent / "results"
STORE = RESULTS / "runs.jsonl"

GREEDY, SAME_WORK, PLAIN = "greedy, γ → 0", "annealing, same work", "rounded couplings"
"""Controls: of `recursive`, of every strategy with a circuit, and of `round`."""


@dataclass(frozen=True)
class Run:
    """One finished run.

    Attributes:
        graph, method, seed: what was run; one line of the store for each.
        cut: the weight of the cut, computed anew from the graph.
        cpu: processor seconds of all threads, without compilation and reading.
        bound: the proven upper bound, of the default solve; None for other methods.
        strategy: the one that the default solve chose; empty for other methods.
        split: wall-clock seconds of the answer and of the reference with the bound, of the
            default solve; they depend on the load of the machine.
        controls: cuts of the classical controls that the strategy makes itself, by name.
        machine: date, processor and commit.
    """

    graph: str
    method: str
    seed: int
    cut: float
    cpu: float
    bound: float | None
    strategy: str
    split: tuple[float, float] | None
    controls: dict[str, float]
    machine: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, int]:
        """Graph, method and seed."""
        return self.graph, self.method, self.seed


def by_strategy(strategy: Strategy) -> Callable[[hq.MaxCut, int], dict[str, Any]]:
    """Return a method that takes the answer of a strategy, without a reference and a bound."""

    def run(problem: hq.MaxCut, seed: int) -> dict[str, Any]:
        ansatz = hq.QAOA(problem, p=1)
        first, second = np.random.default_rng(seed).spawn(2)
        search = SharedSearch(
            "l-bfgs",
            unit=energy_unit(ansatz),
            max_evaluations=30,
            tolerance=TOLERANCE,
            rng=second,
        )
        found = strategy.run(Task(ansatz, lambda a: hq.Expectation(a, problem), search, rng=first))
        assert found.found is not None
        controls = {_short(c.method): float(problem.value(c.bits)) for c in found.found.controls}
        return {"cut": float(problem.value(found.found.bits)), "controls": controls}

    return run


def default(problem: hq.MaxCut, seed: int) -> dict[str, Any]:
    """Return what `hybridq solve maxcut` answers without any option."""
    result = hq.solve(problem, rng=seed)
    assert result.best is not None
    assert result.reference is not None
    bits = problem.checked_row(result.best.bits)
    return {
        "cut": float(problem.value(bits)),
        "bound": result.reference.bound,
        "strategy": result.ansatz.get("strategy", "direct"),
        "split": (result.best.seconds or 0.0, result.reference.seconds or 0.0),
        "controls": {_short(control.method): control.value for control in result.controls},
    }


def _short(method: str) -> str:
    """Return the name of a control in the tables."""
    kinds = {"greedy": GREEDY, "simulated annealing": SAME_WORK, "the same rounding": PLAIN}
    return next(name for beginning, name in kinds.items() if method.startswith(beginning))


METHODS: dict[str, Callable[[hq.MaxCut, int], dict[str, Any]]] = {
    "default": default,
    "recursive": by_strategy(Recursive()),
    "precondition": by_strategy(Precondition()),
    "round": by_strategy(Round()),
}


def made(graph: Graph, method: str, seed: int, machine: dict[str, Any]) -> Run:
    """Make one run."""
    problem = graph.problem()
    began = time.process_time()
    found = METHODS[method](problem, seed)
    cpu = round(time.process_time() - began, 2)
    facts: dict[str, Any] = {"bound": None, "strategy": "", "split": None, "controls": {}}
    facts |= found
    if facts["split"] is not None:
        facts["split"] = tuple(round(seconds, 2) for seconds in facts["split"])
    return Run(graph.name, method, seed, cpu=cpu, machine=machine, **facts)


def append(run: Run, store: Path) -> None:
    """Write one run at the end of the store."""
    with open(store, "ab", buffering=0) as file:
        file.write(json.dumps(asdict(run), ensure_ascii=False).encode() + b"\n")


def stored(store: Path) -> list[Run]:
    """Return all finished runs; a line that a kill has torn is cut off.

    The last of several with the same key counts.
    """
    runs = {}
    for row in finished_rows(store):
        run = Run(**row | {"split": row["split"] and tuple(row["split"])})
        runs[run.key] = run
    return list(runs.values())
