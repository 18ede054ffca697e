"""An objective seen through fewer or other coordinates, and fewer layers seen as more."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.optimizers.protocols import (
    HasFidelity,
    HasGradient,
    HasMetric,
    HasValues,
    Resumable,
)

Vector = NDArray[np.float64]


class Affine:
    r"""The objective f(A y + b) of the coordinates y.

    It has a gradient, :math:`A^T \nabla f`, a metric, :math:`A^T G A`, and takes batches exactly
    where f does.

    Args:
        objective: f, a function of n parameters.
        matrix: A, shape (n, k).
        offset: b, shape (n,); zero by default.
    """

    def __init__(self, objective: Any, matrix: Vector, offset: Vector | None = None) -> None:
        self._objective, self._matrix = objective, np.asarray(matrix, dtype=np.float64)
        self._offset = np.zeros(len(self._matrix)) if offset is None else np.asarray(offset)
        self.n_params = self._matrix.shape[1]
        self.is_energy = getattr(objective, "is_energy", True)
        if isinstance(objective, HasGradient):
            self.value_and_gradient = self._value_and_gradient
        if isinstance(objective, HasValues):
            self.values = self._values
        if isinstance(objective, HasMetric):
            self.metric = self._metric
        if isinstance(objective, HasFidelity):
            self.fidelity = self._fidelity
        if isinstance(objective, Resumable):  # random numbers do not depend on coordinates
            self.checkpoint, self.restore = objective.checkpoint, objective.restore

    @property
    def identity(self) -> Any:
        """The objective's own, for a journal."""
        return getattr(self._objective, "identity", None)

    def outward(self, y: ArrayLike) -> Vector:
        """The parameters A y + b; rows of points stay rows."""
        return np.asarray(y, dtype=np.float64) @ self._matrix.T + self._offset

    def __call__(self, y: ArrayLike) -> float:
        """f at A y + b."""
        return float(self._objective(self.outward(y)))

    def _value_and_gradient(self, y: ArrayLike) -> tuple[float, Vector]:
        value, gradient = self._objective.value_and_gradient(self.outward(y))
        return value, np.asarray(gradient) @ self._matrix

    def _values(self, points: ArrayLike) -> Vector:
        return np.asarray(self._objective.values(self.outward(points)), dtype=np.float64)

    def _metric(self, y: ArrayLike, blocks: str | None = None) -> Vector:
        metric = np.asarray(self._objective.metric(self.outward(y), blocks), dtype=np.float64)
        seen: Vector = self._matrix.T @ metric @ self._matrix
        return seen

    def _fidelity(self, y: ArrayLike, other: ArrayLike) -> float:
        return float(self._objective.fidelity(self.outward(y), self.outward(other)))


def padded(x: ArrayLike, p: int) -> Vector:
    """The same state with p layers: the further layers have angle 0 and do nothing."""
    halves = np.asarray(x, dtype=np.float64)
    halves = halves.reshape(*halves.shape[:-1], 2, -1)
    wider = np.zeros((*halves.shape[:-1], p))
    wider[..., : halves.shape[-1]] = halves
    return wider.reshape(*wider.shape[:-2], 2 * p)
