"""Answers of the API: jobs as their tenants see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel

from hybridq.service.queue.records import Job


class JobView(BaseModel):
    """A job."""

    id: str
    kind: str
    status: Literal["queued", "running", "completed", "failed", "cancelled"]
    source: str
    """computed, cache (the result of an earlier job), joined:ID (that of a job that was running)
    or relabelled:ID (that of an isomorphic graph)."""

    label: str
    tags: list[str]
    priority: int
    cancel_requested: bool
    attempt: int
    position: int | None
    """Place among the tenant's waiting jobs, from 1."""

    created: str
    started: str | None
    """Time at which a slot took it; a job may run for its tenant a moment before."""

    ended: str | None
    digest: str | None
    start: dict[str, Any] | None
    """Version of the model that the search begins with, as it was at the submission."""

    progress: dict[str, Any] | None
    usage: dict[str, Any] | None
    error: dict[str, Any] | None
    links: dict[str, str]


class JobList(BaseModel):
    """Jobs, the latest first, and the cursor of the next page."""

    jobs: list[JobView]
    next: str | None = None


def view(job: Job, positions: Mapping[str, int] | None = None) -> JobView:
    """Return a job as JSON shows it."""
    path = f"/v1/jobs/{job.id}"
    return JobView(
        id=job.id,
        kind=job.kind,
        status=job.state.word,
        source=job.source,
        label=job.label,
        tags=list(job.tags),
        priority=job.priority,
        cancel_requested=job.cancel_requested,
        attempt=job.attempt,
        position=(positions or {}).get(job.id),
        created=_time(job.created) or "",
        started=_time(job.started),
        ended=_time(job.ended),
        digest=None if job.digest is None else f"sha256:{bytes(job.digest).hex()}",
        start=job.start,
        progress=job.progress,
        usage=job.usage,
        error=job.error,
        links={
            "self": path,
            "result": f"{path}/result",
            "events": f"{path}/events",
            "cancel": f"{path}/cancel",
        },
    )


def _time(seconds: float | None) -> str | None:
    """Return a time as RFC 3339 writes it, in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
