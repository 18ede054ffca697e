"""Identical jobs: results that answer a submission, and jobs that it joins."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, or_, select

from hybridq.service.queue.reading import OF_TENANT
from hybridq.service.queue.records import JOINED, Plain, State, saved
from hybridq.service.store.tables import JOBS

_IS_LEADING = and_(JOBS.c.state < State.COMPLETED, JOBS.c.joined_to.is_(None), JOBS.c.cancel == 0)
_IS_DONE = and_(JOBS.c.state == State.COMPLETED, JOBS.c.result.is_not(None))
_SAME = (
    select(JOBS.c.id, JOBS.c.state, JOBS.c.started, JOBS.c.result, JOBS.c.usage)
    .where(OF_TENANT, JOBS.c.digest == bindparam("same"), or_(_IS_LEADING, _IS_DONE))
    .order_by(JOBS.c.state)
    .limit(1)
)
_SEEN = (
    select(JOBS.c.digest)
    .distinct()
    .where(OF_TENANT, JOBS.c.digest.in_(bindparam("digests", expanding=True)))
)
_SAME_LOCKED = _SAME.with_for_update()


def answered_by(connection: Connection, tenant: str, digest: bytes | None) -> str:
    """Return the source that a job with this digest would have now."""
    if digest is None:
        return "computed"
    return str(_reused(connection, tenant, digest, 0.0, query=_SAME).get("source", "computed"))


def look_up(
    connection: Connection, tenant: str, digests: Collection[bytes], now: float
) -> dict[bytes, Plain]:
    """Return what differs for a job of each digest, {} without an identical one.

    A job that waits or runs is locked, so that it does not end before another has joined it.
    """
    found: dict[bytes, Plain] = {each: {} for each in digests}
    if len(digests) > 1:  # of a list, most are new
        asked = {"tenant_name": tenant, "digests": list(digests)}
        digests = [bytes(each) for each in connection.execute(_SEEN, asked).scalars()]
    return found | {each: _reused(connection, tenant, each, now) for each in digests}


def _reused(
    connection: Connection,
    tenant: str,
    digest: bytes,
    now: float,
    query: Select[Any] = _SAME_LOCKED,
) -> Plain:
    """Return the values that differ where an identical job has ended, waits or runs."""
    same = connection.execute(query, {"tenant_name": tenant, "same": digest}).first()
    if same is None:
        return {}
    if same.state < State.COMPLETED:
        return joined(same.id, same.state, same.started)
    return {
        "state": State.COMPLETED,
        "started": now,
        "ended": now,
        "result": same.result,
        "source": "cache",
        "usage": json.dumps(saved(json.loads(same.usage or "{}"))),
    }


def joined(leader: str, state: int, started: float | None) -> Plain:
    """Return the values that differ where a job joins another one."""
    return {
        "state": state,
        "started": started,
        "joined_to": leader,
        "source": f"{JOINED}{leader}",
    }
