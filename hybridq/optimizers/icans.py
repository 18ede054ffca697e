"""iCANS: individual coupled adaptive number of shots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.optimizers.adaptive_shots import AdaptiveShots


@dataclass(frozen=True)
class ICANS(AdaptiveShots):
    r"""Shots of each derivative by its own expected gain per shot (iCANS1).

    .. math:: s_i = \frac{2 L \alpha}{2 - L \alpha} \frac{\xi_i}{\chi_i^2 + b \mu^k}, \qquad
        \gamma_i = \frac{1}{s_i} \Bigl[\Bigl(\alpha - \frac{L \alpha^2}{2}\Bigr) \chi_i^2
        - \frac{L \alpha^2}{2 s_i} \xi_i\Bigr]

    ξ is the mean variance of one shot. No derivative gets more shots than the one with the largest
    gain γ per shot. Each circuit of a group of terms gets its part of the shots.

    Prefer it to `spsa` where a total of shots counts, and there are few rotations; `gcans` spends
    them on the whole gradient, `rosalin` fits Hamiltonians of many circuits.
    Cost: 1 evaluation with gradient per iteration: 1 + 2 R circuits of a value for R rotations.

    Source: Kübler, Arrasmith, Cincio, Coles 2020, arXiv:1909.09083.
    """

    name: ClassVar[str] = "icans"
    summary: ClassVar[str] = "descent that chooses its shots, each derivative by its own gain"
    source: ClassVar[str] = "Kübler, Arrasmith, Cincio, Coles 2020, arXiv:1909.09083"

    def next_shots(self, mean: Vector, spread: Vector, floor: float) -> Vector:
        """Return s_i, at most that of the largest gain."""
        rate, smooth = self.learning_rate, self.smoothness
        factor = 2.0 * smooth * rate / (2.0 - smooth * rate)
        wanted = np.maximum(factor * spread / (mean**2 + floor), self.min_shots)
        gain = (rate - 0.5 * smooth * rate**2) * mean**2
        gain = (gain - 0.5 * smooth * rate**2 * spread / wanted) / wanted
        return np.minimum(wanted, wanted[int(np.argmax(gain))])
