"""Rotosolve: one parameter after the other, each set to its exact minimum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.trigonometric import lowest, nodes

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver, Vector

MOST_DEGREE = 64


@dataclass(frozen=True)
class Rotosolve(Optimizer):
    r"""Rotosolve, also known as sequential minimal optimization or NFT.

    Along one parameter of a single rotation the expectation value is a sinusoid,

    .. math:: f(x + t e_i) = a + b \cos(t - \varphi),

    which three values fix: each parameter in turn goes to the minimum, wherever that is. A
    parameter that is scaled, is shared by several rotations or turns an excitation gives a
    trigonometric polynomial of degree r, which takes 2 r + 1 values. One of them is known from
    the step before.

    Prefer it for circuits of single rotations without gradients, and from poor starts: its steps
    are no local ones, and there is nothing to tune. `l-bfgs` is faster with exact gradients and
    many parameters. The objective must offer ``frequencies``: the fundamental frequency and the
    degree along each parameter.
    Cost: 2 r evaluations a parameter, that is 2 n a sweep for single rotations, and 1 a sweep.

    Args:
        tolerance: ends when a sweep lowers the value by less than this times (1 + its size).

    Source: Nakanishi, Fujii, Todo 2020, arXiv:1903.12166; Ostaszewski, Grant, Benedetti 2021,
    arXiv:1905.09692; higher degrees: Vidal and Theis 2018, arXiv:1812.06323; Wierichs et al. 2022,
    arXiv:2107.12390.
    """

    name: ClassVar[str] = "rotosolve"
    summary: ClassVar[str] = "exact minimum along each rotation in turn; no gradient, poor starts"
    cost: ClassVar[str] = "2 n + 1"
    takes_bounds: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("frequencies",)

    tolerance: float = 1e-9

    def __post_init__(self) -> None:
        self._require_positive("tolerance")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        waves = _checked(driver.frequencies, driver.dimension)
        x, value = x0.copy(), driver.value(x0)
        while True:
            before = value
            for parameter, (frequency, degree) in enumerate(waves):
                if degree == 0:
                    continue
                points = np.tile(x, (2 * degree, 1))
                points[:, parameter] += nodes(degree) / frequency
                spoilt = driver.not_finite
                values = driver.values(points)
                if driver.not_finite > spoilt:
                    continue  # no polynomial goes through what is not finite
                t, value = lowest(np.concatenate([[value], values]))
                x[parameter] = _within_period(x[parameter] + t / frequency, frequency)
            # Also keeps the value that the next step builds on from drifting.
            value = driver.value(x)
            if abs(before - value) <= self.tolerance * (1.0 + abs(value)):
                return Outcome(True)


def _within_period(angle: float, frequency: float) -> float:
    """`angle` modulo its period, between − and + half of it."""
    return math.remainder(angle, 2.0 * math.pi / frequency)


def _checked(given: object, dimension: int) -> list[tuple[float, int]]:
    """A frequency and a degree for each parameter."""
    waves = list(given) if isinstance(given, list | tuple | np.ndarray) else []
    if len(waves) != dimension:
        raise DimensionError(
            f"rotosolve: the objective gives frequencies for {len(waves)} of {dimension} "
            "parameters: it must give (frequency, degree) for each"
        )
    for parameter, wave in enumerate(waves):
        where = f"rotosolve cannot solve along parameter {parameter}:"
        if wave is None:
            raise ParameterError(
                f"{where} its frequencies have no common measure, as with phases of a real-valued "
                "cost or sums of several excitations; use l-bfgs or cobyla, or give each rotation "
                "a parameter of its own"
            )
        frequency, degree = wave
        if degree > MOST_DEGREE:
            raise ParameterError(
                f"{where} it takes part in too many rotations at once (degree {degree}, which is "
                f"{2 * degree} evaluations a step; the most is {MOST_DEGREE}); use l-bfgs or "
                "cobyla, or give each rotation a parameter of its own"
            )
        if degree < 0 or not frequency > 0.0:
            raise ParameterError(
                f"{where} frequency {frequency} and degree {degree} make no sense: "
                "give a positive frequency and a whole degree of at least 0"
            )
    return [(float(frequency), int(degree)) for frequency, degree in waves]
