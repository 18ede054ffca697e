"""Claims of jobs by workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, func, select

from hybridq.service.queue.leases import held
from hybridq.service.queue.reading import HAS_JOINED, OF_TENANT, WAITING
from hybridq.service.queue.records import Claimed, State
from hybridq.service.queue.sharing import charge, locked, virtual_time
from hybridq.service.store.tables import JOBS, TENANTS

_MOST_ALIKE = 100  # jobs that are run together
_MOST_AHEAD = 16  # jobs of one claim


# Statements are built once: that takes longer than SQLite takes to run them.
_OTHER = JOBS.alias()
_RUNNING = (
    select(func.count())
    .select_from(_OTHER)
    .where(_OTHER.c.state == State.RUNNING, _OTHER.c.joined_to.is_(None))
)
_READY = (
    select(TENANTS.c.name, TENANTS.c.virtual)
    .where(
        select(JOBS.c.id).where(JOBS.c.tenant == TENANTS.c.name, WAITING).exists(),
        _RUNNING.where(_OTHER.c.tenant == TENANTS.c.name).correlate(TENANTS).scalar_subquery()
        < TENANTS.c.most_running,
    )
    .order_by(TENANTS.c.virtual, TENANTS.c.name)
    .limit(bindparam("most"))
)
_FIRST: Select[Any] = (
    select(
        JOBS.c.id,
        JOBS.c.cost,
        JOBS.c.circuit,
        JOBS.c.deaths,
        _RUNNING.where(_OTHER.c.tenant == bindparam("tenant_name"))
        .scalar_subquery()
        .label("running"),
        HAS_JOINED,
    )
    .where(OF_TENANT, WAITING)
    .order_by(JOBS.c.rank, JOBS.c.id)
    .limit(bindparam("most"))
)
_CHARGED = case((JOBS.c.cost > 0, JOBS.c.cost), else_=bindparam("typical"))
_CLAIM = (
    JOBS.update()
    .where(JOBS.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=State.RUNNING,
        worker=bindparam("claimer"),
        attempt=JOBS.c.attempt + 1,
        lease=bindparam("until"),
        started=case((JOBS.c.id == bindparam("first"), bindparam("now")), else_=None),
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
    )
)
_START_JOINED = (
    JOBS.update()
    .where(JOBS.c.joined_to.in_(bindparam("ids", expanding=True)), JOBS.c.state < State.COMPLETED)
    .values(
        state=State.RUNNING,
        started=case((JOBS.c.joined_to == bindparam("first"), bindparam("now")), else_=None),
        revision=JOBS.c.revision + 1,
    )
)


def claim(
    connection: Connection,
    worker: str,
    now: float,
    lease: float,
    *,
    first: bool = True,
    ahead: float = 0.0,
) -> list[Claimed]:
    """Claim jobs for a worker, in the order in which they start.

    They are of the tenant with the lowest virtual time: those of the highest priority there, the
    oldest of these.

    Args:
        connection: a transaction that has locked no tenant.
        worker: name of the worker.
        now: the time.
        lease: seconds until others may take the jobs back, unless they are renewed.
        first: whether the first job begins at once, whatever its length.
        ahead: seconds of work in jobs that wait at the worker until it begins them; none while
            several tenants have waiting jobs. One that may take longer, is run together with
            others, or over which a process has died is left where it is, with those behind it.
    """
    ready = connection.execute(_READY, {"most": 2}).all()
    share = locked(connection, ready[0].name) if ready else None
    if share is None:
        return []
    if len(ready) > 1:
        ahead = 0.0
    most = {"tenant_name": share.name, "most": _MOST_AHEAD if ahead else 1}
    rows = connection.execute(_FIRST, most).all()
    room = max(0, share.most_running - rows[0].running) if rows else 0
    chosen = _chosen(rows[:room], share.typical, first, ahead)
    if not chosen:
        return []
    ids = [row.id for row in chosen]
    begun = ids[0] if first else None
    values = {"now": now, "first": begun, "until": now + lease, "claimer": worker}
    found = connection.execute(_CLAIM, {**values, "ids": ids, "typical": share.typical}).all()
    leaders = [row.id for row in chosen if row.has_joined]
    if leaders:
        connection.execute(_START_JOINED, {"ids": leaders, "first": begun, "now": now})
    charge(connection, share, sum(row.cost for row in found))
    claimed = {
        row.id: Claimed(row.id, share.name, row.kind, row.request, worker, row.attempt, row.journal)
        for row in found
    }
    return [claimed[job] for job in ids]


def _chosen(rows: Sequence[Row[Any]], typical: float, first: bool, ahead: float) -> list[Row[Any]]:
    """Return the jobs to claim of the next ones of a tenant."""
    chosen: list[Row[Any]] = []
    for row in rows:
        if chosen or not first:
            ahead -= row.cost if row.cost > 0 else typical
            if ahead < 0 or row.circuit is not None or row.deaths:
                break
        chosen.append(row)
    return chosen


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
    first = held(connection, [claimed]).get(claimed.fence)
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
    latest, following = virtual_time(connection), connection.execute(_READY, {"most": 1}).first()
    return latest if following is None else min(latest, float(following.virtual))


def is_any_ready(connection: Connection) -> bool:
    """Return whether some job could be claimed."""
    return connection.execute(_READY, {"most": 1}).first() is not None
