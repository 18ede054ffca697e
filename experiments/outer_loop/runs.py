"""One search of the study, and many of them in processes, written down as they end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import hybridq as hq
from experiments.finished_rows import finished_rows
from experiments.outer_loop.counted import GRADIENT, Counted, Meter
from experiments.outer_loop.design import Design, Run, optimizer
from experiments.outer_loop.instances import Instance
from hybridq.core.errors import HybridqError
from hybridq.objectives import FromShots, ParameterShift
from hybridq.optimizers import Optimizer
from hybridq.solver.qaoa import TOLERANCE
from hybridq.solver.settings import DEFAULT_OPTIMIZER
from hybridq.strategies.base import Task
from hybridq.strategies.registry import STRATEGIES
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.shared_search import SharedSearch

Vector = NDArray[np.float64]

SHOTS = 1000
SEED = 5
# Evaluations of all kinds that a method's schedule should expect, from its share of the budget.
EXECUTIONS_AN_EVALUATION = {"qn-spsa": {"exact": 5, "shots": 3}}
OFTEN_WITHOUT_GRADIENT = ("differential-evolution", "dual-annealing")


class Case:
    """An instance at a depth, with what its searches share."""

    def __init__(self, instance: Instance, p: int) -> None:
        self.instance, self.p = instance, p
        self.problem = instance.problem()
        self.ansatz = hq.QAOA(self.problem.hamiltonian, p)

    def exact(self, ansatz: Any) -> hq.Expectation:
        return hq.Expectation(ansatz, self.problem.hamiltonian, threads=1)

    @cached_property
    def own(self) -> hq.Expectation:
        """The objective of the circuit itself."""
        return self.exact(self.ansatz)

    @cached_property
    def energies(self) -> Vector:
        return self.own.simulator.energies()

    def judged(self, x: Vector) -> tuple[float, float]:
        """The approximation ratio at `x` and the probability of an optimum, both exact."""
        return self._judged(self.own, self.energies, x)

    def judged_by(self, objective: hq.Expectation, x: Vector) -> tuple[float, float]:
        """The same of another circuit."""
        return self._judged(objective, objective.simulator.energies(), x)

    def _judged(
        self, objective: hq.Expectation, energies: Vector, x: Vector
    ) -> tuple[float, float]:
        probabilities = objective.simulator.probabilities(x)
        lowest, highest = float(energies.min()), float(energies.max())
        optimal = energies <= lowest + 1e-9 * (highest - lowest)
        return float(probabilities @ energies) / lowest, float(probabilities[optimal].sum())


@lru_cache(maxsize=1)
def case_of(instance: Instance, p: int) -> Case:
    return Case(instance, p)


def search(run: Run, checkpoints: tuple[int, ...]) -> dict[str, Any]:
    """Return the results of one search as plain values.

    ``at`` holds approximation ratio and probability of an optimum at the best point that each
    number of executions had shown; from shots that is the point of the lowest estimate, judged
    exactly. `long` searches are judged at their last and at that best point, `strategy` and `solve`
    at their end.
    """
    case = case_of(run.instance, run.p)
    began = time.process_time()
    meter = Meter(run.budget)
    row: dict[str, Any] = {
        "key": run.key, "mode": run.mode, "instance": run.instance.index,
        "kind": run.instance.kind, "n": run.instance.n, "p": run.p, "start": run.start,
        "method": run.method, "budget": run.budget,
    }  # fmt: skip
    try:
        task = _task(run, case, meter)
        if run.mode == "start":
            start = task.start(case.ansatz, task.build(case.ansatz))
            return {
                **row,
                "at": rounded([case.judged(start.x)]),
                "cpu": time.process_time() - began,
            }
        found = STRATEGIES[run.method if run.mode == "strategy" else "direct"](task)
    except HybridqError as error:
        return {**row, "refused": str(error), "cpu": time.process_time() - began}
    solution = found.solution
    if run.mode in ("strategy", "solve"):
        at = [case.judged_by(case.exact(found.ansatz), solution.x)]
    elif run.mode == "long":
        assert meter.last is not None
        at = [case.judged(meter.last), case.judged(meter.best_at(run.budget))]
    else:
        at = list(_judged_at(case, meter, checkpoints))
    return {
        **row,
        "at": rounded(at),
        "spent": meter.spent,
        "evaluations": solution.evaluations,
        "gradients": solution.gradients,
        "metrics": solution.metrics,
        "status": solution.status,
        "cpu": round(time.process_time() - began, 5),
    }


def rounded(at: Iterable[tuple[float, float]]) -> list[list[float]]:
    """To what is the same on every machine."""
    return [[round(ratio, 7), round(chance, 7)] for ratio, chance in at]


def _task(run: Run, case: Case, meter: Meter) -> Task:
    """Return the task of `hybridq solve`; the search ends with the budget."""
    starts, search, shots = _streams(run)
    method = optimizer(DEFAULT_OPTIMIZER if run.mode in ("strategy", "start") else run.method)

    def build(ansatz: Any) -> Counted:
        exact = case.own if ansatz is case.ansatz else case.exact(ansatz)
        if run.mode in ("shots", "shift", "long"):
            sampled = ParameterShift if run.mode == "shift" else FromShots
            return Counted(sampled(exact, shots=SHOTS, rng=shots), meter)
        return Counted(exact, meter)

    shared = SharedSearch(
        method,
        unit=energy_unit(case.ansatz),
        max_evaluations=_evaluations(run, method, build(case.ansatz)),
        tolerance=TOLERANCE if method.name == DEFAULT_OPTIMIZER else None,
        callback=lambda record: meter.over,
        rng=search,
    )
    return Task(case.ansatz, build, shared, run.start, rng=starts)


def _streams(run: Run) -> list[np.random.Generator]:
    """For random starts, the search and the shots; the same for all searches of a circuit."""
    seeds = np.random.SeedSequence([SEED, run.instance.index, run.p])
    return [np.random.default_rng(seed) for seed in seeds.spawn(3)]


def _evaluations(run: Run, method: Optimizer, objective: Counted) -> int:
    """The evaluations that the budget allows, which a method plans its steps by."""
    if run.mode == "solve":
        return run.budget // GRADIENT
    cost = EXECUTIONS_AN_EVALUATION.get(method.name, {}).get(run.mode, 1)
    gradient = method.uses_gradient and method.name not in OFTEN_WITHOUT_GRADIENT
    if gradient and hasattr(objective, "value_and_gradient"):
        cost = objective.gradient_cost
    return max(run.budget // cost, 1)


def _judged_at(
    case: Case, meter: Meter, checkpoints: tuple[int, ...]
) -> Iterator[tuple[float, float]]:
    last: Vector | None = None
    judged = (np.nan, np.nan)
    for mark in (mark for mark in checkpoints if mark <= meter.budget):
        x = meter.best_at(mark)
        if x is not last:
            last, judged = x, case.judged(x)
        yield judged


def run_all(design: Design, store: Path, jobs: int) -> None:
    """Make the searches of `design` that are not in the file `store` yet, and add them to it.

    Each is one line of JSON, written whole when it ends: a study that was killed goes on.
    """
    done = {row["key"] for row in finished_rows(store)}
    left = [run for run in design.runs() if run.key not in done]
    # One circuit is compiled and judged in one process.
    parcels = [
        (list(runs), design.checkpoints, str(store))
        for _, runs in groupby(left, key=lambda run: (run.instance, run.p))
    ]
    print(f"{len(done)} searches are there, {len(left)} to make", flush=True)
    finished, began = 0, time.perf_counter()
    for count in _mapped(parcels, jobs):
        before, finished = finished, finished + count
        if finished * 20 // len(left) > before * 20 // len(left):
            seconds = time.perf_counter() - began
            print(f"{finished} of {len(left)} after {seconds:.0f} s", flush=True)


def _mapped(parcels: list[Any], jobs: int) -> Iterable[int]:
    if jobs == 1:
        yield from map(_work, parcels)
        return
    # A fresh interpreter each: forking a process with the threads of numba or BLAS is not safe.
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_work, parcels)


def _work(parcel: tuple[list[Run], tuple[int, ...], str]) -> int:
    runs, checkpoints, store = parcel
    with threadpool_limits(1), open(store, "ab", buffering=0) as file:
        for run in runs:
            row = search(run, checkpoints)
            file.write(json.dumps(row).encode() + b"\n")
    return len(runs)
