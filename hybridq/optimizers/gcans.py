"""gCANS: global coupled adaptive number of shots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.optimizers.adaptive_shots import AdaptiveShots
from hybridq.optimizers.capabilities import ShotGradient


@dataclass(frozen=True)
class GCANS(AdaptiveShots):
    r"""Shots of all derivatives by the expected gain of the whole step per shot.

    .. math:: s_i = \frac{2 L \alpha}{2 - L \alpha}
        \frac{\xi_i \sum_j \xi_j}{\lVert \chi \rVert^2 + b \mu^k}

    ξ is the mean standard deviation of one shot.

    Prefer it to `icans` where derivatives differ much in size.
    Cost: 1 evaluation with gradient per iteration: 1 + 2 R circuits of a value for R rotations.

    Source: Gu, Lowe, Dub, Coles, Arrasmith 2021, arXiv:2108.10434.
    """

    name: ClassVar[str] = "gcans"
    summary: ClassVar[str] = "descent that chooses its shots by the gain of the whole step"
    source: ClassVar[str] = "Gu, Lowe, Dub, Coles, Arrasmith 2021, arXiv:2108.10434"

    def spread(self, found: ShotGradient) -> Vector:
        """Return the standard deviation of one shot."""
        return np.sqrt(found.variances)

    def next_shots(self, mean: Vector, spread: Vector, floor: float) -> Vector:
        """Return s_i."""
        product = self.learning_rate * self.smoothness
        factor = 2.0 * product / (2.0 - product)
        return np.asarray(factor * spread * spread.sum() / (mean @ mean + floor))
