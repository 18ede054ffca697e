"""Idempotency keys: the same request returns the same jobs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from hybridq.service.queue.reading import jobs
from hybridq.service.queue.records import Job, RepeatedKeyError
from hybridq.service.store.tables import IDEMPOTENCY

KEPT_SECONDS = 2 * 86_400.0
"""Seconds for which idempotency keys are remembered."""

_REPEATED = select(IDEMPOTENCY.c.fingerprint, IDEMPOTENCY.c.jobs).where(
    IDEMPOTENCY.c.tenant == bindparam("tenant_name"), IDEMPOTENCY.c.key == bindparam("name")
)
_INSERT = IDEMPOTENCY.insert()


@dataclass(frozen=True)
class Repeatable:
    """An idempotency key of a client, and the digest of the request that it came with."""

    key: str
    fingerprint: bytes


def repeated(connection: Connection, tenant: str, repeatable: Repeatable) -> list[Job] | None:
    """Return the jobs of an earlier request with the key, None if there was none.

    Raises:
        RepeatedKeyError: the key came with another request before.
    """
    row = connection.execute(_REPEATED, {"tenant_name": tenant, "name": repeatable.key}).first()
    if row is None:
        return None
    if bytes(row.fingerprint) != repeatable.fingerprint:
        raise RepeatedKeyError(
            "the idempotency key came with another request before",
            remedy="use a new key for a new request",
        )
    ids = json.loads(row.jobs)
    found = {job.id: job for job in jobs(connection, tenant, ids=ids)}
    return [found[each] for each in ids if each in found]


def remember(
    connection: Connection, tenant: str, repeatable: Repeatable, ids: Sequence[str], now: float
) -> None:
    """Store the jobs of a request under its key."""
    connection.execute(
        _INSERT,
        {
            "tenant": tenant,
            "key": repeatable.key,
            "fingerprint": repeatable.fingerprint,
            "jobs": json.dumps(ids),
            "created": now,
        },
    )


def forget_keys(connection: Connection, now: float) -> None:
    """Delete idempotency keys that are older than `KEPT_SECONDS`."""
    connection.execute(IDEMPOTENCY.delete().where(IDEMPOTENCY.c.created < now - KEPT_SECONDS))
