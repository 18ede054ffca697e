"""Work of jobs about models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.service.work.tasks import Report, journaled, problem_of

if TYPE_CHECKING:
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.optimizers import Solution
    from hybridq.storage.journal import Journal

Plain = dict[str, Any]


def learn_task(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Learn angles on instances; the end of the job registers them."""
    from hybridq.angles.content import content_of
    from hybridq.strategies.transfer import learn_angles

    problems = [problem_of(section) for section in request["problems"]]
    name, p = request["model"], request["p"]
    counts: list[int] = []

    def count(solution: Solution) -> None:
        counts.append(solution.evaluations)
        report({"evaluations": sum(counts), "fraction": len(counts) / len(problems)})

    def learned_with(journal: Journal) -> LearnedAngles:
        counts.clear()
        source = f"{len(problems)} instances"
        return learn_angles(problems, p, name=name, source=source, callback=count, journal=journal)

    learned = journaled(path, learned_with)
    provenance = {"config": {"method": "learn_angles", "p": p, "instances": len(problems)}}
    content = json.loads(content_of(learned, provenance=provenance))
    return {
        "result": json.dumps({"model": name, "content": content}),
        "usage": {"circuits": sum(counts), "evaluations": sum(counts)},
        "reusable": True,
    }


def evaluate_task(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Evaluate a version on held-out instances; the end of the job stores it."""
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.solver.angle_evaluation import evaluate_angles

    del path
    sections = request["problems"]
    baseline = request["baseline"]
    found = evaluate_angles(
        LearnedAngles.from_plain(request["candidate"]),
        None if baseline is None else LearnedAngles.from_plain(baseline),
        [problem_of(section) for section in sections],
        budget=request["budget"],
        margin=request["margin"],
        report=lambda done: report({"evaluations": done, "fraction": done / len(sections)}),
    )
    sides = [row[side] for row in found["instances"] for side in ("candidate", "baseline")]
    evaluations = sum(side["evaluations"] for side in sides)
    return {
        "result": json.dumps(found),
        "usage": {"circuits": evaluations, "evaluations": evaluations},
        "reusable": True,
    }
