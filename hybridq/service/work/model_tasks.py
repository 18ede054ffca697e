"""Work of jobs about models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.service.work.tasks import Report, problem_of

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

Plain = dict[str, Any]


def learn_task(request: Mapping[str, Any], path: Path, report: Report) -> Plain:
    """Learn angles on instances; the end of the job registers them."""
    from hybridq.angles.content import content_of
    from hybridq.strategies.transfer import learn_angles

    del path  # learned anew after a death
    sections = request["problems"]

    def problems() -> Iterator[Problem]:
        for number, section in enumerate(sections):
            report({"stage": f"instance {number + 1} of {len(sections)}"})
            yield problem_of(section)

    name, p = request["model"], request["p"]
    counts: list[int] = []
    learned = learn_angles(
        problems(),
        p,
        name=name,
        source=f"{len(sections)} instances",
        callback=lambda solution: counts.append(solution.evaluations),
    )
    provenance = {"config": {"method": "learn_angles", "p": p, "instances": len(sections)}}
    content = json.loads(content_of(learned, provenance=provenance))
    return {
        "result": json.dumps({"model": name, "content": content}),
        "usage": {"circuits": sum(counts), "executed": 0, "evaluations": sum(counts)},
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
        "usage": {"circuits": evaluations, "executed": 0, "evaluations": evaluations},
        "reusable": True,
    }
