"""Queries of a tenant's jobs; every one carries the tenant."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, tuple_

from hybridq.service.queue import totals
from hybridq.service.queue.records import PRIORITIES, Job, Picture, Plain, Solved, State
from hybridq.service.queue.sharing import DAY_SECONDS
from hybridq.service.store.tables import JOBS, PICTURES, RESULTS, TAGS, TOTALS

OF_TENANT = JOBS.c.tenant == bindparam("tenant_name")
"""Condition of a job of the tenant `tenant_name`."""

WAITING = and_(JOBS.c.state == State.QUEUED, JOBS.c.joined_to.is_(None))
"""Condition of a job that a worker may claim."""

_OTHER = JOBS.alias()
HAS_JOINED = (
    select(_OTHER.c.id)
    .where(_OTHER.c.joined_to == JOBS.c.id, _OTHER.c.state < State.COMPLETED)
    .correlate(JOBS)
    .exists()
    .label("has_joined")
)
"""Whether others have joined a job, and not ended."""

_IS_ACTIVE = JOBS.c.state < State.COMPLETED

_LEFT_OUT = (
    "request", "worker", "lease", "journal", "cost", "deaths", "result", "joined_to", "circuit",
    "points", "shape",
)  # fmt: skip
SOURCES = ("computed", "cache", "joined", "relabelled")
"""Origins of results; the last two are followed by the identifier of another job."""

_LONGEST_SOURCE = max(map(len, SOURCES))
_SHOWN = [column for column in JOBS.c if column.name not in _LEFT_OUT]

_NAMED = (
    select(*_SHOWN)
    .where(OF_TENANT, JOBS.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(JOBS.c.id.desc())
    .limit(bindparam("most"))
)
_WAITING_ONES = (
    select(JOBS.c.rank, JOBS.c.id)
    .where(OF_TENANT, JOBS.c.id.in_(bindparam("ids", expanding=True)), WAITING)
    .order_by(JOBS.c.rank, JOBS.c.id)
)
_BETWEEN = (
    select(func.count())
    .select_from(JOBS)
    .where(
        OF_TENANT,
        WAITING,
        tuple_(JOBS.c.rank, JOBS.c.id) > tuple_(bindparam("after_rank"), bindparam("after")),
        tuple_(JOBS.c.rank, JOBS.c.id) <= tuple_(bindparam("to_rank"), bindparam("to")),
    )
)


def jobs(
    connection: Connection,
    tenant: str,
    *,
    ids: Collection[str] | None = None,
    states: Collection[State] = (),
    kind: str | None = None,
    tag: str | None = None,
    created_after: float | None = None,
    before: str | None = None,
    limit: int = 100,
) -> list[Job]:
    """Return a tenant's jobs, the latest first.

    Args:
        connection: a transaction.
        tenant: their owner.
        ids: only these.
        states: only jobs in these states; in any by default.
        kind: only jobs of this kind.
        tag: only jobs with this tag.
        created_after: only jobs that were submitted after this time.
        before: only jobs that are older than this one, by its identifier.
        limit: the most jobs.
    """
    if ids is not None and not (states or kind or tag or created_after or before):
        named = {"tenant_name": tenant, "ids": list(ids), "most": limit}
        return [_job(row) for row in connection.execute(_NAMED, named)]
    query = select(*_SHOWN).where(JOBS.c.tenant == tenant).order_by(JOBS.c.id.desc()).limit(limit)
    if ids is not None:
        query = query.where(JOBS.c.id.in_(ids))
    if states:
        query = query.where(JOBS.c.state.in_(states))
    if kind is not None:
        query = query.where(JOBS.c.kind == kind)
    if tag is not None:
        tagged = select(TAGS.c.job).where(TAGS.c.tenant == tenant, TAGS.c.tag == tag)
        query = query.where(JOBS.c.id.in_(tagged))
    if created_after is not None:
        query = query.where(JOBS.c.created > created_after)
    if before is not None:
        query = query.where(JOBS.c.id < before)
    return [_job(row) for row in connection.execute(query)]


def result(connection: Connection, tenant: str, job: str) -> str | None:
    """Return the result of a job as JSON text, None where it has none."""
    return connection.execute(
        select(RESULTS.c.body)
        .join(JOBS, JOBS.c.result == RESULTS.c.id)
        .where(JOBS.c.id == job, JOBS.c.tenant == tenant)
    ).scalar()


def alike(connection: Connection, tenant: str, shape: bytes, limit: int) -> list[Solved]:
    """Return completed jobs of a shape that were computed, the latest first."""
    rows = connection.execute(
        select(JOBS.c.id, JOBS.c.request, RESULTS.c.body, JOBS.c.usage)
        .join(RESULTS, JOBS.c.result == RESULTS.c.id)
        .where(JOBS.c.tenant == tenant, JOBS.c.shape == shape, JOBS.c.source == "computed")
        .order_by(JOBS.c.id.desc())
        .limit(limit)
    )
    return [Solved(row.id, row.request, row.body, _plain(row.usage) or {}) for row in rows]


def sentences(connection: Connection, tenant: str, job: str) -> tuple[str, list[str]] | None:
    """Return the sentences about a result as JSON text, and the names of its pictures."""
    row = connection.execute(
        select(RESULTS.c.id, RESULTS.c.report)
        .join(JOBS, JOBS.c.result == RESULTS.c.id)
        .where(JOBS.c.id == job, JOBS.c.tenant == tenant, RESULTS.c.report.is_not(None))
    ).first()
    if row is None:
        return None
    names = select(PICTURES.c.name).where(PICTURES.c.result == row.id)
    return row.report, list(connection.execute(names).scalars())


def picture(connection: Connection, tenant: str, job: str, name: str) -> Picture | None:
    """Return a picture of a job's result, None where there is none of that name."""
    row = connection.execute(
        select(PICTURES.c.name, PICTURES.c.type, PICTURES.c.body)
        .join(JOBS, JOBS.c.result == PICTURES.c.result)
        .where(JOBS.c.id == job, JOBS.c.tenant == tenant, PICTURES.c.name == name)
    ).first()
    return None if row is None else Picture(row.name, row.type, bytes(row.body))


def positions(connection: Connection, tenant: str, ids: Sequence[str]) -> dict[str, int]:
    """Return the places of waiting jobs in the queue of their tenant, counted from 1."""
    found: dict[str, int] = {}
    place, before = 0, (-1, "")  # of the one before: the rows between two are read once
    for rank, job in connection.execute(_WAITING_ONES, {"tenant_name": tenant, "ids": ids}).all():
        bounds = {"after_rank": before[0], "after": before[1], "to_rank": rank, "to": job}
        place += int(connection.execute(_BETWEEN, {"tenant_name": tenant, **bounds}).scalar_one())
        found[job], before = place, (rank, job)
    return found


def counts(connection: Connection, tenant: str | None = None) -> dict[State, int]:
    """Return the number of jobs in each state, of one tenant or of all."""
    query = select(JOBS.c.state, func.count()).where(_IS_ACTIVE).group_by(JOBS.c.state)
    if tenant is not None:
        query = query.where(JOBS.c.tenant == tenant)
    active = {State(state): int(number) for state, number in connection.execute(query)}
    ended = totals.counted(connection, tenant)
    return {state: active.get(state, 0) + ended[f"state {int(state)}"] for state in State}


def sources(connection: Connection) -> dict[str, int]:
    """Return the number of jobs by their source, without the identifiers of others."""
    start = func.substr(JOBS.c.source, 1, _LONGEST_SOURCE)
    query = select(start, func.count()).where(_IS_ACTIVE).group_by(start)
    ended = totals.counted(connection)
    found = {source: ended[f"source {source}"] for source in SOURCES}
    for source, number in connection.execute(query):
        found[source.partition(":")[0]] += int(number)
    return found


def oldest_age(connection: Connection, now: float) -> float | None:
    """Return the seconds that the oldest waiting job has waited, None without one."""
    created = connection.execute(select(func.min(JOBS.c.created)).where(WAITING)).scalar()
    return None if created is None else max(0.0, now - created)


def usage(connection: Connection, tenant: str, since: float, by: str = "day") -> list[Plain]:
    """Return the work for a tenant's jobs by kind, and by day or tag, in whole days.

    A job of several tags counts for each of them. The work for deleted jobs stays.

    Jobs that were answered by others count as ``reused``; the work that they would have taken is in
    ``saved_circuits``, ``saved_cpu_seconds`` and so on.
    """
    first, is_tagged = int(since // DAY_SECONDS), by == "tag"
    found: dict[tuple[str, str], Counter[str]] = {}
    rows = connection.execute(
        select(TOTALS).where(
            TOTALS.c.tenant == tenant,
            TOTALS.c.day >= first,
            TOTALS.c.tag != "" if is_tagged else TOTALS.c.tag == "",
        )
    )
    for row in rows:
        key = (row.tag if is_tagged else _date(row.day), row.kind)
        found.setdefault(key, Counter()).update(json.loads(row.sums))
    for row in connection.execute(
        select(JOBS.c.created, JOBS.c.kind, JOBS.c.source, JOBS.c.tags)
        .where(JOBS.c.tenant == tenant, _IS_ACTIVE)
        .execution_options(yield_per=1000)
    ):
        day = int(row.created // DAY_SECONDS)
        for part in json.loads(row.tags or "[]") if is_tagged else [_date(day)]:
            if day >= first:
                work = {"jobs": 1, "reused": int(row.source != "computed")}
                found.setdefault((part, row.kind), Counter()).update(work)
    return [
        {by: part, "kind": kind, **found[part, kind]}
        for part, kind in sorted(found, reverse=not is_tagged)
    ]


def _date(day: int) -> str:
    """Return a day, counted from 1970, as text."""
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    values["priority"] = PRIORITIES[-1] - values.pop("rank")
    values["state"] = State(values["state"])
    values["cancel_requested"] = bool(values.pop("cancel"))
    values["tags"] = tuple(json.loads(values["tags"] or "[]"))
    for name in ("progress", "usage", "error", "start"):
        values[name] = _plain(values[name])
    return Job(**values)


def _plain(text: str | None) -> Plain | None:
    return None if text is None else json.loads(text)
