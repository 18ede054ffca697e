"""Results of max-cut, relabelled for isomorphic graphs and checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq._version import __version__
from hybridq.service.work.shown import report_of
from hybridq.service.work.tasks import Report, problem_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hybridq.presentation import Result
    from hybridq.problems.base import BinaryProblem

MOST_NODES = 64

Plain = dict[str, Any]


def shape_task(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Return a SHA-256 that the request shares with those of isomorphic graphs.

    It has the version, the options and invariants of the graph, without the seed; None for graphs
    of more than `MOST_NODES` nodes.
    """
    from hybridq.ansatz.training_set import shape_digest

    del path, report
    ising = _binary(request["problem"]).cost()
    shape = shape_digest(ising) if ising.n_qubits <= MOST_NODES else None
    if shape is not None:
        text = json.dumps([__version__, shape, request["options"]], sort_keys=True)
        shape = hashlib.sha256(text.encode()).hexdigest()
    return {"result": json.dumps(shape), "usage": {}, "reusable": True}


def relabel_task(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Return the result of an isomorphic graph in the labels of this one.

    The value of every assignment is computed anew, and must be the same. Without an isomorphism the
    result is null.
    """
    from hybridq.operators.isomorphism import isomorphism
    from hybridq.presentation import Result

    del path, report
    problem, other = _binary(request["problem"]), _binary(request["other"])
    order = isomorphism(other.cost(), problem.cost())
    found = None
    if order is not None:
        found = _relabelled(Result.from_json(request["result"]), problem, order)
    done: Plain = {"result": "null", "usage": {}, "reusable": True}
    if found is not None:
        done |= {"result": json.dumps(json.loads(found.to_json())), "report": report_of(found)}
    return done


def _binary(section: Mapping[str, Any]) -> BinaryProblem:
    """Return the problem of a request, over bits."""
    from hybridq.problems.base import BinaryProblem

    problem = problem_of(section)
    assert isinstance(problem, BinaryProblem)
    return problem


def _relabelled(result: Result, problem: BinaryProblem, order: NDArray[np.int64]) -> Result | None:
    """Return a result in the labels of a problem, None if some value is not the same."""
    from hybridq.solver.answers import decoded

    def carried(text: str) -> NDArray[np.uint8]:
        bits = np.empty(len(text), dtype=np.uint8)
        bits[order] = [int(bit) for bit in text]
        return bits

    def is_same(bits: NDArray[np.uint8], value: float) -> bool:
        return bool(np.isclose(problem.value(bits), value, rtol=1e-12, atol=1e-12))

    best, samples = result.best, result.samples
    if best is None or samples is None:
        return None
    pairs = [(carried(each.bits), each) for each in samples.top]
    bits = carried(best.bits)
    values = [(bits, best.value), *((row, each.value) for row, each in pairs)]
    if not all(is_same(row, value) for row, value in values):
        return None
    top = tuple(replace(each, bits="".join(map(str, row))) for row, each in pairs)
    return replace(
        result,
        problem=replace(result.problem, name=problem.name),
        best=decoded(problem, bits, best.value),
        samples=replace(samples, top=top),
    )
