"""Ends of jobs as they are written, with results and joined jobs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from hybridq.service.queue import outbox, totals
from hybridq.service.queue.records import JOINED, Outcome, State, saved
from hybridq.service.queue.sharing import Share
from hybridq.service.store.tables import JOBS, PICTURES, RESULTS

# Statements are built once: that takes longer than SQLite takes to run them.
_INSERT_RESULT = RESULTS.insert()
_INSERT_PICTURE = PICTURES.insert()
_ENDED = JOBS.update().values(
    state=bindparam("to"),
    started=func.coalesce(JOBS.c.started, bindparam("began")),
    ended=bindparam("now"),
    lease=None,
    error=bindparam("reason"),
    result=bindparam("body"),
    usage=bindparam("work"),
    revision=JOBS.c.revision + 1,
)
_END = _ENDED.where(JOBS.c.id == bindparam("job"))
_END_JOINED = _ENDED.where(JOBS.c.joined_to == bindparam("job"), JOBS.c.state < State.COMPLETED)
_JOINED: Select[Any] = select(
    JOBS.c.id, JOBS.c.joined_to, JOBS.c.kind, JOBS.c.created, JOBS.c.tags, JOBS.c.source
).where(JOBS.c.joined_to.in_(bindparam("ids", expanding=True)), JOBS.c.state < State.COMPLETED)


def write_ends(
    connection: Connection, share: Share, ended: Sequence[tuple[Row[Any], Outcome]], now: float
) -> None:
    """Write and announce the ends of jobs, and of those that joined them."""
    _insert_results(connection, [(row.id, outcome) for row, outcome in ended])
    cancelled = [row for row, outcome in ended if outcome.state is State.CANCELLED]
    for row in cancelled:  # before others end, whom its joined jobs may join
        connection.execute(_END, _values(row, Outcome(State.CANCELLED), now))
        _replace(connection, row)
    others = [(row, outcome) for row, outcome in ended if outcome.state is not State.CANCELLED]
    once = [row.id for row, outcome in others if not outcome.reusable]
    if once:
        same = JOBS.c.id.in_(once) | JOBS.c.joined_to.in_(once)
        connection.execute(JOBS.update().where(same).values(digest=None))
    if others:
        connection.execute(_END, [_values(row, outcome, now) for row, outcome in others])
    for row, outcome in others:
        if outcome.shape is not None or outcome.source is not None:
            further = {"shape": outcome.shape, "source": outcome.source or row.source}
            connection.execute(JOBS.update().where(JOBS.c.id == row.id).values(**further))
    # Those that had joined a cancelled one may have joined another.
    leaders = [row.id for row, _ in others if row.has_joined or cancelled]
    joined = _joined(connection, leaders)
    for row, outcome in others:
        if row.id in joined:
            work = json.dumps(saved(dict(outcome.usage)))
            connection.execute(_END_JOINED, {**_values(row, outcome, now), "work": work})
    counted = [_counted(row, outcome, outcome.source or row.source) for row, outcome in ended]
    for row, outcome in others:
        if row.id in joined:
            reused = replace(outcome, usage=saved(dict(outcome.usage)))
            counted += [_counted(one, reused, one.source) for one in joined[row.id]]
    totals.add(connection, share.name, counted)
    if share.webhooks:
        for row, outcome in ended:
            names = [row.id, *(one.id for one in joined.get(row.id, ()))]
            outbox.announce(connection, share, names, outcome.state, now)


def _counted(row: Row[Any], outcome: Outcome, source: str) -> totals.Ended:
    """Return a job for the sums of its tenant."""
    tags = json.loads(row.tags or "[]")
    return totals.Ended(row.created, row.kind, tags, source, outcome.state, outcome.usage)


def _insert_results(connection: Connection, ended: Sequence[tuple[str, Outcome]]) -> None:
    """Insert the results of jobs, and their pictures."""
    results = [
        {"id": job, "body": outcome.result, "report": outcome.report}
        for job, outcome in ended
        if outcome.result is not None
    ]
    if results:
        connection.execute(_INSERT_RESULT, results)
    pictures = [
        {"result": job, **vars(each)} for job, outcome in ended for each in outcome.pictures
    ]
    if pictures:
        connection.execute(_INSERT_PICTURE, pictures)


def _values(row: Row[Any], outcome: Outcome, now: float) -> dict[str, Any]:
    """Return the parameters of `_END` for a job."""
    return {
        "job": row.id,
        "to": outcome.state,
        "now": now,
        "began": None if outcome.seconds is None else now - outcome.seconds,
        "reason": None if outcome.error is None else json.dumps(dict(outcome.error)),
        "body": None if outcome.result is None else row.id,
        "work": json.dumps(dict(outcome.usage)),
    }


def _joined(connection: Connection, leaders: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Return the jobs that have joined each of some others, and not ended."""
    found: dict[str, list[Row[Any]]] = {}
    if leaders:
        for row in connection.execute(_JOINED, {"ids": leaders}):
            found.setdefault(row.joined_to, []).append(row)
    return found


def _replace(connection: Connection, row: Row[Any]) -> None:
    """Give the place of a cancelled job to the first that joined it."""
    joined = (JOBS.c.joined_to == row.id, JOBS.c.state < State.COMPLETED)
    first = connection.execute(
        select(JOBS.c.id).where(*joined).order_by(JOBS.c.id).limit(1)
    ).scalar()
    if first is None:
        return
    # Another job with the digest was submitted after this one was to be cancelled.
    leader = connection.execute(
        select(JOBS.c.id, JOBS.c.state, JOBS.c.started)
        .where(
            JOBS.c.tenant == row.tenant,
            JOBS.c.digest == row.digest,
            JOBS.c.state < State.COMPLETED,
            JOBS.c.joined_to.is_(None),
            JOBS.c.cancel == 0,
        )
        .with_for_update()
    ).first()
    if leader is None:
        connection.execute(
            JOBS.update()
            .where(JOBS.c.id == first)
            .values(
                joined_to=None,
                source="computed",
                state=State.QUEUED,
                started=None,
                journal=row.journal,
                revision=JOBS.c.revision + 1,
            )
        )
    to, state, started = (first, State.QUEUED, None) if leader is None else leader
    connection.execute(
        JOBS.update()
        .where(*joined)
        .values(
            joined_to=to,
            source=f"{JOINED}{to}",
            state=state,
            started=started,
            revision=JOBS.c.revision + 1,
        )
    )
