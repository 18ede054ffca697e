"""Plain records of the queue: submissions, jobs, claims and outcomes."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeAlias

from hybridq.core.errors import HybridqError
from hybridq.service.store import tables

Plain: TypeAlias = dict[str, Any]
Fence: TypeAlias = tuple[str, str, int]

_SAVED = "saved_"

JOINED = "joined:"
"""Beginning of the source of a job that shares the run of another one, whose name follows."""

MOST_DEATHS = 3
"""Deaths over one job after which it counts as failed."""

PRIORITIES = range(10)
"""Priorities within a tenant; the highest starts first."""


class State(IntEnum):
    """States of a job; the last three never change."""

    QUEUED = tables.QUEUED
    RUNNING = tables.RUNNING
    COMPLETED = tables.COMPLETED
    FAILED = tables.FAILED
    CANCELLED = tables.CANCELLED

    @property
    def is_final(self) -> bool:
        """True if a job in this state has ended."""
        return self >= State.COMPLETED

    @property
    def word(self) -> str:
        """The state as the API spells it, such as ``"queued"``."""
        return self.name.lower()


class QuotaError(HybridqError):
    """A tenant has as many jobs, or as much work, as its quota allows.

    Attributes:
        seconds: time after which another try may succeed.
    """

    seconds: float = 10.0


class InvalidKeyError(HybridqError):
    """An API key that was accepted before and does not hold any more."""


class RepeatedKeyError(HybridqError):
    """An idempotency key that was used for another request."""


@dataclass(frozen=True)
class Submission:
    """A request to be queued.

    Attributes:
        kind: kind of job, such as ``"solve"``.
        request: the request as JSON text, seed included.
        digest: SHA-256 of everything that decides the result; None if it must not be reused.
        label: free text of the user.
        tags: words by which the user finds it.
        priority: from 0 to 9; the highest of a tenant starts first.
        cost: expected seconds of work, charged to the tenant's share when the job starts; 0 for
            those that its latest jobs took.
        start: name, version and digest of the model that a search begins with, if any.
        circuit: SHA-256 of the request without its points; jobs with the same are run together.
        points: number of points of such a job.
    """

    kind: str
    request: str
    digest: bytes | None = None
    label: str = ""
    tags: tuple[str, ...] = ()
    priority: int = 5
    cost: float = 0.0
    start: Mapping[str, Any] | None = None
    circuit: bytes | None = None
    points: int | None = None


@dataclass(frozen=True)
class Job:
    """A job as its tenant sees it; times are seconds since 1970."""

    id: str
    tenant: str
    kind: str
    label: str
    tags: tuple[str, ...]
    priority: int
    state: State
    cancel_requested: bool
    revision: int
    attempt: int
    created: float
    started: float | None
    ended: float | None
    source: str
    progress: Plain | None
    usage: Plain | None
    error: Plain | None
    digest: bytes | None
    start: Plain | None = None
    position: int | None = None
    """Place among the waiting jobs of the tenant, from 1; of a job that was submitted just now."""


@dataclass(frozen=True)
class Claimed:
    """A job that a worker runs."""

    id: str
    tenant: str
    kind: str
    request: str
    worker: str
    attempt: int
    journal: str

    @property
    def fence(self) -> Fence:
        """Identifier, worker and attempt, which its row must have for its end to count."""
        return self.id, self.worker, self.attempt


@dataclass(frozen=True)
class Picture:
    """A picture of a result: its name, its media type and its bytes."""

    name: str
    type: str
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """The end of a job.

    Attributes:
        state: completed, failed or cancelled.
        result: JSON text of a completed job.
        error: code and detail of a failed one.
        usage: work that was done, by name; ``cpu_seconds`` corrects the tenant's share.
        reusable: whether the same request would give the same result.
        report: JSON text of the sentences about the result.
        pictures: of the result.
        shape: SHA-256 that isomorphic questions share, by which their results are found.
        source: origin of the result where it was not computed.
        seconds: time for which it ran; None if it did not begin, or if that is stored already.
    """

    state: State
    result: str | None = None
    error: Mapping[str, Any] | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    reusable: bool = True
    report: str | None = None
    pictures: Sequence[Picture] = ()
    shape: bytes | None = None
    source: str | None = None
    seconds: float | None = None


def is_joined(job: Job) -> bool:
    """Return whether a job shares the run of another one."""
    return job.source.startswith(JOINED)


def saved(usage: Plain) -> Plain:
    """Return the work that a job saves which is answered by another one.

    Args:
        usage: work of the other job, or what that one saved itself.
    """
    found: Plain = {}
    for name, value in usage.items():
        key = name if name.startswith(_SAVED) else f"{_SAVED}{name}"
        found[key] = found.get(key, 0) + value
    return found


@dataclass(frozen=True)
class Solved:
    """A completed job as another one may use it: its request, result and work."""

    id: str
    request: str
    result: str
    usage: Plain


class _Ids:
    """Identifiers that increase within a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        """Return a UUID of version 7: 48 bits of milliseconds, 74 random bits (RFC 9562)."""
        random = int.from_bytes(os.urandom(10)) & ((1 << 74) - 1)
        value = (time.time_ns() // 1_000_000) << 74 | random
        with self._lock:
            # Within a millisecond, count up from the last one in small random steps.
            self._last = value = max(value, self._last + 1 + (random & 0xFFFFFFFF))
        high, low = value >> 62, value & ((1 << 62) - 1)
        stamp, middle = high >> 12, high & 0xFFF
        return str(uuid.UUID(int=stamp << 80 | 7 << 76 | middle << 64 | 2 << 62 | low))


new_id = _Ids().next
"""Return a new identifier, later than all earlier ones of this process."""
