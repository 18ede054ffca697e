"""Leases of claimed jobs, by which their workers keep them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select

from hybridq.service.queue.reading import HAS_JOINED
from hybridq.service.queue.records import Claimed, Fence, State
from hybridq.service.queue.workers import is_gone
from hybridq.service.store.tables import JOBS

# Statements are built once: that takes longer than SQLite takes to run them.
_HELD = and_(
    JOBS.c.id == bindparam("held_id"),
    JOBS.c.worker == bindparam("held_by"),
    JOBS.c.attempt == bindparam("held_attempt"),
    JOBS.c.state == State.RUNNING,
    JOBS.c.joined_to.is_(None),
)
_REPORT = JOBS.update().where(_HELD).values(progress=bindparam("now"), revision=JOBS.c.revision + 1)
_REPORT_JOINED = (
    JOBS.update()
    .where(JOBS.c.joined_to == bindparam("leader"), JOBS.c.state == State.RUNNING)
    .values(progress=bindparam("now"), revision=JOBS.c.revision + 1)
)
FACTS = [*(column for column in JOBS.c if column.name != "request"), HAS_JOINED]
"""Columns of a job without its request, which may be large, and whether others joined it."""

_CLAIMED = select(
    JOBS.c.id,
    JOBS.c.tenant,
    JOBS.c.kind,
    JOBS.c.request,
    JOBS.c.worker,
    JOBS.c.attempt,
    JOBS.c.journal,
    JOBS.c.lease,
    JOBS.c.started,
).where(JOBS.c.state == State.RUNNING, JOBS.c.joined_to.is_(None))
_LOCK_HELD = (
    select(*FACTS)
    .where(
        JOBS.c.id.in_(bindparam("ids", expanding=True)),
        JOBS.c.state == State.RUNNING,
        JOBS.c.joined_to.is_(None),
    )
    .with_for_update()
)
_BEGUN = {"started": bindparam("now"), "revision": JOBS.c.revision + 1}
_BEGIN = JOBS.update().where(_HELD, JOBS.c.started.is_(None)).values(**_BEGUN)
_BEGIN_JOINED = (
    JOBS.update()
    .where(JOBS.c.joined_to == bindparam("leader"), JOBS.c.state == State.RUNNING)
    .values(**_BEGUN)
)


def held(connection: Connection, claimed: Sequence[Claimed]) -> dict[Fence, Row[Any]]:
    """Lock and return the rows of jobs that are still held, by their fences."""
    fences = {each.fence for each in claimed}
    rows = connection.execute(_LOCK_HELD, {"ids": [each.id for each in claimed]})
    found = {(row.id, row.worker, row.attempt): row for row in rows}
    return {fence: row for fence, row in found.items() if fence in fences}


def begin(connection: Connection, claimed: Claimed, now: float) -> None:
    """Write down that a job has begun which waited at its worker."""
    if connection.execute(_BEGIN, {**_fence(claimed), "now": now}).rowcount == 1:
        connection.execute(_BEGIN_JOINED, {"leader": claimed.id, "now": now})


def renew(
    connection: Connection, worker: str, until: float, ids: Collection[str]
) -> set[tuple[str, int]]:
    """Renew the leases of a worker's jobs; return those that it holds.

    They are pairs of identifier and attempt. A job that the worker claimed without hearing of it
    is not among `ids`, so that its lease ends.
    """
    rows = connection.execute(
        JOBS.update()
        .where(
            JOBS.c.worker == worker,
            JOBS.c.id.in_(ids),
            JOBS.c.state == State.RUNNING,
            JOBS.c.joined_to.is_(None),
        )
        .values(lease=until)
        .returning(JOBS.c.id, JOBS.c.attempt)
    )
    return {(row.id, row.attempt) for row in rows}


def to_be_cancelled(connection: Connection, worker: str) -> set[tuple[str, int]]:
    """Return identifiers and attempts of the worker's jobs with a request to cancel."""
    rows = connection.execute(
        select(JOBS.c.id, JOBS.c.attempt).where(
            JOBS.c.worker == worker,
            JOBS.c.state == State.RUNNING,
            JOBS.c.joined_to.is_(None),
            JOBS.c.cancel == 1,
        )
    )
    return {(row.id, row.attempt) for row in rows}


def report(connection: Connection, claimed: Claimed, progress: Mapping[str, Any]) -> bool:
    """Store the progress of a running job, and of those that joined it.

    Returns:
        False if the worker lost it.
    """
    text = json.dumps(progress)
    if connection.execute(_REPORT, {**_fence(claimed), "now": text}).rowcount != 1:
        return False
    connection.execute(_REPORT_JOINED, {"leader": claimed.id, "now": text})
    return True


def lost(connection: Connection, now: float, job: str | None = None) -> list[tuple[Claimed, bool]]:
    """Return claimed jobs without a worker that keeps them, and whether each began.

    Their lease is over, or their worker is dead.

    Args:
        connection: a transaction.
        now: the time.
        job: only the one of this identifier.
    """
    query = _CLAIMED if job is None else _CLAIMED.where(JOBS.c.id == job)
    return [
        (Claimed(*row[:-2]), row.started is not None)
        for row in connection.execute(query)
        if row.lease <= now or is_gone(row.worker)
    ]


def _fence(claimed: Claimed) -> dict[str, Any]:
    return {
        "held_id": claimed.id,
        "held_by": claimed.worker,
        "held_attempt": claimed.attempt,
    }
