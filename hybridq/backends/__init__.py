"""Backends run batches of executions: simulators, files, machines.

- `base`: the contract of a backend and its connection; `registry`: names and targets;
- `embedded`: the embedded simulators; `folder`: OpenQASM files and counts;
- `running`: runs what a ledger lacks, once; `recovery`: after a crash; `canary`: order of bits;
- `ledger`: every execution in an SQLite file; `budget`: limits before a submission;
- `compiled`, `prediction`: what a machine runs, and the value that it should measure.

The public names below are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from hybridq.backends.base import (
        Backend,
        BackendError,
        Bits,
        Capabilities,
        Compilation,
        Connection,
        Execution,
        PendingError,
        Price,
        ServiceError,
        Status,
    )
    from hybridq.backends.braket import Braket
    from hybridq.backends.budget import Budget, BudgetError
    from hybridq.backends.cirq import Cirq
    from hybridq.backends.embedded import Embedded
    from hybridq.backends.folder import Folder
    from hybridq.backends.ibm import Ibm
    from hybridq.backends.ledger import Ledger
    from hybridq.backends.qiskit import Qiskit
    from hybridq.backends.registry import BACKENDS, resolve_backend
    from hybridq.backends.running import Outcome, execute

_HOMES = {
    "BACKENDS": "registry",
    "Backend": "base",
    "BackendError": "base",
    "Bits": "base",
    "Braket": "braket",
    "Budget": "budget",
    "BudgetError": "budget",
    "Capabilities": "base",
    "Cirq": "cirq",
    "Compilation": "base",
    "Connection": "base",
    "Embedded": "embedded",
    "Execution": "base",
    "Folder": "folder",
    "Ibm": "ibm",
    "Ledger": "ledger",
    "Outcome": "running",
    "PendingError": "base",
    "Price": "base",
    "Qiskit": "qiskit",
    "ServiceError": "base",
    "Status": "base",
    "execute": "running",
    "resolve_backend": "registry",
}

__all__ = [
    "BACKENDS",
    "Backend",
    "BackendError",
    "Bits",
    "Braket",
    "Budget",
    "BudgetError",
    "Capabilities",
    "Cirq",
    "Compilation",
    "Connection",
    "Embedded",
    "Execution",
    "Folder",
    "Ibm",
    "Ledger",
    "Outcome",
    "PendingError",
    "Price",
    "Qiskit",
    "ServiceError",
    "Status",
    "execute",
    "resolve_backend",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
