"""Ends of jobs: fenced, once, and together with the identical jobs that joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from hybridq.core.errors import HybridqError, OutputError
from hybridq.service.queue import totals
from hybridq.service.queue.leases import FACTS, held
from hybridq.service.queue.records import (
    MOST_DEATHS,
    Claimed,
    Fence,
    Outcome,
    State,
)
from hybridq.service.queue.sharing import account, locked
from hybridq.service.queue.writing_ends import write_ends
from hybridq.service.store.tables import JOBS, PICTURES, RESULTS, TAGS


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
    tenant: str,
    ends: Sequence[tuple[Claimed, Outcome]],
    now: float,
    effects: Mapping[str, Effect],
) -> set[Fence]:
    """End jobs of one tenant; return the fences of those still held.

    Args:
        connection: a durable transaction.
        tenant: owner of the jobs.
        ends: the jobs, as their workers claimed them, and their ends.
        now: the time.
        effects: of completed jobs, by kind. Where one refuses, the job fails.
    """
    share = locked(connection, tenant)
    rows = held(connection, [claimed for claimed, _ in ends])
    ended = [
        (rows[claimed.fence], _affected(connection, rows[claimed.fence], outcome, now, effects))
        for claimed, outcome in ends
        if claimed.fence in rows
    ]
    if share is None or not ended:
        return set()
    work = [
        (row.cost, outcome.usage.get("cpu_seconds"), int(outcome.usage.get("circuits", 0)))
        for row, outcome in ended
        if outcome.usage
    ]
    if work:
        account(connection, share, now, work)
    write_ends(connection, share, ended, now)
    return set(rows)


def _affected(
    connection: Connection,
    row: Row[Any],
    outcome: Outcome,
    now: float,
    effects: Mapping[str, Effect],
) -> Outcome:
    """Apply the effect of a completed job; return its outcome."""
    effect = effects.get(row.kind)
    if effect is None or outcome.state is not State.COMPLETED:
        return outcome
    if effect.needs_start and row.start is None:
        return outcome
    try:
        with connection.begin_nested():
            return effect.apply(connection, row, outcome, now)
    except OutputError:
        raise
    except HybridqError as error:
        reason = {"code": "invalid_request", "detail": str(error)}
        return Outcome(State.FAILED, error=reason, usage=outcome.usage, reusable=False)


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
    row = held(connection, [claimed]).get(claimed.fence)
    if row is None or share is None:
        return None
    if row.cancel:
        write_ends(connection, share, [(row, Outcome(State.CANCELLED))], now)
        return State.CANCELLED
    deaths = row.deaths + died
    if deaths >= MOST_DEATHS:
        error = {
            "code": "worker_died",
            "detail": f"{deaths} processes died over this job; too little memory is the most "
            "frequent cause",
        }
        write_ends(connection, share, [(row, Outcome(State.FAILED, error=error))], now)
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
        write_ends(connection, share, [(row, Outcome(State.CANCELLED))], now)
    elif row.state == State.RUNNING and not row.cancel:
        connection.execute(
            JOBS.update().where(JOBS.c.id == job).values(cancel=1, revision=JOBS.c.revision + 1)
        )
    return True


def delete(connection: Connection, tenant: str, job: str) -> bool | None:
    """Delete an ended job; return False if it has not ended, None if it is unknown."""
    locked(connection, tenant)
    row = connection.execute(
        select(JOBS.c.state, JOBS.c.result, JOBS.c.source)
        .where(JOBS.c.id == job, JOBS.c.tenant == tenant)
        .with_for_update()
    ).first()
    if row is None or not State(row.state).is_final:
        return None if row is None else False
    totals.remove(connection, tenant, State(row.state), row.source)
    connection.execute(TAGS.delete().where(TAGS.c.job == job))
    connection.execute(JOBS.delete().where(JOBS.c.id == job))
    if row.result is not None:
        same = select(JOBS.c.id).where(JOBS.c.result == row.result)
        if connection.execute(same).first() is None:
            connection.execute(PICTURES.delete().where(PICTURES.c.result == row.result))
            connection.execute(RESULTS.delete().where(RESULTS.c.id == row.result))
    return True
