"""Effects of ended jobs on models, in the transaction that ends the job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from hybridq.angles import evaluations, versions
from hybridq.angles.content import canonical
from hybridq.angles.watching import observe
from hybridq.service.queue.ending import Effect
from hybridq.service.queue.records import Outcome


def _learned(connection: Connection, job: Row[Any], outcome: Outcome, now: float) -> Outcome:
    """Register the learned angles; the result names their version."""
    found = json.loads(outcome.result or "")
    name, content = found["model"], canonical(found["content"])
    number, _ = versions.register(
        connection, job.tenant, name, content, now, origin=f"job {job.id}"
    )
    return replace(outcome, result=json.dumps({**found, "version": number}))


def _evaluated(connection: Connection, job: Row[Any], outcome: Outcome, now: float) -> Outcome:
    """Store the evaluation; the result names it."""
    found = json.loads(outcome.result or "")
    name = json.loads(job.start)["name"]
    identifier = evaluations.add(connection, job.tenant, name, found, now)
    return replace(outcome, result=json.dumps({**found, "id": identifier}))


def _solved(connection: Connection, job: Row[Any], outcome: Outcome, now: float) -> Outcome:
    """Count a search that began with a model, and test the canary that it belongs to."""
    observe(connection, job.tenant, json.loads(outcome.result or ""), now)
    return outcome


EFFECTS: Mapping[str, Effect] = {
    "angles.learn": Effect(_learned),
    "models.evaluate": Effect(_evaluated),
    "solve": Effect(_solved, needs_start=True),
}
"""Effects of completed jobs by kind."""
