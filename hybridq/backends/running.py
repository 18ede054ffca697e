"""Run executions once: submit what the ledger lacks, and pool the bits."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from hybridq.backends.base import (
    Backend,
    BackendError,
    Bits,
    Capabilities,
    Connection,
    Execution,
    PendingError,
    ServiceError,
)
from hybridq.backends.budget import Budget
from hybridq.backends.canary import ALONE, canary, check_canary
from hybridq.backends.ledger import BatchState, Ledger
from hybridq.backends.limits import batches_of, check_executions
from hybridq.backends.recovery import Clock, adopt, recover, wait_for
from hybridq.core.errors import HybridqError

Progress: TypeAlias = Callable[[str], None]

_SUBMISSIONS = 5  # of one batch, where they fail in transit


@dataclass(frozen=True, eq=False)
class Outcome:
    """Bits of executions, and what they took.

    Attributes:
        bits: of each execution, in their order.
        executions: that were submitted, the canary included.
        shots: of these.
        reused: shots that the ledger had already.
        cost: price of what was submitted; None where it is not known.
        currency: of the price.
        jobs: ids of the jobs that hold the bits.
        remarks: on interrupted submissions that were found.
    """

    bits: list[Bits]
    executions: int
    shots: int
    reused: int
    cost: float | None
    currency: str
    jobs: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Session:
    """One backend, one ledger, and the limits of a run."""

    backend: Backend
    connection: Connection
    ledger: Ledger
    budget: Budget
    clock: Clock
    progress: Progress
    machine: str

    @property
    def limits(self) -> Capabilities:
        """Limits of the backend."""
        return self.connection.capabilities


def execute(
    backend: Backend,
    executions: Sequence[Execution],
    *,
    ledger: Ledger,
    budget: Budget | None = None,
    connection: Connection | None = None,
    check_order: bool = True,
    progress: Progress = lambda text: None,
    clock: Clock | None = None,
) -> Outcome:
    """Return the bits of executions; only shots that the ledger lacks are submitted.

    An intent is written before a submission and the job's id before waiting, so that an
    interrupted call can be repeated without paying twice: repeated with the same executions and
    ledger, it returns the same bits.

    Args:
        backend: that runs them.
        executions: at least one.
        ledger: of all executions.
        budget: limits of what is submitted; none by default.
        connection: to the backend; a new one by default.
        check_order: whether the canary runs before the first batch of this width.
        progress: called with a few words when the work moves on.
        clock: time and waiting.

    Raises:
        BackendError: a circuit does not fit, the canary fails, or a job failed.
        BudgetError: the batch exceeds the budget; nothing was submitted.
        PendingError: the results come later, by hand.
        MissingExtraError: a package is not installed.
    """
    connection = backend.connect() if connection is None else connection
    session = _Session(
        backend, connection, ledger, budget or Budget(), clock or Clock(), progress,
        backend.identity,
    )  # fmt: skip
    limits = session.limits
    check_executions(executions, limits, backend.title)
    for each in executions:
        connection.compile(each.circuit)
    probe, before, wanted = _with_canary(session, executions, check_order)
    remarks = recover(connection, ledger, session.machine, session.clock)
    if before is not None:
        remarks += recover(connection, ledger, before.machine, session.clock)
    new = _new(session, probe, before, wanted)
    cost = session.budget.check(new, limits.price, backend.title)
    if before is not None and new:
        _submit(before, [probe])
        _check_canary(before, probe)
    _submit(session, wanted)
    jobs = _finished(session, wanted)
    if check_order and before is None:
        _check_canary(session, probe)
    lacked = sum(each.shots for each in new if each.content != probe.content)
    return Outcome(
        bits=[_pooled(session, each) for each in executions],
        executions=len(new),
        shots=sum(each.shots for each in new),
        reused=max(sum(each.shots for each in _merged(executions)) - lacked, 0),
        cost=cost,
        currency="" if limits.price is None else limits.price.currency,
        jobs=jobs,
        remarks=tuple(remarks),
    )


def outstanding(
    backend: Backend, executions: Sequence[Execution], *, ledger: Ledger, connection: Connection
) -> list[Execution]:
    """Return what `execute` would submit now, the canary included."""
    session = _Session(
        backend, connection, ledger, Budget(), Clock(), lambda text: None, backend.identity
    )
    return _new(session, *_with_canary(session, executions, True))


def _with_canary(
    session: _Session, executions: Sequence[Execution], check_order: bool
) -> tuple[Execution, _Session | None, list[Execution]]:
    """Return the canary, its session if it runs before, and the executions.

    Where results come by hand, the canary is one of the executions.
    """
    wanted = _merged(executions)
    probe = canary(max(each.n_qubits for each in executions))
    if not check_order:
        return probe, None, wanted
    if not session.limits.waits:
        return probe, None, [probe, *wanted]
    machine = f"{session.machine} canary {session.connection.version}"
    return probe, replace(session, machine=machine), wanted


def _new(
    session: _Session, probe: Execution, before: _Session | None, wanted: list[Execution]
) -> list[Execution]:
    """Return what the ledger lacks; the canary only if anything else is lacking."""
    new = _lacking(session, wanted)
    return [*_lacking(before, [probe]), *new] if before is not None and new else new


def _merged(executions: Sequence[Execution]) -> list[Execution]:
    """Return each content once, with the most shots that are asked for."""
    found: dict[str, Execution] = {}
    for each in executions:
        known = found.get(each.content)
        if known is None or known.shots < each.shots:
            found[each.content] = each
    return list(found.values())


def _lacking(session: _Session, wanted: Sequence[Execution]) -> list[Execution]:
    """Return the executions of shots that the ledger neither has nor awaits."""
    found = []
    for each in wanted:
        known = sum(run.shots for run in session.ledger.runs(session.machine, each.content))
        if known < each.shots:
            found.append(replace(each, shots=each.shots - known, done=known))
    return found


def _submit(session: _Session, wanted: Sequence[Execution]) -> None:
    """Submit what the ledger lacks, in as many batches as the backend needs."""
    if not _lacking(session, wanted):
        return
    with session.ledger.submitting():
        lacking = _lacking(session, wanted)  # another process may have been first
        for part in batches_of(lacking, session.limits):
            session.progress(f"submitting {len(part)} executions to {session.backend.title}")
            _submit_batch(session, part)


def _submit_batch(session: _Session, executions: Sequence[Execution]) -> None:
    """Write the intent, submit, write the job.

    Raises:
        BackendError: the backend refuses the batch.
        ServiceError: it fails in transit again and again, and is not there.
    """
    ledger, connection = session.ledger, session.connection
    for attempt in range(_SUBMISSIONS):
        tag = f"hybridq-{secrets.token_hex(8)}"
        number = ledger.intend(
            session.backend, session.machine, executions, tag, session.limits.price
        )
        try:
            job = connection.submit(executions, tag)
        except ServiceError:
            batch = ledger.batch(number)
            assert batch is not None
            if adopt(connection, ledger, batch, session.clock):
                return
            if attempt == _SUBMISSIONS - 1:
                raise
            session.clock.sleep(0.1 * 2**attempt)
        except HybridqError as error:
            ledger.close_batch(number, BatchState.FAILED, str(error))
            raise
        else:
            ledger.submitted(number, job)
            return


def _batches_of(session: _Session, wanted: Sequence[Execution]) -> list[int]:
    """Return the numbers of the batches that hold the bits of executions."""
    runs = [run for each in wanted for run in session.ledger.runs(session.machine, each.content)]
    return list(dict.fromkeys(run.batch for run in runs))


def _finished(session: _Session, wanted: Sequence[Execution]) -> tuple[str, ...]:
    """Wait for the bits of executions and return the ids of their jobs.

    Raises:
        PendingError: the results come later.
        BackendError: a job failed.
    """
    numbers = _batches_of(session, wanted)
    batches = wait_for(session.connection, session.ledger, numbers, session.clock, session.progress)
    waiting = [each for each in batches if each.is_open]
    if waiting:
        jobs = [each.job for each in waiting]
        raise PendingError(
            f"{session.backend.title} has no results of {', '.join(jobs)} yet",
            jobs,
            remedy=f"{session.connection.awaited(jobs)}run the same command again when it has; "
            "nothing is submitted twice",
        )
    failed = next((each for each in batches if each.state is not BatchState.DONE), None)
    if failed is not None:
        raise BackendError(
            f"job {failed.job} of {failed.title} has ended without results: {failed.message}",
            argument="backend",
            value=failed.title,
            remedy="run the same command again to submit it anew",
        )
    return tuple(each.job for each in batches)


def _check_canary(session: _Session, probe: Execution) -> None:
    """Wait for the canary and check it; the bits of a failed one are never used.

    Where results come by hand, its batch stays open: the results can be corrected and read again.

    Raises:
        BackendError: it failed.
    """
    numbers = _batches_of(session, [probe])
    jobs = _finished(session, [probe])
    by_hand = not session.limits.waits
    corrected = session.connection.corrected(jobs) if by_hand else ""
    remedy = f"{corrected}, then run the same command again; nothing is submitted twice"
    try:
        check_canary(_pooled(session, probe), session.backend.title, remedy if by_hand else ALONE)
    except BackendError as error:
        for number, job in zip(numbers, jobs, strict=True):
            if by_hand:
                session.ledger.submitted(number, job)
            else:
                session.ledger.close_batch(number, BatchState.REJECTED, str(error))
        raise


def _pooled(session: _Session, execution: Execution) -> Bits:
    """Return the first shots of all bits of a content."""
    bits = session.ledger.bits(session.machine, execution.content)
    if bits is None or len(bits) < execution.shots:
        raise BackendError(f"the ledger {session.ledger.path} has lost bits of an execution")
    return np.ascontiguousarray(bits[: execution.shots])
