"""Limits of a backend on executions: batches that it takes, and refusals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hybridq.backends.base import BackendError, Capabilities, Execution


def batches_of(executions: Sequence[Execution], limits: Capabilities) -> list[list[Execution]]:
    """Return executions in batches as large as a backend takes."""
    most = limits.most_executions or len(executions)
    most_shots = limits.most_batch_shots or math.inf
    parts: list[list[Execution]] = []
    filling: dict[int, tuple[list[Execution], int]] = {}  # a batch and its shots, by kind
    for each in executions:
        kind = each.shots if limits.equal_shots else 0
        part, shots = filling.get(kind, ([], 0))
        if len(part) == most or shots + each.shots > most_shots:
            part, shots = [], 0
        if not part:
            parts.append(part)
        part.append(each)
        filling[kind] = part, shots + each.shots
    return parts


def check_executions(executions: Sequence[Execution], limits: Capabilities, title: str) -> None:
    """Raise unless a backend takes every execution.

    Args:
        executions: of a batch.
        limits: of the backend.
        title: its name.

    Raises:
        BackendError: a circuit is wider than the backend, or has too many shots.
    """
    widest = max(each.n_qubits for each in executions)
    if limits.n_qubits is not None and widest > limits.n_qubits:
        raise BackendError(
            f"the circuit has {widest} qubits, and {title} has {limits.n_qubits}",
            argument="backend",
            value=title,
            remedy="choose a wider device or a smaller problem",
        )
    most = max(each.shots for each in executions)
    if limits.most_shots is not None and most > limits.most_shots:
        raise BackendError(
            f"{title} takes at most {limits.most_shots:,} shots of one execution, got {most:,}",
            argument="shots",
            value=most,
            remedy="take fewer",
        )
