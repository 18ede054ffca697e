"""Optional members of an objective that optimizers use.

An objective is any function of a vector. It may offer more, in the form that these protocols
declare; `member` is the one place where an objective is asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from hybridq.core.arrays import Vector


class DifferentiableObjective(Protocol):
    """An objective that computes its own gradient."""

    def value_and_gradient(self, x: Vector) -> tuple[float, Any]:
        """Return the value and the gradient at `x`, both shape (n,)."""


class BatchObjective(Protocol):
    """An objective that evaluates several points in one call."""

    def values(self, points: Vector) -> Any:
        """Return the value at each row of `points`, shape (k, n), as shape (k,)."""


class MeasuredObjective(Protocol):
    """An objective that takes a number of shots for each derivative."""

    def measured_gradient(self, x: Vector, shots: Any, weighted: bool = False) -> Any:
        """Return the `ShotGradient` at `x`, shape (n,)."""


class MetricObjective(Protocol):
    """An objective whose states have a metric."""

    def metric(self, x: Vector, blocks: str | None = None) -> Any:
        """Return the Fubini-Study metric at `x`, shape (n, n), or blocks of it."""


class FidelityObjective(Protocol):
    """An objective that compares two of its states."""

    def fidelity(self, x: Vector, y: Vector) -> float:
        """Return the fidelity of the states at `x` and `y`."""


class PeriodicObjective(Protocol):
    """An objective that is a trigonometric polynomial of each parameter."""

    @property
    def frequencies(self) -> Sequence[tuple[float, int] | None] | None:
        """Fundamental frequency and degree along each parameter; None if unknown."""


class PeriodObjective(Protocol):
    """An objective with known periods, whether or not it is a polynomial."""

    @property
    def periods(self) -> Any:
        """Period along each parameter, infinite where none is known, shape (n,)."""


class SizedObjective(Protocol):
    """An objective that declares its number of parameters."""

    n_params: int


class IdentifiedObjective(Protocol):
    """An objective that a journal can recognize."""

    @property
    def identity(self) -> Any:
        """Plain values that identify the objective in a journal."""


class StatefulObjective(Protocol):
    """An objective with state between evaluations, such as random numbers."""

    def checkpoint(self) -> Any:
        """Return the state as plain values."""

    def restore(self, state: Any) -> Any:
        """Set the state to one that `checkpoint` returned."""


@dataclass(frozen=True, eq=False)
class ShotGradient:
    """A gradient from shots.

    Attributes:
        value: the estimate at the point itself.
        gradient: shape (n,).
        variances: of each derivative, times its shots: the variance of one shot, shape (n,).
        shots: of each derivative that were taken, at least those asked for, shape (n,).
        spent: number of shots in all, those of the value included.
    """

    value: float
    gradient: Vector
    variances: Vector
    shots: Vector
    spent: int


@dataclass(frozen=True, eq=False)
class Units:
    """The user's names and numbers for those of a search.

    Attributes:
        names: a name of each parameter, none of them twice.
        scales: factors from the parameters of the search to the user's, shape (n,).
        value: the factor from the values of the search to the user's.
    """

    names: tuple[str, ...]
    scales: Vector
    value: float = 1.0


class NamedObjective(Protocol):
    """An objective that knows the user's names and units."""

    @property
    def units(self) -> Units:
        """Names and units, for texts and files that users read."""


class SampledObjective(Protocol):
    """An objective whose values are estimates from measurements."""

    shots: int


class EstimatedValue(Protocol):
    """A value from measurements, with its error."""

    @property
    def value(self) -> float:
        """The estimate."""

    @property
    def standard_error(self) -> float:
        """Its standard deviation over repetitions, NaN if unknown."""


class EstimatedObjective(Protocol):
    """An objective that knows the error of its values."""

    def estimate(self, x: Vector) -> EstimatedValue:
        """Return the value at `x` with its standard error, as one evaluation."""


class Capability(StrEnum):
    """Names of the optional members of an objective."""

    GRADIENT = "value_and_gradient"
    VALUES = "values"
    MEASURED = "measured_gradient"
    METRIC = "metric"
    FIDELITY = "fidelity"
    FREQUENCIES = "frequencies"
    PERIODS = "periods"
    N_PARAMS = "n_params"
    IDENTITY = "identity"
    CHECKPOINT = "checkpoint"
    RESTORE = "restore"
    UNITS = "units"
    SHOTS = "shots"
    ESTIMATE = "estimate"

    @property
    def description(self) -> str:
        """Words for the member in a message."""
        return _DESCRIPTIONS.get(self, f"{self} ({self})")


_DESCRIPTIONS = {
    Capability.GRADIENT: "a gradient (value_and_gradient)",
    Capability.METRIC: "the metric of its states (metric)",
    Capability.FIDELITY: "the fidelity of two states (fidelity)",
    Capability.FREQUENCIES: "the frequencies of its parameters (frequencies)",
}


def member(objective: object, capability: Capability) -> Any:
    """Return an optional member of an objective, None if it has none.

    Objectives are made by callers, often as wrappers that pass on what another one offers, so the
    member is looked up by name and not by type.
    """
    return getattr(objective, capability.value, None)
