"""Outbox of webhooks: notices of ended jobs, written as the jobs end."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from hybridq.service.queue.records import State, new_id
from hybridq.service.queue.sharing import Share
from hybridq.service.store.tables import DELIVERIES, WEBHOOKS

DELAYS = (5.0, 30.0, 120.0, 600.0, 3600.0, 10_800.0, 43_200.0)
"""Seconds from a failed attempt to the next one; after the last the notice is given up."""

LEASE_SECONDS = 30.0
"""Seconds after which an attempt counts as failed whose server has died."""

KEPT_SECONDS = 7 * 86_400.0
"""Seconds for which notices that were given up are counted."""

MOST_OPEN = 10_000
"""Notices of a webhook that may wait; later ones are dropped."""

_JITTER = 0.2  # share of a delay by which it is drawn longer
_INSERT = DELIVERIES.insert()
_LONGEST_ERROR = 200


@dataclass(frozen=True)
class Delivery:
    """A notice to be delivered.

    Attributes:
        id: identifier, the same in every attempt.
        webhook: that of its webhook.
        url: where it goes.
        body: JSON text.
        attempts: number of attempts with the present one.
    """

    id: str
    webhook: str
    url: str
    body: str
    attempts: int


def announce(
    connection: Connection, share: Share, jobs: Sequence[str], state: State, now: float
) -> None:
    """Write the ends of jobs to the outbox of each webhook of the tenant."""
    if not jobs:
        return
    waiting = (
        select(func.count())
        .where(DELIVERIES.c.webhook == WEBHOOKS.c.id, DELIVERIES.c.due.is_not(None))
        .scalar_subquery()
    )
    hooks = connection.execute(
        select(WEBHOOKS.c.id).where(WEBHOOKS.c.tenant == share.name, waiting < MOST_OPEN)
    ).scalars()
    time = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    rows = []
    for hook in hooks:
        for job in jobs:
            data = {"id": job, "status": state.word}
            body = json.dumps({"type": f"job.{state.word}", "timestamp": time, "data": data})
            rows.append({"id": new_id(), "webhook": hook, "body": body, "attempts": 0, "due": now})
    if rows:
        connection.execute(_INSERT, rows)


def is_any_due(connection: Connection, now: float) -> bool:
    """Return whether some notice could be claimed."""
    query = select(DELIVERIES.c.id).where(DELIVERIES.c.due <= now).limit(1)
    return connection.execute(query).first() is not None


def claim(connection: Connection, now: float, without: Collection[str]) -> Delivery | None:
    """Claim the notice that has been due for the longest time; None if there is none.

    Args:
        connection: a transaction.
        now: the time.
        without: webhooks that have enough attempts at present.
    """
    found = connection.execute(
        select(DELIVERIES, WEBHOOKS.c.url)
        .join(WEBHOOKS, DELIVERIES.c.webhook == WEBHOOKS.c.id)
        .where(DELIVERIES.c.due <= now, DELIVERIES.c.webhook.not_in(without))
        .order_by(DELIVERIES.c.due, DELIVERIES.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=DELIVERIES)
    ).first()
    if found is None:
        return None
    attempts = found.attempts + 1
    connection.execute(
        DELIVERIES.update()
        .where(DELIVERIES.c.id == found.id)
        .values(attempts=attempts, due=now + LEASE_SECONDS)
    )
    return Delivery(found.id, found.webhook, found.url, found.body, attempts)


def settle(connection: Connection, delivery: Delivery, now: float, error: str | None) -> None:
    """Delete a delivered notice, or plan the next attempt, if there is one."""
    if error is None:
        connection.execute(DELIVERIES.delete().where(DELIVERIES.c.id == delivery.id))
    else:
        due = None
        if delivery.attempts <= len(DELAYS):
            delay = DELAYS[delivery.attempts - 1]
            due = now + delay * (1.0 + _JITTER * random.random())
        connection.execute(
            DELIVERIES.update()
            .where(DELIVERIES.c.id == delivery.id, DELIVERIES.c.attempts == delivery.attempts)
            .values(due=due)
        )
    connection.execute(
        WEBHOOKS.update()
        .where(WEBHOOKS.c.id == delivery.webhook)
        .values(error=None if error is None else error[:_LONGEST_ERROR])
    )


def forget(connection: Connection, now: float) -> None:
    """Delete notices that were given up long ago."""
    # Identifiers begin with the time.
    first = f"{int((now - KEPT_SECONDS) * 1000):012x}"
    old = f"{first[:8]}-{first[8:]}"
    connection.execute(DELIVERIES.delete().where(DELIVERIES.c.due.is_(None), DELIVERIES.c.id < old))
