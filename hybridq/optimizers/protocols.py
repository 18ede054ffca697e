"""Optional abilities of an objective; an objective has any of them.

An object has an ability by having its methods. A wrapper, such as one that rescales parameters,
offers exactly those of the objective within.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from numpy.typing import ArrayLike


@runtime_checkable
class HasGradient(Protocol):
    """An objective with derivatives."""

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Any]:
        """Return the value at `x` and its derivatives, shape (n_params,)."""


@runtime_checkable
class HasValues(Protocol):
    """An objective that evaluates many points in one call."""

    def values(self, points: ArrayLike) -> Any:
        """Return the value at each row of `points`, shape (k, n_params) → (k,)."""


@runtime_checkable
class HasMetric(Protocol):
    """An objective of states with a Fubini–Study metric."""

    def metric(self, x: ArrayLike, blocks: str | None = None) -> Any:
        """Return the metric at `x`, shape (n_params, n_params)."""


@runtime_checkable
class HasFidelity(Protocol):
    """An objective of states with fidelities."""

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return |⟨ψ(x)|ψ(y)⟩|²."""


@runtime_checkable
class Resumable(Protocol):
    """An objective with a state of its own, such as a count of random draws."""

    def checkpoint(self) -> Mapping[str, Any]:
        """Return the state, as plain values."""

    def restore(self, memory: Any) -> None:
        """Continue as after the `checkpoint` that returned `memory`."""
