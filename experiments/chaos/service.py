"""A fake service of machines: slow, faulty, and exact about what it is paid for.

Bits are a function of circuit, values and earlier shots, so that every correct client ends with
the same ones. The service counts each execution that it has accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np

from hybridq.backends import Bits, Price, ServiceError, Status


@dataclass
class Job:
    """One accepted batch."""

    tag: str
    executions: list[dict[str, Any]]
    visible: float
    done: float
    cancelled: bool = False


@dataclass
class Service:
    """Jobs, and faults drawn from a seed.

    Args:
        now: the clock.
        seed: of the faults and delays.
        faults: probability of a fault of each call: refused before it is processed, or its reply
            lost afterwards.
        delay: longest time until a submission is visible.
        duration: longest time until a job is done.
    """

    now: Callable[[], float]
    seed: int = 0
    faults: float = 0.0
    delay: float = 0.0
    duration: float = 0.0
    jobs: dict[str, Job] = field(default_factory=dict)
    price: Price = field(default_factory=lambda: Price(0.3, 0.001))

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)

    def call(self, name: str, *arguments: Any) -> Any:
        """Process one call, which may fail before or after it.

        Raises:
            ServiceError: it has failed in transit.
        """
        draw = self._rng.random()
        if draw < self.faults / 2:
            raise ServiceError("429 too many requests")
        found = getattr(self, name)(*arguments)
        if draw < self.faults:
            raise ServiceError("connection reset")
        return found

    def submit(self, executions: list[dict[str, Any]], tag: str) -> str:
        """Accept a batch and return the id of its job."""
        job = f"job-{len(self.jobs) + 1}"
        visible = self.now() + self.delay * self._rng.random()
        self.jobs[job] = Job(
            tag, list(executions), visible, visible + self.duration * self._rng.random()
        )
        return job

    def status(self, job: str) -> str:
        """Return the state of a job."""
        known = self.jobs.get(job)
        if known is None:
            return Status.UNKNOWN
        if known.cancelled:
            return Status.CANCELLED
        return Status.DONE if self.now() >= known.done else Status.WAITING

    def fetch(self, job: str) -> list[list[list[int]]]:
        """Return the bits of each execution of a job."""
        return [measured(each).tolist() for each in self.jobs[job].executions]

    def cancel(self, job: str) -> None:
        """Cancel a job."""
        self.jobs[job].cancelled = True

    def find(self, tag: str) -> list[str]:
        """Return the visible jobs of a tag."""
        return [
            job for job, each in self.jobs.items() if each.tag == tag and self.now() >= each.visible
        ]

    def paid(self) -> list[tuple[str, int, int]]:
        """Return content, earlier shots and shots of every accepted execution."""
        return sorted(
            (each["content"], each["done"], each["shots"])
            for job in self.jobs.values()
            for each in job.executions
        )


def measured(execution: dict[str, Any]) -> Bits:
    """Return the bits of an execution: those of X gates where it has nothing else, else drawn."""
    shape = (execution["shots"], execution["n_qubits"])
    if execution["ones"] is not None:  # the canary, and other circuits of X alone
        row = np.zeros(shape[1], dtype=np.uint8)
        row[execution["ones"]] = 1
        return np.tile(row, (shape[0], 1))
    seed = sha256(f"{execution['content']} {execution['done']}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(seed, dtype=np.uint32))
    return rng.integers(0, 2, shape, dtype=np.uint8)


def described(executions: Sequence[Any]) -> list[dict[str, Any]]:
    """Return executions as plain values, as a client sends them."""
    found = []
    for each in executions:
        steps = each.circuit.instructions
        only_x = all(step.symbol == "x" for step in steps)
        found.append(
            {
                "content": each.content,
                "done": each.done,
                "shots": each.shots,
                "n_qubits": each.n_qubits,
                "ones": [step.qubits[0] for step in steps] if only_x else None,
            }
        )
    return found
