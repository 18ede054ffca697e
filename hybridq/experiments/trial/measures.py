"""Metrics and convergence of a result, comparable bit for bit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.experiments.records import Outcome, Plain

if TYPE_CHECKING:
    from hybridq.presentation import Result

POINTS = 100  # most points of a convergence curve

_TIMES = ("seconds", "seconds_total")


def metrics(result: Result) -> Plain:
    """Return the metrics of a result by flat names; absent ones are omitted.

    Of all problems: ``expectation`` (natural sign), ``reference``, ``reference_exact``,
    ``evaluations``, ``status``, ``message``, ``method`` (the optimizer),
    ``n_qubits``, ``n_params``, ``seconds`` (of the search alone). Over bits: ``ratio`` (expectation
    over the reference), ``best``, ``best_ratio``, ``p_optimum`` (the share of the samples that are
    optimal, where the optimum is proven). Of energies: ``energy``, ``error``,
    ``error_mha``, ``correlation``, and where it was measured ``measured``, ``measured_error`` (the
    standard error) and ``measured_shots``. From shots: ``shots_used``, ``circuits``. Of other
    objectives than the expectation: ``minimized``, the objective's value. On a machine:
    ``standard_error`` of the measured ``expectation``, ``predicted`` and ``ideal``, the same with
    its noise and without, ``two_qubit_gates`` and ``success`` (a run without errors) of the
    compiled circuit.
    """
    found: Plain = {
        "expectation": result.expectation,
        "evaluations": result.optimizer.evaluations,
        "status": result.optimizer.status,
        "message": result.optimizer.message,
        "method": result.optimizer.method,
        "n_qubits": result.problem.n_qubits,
        "n_params": len(result.parameters),
        "seconds": result.trace.seconds,
    }
    if result.reference is not None:
        found["reference"] = result.reference.value
        found["reference_exact"] = result.reference.exact
    if result.ratio is not None:
        found |= {"ratio": result.ratio.expectation, "best_ratio": result.ratio.best}
    if result.best is not None:
        found["best"] = result.best.value
        found["p_optimum"] = None if result.samples is None else result.samples.optimal_share
    if result.energy is not None:
        energy = result.energy
        found |= {
            "energy": result.trained,
            "error": energy.error,
            "error_mha": energy.error_mha,
            "correlation": energy.correlation_recovered,
        }
    if result.execution is not None:
        info = result.execution
        found |= {
            "standard_error": info.error,
            "predicted": info.noisy,
            "ideal": info.ideal,
            "two_qubit_gates": info.two_qubit_gates,
            "success": info.success,
        }
    if result.measured is not None:
        found |= {
            "measured": result.measured.value,
            "measured_error": result.measured.standard_error,
            "measured_shots": result.measured.shots,
        }
    for name in ("shots_used", "circuits"):
        found[name] = result.objective.get(name)
    if result.objective.get("kind") != "expectation":
        found["minimized"] = result.objective.get("value")
    return {name: _number(value) for name, value in found.items() if value is not None}


def _number(value: Any) -> Any:
    """Convert to a plain value; numbers that JSON lacks become None."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def convergence(result: Result) -> list[tuple[int, float]]:
    """Return the best minimized value so far as pairs (evaluation from 1, value).

    Values have the natural sign, as in `Trace`. The improving evaluations and the last one are
    kept, at most `POINTS` of them, at growing distances.
    """
    from hybridq.objectives import OBJECTIVES

    values = result.trace.values
    maximize = result.problem.sense == "maximize" and OBJECTIVES[result.objective["kind"]].is_energy
    best = (np.fmax if maximize else np.fmin).accumulate(values)
    seen = np.flatnonzero(np.isfinite(best))
    if not len(seen):
        return []
    improved = seen[np.concatenate([[True], np.diff(best[seen]) != 0])]
    kept = np.union1d(_thinned(improved, POINTS - 1), [len(values) - 1])
    return [(int(index) + 1, float(best[index])) for index in kept]


def _thinned(indices: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return at most `most` indices: the first, the last, and ever fewer between."""
    if len(indices) <= most:
        return indices
    chosen = np.geomspace(1, len(indices), most).round().astype(np.intp) - 1
    return indices[np.unique(chosen)]


def same_outcome(a: Outcome, b: Outcome) -> list[str]:
    """Return the differences of two outcomes of equal conditions, one a line.

    The list is empty if nothing differs. Numbers are compared bit for bit; times, memory, machines
    and versions are ignored. A search that ended by a time limit may differ for that reason alone.
    """
    instances = [outcome.provenance.get("instance") for outcome in (a, b)]
    found = []
    if instances[0] != instances[1]:
        found.append(f"the instance differs: {instances[0]}, then {instances[1]}")
    for name in {**a.metrics, **b.metrics}:
        before, after = a.metrics.get(name), b.metrics.get(name)
        if name not in _TIMES and before != after:
            found.append(f"{name}: {before!r}, then {after!r}")
    for name in ("parameters", "convergence"):
        before, after = _flat(getattr(a, name)), _flat(getattr(b, name))
        if len(before) != len(after):
            found.append(f"{name}: {len(before)} numbers, then {len(after)}")
        elif before != after:
            differ = [k for k, (x, y) in enumerate(zip(before, after, strict=True)) if x != y]
            where = f"{name}: number {differ[0]} of {len(before)}"
            found.append(f"{where} is {before[differ[0]]!r}, then {after[differ[0]]!r}")
    found += [
        f"the array {name} differs"
        for name in {**a.arrays, **b.arrays}
        if name not in a.arrays
        or name not in b.arrays
        or not np.array_equal(a.arrays[name], b.arrays[name], equal_nan=True)
    ]
    return found


def _flat(values: list[Any]) -> list[Any]:
    """Flatten numbers and pairs of numbers; a store returns pairs as lists."""
    return [n for value in values for n in (value if isinstance(value, list | tuple) else [value])]
