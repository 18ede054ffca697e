"""The queue: jobs of tenants, claimed by workers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select

from hybridq.service.queue import (
    claiming,
    ending,
    leases,
    reading,
    repeating,
    reusing,
    sharing,
    submitting,
)
from hybridq.service.queue.changes import CHANNEL, Changes
from hybridq.service.queue.records import (
    Claimed,
    Fence,
    Job,
    Outcome,
    Picture,
    Plain,
    Solved,
    State,
    Submission,
)
from hybridq.service.queue.repeating import Repeatable
from hybridq.service.store.database import PROBED, Database
from hybridq.service.store.tables import JOBS, SETTINGS

LEASE_SECONDS = 60.0
"""Seconds after which a job is taken back from a worker that does not renew its lease."""

_TRIES = 10  # to claim, while other servers claim the jobs of the chosen tenants


class Queue:
    """The queue in a database that any number of servers share.

    A job is `queued`, `running`, and then `completed`, `failed` or `cancelled` for good. A worker
    claims it for `LEASE_SECONDS` and renews that; its end counts only if it still holds the job, so
    a job ends once. Methods raise `OutputError` while the database fails, and change nothing then.

    Args:
        database: the tables.
        changes: notified of every change that this process makes.
        effects: of completed jobs on other tables, by kind; in the transaction that ends the job.
    """

    def __init__(
        self,
        database: Database,
        changes: Changes | None = None,
        effects: Mapping[str, ending.Effect] | None = None,
    ) -> None:
        self.database = database
        self.changes = changes or Changes()
        self._effects = effects or {}
        self._is_busy = False  # whether the last look found a job

    def add_tenant(self, name: str, **shares: Any) -> bool:
        """Add a tenant with the shares of `sharing.add_tenant`; False if it exists."""
        with self.writing() as (connection, now):
            return sharing.add_tenant(connection, name, now, **shares)

    def change_share(self, tenant: str, **shares: float | None) -> sharing.Share | None:
        """Set weight and quotas of a tenant; see `sharing.change_share`."""
        with self.writing() as (connection, _):
            return sharing.change_share(connection, tenant, **shares)

    def submit(
        self,
        tenant: str,
        submissions: Sequence[Submission],
        repeatable: Repeatable | None = None,
    ) -> list[str]:
        """Queue all jobs or none; return their identifiers. See `Admission`."""
        about: list[str] = []
        with self.writing(about=about) as (connection, now):
            admission = submitting.Admission(connection, now)
            jobs = admission.submit(tenant, submissions, repeatable)
            admission.write()
            about += [job.id for job in jobs]
            return about

    def claim(self, worker: str) -> Claimed | None:
        """Return the next job, claimed for this worker; None if there is none to run."""
        return next(iter(self.claim_ahead(worker)), None)

    def claim_ahead(self, worker: str, ahead: float = 0.0, *, first: bool = True) -> list[Claimed]:
        """Return the next job and short ones after it, claimed; see `claiming.claim`.

        Args:
            worker: gets them.
            ahead: seconds of work in jobs that wait at the worker.
            first: whether the first job begins at once, whatever its length.
        """
        for _ in range(_TRIES):
            if not self._is_busy:  # a look that does not wait for writers
                with self.database.reading() as connection:
                    if not claiming.is_any_ready(connection):
                        break
            about: list[str] = []
            with self.writing(durable=False, about=about) as (connection, now):
                found = claiming.claim(
                    connection, worker, now, LEASE_SECONDS, first=first, ahead=ahead
                )
                about += [claimed.id for claimed in found]
                self._is_busy = len(found) > 0
            if found or not first:
                return found
        return []

    def begin(self, claimed: Sequence[Claimed]) -> None:
        """Write down that jobs have begun; see `leases.begin`."""
        about = [each.id for each in claimed]
        with self.writing(durable=False, about=about) as (connection, now):
            for each in sorted(claimed, key=lambda one: one.tenant):
                sharing.locked(connection, each.tenant)
                leases.begin(connection, each, now)

    def claim_alike(self, claimed: Claimed, most_points: int) -> list[Claimed]:
        """Claim waiting jobs of the circuit of a claimed one; see `claiming.claim_alike`."""
        with self.database.reading() as connection:
            if not claiming.is_any_alike(connection, claimed):
                return []
        with self.writing(durable=False) as (connection, now):
            return claiming.claim_alike(connection, claimed, now, LEASE_SECONDS, most_points)

    def renew(self, worker: str, ids: Collection[str]) -> set[tuple[str, int]]:
        """Renew a worker's leases of some jobs; see `leases.renew`."""
        with self.writing(durable=False, announce=False) as (connection, now):
            return leases.renew(connection, worker, now + LEASE_SECONDS, ids)

    def to_be_cancelled(self, worker: str) -> set[tuple[str, int]]:
        """Return (identifier, attempt) of the worker's jobs that are to be cancelled."""
        with self.database.reading() as connection:
            return leases.to_be_cancelled(connection, worker)

    def report(self, claimed: Claimed, progress: Mapping[str, Any]) -> bool:
        """Store the progress of a running job; return False if the worker lost it."""
        with self.writing(durable=False, about=[claimed.id]) as (connection, _):
            return leases.report(connection, claimed, progress)

    def finish(self, claimed: Claimed, outcome: Outcome) -> bool:
        """End a job; return False, without a change, if the worker lost it."""
        return self.finish_all([(claimed, outcome)])[0]

    def finish_all(self, ends: Sequence[tuple[Claimed, Outcome]]) -> list[bool]:
        """End jobs in one transaction; return for each whether its worker held it."""
        done: set[Fence] = set()
        about = [claimed.id for claimed, _ in ends]
        by_tenant: dict[str, list[tuple[Claimed, Outcome]]] = {}
        for claimed, outcome in ends:
            by_tenant.setdefault(claimed.tenant, []).append((claimed, outcome))
        with self.writing(about=about) as (connection, now):
            for tenant in sorted(by_tenant):  # locked in the same order by every server
                done |= ending.finish(connection, tenant, by_tenant[tenant], now, self._effects)
        return [claimed.fence in done for claimed, _ in ends]

    def release(self, claimed: Claimed, *, died: bool) -> State | None:
        """Return a job to the queue; see `ending.release`."""
        with self.writing() as (connection, now):
            return ending.release(connection, claimed, now, died=died)

    def take_back(self) -> int:
        """Release the jobs of workers that died; return their number."""
        with self.database.reading() as connection:
            lost = leases.lost(connection, self.database.now(connection))
        done = 0
        for claimed, _ in lost:
            with self.writing() as (connection, now):
                sharing.locked(connection, claimed.tenant)
                for still, began in leases.lost(connection, now, claimed.id):
                    if still == claimed:  # not renewed meanwhile
                        done += ending.release(connection, still, now, died=began) is not None
        return done

    def cancel(self, tenant: str, job: str) -> bool:
        """Cancel a job, or request that; return False if the tenant has no such job."""
        with self.writing() as (connection, now):
            return ending.cancel(connection, tenant, job, now)

    def delete(self, tenant: str, job: str) -> bool | None:
        """Delete an ended job; return False if it has not ended, None if it is unknown."""
        with self.writing() as (connection, _):
            return ending.delete(connection, tenant, job)

    def jobs(self, tenant: str, **filters: Any) -> list[Job]:
        """Return a tenant's jobs, the latest first; see `reading.jobs`."""
        with self.database.reading() as connection:
            return reading.jobs(connection, tenant, **filters)

    def job(self, tenant: str, job: str) -> Job | None:
        """Return a job of the tenant, None if it has no such job."""
        return next(iter(self.jobs(tenant, ids=[job])), None)

    def result(self, tenant: str, job: str) -> str | None:
        """Return the result of a job as JSON text, None where there is none."""
        with self.database.reading() as connection:
            return reading.result(connection, tenant, job)

    def sentences(self, tenant: str, job: str) -> tuple[str, list[str]] | None:
        """Return the sentences about a result as JSON, and names of its pictures."""
        with self.database.reading() as connection:
            return reading.sentences(connection, tenant, job)

    def picture(self, tenant: str, job: str, name: str) -> Picture | None:
        """Return a picture of a job's result, None where there is none of that name."""
        with self.database.reading() as connection:
            return reading.picture(connection, tenant, job, name)

    def alike(self, tenant: str, shape: bytes, limit: int) -> list[Solved]:
        """Return completed jobs of a shape; see `reading.alike`."""
        with self.database.reading() as connection:
            return reading.alike(connection, tenant, shape, limit)

    def positions(self, tenant: str, ids: Sequence[str]) -> dict[str, int]:
        """Return the places of waiting jobs in the queue of their tenant, from 1."""
        with self.database.reading() as connection:
            return reading.positions(connection, tenant, ids)

    def counts(self, tenant: str | None = None) -> dict[State, int]:
        """Return the number of jobs in each state, of one tenant or of all."""
        with self.database.reading() as connection:
            return reading.counts(connection, tenant)

    def answered_by(self, tenant: str, digest: bytes | None) -> str:
        """Return the source that a job with this digest would have now."""
        with self.database.reading() as connection:
            return reusing.answered_by(connection, tenant, digest)

    def oldest_age(self) -> float | None:
        """Return the seconds for which the oldest waiting job has waited."""
        with self.database.reading() as connection:
            return reading.oldest_age(connection, self.database.now(connection))

    def sources(self) -> dict[str, int]:
        """Return the number of jobs by their source: computed, cache, joined, relabelled."""
        with self.database.reading() as connection:
            return reading.sources(connection)

    def usage(self, tenant: str, days: int, by: str = "day") -> list[Plain]:
        """Return the work for a tenant's jobs of the last days; see `reading.usage`."""
        with self.database.reading() as connection:
            since = self.database.now(connection) - 86_400.0 * days
            return reading.usage(connection, tenant, since, by)

    def journals(self) -> set[str]:
        """Return the names of the journals of all jobs that wait or run."""
        with self.database.reading() as connection:
            query = select(JOBS.c.journal).where(JOBS.c.state < State.COMPLETED)
            return set(connection.execute(query).scalars())

    def probe(self) -> None:
        """Write to the database: a read succeeds on one that is locked, or full."""
        with self.writing(durable=False, announce=False) as (connection, now):
            own = SETTINGS.update().where(SETTINGS.c.name == PROBED)
            connection.execute(own.values(value=repr(now)))

    def forget_keys(self) -> None:
        """Delete old idempotency keys."""
        with self.writing(announce=False) as (connection, now):
            repeating.forget_keys(connection, now)

    @contextmanager
    def writing(
        self, *, durable: bool = True, announce: bool = True, about: Collection[str] | None = None
    ) -> Iterator[tuple[Connection, float]]:
        """Open a transaction, with the time; notify of its changes afterwards.

        Args:
            durable: whether it survives the loss of power.
            announce: whether to notify.
            about: identifiers of the jobs that it changes, filled within the block, without which
                nothing is announced; any by default.
        """
        with self.database.writing(durable=durable) as connection:
            yield connection, self.database.now(connection)
            announce = announce and (about is None or len(about) > 0)
            if announce and self.database.is_postgresql:
                connection.exec_driver_sql(f"NOTIFY {CHANNEL}, '{self.changes.name}'")
        if announce:
            self.changes.notify(about)
