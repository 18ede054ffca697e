"""Rotosolve: sequential minimization along each parameter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.capabilities import Capability

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

MOST_DEGREE = 64


@dataclass(frozen=True)
class Rotosolve(Optimizer):
    r"""Rotosolve, also known as sequential minimal optimization or NFT.

    Along one parameter of a single rotation the expectation value is a sinusoid,

    .. math:: f(x + t e_i) = a + b \cos(t - \varphi),

    which three values determine: each parameter in turn is set to the global minimum along it. A
    parameter that is scaled, shared by several rotations, or the angle of an excitation gives a
    trigonometric polynomial of degree r, which takes 2 r + 1 values. One of them is known from
    the previous step.

    Prefer it for circuits of single rotations without gradients, and from poor starts: its steps
    are not local, and it has no step size to tune. `l-bfgs` is faster with exact gradients and
    many parameters. The objective must offer ``frequencies``: the fundamental frequency and the
    degree along each parameter.
    Cost: 2 r evaluations per parameter, that is 2 n per sweep for single rotations, and 1 more per
    sweep.

    Args:
        tolerance: converged if a sweep lowers the value f by less than this times 1 + |f|.

    Source: Nakanishi, Fujii, Todo 2020, arXiv:1903.12166; Ostaszewski, Grant, Benedetti 2021,
    arXiv:1905.09692; higher degrees: Vidal and Theis 2018, arXiv:1812.06323; Wierichs et al. 2022,
    arXiv:2107.12390.
    """

    name: ClassVar[str] = "rotosolve"
    summary: ClassVar[str] = "exact minimum along each rotation in turn; no gradient, poor starts"
    cost: ClassVar[str] = "2 n + 1"
    source: ClassVar[str] = "Nakanishi, Fujii, Todo 2020, arXiv:1903.12166"
    takes_bounds: ClassVar[bool] = False
    needs: ClassVar[tuple[Capability, ...]] = (Capability.FREQUENCIES,)

    tolerance: float = 1e-9

    def __post_init__(self) -> None:
        self._require_positive("tolerance")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        waves = _validated(driver.frequencies, driver.dimension)
        x, value = x0.copy(), driver.value(x0)
        while True:
            before = value
            for parameter, (frequency, degree) in enumerate(waves):
                if degree == 0:
                    continue
                points = np.tile(x, (2 * degree, 1))
                points[:, parameter] += nodes(degree) / frequency
                failures = driver.not_finite
                values = driver.values(points)
                if driver.not_finite > failures:
                    continue  # a value that is not finite determines no polynomial
                t, value = lowest(np.concatenate([[value], values]))
                x[parameter] = _within_period(x[parameter] + t / frequency, frequency)
            # A fresh value, so that rounding errors do not accumulate over the sweeps.
            value = driver.value(x)
            if abs(before - value) <= self.tolerance * (1.0 + abs(value)):
                return Outcome(True)


def _within_period(angle: float, frequency: float) -> float:
    """Return `angle` modulo its period, within half a period of zero."""
    return math.remainder(angle, 2.0 * math.pi / frequency)


def _validated(given: object, dimension: int) -> list[tuple[float, int]]:
    """Return the validated frequency and degree of each parameter."""
    waves = list(given) if isinstance(given, list | tuple | np.ndarray) else []
    if len(waves) != dimension:
        raise DimensionError(
            f"rotosolve: the objective has frequencies for {len(waves)} of {dimension} "
            "parameters: it must have (frequency, degree) for each"
        )
    for parameter, wave in enumerate(waves):
        where = f"rotosolve cannot minimize along parameter {parameter}:"
        if wave is None:
            raise ParameterError(
                f"{where} its frequencies have no common measure, as with phases of a real-valued "
                "cost or sums of several excitations; use l-bfgs or cobyla, or give each rotation "
                "a parameter of its own"
            )
        frequency, degree = wave
        if degree > MOST_DEGREE:
            raise ParameterError(
                f"{where} too many rotations share it (degree {degree}, which takes "
                f"{2 * degree} evaluations a step; the limit is {MOST_DEGREE}); use l-bfgs or "
                "cobyla, or give each rotation a parameter of its own"
            )
        if degree < 0 or not frequency > 0.0:
            raise ParameterError(
                f"{where} frequency must be positive and degree an integer >= 0, got "
                f"{frequency} and {degree}"
            )
    return [(float(frequency), int(degree)) for frequency, degree in waves]


def nodes(degree: int) -> Vector:
    """Return the 2 · degree nodes other than 0 that determine a polynomial."""
    return 2.0 * np.pi * np.arange(1, 2 * degree + 1) / (2 * degree + 1)


def lowest(values: Vector) -> tuple[float, float]:
    """Return the minimum of the polynomial through `values` at 0 and at `nodes`.

    .. math:: f(t) = \\sum_{k=-r}^{r} c_k e^{ikt}, \\quad c_{-k} = \\bar c_k

    Closed form for degree 1; for higher degrees, t is the phase of a root of f′, found as an
    eigenvalue.

    Args:
        values: shape (2 · degree + 1,), finite.

    Returns:
        t in (−π, π], 0 if the polynomial is constant; and f(t).
    """
    degree = len(values) // 2
    coefficients = np.fft.rfft(values) / len(values)
    mean, waves = float(coefficients[0].real), 2.0 * coefficients[1:]
    if float(abs(waves).max(initial=0.0)) <= 1e-14 * max(1.0, float(abs(values).max())):
        return 0.0, mean
    if degree == 1:
        # f = mean + Re(w e^{it}) is lowest where w e^{it} = −|w|.
        wave = complex(waves[0])
        t = math.pi - math.atan2(wave.imag, wave.real)
        return math.remainder(t, 2.0 * math.pi), mean - abs(wave)
    orders = np.arange(1, degree + 1)
    half = 1j * orders * waves / 2.0
    roots = np.roots(np.concatenate([half[::-1], [0.0], half.conj()]))
    points = np.concatenate([[0.0], np.angle(roots)])
    heights = mean + (np.exp(1j * np.outer(points, orders)) @ waves).real
    best = int(np.argmin(heights))
    return float(points[best]), float(heights[best])
