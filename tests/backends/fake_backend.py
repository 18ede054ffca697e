"""A backend over the fake service of experiments/chaos, with a clock that tests drive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from experiments.chaos.service import Service, described
from hybridq.backends import Backend, Bits, Capabilities, Compilation, Connection, Status
from hybridq.backends.compiled import as_written
from hybridq.backends.recovery import Clock


class FakeTime:
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


@dataclass(frozen=True, kw_only=True)
class FakeBackend(Backend):
    """Executions on a `Service` of this process."""

    name: ClassVar[str] = "fake"
    summary: ClassVar[str] = "A fake service."

    service: Service = field(compare=False)
    limits: Capabilities = field(default_factory=Capabilities)
    before_submit: Callable[[], None] = lambda: None
    after_submit: Callable[[], None] = lambda: None
    reverse: bool = False

    @property
    def spec(self) -> dict[str, Any]:
        return {"name": "fake"}

    def connect(self) -> Connection:
        return FakeConnection(self)


class FakeConnection(Connection):
    """Calls of the service, any of which may fail."""

    def __init__(self, backend: FakeBackend) -> None:
        self.backend, self.service = backend, backend.service

    @property
    def capabilities(self) -> Capabilities:
        return self.backend.limits

    def compile(self, circuit: Any) -> Compilation:
        return as_written(circuit)

    def submit(self, executions: Sequence[Any], tag: str) -> str:
        self.backend.before_submit()
        job: str = self.service.call("submit", described(executions), tag)
        self.backend.after_submit()
        return job

    def status(self, job: str) -> Status:
        return Status(self.service.call("status", job))

    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        found = [np.array(rows, dtype=np.uint8) for rows in self.service.call("fetch", job)]
        return [rows[:, ::-1] if self.backend.reverse else rows for rows in found]

    def cancel(self, job: str) -> None:
        self.service.call("cancel", job)

    def find(self, tag: str) -> list[str]:
        found: list[str] = self.service.call("find", tag)
        return found
