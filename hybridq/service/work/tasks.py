"""Work of each kind of job, inside the process of a slot."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, TypeVar

from hybridq.core.errors import FormatError, ParameterError
from hybridq.service.work.chosen import engine_of, solve_arguments
from hybridq.service.work.shown import pictures_of, report_of

if TYPE_CHECKING:
    from hybridq.objectives.base import Objective
    from hybridq.optimizers import Record
    from hybridq.presentation import Result
    from hybridq.problems.base import Problem
    from hybridq.storage.journal import Journal

Plain = dict[str, Any]
Report = Callable[[Plain], None]
T = TypeVar("T")

JOURNAL_AFTER = 0.2
"""Seconds of a search after which its journal is begun."""

_REPORT_SECONDS = 0.05
_TIMED_OUT = "time limit"
_BLOCK = 256  # points between two reports


def run_task(request: Mapping[str, Any], journal: Path, report: Report) -> Plain:
    """Return a job's result as JSON text, its usage, and whether it may be reused.

    A solved problem has the sentences about it in ``report`` too, and its pictures in ``pictures``
    if they were asked for.

    Args:
        request: a checked submission.
        journal: the file of a search, which is resumed if it exists.
        report: called with the progress after each evaluation.

    Raises:
        HybridqError: the request cannot be carried out.
    """
    from hybridq.core.jit import announcing_compilation

    began = process_time()
    with announcing_compilation(lambda text: report({"stage": text})):
        done = TASKS[request["kind"]](request, journal, report)
    done["usage"]["cpu_seconds"] = process_time() - began
    return done


def _solve(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Solve a problem, and return its result as ``hybridq solve --json`` writes it."""
    from hybridq.optimizers.occasional import every
    from hybridq.solver import solve

    problem = problem_of(request["problem"])
    options = solve_arguments(request["options"])

    def progress(record: Record) -> None:
        report(
            {
                "evaluations": record.evaluation,
                "best": record.best_value if abs(record.best_value) < float("inf") else None,
                "seconds": record.seconds,
            }
        )

    def solved(journal: Journal) -> Result:
        callback = every(_REPORT_SECONDS, progress)
        return solve(problem, rng=request["seed"], journal=journal, callback=callback, **options)

    result = journaled(path, solved)
    done = {
        "result": json.dumps(result.to_dict()),
        "usage": _work(result),
        "reusable": _TIMED_OUT not in result.optimizer.status,
        "report": report_of(result),
    }
    if request.get("pictures"):
        report({"stage": "drawing"})
        done["pictures"] = pictures_of(result)
    return done


def journaled(path: Path, work: Callable[[Journal], T]) -> T:
    """Return `work(journal)`, resumed from the journal that an earlier process left.

    A search begins one after `JOURNAL_AFTER`: before that, it is begun again as fast.
    """
    from hybridq.storage.journal import Journal

    if path.exists():
        try:
            with Journal(path, resume=True, sync="never") as journal:
                return work(journal)
        except FormatError:  # damaged, or of another version: its evaluations cannot be used
            path.unlink()
    with Journal(path, sync="never", after=JOURNAL_AFTER) as journal:
        return work(journal)


def _work(result: Result) -> Plain:
    """Return the work for a result: circuits, evaluations and shots.

    An exact value takes one circuit, and so do the final samples.
    """
    found, evaluations = result.objective, result.optimizer.evaluations
    drawn = 0 if result.samples is None else result.samples.shots
    return {
        "circuits": found.get("circuits", evaluations) + (drawn > 0),
        "evaluations": evaluations,
        "shots": found.get("shots_used", 0) + drawn,
    }


def _evaluate(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Return the expectation value ⟨H⟩ of a circuit at each point.

    H is the energy that is minimized.
    """
    import numpy as np

    del path  # nothing is resumed
    points = request["points"]
    mean = _mean_of(request)
    for number, point in enumerate(points):
        _check_length(f"points[{number}]", point, mean)
    values: list[float] = []
    for start in range(0, len(points), _BLOCK):
        block = np.array(points[start : start + _BLOCK], dtype=np.float64)
        values += [float(value) for value in mean.values(block)]
        report({"evaluations": len(values), "fraction": len(values) / len(points)})
    return {
        "result": json.dumps({"values": values}),
        "usage": {"circuits": len(values), "evaluations": len(values)},
        "reusable": True,
    }


def _sample(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Return the counts of measured bits, qubit 0 first, the most frequent ones first."""
    import numpy as np

    del path, report
    mean, point, shots = _mean_of(request), request["parameters"], request["shots"]
    _check_length("parameters", point, mean)
    counts = mean.sample(np.array(point), shots, request["seed"])
    ordered = dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
    return {
        "result": json.dumps({"counts": ordered}),
        "usage": {"circuits": 1, "evaluations": 0, "shots": shots},
        "reusable": True,
    }


def _mean_of(request: Mapping[str, Any]) -> Objective:
    """Return the expectation value of the circuit that a request describes.

    Raises:
        ParameterError: the circuit has no fixed parameters.
    """
    from hybridq.ansatz.base import Ansatz
    from hybridq.objectives import Expectation
    from hybridq.solver.choices import resolve_ansatz

    options = dict(request["options"])
    engine = engine_of(options.pop("engine", "auto"), options.pop("precision", None))
    problem = problem_of(request["problem"])
    ansatz = resolve_ansatz(
        problem,
        options.pop("ansatz", None),
        p=options.pop("p", None),
        mixer=options.pop("mixer", None),
        initial="auto",
        options=options,
    )
    if not isinstance(ansatz, Ansatz):
        raise ParameterError(
            argument="ansatz", value="adapt", expected="a circuit that does not grow"
        )
    return Expectation().bind(ansatz, problem, engine=engine)


def _check_length(argument: str, point: Sequence[float], mean: Objective) -> None:
    """Raise unless a point has a number for each parameter of the circuit."""
    wanted = mean.circuit.n_params
    if len(point) != wanted:
        raise ParameterError(
            argument=argument,
            value=f"{len(point)} numbers",
            expected=f"{wanted} numbers, the parameters of the circuit",
        )


def problem_of(section: Mapping[str, Any]) -> Problem:
    """Return the problem whose content a request holds.

    Args:
        section: ``kind``, ``content`` (text, or JSON as it is), ``format``, ``name``, ``options``.
    """
    from hybridq.problems import PROBLEMS

    content = section["content"]
    text = content if isinstance(content, str) else json.dumps(content)
    return PROBLEMS[section["kind"]].from_bytes(
        text.encode(),
        source=section.get("name") or "content",
        format=section.get("format"),
        **section.get("options", {}),
    )


def _shape(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    from hybridq.service.work.isomorphic import shape_task

    return shape_task(request, path, report)


def _relabel(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    from hybridq.service.work.isomorphic import relabel_task

    return relabel_task(request, path, report)


def _learn(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    from hybridq.service.work.model_tasks import learn_task

    return learn_task(request, path, report)


def _evaluate_model(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    from hybridq.service.work.model_tasks import evaluate_task

    return evaluate_task(request, path, report)


TASKS: Mapping[str, Callable[[Mapping[str, Any], Path, Report], Plain]] = {
    "solve": _solve,
    "evaluate": _evaluate,
    "sample": _sample,
    "angles.learn": _learn,
    "models.evaluate": _evaluate_model,
    "shape": _shape,
    "relabel": _relabel,
}
"""Kinds of work; no request can ask for the last two, which find results for others."""
