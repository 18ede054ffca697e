"""Admission: quotas, idempotency, reuse of results, and joining of identical jobs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from hybridq.core.errors import ParameterError
from hybridq.service.queue import outbox, totals
from hybridq.service.queue.claiming import present_time
from hybridq.service.queue.reading import OF_TENANT, WAITING
from hybridq.service.queue.records import (
    PRIORITIES,
    Job,
    Plain,
    QuotaError,
    State,
    Submission,
    new_id,
)
from hybridq.service.queue.repeating import Repeatable, remember, repeated
from hybridq.service.queue.reusing import joined, look_up
from hybridq.service.queue.sharing import DAY_SECONDS, SET_VIRTUAL, Share, locked
from hybridq.service.store.tables import JOBS, TAGS

# Statements are built once: that takes longer than SQLite takes to run them.
_COUNT_WAITING = select(JOBS.c.rank, func.count()).where(OF_TENANT, WAITING).group_by(JOBS.c.rank)
_INSERT_JOB, _INSERT_TAGS = JOBS.insert(), TAGS.insert()


@dataclass
class _Tenant:
    """A tenant in one transaction, which has locked it.

    Attributes:
        share: as it was locked.
        waiting: numbers of waiting jobs by rank, None where they were not counted.
        known: what differs for a job of a digest that was looked up, {} where none is known.
        answered: jobs that others have answered, to be added to the sums.
        keys: idempotency keys of its requests so far.
    """

    share: Share
    waiting: Counter[int] | None = None
    known: dict[bytes, Plain] = field(default_factory=dict)
    answered: list[totals.Ended] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


class Admission:
    """Submissions in one transaction, which share look-ups and insertions.

    Args:
        connection: a durable transaction.
        now: the time.
    """

    def __init__(self, connection: Connection, now: float) -> None:
        self._connection, self._now = connection, now
        self._tenants: dict[str, _Tenant] = {}
        self._rows: list[Plain] = []
        self._tags: list[Plain] = []

    def submit(
        self, tenant: str, submissions: Sequence[Submission], repeatable: Repeatable | None = None
    ) -> list[Job]:
        """Admit all of the jobs, or none; return them. Some are inserted by `write` only.

        A submission with the digest of a completed job is completed at once, with the same result.
        One with the digest of a job that waits or runs joins it, and ends when it ends. Where a
        submission is refused, nothing has been written for it.

        Args:
            tenant: owner of the jobs.
            submissions: the jobs.
            repeatable: a key under which the same request returns the same jobs, without those
                that have been deleted.

        Raises:
            QuotaError: too many jobs of the tenant would wait, or it has no circuits left today.
            RepeatedKeyError: the key came with another request before.
            ParameterError: the tenant does not exist.
        """
        connection, now = self._connection, self._now
        own = self._tenant(tenant)
        if repeatable is not None:
            if repeatable.key in own.keys:
                self.write()  # the jobs of the earlier request
            own.keys.add(repeatable.key)
            earlier = repeated(connection, tenant, repeatable)
            if earlier is not None:
                return earlier
        digests = {each.digest for each in submissions if each.digest is not None}
        own.known |= look_up(connection, tenant, digests - own.known.keys(), now)
        rows: list[Plain] = []
        new: list[Plain] = []
        known: dict[bytes, Plain] = {}
        for each in submissions:
            row = _values(tenant, each, now)
            rows.append(row)
            found = None if each.digest is None else known.get(each.digest, own.known[each.digest])
            if found:
                row.update(found)
                continue
            new.append(row)
            if each.digest is not None:
                known[each.digest] = joined(row["id"], State.QUEUED, None)
        places = _admitted(connection, own, new, now) if new else {}
        own.known |= known
        self._rows += rows
        self._tags += [
            {"tenant": tenant, "tag": tag, "job": row["id"]}
            for row, each in zip(rows, submissions, strict=True)
            for tag in each.tags
        ]
        ended = [
            (row, each)
            for row, each in zip(rows, submissions, strict=True)
            if row["state"] == State.COMPLETED
        ]
        own.answered += [_counted(row, each) for row, each in ended]
        if own.share.webhooks and ended:
            self.write()
            names = [row["id"] for row, _ in ended]
            outbox.announce(connection, own.share, names, State.COMPLETED, now)
        if repeatable is not None:
            remember(connection, tenant, repeatable, [row["id"] for row in rows], now)
        return [
            _job(row, each, places.get(row["id"]))
            for row, each in zip(rows, submissions, strict=True)
        ]

    def write(self) -> None:
        """Insert what was admitted, and add answered jobs to the sums of their tenants."""
        if self._rows:
            self._connection.execute(_INSERT_JOB, self._rows)
        if self._tags:
            self._connection.execute(_INSERT_TAGS, self._tags)
        self._rows, self._tags = [], []
        for name, tenant in self._tenants.items():
            if tenant.answered:
                totals.add(self._connection, name, tenant.answered)
                tenant.answered = []

    def _tenant(self, name: str) -> _Tenant:
        """Return a tenant, which is locked at its first submission.

        Raises:
            ParameterError: it does not exist.
        """
        if name not in self._tenants:
            share = locked(self._connection, name)
            if share is None:
                raise ParameterError(
                    argument="tenant",
                    value=name,
                    expected="an existing tenant",
                    remedy="add a key first",
                )
            self._tenants[name] = _Tenant(share)
        return self._tenants[name]


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
        "started": None,
        "ended": None,
        "usage": None,
        "result": None,
        "source": "computed",
        "joined_to": None,
        "start": None if submission.start is None else json.dumps(dict(submission.start)),
        "circuit": submission.circuit,
        "points": submission.points,
    }


def _check_circuits(share: Share, new: Sequence[Plain], now: float) -> None:
    """Check the circuits that a tenant may have simulated on a day.

    A job counts with its points, or with one circuit where its search decides: what runs ends also
    beyond the quota.

    Raises:
        QuotaError: too few are left today.
    """
    if share.most_circuits is None:
        return
    least, taken = sum(row["points"] or 1 for row in new), share.circuits_on(now)
    if taken + least > share.most_circuits:
        error = QuotaError(
            f"{share.most_circuits:,} circuits a day may be simulated for the tenant, {taken:,} "
            f"were today, and this takes {least:,} at least",
            remedy="submit less, or after midnight UTC",
        )
        error.seconds = DAY_SECONDS - now % DAY_SECONDS
        raise error


def _admitted(
    connection: Connection, tenant: _Tenant, new: Sequence[Plain], now: float
) -> dict[str, int]:
    """Check the quotas of a tenant for new jobs; return their places in its queue.

    Raises:
        QuotaError: too many jobs would wait, or it has no circuits left today.
    """
    share = tenant.share
    _check_circuits(share, new, now)
    if tenant.waiting is None:
        rows = connection.execute(_COUNT_WAITING, {"tenant_name": share.name})
        tenant.waiting = Counter({int(rank): int(number) for rank, number in rows})
    waiting = tenant.waiting
    if waiting.total() + len(new) > share.most_queued:
        raise QuotaError(
            f"{share.most_queued:,} jobs of the tenant may wait at a time",
            remedy="wait until some have ended, or cancel some",
        )
    if not waiting:  # time that passed without work gives no credit
        start = max(share.virtual, present_time(connection))
        if start > share.virtual:
            connection.execute(SET_VIRTUAL, {"tenant_name": share.name, "to": start})
    waiting.update(row["rank"] for row in new)
    later = Counter(row["rank"] for row in new)
    places = {}
    for row in new:
        later[row["rank"]] -= 1
        ahead = sum(number for rank, number in waiting.items() if rank <= row["rank"])
        places[row["id"]] = ahead - later[row["rank"]]
    return places


def _counted(row: Plain, submission: Submission) -> totals.Ended:
    """Return a job that another one has answered, for the sums of its tenant."""
    usage = json.loads(row["usage"])
    return totals.Ended(
        row["created"], row["kind"], submission.tags, row["source"], State.COMPLETED, usage
    )


def _job(row: Plain, submission: Submission, position: int | None) -> Job:
    """Return a job as it was inserted."""
    usage = row.get("usage")
    return Job(
        id=row["id"],
        tenant=row["tenant"],
        kind=submission.kind,
        label=submission.label,
        tags=submission.tags,
        priority=submission.priority,
        state=State(row["state"]),
        cancel_requested=False,
        revision=row["revision"],
        attempt=row["attempt"],
        created=row["created"],
        started=row.get("started"),
        ended=row.get("ended"),
        source=row["source"],
        progress=None,
        usage=None if usage is None else json.loads(usage),
        error=None,
        digest=submission.digest,
        start=None if submission.start is None else dict(submission.start),
        position=position,
    )
