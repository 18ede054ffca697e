"""The contract check of backends: what we ship passes, what breaks a promise does not."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from hybridq.backends import BackendError, Bits, Connection, Embedded, Execution, Folder
from hybridq.backends.embedded import EmbeddedConnection
from hybridq.testing import ContractError, check_backend


def test_simulators_keep_the_contract() -> None:
    check_backend(Embedded())
    check_backend(Embedded("two_qubit=0.05"), exact=False)


@pytest.mark.skipif(importlib.util.find_spec("qiskit") is None, reason="needs Qiskit")
@pytest.mark.parametrize("device", ["statevector", "fake-5"])
def test_qiskit_keeps_the_contract(device: str) -> None:
    from hybridq.backends import Qiskit

    check_backend(Qiskit(device), exact=device == "statevector")


def test_the_folder_keeps_the_contract(tmp_path: Path) -> None:
    check_backend(Folder(str(tmp_path)))


class Twisted(EmbeddedConnection):
    """Breaks one promise."""

    def __init__(self, backend: Any) -> None:
        super().__init__(backend)
        self.twist = backend.twist

    def run(self, executions: Sequence[Execution]) -> list[Bits]:
        found = super().run(executions)
        if self.twist == "reversed":
            return [bits[:, ::-1] for bits in found]
        if self.twist == "sorted and biased":
            return [np.where(np.arange(len(bits))[:, None] < 99, bits, bits[:1]) for bits in found]
        return found

    def find(self, tag: str) -> list[str]:
        return [] if self.twist == "lost" else super().find(tag)


@dataclass(frozen=True, kw_only=True)
class TwistedBackend(Embedded):
    """Connects to a twisted connection."""

    name: ClassVar[str] = "twisted"
    twist: str = ""

    def connect(self) -> Connection:
        return Twisted(self)


@pytest.mark.parametrize(
    ("twist", "error", "words"),
    [
        ("reversed", BackendError, "reversed order"),
        ("sorted and biased", ContractError, "has the share"),
        ("lost", ContractError, "does not find a job by its tag"),
    ],
)
def test_broken_promises_are_named(twist: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        check_backend(TwistedBackend(twist=twist))
