"""FOURIER: a ladder on the amplitudes of a sine and a cosine series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.checks import checked_positive
from hybridq.optimizers import Solution
from hybridq.strategies.base import Step, Task
from hybridq.strategies.coordinates import AffineMap, Reparametrized, pad_layers
from hybridq.strategies.ladder import Ladder, Rung

Vector = NDArray[np.float64]

STRENGTH = 0.6  # α of the paper


def fourier_matrix(p: int) -> Vector:
    r"""Return the matrix from amplitudes (u, v) to angles (γ, β), shape (2p, 2p).

    .. math:: \gamma_i = \sum_{k=1}^{p} u_k \sin\!\big((k - \tfrac12)(i - \tfrac12)\tfrac{\pi}{p}
              \big), \qquad
              \beta_i = \sum_{k=1}^{p} v_k \cos\!\big((k - \tfrac12)(i - \tfrac12)\tfrac{\pi}{p}
              \big)

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041, equation (8).
    """
    half = np.arange(p) + 0.5
    phase = np.outer(half, half) * np.pi / p
    matrix = np.zeros((2 * p, 2 * p))
    matrix[:p, :p] = np.sin(phase)
    matrix[p:, p:] = np.cos(phase)
    return matrix


@dataclass(frozen=True, kw_only=True)
class Fourier(Ladder):
    r"""Search p = 1, 2, … over amplitudes; each depth adds a frequency.

    The amplitude of the new frequency begins at 0.

    In addition to this plain ladder, each depth is searched from the best amplitudes :math:`a` of
    the depth before and from R random points around them,

    .. math:: a_k + \alpha\,\xi_k, \qquad \xi_k \sim \mathcal N(0, a_k^2), \quad \alpha = 0.6.

    R is the number of restarts, none by default: from the start "auto" the paper's R = 10 took
    25 times the evaluations and found the same on 24 graphs at p = 8. From random starts it leaves
    poor minima: of 18 runs with signed weights at p = 4, 11 ended lower. The plain ladder is
    searched first, the others share what it leaves of each depth's part of the budget: where that
    suffices, no depth ends worse than without them.

    Prefer it to INTERP at large depths, where smooth angles matter.

    Args:
        strength: α, the relative size of the perturbations.

    Source: Zhou, Wang, Choi, Pichler, Lukin 2020, arXiv:1812.01041, appendix B: FOURIER[∞, R].
    """

    name: ClassVar[str] = "fourier"
    summary: ClassVar[str] = "layer by layer, over sines and cosines; smooth angles"
    source: ClassVar[str] = "Zhou et al. 2020, arXiv:1812.01041"

    strength: float = STRENGTH

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_positive("strength", self.strength)

    def rung(self, task: Task) -> Rung:
        """See `Ladder.rung`."""
        plain: Vector | None = None

        def search(ansatz: QAOA, objective: Any, x: Vector) -> tuple[Vector, Step] | None:
            nonlocal plain
            depth, used = ansatz.p, task.search.used
            view = Reparametrized(objective, AffineMap(fourier_matrix(depth)))

            def minimized(points: Vector, **options: Any) -> Solution | None:
                return task.search.run(
                    view,
                    pad_layers(points, depth),
                    lambda y: pad_layers(view.outward(y), task.p),
                    bounds=ansatz.bounds,
                    tolerance=self.tolerance(task, depth),
                    **options,
                )

            left = task.p - depth + 1
            share = -(-task.search.remaining // left)
            best = _amplitudes(x)
            first = best if plain is None or plain is x else _amplitudes(plain)
            solution = minimized(first[np.newaxis], searches_left=left)
            if solution is None:
                return None
            plain = view.outward(solution.x)
            found, value = plain, solution.value
            around = _perturbed(best, task.restarts or 0, task.rng, self.strength)
            others = around if first is best else np.vstack([best, around])
            rest = share - (task.search.used - used)
            if len(others) and rest > 0:
                other = minimized(others, searches_left=left, at_most=rest, auxiliary=True)
                if other is not None and other.value < value:
                    found, value = view.outward(other.x), other.value
            return found, Step(f"p = {depth}", value, task.search.used - used, depth=depth)

        return search


def _amplitudes(x: Vector) -> Vector:
    """Return the amplitudes of angles, shape (2p,)."""
    return np.asarray(np.linalg.solve(fourier_matrix(len(x) // 2), x), dtype=np.float64)


def _perturbed(
    amplitudes: Vector, count: int, rng: np.random.Generator, strength: float = STRENGTH
) -> Vector:
    """Return random points around `amplitudes`, shape (count, n)."""
    return amplitudes * (1.0 + strength * rng.standard_normal((count, len(amplitudes))))
