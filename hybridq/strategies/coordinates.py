"""Objectives as functions of other coordinates than their own parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.optimizers.capabilities import Capability, EstimatedValue, Units, member

Vector = NDArray[np.float64]
Frequencies = tuple[tuple[float, int] | None, ...]


class Coordinates(ABC):
    """A linear map, up to an offset, from coordinates y to parameters x.

    Attributes:
        size: the number of coordinates.
    """

    size: int

    @abstractmethod
    def outward(self, y: ArrayLike) -> Vector:
        """Return the parameters x of points y, one in each row or a single one."""

    @abstractmethod
    def gradient(self, gradient: Any) -> Vector:
        """Return the derivatives by y of a function with derivatives `gradient` by x."""

    @abstractmethod
    def metric(self, metric: Any) -> Vector:
        """Return the metric of y for states with the metric `metric` of x."""

    def frequencies(self, known: Frequencies) -> Frequencies | None:
        """Return the frequencies along y for those along x; None if unknown."""
        return None

    def periods(self, known: Vector) -> Vector | None:
        """Return the periods along y for those along x; None if unknown."""
        return None

    def units(self, known: Units) -> Units:
        """Return names and units of y for those of x: ``y_1`` and so on, as they are."""
        names = tuple(f"y_{number + 1}" for number in range(self.size))
        return replace(known, names=names, scales=np.ones(self.size))


class AffineMap(Coordinates):
    """Coordinates with x = A y + b.

    Args:
        matrix: A, shape (n, k).
        offset: b, shape (n,); zero by default.
    """

    def __init__(self, matrix: Vector, offset: Vector | None = None) -> None:
        self._matrix = np.asarray(matrix, dtype=np.float64)
        self._offset = np.zeros(len(self._matrix)) if offset is None else np.asarray(offset)
        self.size = self._matrix.shape[1]

    def outward(self, y: ArrayLike) -> Vector:
        """Return A y + b."""
        return np.asarray(y, dtype=np.float64) @ self._matrix.T + self._offset

    def gradient(self, gradient: Any) -> Vector:
        r"""Return :math:`A^T \nabla f`."""
        transformed: Vector = np.asarray(gradient) @ self._matrix
        return transformed

    def metric(self, metric: Any) -> Vector:
        r"""Return :math:`A^T G A`."""
        transformed: Vector = self._matrix.T @ np.asarray(metric, dtype=np.float64) @ self._matrix
        return transformed


class Scaling(Coordinates):
    """Coordinates with x = s y, entry by entry.

    Args:
        scale: s, shape (n,).
    """

    def __init__(self, scale: Vector) -> None:
        self._scale = scale
        self.size = len(scale)

    def inward(self, x: ArrayLike) -> Vector:
        """Return the points y of parameters x."""
        return np.asarray(x, dtype=np.float64) / self._scale

    def outward(self, y: ArrayLike) -> Vector:
        """Return s y."""
        return np.asarray(y, dtype=np.float64) * self._scale

    def gradient(self, gradient: Any) -> Vector:
        r"""Return :math:`s \nabla f`."""
        scaled: Vector = gradient * self._scale
        return scaled

    def metric(self, metric: Any) -> Vector:
        r"""Return :math:`s_i G_{ij} s_j`."""
        scaled: Vector = metric * np.outer(self._scale, self._scale)
        return scaled

    def units(self, known: Units) -> Units:
        """Return the names of x, and its scales times s."""
        return replace(known, scales=known.scales * self._scale)

    def frequencies(self, known: Frequencies) -> Frequencies:
        """Return each frequency times its scale."""
        return tuple(
            each if each is None else (each[0] * scale, each[1])
            for each, scale in zip(known, self._scale.tolist(), strict=True)
        )

    def periods(self, known: Vector) -> Vector:
        """Return each period over its scale."""
        return known / np.abs(self._scale)


class Minimized(Protocol):
    """An objective that declares whether its values are energies."""

    is_energy: bool

    def __call__(self, x: Any) -> float:
        """Return the value at `x`, shape (n_params,)."""


C = TypeVar("C", bound=Coordinates)


class Reparametrized(Generic[C]):
    """The objective f(x(y)) / u of coordinates y.

    It has each optional member of `hybridq.optimizers.capabilities` that f has, such as a
    gradient, a metric or batches, in the coordinates y.

    Args:
        objective: f, a function of parameters x.
        coordinates: x(y).
        value_unit: u.
    """

    def __init__(self, objective: Minimized, coordinates: C, value_unit: float = 1.0) -> None:
        self._objective: Any = objective
        self.coordinates = coordinates
        self.value_unit = value_unit
        self.n_params = coordinates.size
        self.is_energy = objective.is_energy

    @property
    def identity(self) -> Any:
        """The objective's own identity, for a journal."""
        return member(self._objective, Capability.IDENTITY)

    @property
    def frequencies(self) -> Frequencies | None:
        """Fundamental frequency and degree along each coordinate; None if unknown."""
        known = member(self._objective, Capability.FREQUENCIES)
        return None if known is None else self.coordinates.frequencies(known)

    @property
    def periods(self) -> Vector | None:
        """Period along each coordinate, infinite if unknown; None without any."""
        known = member(self._objective, Capability.PERIODS)
        return None if known is None else self.coordinates.periods(np.asarray(known))

    @property
    def units(self) -> Units | None:
        """Names and units for the user; None if the objective has none."""
        known: Units | None = member(self._objective, Capability.UNITS)
        if known is None:
            return None
        own = self.coordinates.units(known)
        return replace(own, value=own.value * self.value_unit)

    def outward(self, y: ArrayLike) -> Vector:
        """Return the parameters x of points y, one in each row or a single one."""
        return self.coordinates.outward(y)

    def __call__(self, y: ArrayLike) -> float:
        """Return f / u at x(y)."""
        return float(self._objective(self.outward(y))) / self.value_unit

    def __getattr__(self, name: str) -> Any:
        """Return an optional member that the objective has."""
        own = None if name not in _PASSED_ON else member(self._objective, Capability(name))
        if own is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        match name:
            case Capability.GRADIENT:
                return self._value_and_gradient
            case Capability.VALUES:
                return self._values
            case Capability.METRIC:
                return self._metric
            case Capability.FIDELITY:
                return self._fidelity
            case Capability.ESTIMATE:
                return self._estimate
        return own  # random numbers do not depend on coordinates

    def _value_and_gradient(self, y: ArrayLike) -> tuple[float, Vector]:
        value, gradient = self._objective.value_and_gradient(self.outward(y))
        return value / self.value_unit, self.coordinates.gradient(gradient) / self.value_unit

    def _values(self, points: ArrayLike) -> Vector:
        values = np.asarray(self._objective.values(self.outward(points)), dtype=np.float64)
        return values / self.value_unit

    def _estimate(self, y: ArrayLike) -> EstimatedValue:
        found = self._objective.estimate(self.outward(y))
        unit = self.value_unit
        return replace(
            found, value=found.value / unit, standard_error=found.standard_error / abs(unit)
        )

    def _metric(self, y: ArrayLike, blocks: str | None = None) -> Vector:
        return self.coordinates.metric(self._objective.metric(self.outward(y), blocks))

    def _fidelity(self, y: ArrayLike, other: ArrayLike) -> float:
        return float(self._objective.fidelity(self.outward(y), self.outward(other)))


_PASSED_ON = frozenset(
    {
        Capability.GRADIENT,
        Capability.VALUES,
        Capability.METRIC,
        Capability.FIDELITY,
        Capability.CHECKPOINT,
        Capability.SHOTS,
        Capability.ESTIMATE,
        Capability.RESTORE,
    }
)
"""Members that a reparametrized objective has if the objective within has them."""


def pad_layers(x: ArrayLike, p: int) -> Vector:
    """Return the angles of the same state with p layers; further layers have angle 0.

    Args:
        x: γ_1 … γ_k, β_1 … β_k with k ≤ p, shape (..., 2k).
        p: layers.
    """
    halves = np.asarray(x, dtype=np.float64)
    halves = halves.reshape(*halves.shape[:-1], 2, -1)
    wider = np.zeros((*halves.shape[:-1], p))
    wider[..., : halves.shape[-1]] = halves
    return wider.reshape(*wider.shape[:-2], 2 * p)
