"""Bring the ledger up to date with what a backend knows of its open batches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hybridq.backends.base import BackendError, Connection, ServiceError, Status
from hybridq.backends.ledger import Batch, BatchState, Ledger
from hybridq.backends.ledger.records import OPEN

T = TypeVar("T")

_CALLS = 8  # of a service that fails in transit
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 10.0  # seconds between calls


@dataclass(frozen=True)
class Clock:
    """Time and waiting, which tests replace.

    Attributes:
        now: seconds since 1970.
        sleep: waits for some seconds.
    """

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


def repeated(call: Callable[[], T], clock: Clock) -> T:
    """Return the result of a call of a service, repeated where it fails in transit.

    Raises:
        ServiceError: it has failed eight times in a row.
    """
    wait = _FIRST_WAIT
    for _ in range(_CALLS - 1):
        try:
            return call()
        except ServiceError:
            clock.sleep(wait)
            wait = min(2.0 * wait, _LONGEST_WAIT)
    return call()


def adopt(connection: Connection, ledger: Ledger, batch: Batch, clock: Clock) -> bool:
    """Look for the job of an intent at the backend; return whether it is there.

    An intent whose job is not visible after the time that the backend needs is lost: it has never
    been submitted. The caller holds `Ledger.submitting`, so that no process is submitting it now.

    Args:
        connection: to the backend.
        ledger: that holds the intent.
        batch: the intent.
        clock: time and waiting.
    """
    rest = batch.intended + connection.capabilities.settle - clock.now()
    jobs = repeated(lambda: connection.find(batch.tag), clock)
    if not jobs and rest > 0:
        clock.sleep(rest)
        jobs = repeated(lambda: connection.find(batch.tag), clock)
    if jobs:
        ledger.submitted(batch.id, jobs[0])
        return True
    ledger.close_batch(batch.id, BatchState.LOST, "it never reached the backend")
    return False


def refresh(connection: Connection, ledger: Ledger, batch: Batch, clock: Clock) -> BatchState:
    """Return the state of a submitted batch; store its bits if it is done.

    Raises:
        BackendError: the backend does not know a job that it should know, or its results have
            another form.
    """
    state = repeated(lambda: connection.status(batch.job), clock)
    if state is Status.DONE:
        shapes = ledger.shapes(batch.id)
        ledger.store(batch.id, repeated(lambda: connection.fetch(batch.job, shapes), clock))
        return BatchState.DONE
    if state is Status.UNKNOWN:
        if connection.capabilities.durable:
            raise BackendError(
                f"{batch.title} does not know the job {batch.job}, which the ledger holds",
                argument="backend",
                value=batch.title,
                remedy=f"give it up with 'hybridq jobs cancel {batch.id}', or name its own ledger",
            )
        ledger.close_batch(batch.id, BatchState.LOST, "it ended with its process")
        return BatchState.LOST
    ended = {Status.FAILED: BatchState.FAILED, Status.CANCELLED: BatchState.CANCELLED}
    if state in ended:
        reason = connection.reason(batch.job) if state is Status.FAILED else ""
        ledger.close_batch(batch.id, ended[state], reason or f"the backend says {str(state)!r}")
        return ended[state]
    return BatchState.SUBMITTED


def recover(connection: Connection, ledger: Ledger, machine: str, clock: Clock) -> list[str]:
    """Settle the open batches of a machine after a crash; return remarks.

    Args:
        connection: to the backend.
        ledger: of the batches.
        machine: identity of the backend.
        clock: time and waiting.
    """
    adopted, fetched = [], []
    if ledger.batches(machine, (BatchState.INTENDED,)):
        with ledger.submitting():  # a process that is submitting has finished now
            for batch in ledger.batches(machine, (BatchState.INTENDED,)):
                if adopt(connection, ledger, batch, clock):
                    adopted += [batch.tag]
    for batch in ledger.batches(machine, (BatchState.SUBMITTED,)):
        if refresh(connection, ledger, batch, clock) is BatchState.DONE:
            fetched += [batch.job]
    return [
        *(f"found job {tag} of an interrupted submission" for tag in adopted),
        *(f"fetched job {job} of an earlier run" for job in fetched),
    ]


def wait_for(
    connection: Connection,
    ledger: Ledger,
    batches: list[int],
    clock: Clock,
    progress: Callable[[str], None],
) -> list[Batch]:
    """Return batches after they have ended, or now where results come by hand.

    Args:
        connection: to the backend.
        ledger: of the batches.
        batches: their numbers.
        clock: time and waiting.
        progress: called with a few words while it waits.
    """
    wait = _FIRST_WAIT
    while True:
        found = [each for each in map(ledger.batch, batches) if each is not None]
        for each in found:
            if each.state is BatchState.SUBMITTED:
                refresh(connection, ledger, each, clock)
        found = [each for each in map(ledger.batch, batches) if each is not None]
        left = [each for each in found if each.state in OPEN]
        if not left or not connection.capabilities.waits:
            return found
        progress(f"waiting for job {left[0].job or left[0].tag}")
        clock.sleep(wait)
        wait = min(1.5 * wait, _LONGEST_WAIT)
