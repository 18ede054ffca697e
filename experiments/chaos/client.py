"""A client of the fake service, in a process of its own that may be killed at any moment.

``python -m experiments.chaos.client URL LEDGER`` runs a list of executions, one batch each, and
prints a digest of all bits at its end.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np

from experiments.chaos.service import described
from hybridq.backends import (
    Backend,
    Bits,
    Capabilities,
    Compilation,
    Connection,
    Execution,
    Ledger,
    Price,
    ServiceError,
    Status,
    execute,
)
from hybridq.backends.compiled import as_written
from hybridq.circuits.circuit import Circuit

BATCHES = 12
SETTLE = 0.5  # seconds; the service shows a submission after at most 0.3


@dataclass(frozen=True, kw_only=True)
class Remote(Backend):
    """The fake service behind a URL."""

    name: ClassVar[str] = "remote"
    summary: ClassVar[str] = "The fake service of experiments/chaos."

    url: str

    def connect(self) -> Connection:
        """Return a connection."""
        return RemoteConnection(self.url)


class RemoteConnection(Connection):
    """Calls over HTTP, any of which may fail in transit."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(n_qubits=8, price=Price(0.3, 0.001), settle=SETTLE)

    def compile(self, circuit: Circuit) -> Compilation:
        return as_written(circuit)

    def _call(self, name: str, *arguments: Any) -> Any:
        body = json.dumps([name, *arguments]).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.loads(reply.read())
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise ServiceError(f"the service failed: {error}") from None

    def submit(self, executions: Sequence[Execution], tag: str) -> str:
        return str(self._call("submit", described(executions), tag))

    def status(self, job: str) -> Status:
        return Status(self._call("status", job))

    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        return [np.array(rows, dtype=np.uint8) for rows in self._call("fetch", job)]

    def cancel(self, job: str) -> None:
        self._call("cancel", job)

    def find(self, tag: str) -> list[str]:
        return list(self._call("find", tag))


def executions() -> list[Execution]:
    """The executions of a client, one batch each."""
    circuit = Circuit(3).h(0).ry(1, "theta").cx(0, 2)
    return [Execution(circuit, (0.1 * k,), 10 + k) for k in range(BATCHES)]


def main(url: str, ledger: str) -> None:
    """Run all executions; print the digest of their bits."""
    total = sha256()
    with Ledger(ledger) as book:
        for each in executions():
            outcome = execute(Remote(url=url), [each], ledger=book)
            total.update(outcome.bits[0].tobytes())
    print(total.hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
