"""Admission: quotas, idempotency, reuse of results, and joining of identical jobs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select

from hybridq.core.errors import ParameterError
from hybridq.service.queue.records import (
    PRIORITIES,
    QuotaError,
    RepeatedKeyError,
    State,
    Submission,
    new_id,
    saved,
)
from hybridq.service.queue.sharing import SET_VIRTUAL, locked, virtual_time
from hybridq.service.store.tables import IDEMPOTENCY, JOBS, TAGS

KEPT_SECONDS = 2 * 86_400.0
"""Seconds for which idempotency keys are remembered."""

WAITING = and_(JOBS.c.state == State.QUEUED, JOBS.c.joined_to.is_(None))
"""Condition of a job that a worker may claim."""


# Statements are built once: that takes longer than SQLite takes to run them.
_OF_TENANT = JOBS.c.tenant == bindparam("tenant_name")
_SAME = (_OF_TENANT, JOBS.c.digest == bindparam("same"))
_COUNT_WAITING = select(func.count()).select_from(JOBS).where(_OF_TENANT, WAITING)
# The lock of a leader keeps its end apart from the insertion of a job that joins it.
_LEADER = (
    select(JOBS.c.id, JOBS.c.state, JOBS.c.started)
    .where(*_SAME, JOBS.c.state < State.COMPLETED, JOBS.c.joined_to.is_(None), JOBS.c.cancel == 0)
    .with_for_update()
)
_DONE = (
    select(JOBS.c.result, JOBS.c.usage)
    .where(*_SAME, JOBS.c.state == State.COMPLETED, JOBS.c.result.is_not(None))
    .order_by(JOBS.c.id)
    .limit(1)
)
_REPEATED = select(IDEMPOTENCY.c.fingerprint, IDEMPOTENCY.c.jobs).where(
    IDEMPOTENCY.c.tenant == bindparam("tenant_name"), IDEMPOTENCY.c.key == bindparam("name")
)
_INSERT_JOB, _INSERT_TAGS, _INSERT_KEY = JOBS.insert(), TAGS.insert(), IDEMPOTENCY.insert()


@dataclass(frozen=True)
class Repeatable:
    """An idempotency key of a client, and the digest of the request that it came with."""

    key: str
    fingerprint: bytes


def submit(
    connection: Connection,
    tenant: str,
    submissions: Sequence[Submission],
    now: float,
    repeatable: Repeatable | None = None,
) -> list[str]:
    """Insert all of the jobs, or none; return their identifiers.

    A submission with the digest of a completed job is completed at once, with the same result. One
    with the digest of a job that waits or runs joins it, and ends when it ends.

    Args:
        connection: a durable transaction.
        tenant: owner of the jobs.
        submissions: the jobs.
        now: the time.
        repeatable: a key under which the same request returns the same jobs.

    Raises:
        QuotaError: too many jobs of the tenant would wait.
        RepeatedKeyError: the key came with another request before.
        ParameterError: the tenant does not exist.
    """
    share = locked(connection, tenant)
    if share is None:
        raise ParameterError(
            argument="tenant", value=tenant, expected="an existing tenant", remedy="add a key first"
        )
    if repeatable is not None and (known := _repeated(connection, tenant, repeatable)) is not None:
        return known
    waiting = connection.execute(_COUNT_WAITING, {"tenant_name": tenant}).scalar_one()
    if not waiting:  # time that passed without work gives no credit
        start = max(share.virtual, virtual_time(connection))
        if start > share.virtual:
            connection.execute(SET_VIRTUAL, {"tenant_name": tenant, "to": start})
    ids = []
    for each in submissions:
        values = _values(tenant, each, now)
        values |= _reused(connection, tenant, each.digest, now)
        if values["state"] == State.QUEUED and values["joined_to"] is None:
            waiting += 1
            if waiting > share.most_queued:
                raise QuotaError(
                    f"{share.most_queued:,} jobs of the tenant may wait at a time",
                    remedy="wait until some have ended, or cancel some",
                )
        connection.execute(_INSERT_JOB, values)
        if each.tags:
            rows = [{"tenant": tenant, "tag": tag, "job": values["id"]} for tag in each.tags]
            connection.execute(_INSERT_TAGS, rows)
        ids.append(values["id"])
    if repeatable is not None:
        connection.execute(
            _INSERT_KEY,
            {
                "tenant": tenant,
                "key": repeatable.key,
                "fingerprint": repeatable.fingerprint,
                "jobs": json.dumps(ids),
                "created": now,
            },
        )
    return ids


def answered_by(connection: Connection, tenant: str, digest: bytes | None) -> str:
    """Return the source that a job with this digest would have now."""
    return str(_reused(connection, tenant, digest, 0.0, lock=False).get("source", "computed"))


def forget_keys(connection: Connection, now: float) -> None:
    """Delete idempotency keys that are older than `KEPT_SECONDS`."""
    connection.execute(IDEMPOTENCY.delete().where(IDEMPOTENCY.c.created < now - KEPT_SECONDS))


def _values(tenant: str, submission: Submission, now: float) -> dict[str, Any]:
    """Return the row of a job that waits."""
    job = new_id()
    return {
        "id": job,
        "tenant": tenant,
        "kind": submission.kind,
        "label": submission.label,
        "tags": json.dumps(submission.tags) if submission.tags else None,
        "request": submission.request,
        "digest": submission.digest,
        "rank": PRIORITIES[-1] - submission.priority,
        "cost": submission.cost,
        "state": State.QUEUED,
        "cancel": 0,
        "revision": 1,
        "attempt": 0,
        "deaths": 0,
        "journal": job,
        "created": now,
        "source": "computed",
        "joined_to": None,
        "start": None if submission.start is None else json.dumps(dict(submission.start)),
        "circuit": submission.circuit,
        "points": submission.points,
    }


def _reused(
    connection: Connection, tenant: str, digest: bytes | None, now: float, *, lock: bool = True
) -> dict[str, Any]:
    """Return the values that differ where an identical job has ended, waits or runs."""
    if digest is None:
        return {}
    same = {"tenant_name": tenant, "same": digest}
    leader = connection.execute(_LEADER, same).first()
    if leader is not None:
        return {
            "state": leader.state,
            "started": leader.started,
            "joined_to": leader.id,
            "source": f"joined:{leader.id}",
        }
    done = connection.execute(_DONE, same).first()
    if done is None:
        return {}
    return {
        "state": State.COMPLETED,
        "started": now,
        "ended": now,
        "result": done.result,
        "source": "cache",
        "usage": json.dumps(saved(json.loads(done.usage or "{}"))),
    }


def _repeated(connection: Connection, tenant: str, repeatable: Repeatable) -> list[str] | None:
    """Return the jobs of an earlier request with the key, None if there was none."""
    row = connection.execute(_REPEATED, {"tenant_name": tenant, "name": repeatable.key}).first()
    if row is None:
        return None
    if bytes(row.fingerprint) != repeatable.fingerprint:
        raise RepeatedKeyError(
            "the idempotency key came with another request before",
            remedy="use a new key for a new request",
        )
    return [str(each) for each in json.loads(row.jobs)]
