"""Ends of jobs: fenced, once, and together with the identical jobs that joined."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from hybridq.core.errors import HybridqError, OutputError
from hybridq.service.queue import outbox
from hybridq.service.queue.claiming import FACTS, held
from hybridq.service.queue.records import JOINED, MOST_DEATHS, Claimed, Outcome, State, saved
from hybridq.service.queue.sharing import Share, account, locked
from hybridq.service.store.tables import JOBS, PICTURES, RESULTS, TAGS

# Statements are built once: that takes longer than SQLite takes to run them.
_INSERT_RESULT = RESULTS.insert()
_INSERT_PICTURE = PICTURES.insert()
_ENDED = JOBS.update().values(
    state=bindparam("to"),
    ended=bindparam("now"),
    lease=None,
    error=bindparam("reason"),
    result=bindparam("body"),
    usage=bindparam("work"),
    revision=JOBS.c.revision + 1,
)
_END = _ENDED.where(JOBS.c.id == bindparam("job"))
_END_JOINED = _ENDED.where(JOBS.c.joined_to == bindparam("job"), JOBS.c.state < State.COMPLETED)


@dataclass(frozen=True)
class Effect:
    """Change of other tables by a completed job.

    Attributes:
        apply: takes a transaction, the row of the job, its outcome and the time; returns the
            outcome.
        needs_start: whether it concerns only jobs that begin with a model.
    """

    apply: Callable[[Connection, Row[Any], Outcome, float], Outcome]
    needs_start: bool = False


def finish(
    connection: Connection,
    claimed: Claimed,
    outcome: Outcome,
    now: float,
    effect: Effect | None = None,
) -> bool:
    """End a job; return False if the worker does not hold it any more.

    Args:
        connection: a durable transaction.
        claimed: the job, as this worker claimed it.
        outcome: its end.
        now: the time.
        effect: of a completed job. Where it refuses, the job fails.
    """
    share = locked(connection, claimed.tenant)
    row = held(connection, claimed)
    if row is None or share is None:
        return False
    if outcome.usage:
        seconds, circuits = outcome.usage.get("cpu_seconds"), int(outcome.usage.get("circuits", 0))
        account(connection, share, now, cost=row.cost, seconds=seconds, circuits=circuits)
    if effect is not None and effect.needs_start and row.start is None:
        effect = None
    if effect is not None and outcome.state is State.COMPLETED:
        try:
            with connection.begin_nested():
                outcome = effect.apply(connection, row, outcome, now)
        except OutputError:
            raise
        except HybridqError as error:
            reason = {"code": "invalid_request", "detail": str(error)}
            outcome = Outcome(State.FAILED, error=reason, usage=outcome.usage, reusable=False)
    _end(connection, share, row, outcome, now)
    return True


def release(connection: Connection, claimed: Claimed, now: float, *, died: bool) -> State | None:
    """Return a running job to the queue, or end it: cancelled, or died too often.

    Args:
        connection: a durable transaction.
        claimed: the job, as its worker claimed it.
        now: the time.
        died: whether the process died, as opposed to a server that shuts down.

    Returns:
        the job's new state; None if the worker does not hold it any more.
    """
    share = locked(connection, claimed.tenant)
    row = held(connection, claimed)
    if row is None or share is None:
        return None
    if row.cancel:
        _end(connection, share, row, Outcome(State.CANCELLED), now)
        return State.CANCELLED
    deaths = row.deaths + died
    if deaths >= MOST_DEATHS:
        error = {
            "code": "worker_died",
            "detail": f"{deaths} processes died over this job; too little memory is the most "
            "frequent cause",
        }
        _end(connection, share, row, Outcome(State.FAILED, error=error), now)
        return State.FAILED
    waiting = {"state": State.QUEUED, "started": None, "revision": JOBS.c.revision + 1}
    connection.execute(
        JOBS.update()
        .where(JOBS.c.id == row.id)
        .values(worker=None, lease=None, deaths=deaths, **waiting)
    )
    connection.execute(
        JOBS.update()
        .where(JOBS.c.joined_to == row.id, JOBS.c.state == State.RUNNING)
        .values(**waiting)
    )
    return State.QUEUED


def cancel(connection: Connection, tenant: str, job: str, now: float) -> bool:
    """Cancel a waiting job, or request that of a running one; False if unknown.

    Jobs that joined it are not cancelled: the first of them takes its place.
    """
    share = locked(connection, tenant)
    row = connection.execute(
        select(*FACTS).where(JOBS.c.id == job, JOBS.c.tenant == tenant).with_for_update()
    ).first()
    if row is None or share is None:
        return False
    if row.state == State.QUEUED or (row.state == State.RUNNING and row.joined_to):
        _end(connection, share, row, Outcome(State.CANCELLED), now)
    elif row.state == State.RUNNING and not row.cancel:
        connection.execute(
            JOBS.update().where(JOBS.c.id == job).values(cancel=1, revision=JOBS.c.revision + 1)
        )
    return True


def delete(connection: Connection, tenant: str, job: str) -> bool | None:
    """Delete an ended job; return False if it has not ended, None if it is unknown."""
    locked(connection, tenant)
    row = connection.execute(
        select(JOBS.c.state, JOBS.c.result)
        .where(JOBS.c.id == job, JOBS.c.tenant == tenant)
        .with_for_update()
    ).first()
    if row is None or not State(row.state).is_final:
        return None if row is None else False
    connection.execute(TAGS.delete().where(TAGS.c.job == job))
    connection.execute(JOBS.delete().where(JOBS.c.id == job))
    if row.result is not None:
        same = select(JOBS.c.id).where(JOBS.c.result == row.result)
        if connection.execute(same).first() is None:
            connection.execute(PICTURES.delete().where(PICTURES.c.result == row.result))
            connection.execute(RESULTS.delete().where(RESULTS.c.id == row.result))
    return True


def _end(connection: Connection, share: Share, row: Row[Any], outcome: Outcome, now: float) -> None:
    """Write the end of a job, and of those that joined it; announce it to webhooks."""
    if share.webhooks:
        ended = [row.id]
        if outcome.state is not State.CANCELLED and row.digest is not None:
            same = select(JOBS.c.id).where(
                JOBS.c.joined_to == row.id, JOBS.c.state < State.COMPLETED
            )
            ended += connection.execute(same).scalars()
        outbox.announce(connection, share, ended, outcome.state, now)
    values: dict[str, Any] = {
        "job": row.id,
        "to": outcome.state,
        "now": now,
        "reason": None if outcome.error is None else json.dumps(dict(outcome.error)),
        "body": None,
        "work": json.dumps(dict(outcome.usage)),
    }
    if outcome.result is not None:
        connection.execute(
            _INSERT_RESULT, {"id": row.id, "body": outcome.result, "report": outcome.report}
        )
        for each in outcome.pictures:
            connection.execute(_INSERT_PICTURE, {"result": row.id, **vars(each)})
        values["body"] = row.id
    if not outcome.reusable:
        same = (JOBS.c.id == row.id) | (JOBS.c.joined_to == row.id)
        connection.execute(JOBS.update().where(same).values(digest=None))
    connection.execute(_END, values)
    if outcome.shape is not None or outcome.source is not None:
        further = {"shape": outcome.shape, "source": outcome.source or row.source}
        connection.execute(JOBS.update().where(JOBS.c.id == row.id).values(**further))
    if outcome.state is State.CANCELLED:
        _replace(connection, row)
    elif row.digest is not None:  # others may have joined it
        connection.execute(_END_JOINED, {**values, "work": json.dumps(saved(dict(outcome.usage)))})


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
