"""Rows of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class BatchState(StrEnum):
    """State of a batch in the ledger.

    Attributes:
        INTENDED: written down, its submission has begun or not.
        SUBMITTED: the id of its job is known.
        DONE: its bits are here.
        FAILED: the backend refused it, or it ended without results.
        LOST: it never reached the backend, or the backend does not know it any more.
        CANCELLED: it was cancelled.
        REJECTED: its canary failed, so that its bits are not used.
    """

    INTENDED = "intended"
    SUBMITTED = "submitted"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


OPEN = (BatchState.INTENDED, BatchState.SUBMITTED)


@dataclass(frozen=True)
class Batch:
    """A batch of executions, one job.

    Attributes:
        id: its number in the ledger.
        tag: the text by which the backend finds it.
        machine: identity of the backend.
        title: name of the backend.
        spec: name and options of the backend.
        state: see `BatchState`.
        job: id of its job; empty before it is known.
        executions: number of its executions.
        shots: of all of them.
        cost: their price; None where it is not known.
        currency: of the price.
        message: why it failed; empty otherwise.
        intended: time of the intent, in seconds since 1970.
        ended: time of the end; None before.
    """

    id: int
    tag: str
    machine: str
    title: str
    spec: dict[str, Any]
    state: BatchState
    job: str
    executions: int
    shots: int
    cost: float | None
    currency: str
    message: str
    intended: float
    ended: float | None

    @property
    def is_open(self) -> bool:
        """True while results may come."""
        return self.state in OPEN

    @property
    def was_submitted(self) -> bool:
        """True if the backend has, or had, its job."""
        return bool(self.job) and self.state is not BatchState.LOST


@dataclass(frozen=True)
class Run:
    """One execution of a batch.

    Attributes:
        batch: number of its batch.
        state: of its batch.
        content: digest of circuit and values.
        n_qubits: width of the circuit.
        shots: number of measurements.
    """

    batch: int
    state: BatchState
    content: str
    n_qubits: int
    shots: int
