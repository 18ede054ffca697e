"""Claims of jobs by workers, and the leases that keep them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, select

from hybridq.service.queue.reading import WAITING
from hybridq.service.queue.records import Claimed, State
from hybridq.service.queue.sharing import charge, locked, virtual_time
from hybridq.service.store.tables import JOBS, TENANTS

_MOST_ALIKE = 100  # jobs that are run together
_TRIES = 10  # while other servers claim the jobs of the chosen tenants


# Statements are built once: that takes longer than SQLite takes to run them.
_OTHER = JOBS.alias()
_RUNNING = (
    select(func.count())
    .select_from(_OTHER)
    .where(_OTHER.c.state == State.RUNNING, _OTHER.c.joined_to.is_(None))
)
_NEXT_TENANT = (
    select(TENANTS.c.name, TENANTS.c.virtual)
    .where(
        select(JOBS.c.id).where(JOBS.c.tenant == TENANTS.c.name, WAITING).exists(),
        _RUNNING.where(_OTHER.c.tenant == TENANTS.c.name).correlate(TENANTS).scalar_subquery()
        < TENANTS.c.most_running,
    )
    .order_by(TENANTS.c.virtual, TENANTS.c.name)
    .limit(1)
)
_FIRST = (
    select(JOBS.c.id)
    .where(
        JOBS.c.tenant == bindparam("tenant_name"),
        WAITING,
        _RUNNING.where(_OTHER.c.tenant == bindparam("tenant_name")).scalar_subquery()
        < bindparam("most_running"),
    )
    .order_by(JOBS.c.rank, JOBS.c.id)
    .limit(1)
)
_CHARGED = case((JOBS.c.cost > 0, JOBS.c.cost), else_=bindparam("typical"))
_CLAIM = (
    JOBS.update()
    .where(JOBS.c.id == _FIRST.scalar_subquery())
    .values(
        state=State.RUNNING,
        worker=bindparam("claimer"),
        attempt=JOBS.c.attempt + 1,
        lease=bindparam("until"),
        started=bindparam("now"),
        revision=JOBS.c.revision + 1,
        cost=_CHARGED,
    )
    .returning(
        JOBS.c.id,
        JOBS.c.kind,
        JOBS.c.request,
        JOBS.c.attempt,
        JOBS.c.journal,
        JOBS.c.cost,
        JOBS.c.digest,
    )
)
_START_JOINED = (
    JOBS.update()
    .where(JOBS.c.joined_to == bindparam("leader"), JOBS.c.state < State.COMPLETED)
    .values(state=State.RUNNING, started=bindparam("now"), revision=JOBS.c.revision + 1)
)
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
FACTS = [column for column in JOBS.c if column.name != "request"]
"""Columns of a job without its request, which may be large."""

_LOCK_HELD = select(*FACTS).where(_HELD).with_for_update()


def claim(connection: Connection, worker: str, now: float, lease: float) -> Claimed | None:
    """Claim the next job for a worker; None if there is none.

    It is that of the tenant with the lowest virtual time, and of the highest priority there; the
    oldest of these.

    Args:
        connection: a transaction.
        worker: name of the worker.
        now: the time.
        lease: seconds until others may take the job back, unless it is renewed.
    """
    for _ in range(_TRIES):
        tenant = _next_tenant(connection)
        if tenant is None:
            return None
        share = locked(connection, tenant)
        assert share is not None
        row = connection.execute(
            _CLAIM,
            {
                "tenant_name": tenant,
                "most_running": share.most_running,
                "claimer": worker,
                "until": now + lease,
                "now": now,
                "typical": share.typical,
            },
        ).first()
        if row is None:
            continue
        if row.digest is not None:  # others may have joined it
            connection.execute(_START_JOINED, {"leader": row.id, "now": now})
        charge(connection, share, row.cost)
        return Claimed(row.id, tenant, row.kind, row.request, worker, row.attempt, row.journal)
    return None


def claim_alike(
    connection: Connection, claimed: Claimed, now: float, lease: float, most_points: int
) -> list[Claimed]:
    """Claim further jobs of the circuit of a claimed one, to be run together with it.

    A job over which a process has died is left to run alone.

    Args:
        connection: a transaction.
        claimed: the first job; its worker gets the others.
        now: the time.
        lease: seconds until others may take the jobs back.
        most_points: the most points of all of them.
    """
    share = locked(connection, claimed.tenant)
    first = held(connection, claimed)
    if first is None or share is None or first.circuit is None or first.deaths:
        return []
    running = connection.execute(_RUNNING.where(_OTHER.c.tenant == claimed.tenant)).scalar_one()
    room = min(_MOST_ALIKE, share.most_running - running)
    alike = (JOBS.c.tenant == claimed.tenant, JOBS.c.circuit == first.circuit, WAITING)
    waiting = connection.execute(
        select(JOBS.c.id, JOBS.c.points)
        .where(*alike, JOBS.c.deaths == 0)
        .order_by(JOBS.c.rank, JOBS.c.id)
        .limit(max(0, room))
    ).all()
    chosen, points = [], first.points
    for row in waiting:
        points += row.points
        if points > most_points:
            break
        chosen.append(row.id)
    if not chosen:
        return []
    started = {"state": State.RUNNING, "started": now, "revision": JOBS.c.revision + 1}
    rows = connection.execute(
        JOBS.update()
        .where(JOBS.c.id.in_(chosen), *alike)
        .values(
            worker=claimed.worker,
            attempt=JOBS.c.attempt + 1,
            lease=now + lease,
            cost=_CHARGED,
            **started,
        )
        .returning(JOBS),
        {"typical": share.typical},
    ).all()
    connection.execute(
        JOBS.update()
        .where(JOBS.c.joined_to.in_(chosen), JOBS.c.state < State.COMPLETED)
        .values(**started)
    )
    charge(connection, share, sum(row.cost for row in rows))
    tenant, worker = claimed.tenant, claimed.worker
    return [
        Claimed(row.id, tenant, row.kind, row.request, worker, row.attempt, row.journal)
        for row in rows
    ]


def is_any_alike(connection: Connection, claimed: Claimed) -> bool:
    """Return whether another job of the circuit of a claimed one waits."""
    circuit = select(JOBS.c.circuit).where(JOBS.c.id == claimed.id).scalar_subquery()
    query = select(_OTHER.c.id).where(
        _OTHER.c.tenant == claimed.tenant,
        _OTHER.c.circuit == circuit,
        _OTHER.c.state == State.QUEUED,
        _OTHER.c.joined_to.is_(None),
    )
    return connection.execute(query.limit(1)).first() is not None


def present_time(connection: Connection) -> float:
    """Return the virtual time at which a tenant without waiting jobs returns."""
    latest, following = virtual_time(connection), connection.execute(_NEXT_TENANT).first()
    return latest if following is None else min(latest, float(following.virtual))


def is_any_ready(connection: Connection) -> bool:
    """Return whether some job could be claimed."""
    return _next_tenant(connection) is not None


def held(connection: Connection, claimed: Claimed) -> Row[Any] | None:
    """Lock and return the row of a job that its worker still holds: the fence."""
    return connection.execute(_LOCK_HELD, _fence(claimed)).first()


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


def _fence(claimed: Claimed) -> dict[str, Any]:
    return {
        "held_id": claimed.id,
        "held_by": claimed.worker,
        "held_attempt": claimed.attempt,
    }


def _next_tenant(connection: Connection) -> str | None:
    """Return the tenant whose turn it is."""
    return connection.execute(_NEXT_TENANT).scalar()
