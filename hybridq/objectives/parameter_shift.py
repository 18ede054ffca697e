"""Gradients from measurements, by the parameter-shift rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.decompose import rotations
from hybridq.circuits.instructions import Angle, Instruction
from hybridq.core.errors import CapacityError, ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.measurement.allocation import divided
from hybridq.objectives.base import ExactObjective, Vector
from hybridq.objectives.config import Binding
from hybridq.objectives.readout import Counts, SamplingEngine
from hybridq.objectives.shots import FromShots, SampledObjective
from hybridq.objectives.statistics import Weigh, relative_frequencies, standard_error
from hybridq.optimizers.capabilities import ShotGradient

MOST_CIRCUITS = 10_000  # of one gradient


@dataclass(frozen=True)
class Unrolled:
    """A circuit with a parameter of its own in each Pauli rotation.

    Its parameters are ``constant + coefficient * x[parameter]``, all of shape (rotations,).
    """

    circuit: Circuit
    constant: Vector
    coefficient: Vector
    parameter: NDArray[np.int64]

    def angles(self, x: Vector) -> Vector:
        """Return the rotations' angles at the parameters `x` of the original circuit."""
        return self.constant + self.coefficient * x[self.parameter]

    def pulled_back(self, slopes: Vector, n_params: int) -> Vector:
        """Convert derivatives by the rotations' angles to the original parameters."""
        gradient = np.zeros(n_params)
        np.add.at(gradient, self.parameter, self.coefficient * slopes)
        return gradient


def unrolled(circuit: Circuit) -> Unrolled:
    """Return `circuit` with all parametrized instructions written as Pauli rotations.

    Equal up to a global phase.

    Raises:
        ParameterError: an excitation of several terms that do not commute.
    """
    steps: list[Instruction] = []
    angles: list[Angle] = []
    for instruction in circuit.instructions:
        if instruction.parameter is None:
            steps.append(instruction)
            continue
        for step in rotations(instruction):
            if step.angle is None or step.parameter is None:
                steps.append(step)
                continue
            own = Angle(parameter=len(angles))
            angles.append(step.angle)
            steps.append(step.with_angle(lambda _, own=own: own))  # type: ignore[misc]
    return Unrolled(
        Circuit(circuit.n_qubits, tuple(steps)),
        np.array([angle.constant for angle in angles]),
        np.array([angle.coefficient for angle in angles]),
        np.array([angle.parameter for angle in angles], dtype=np.int64),
    )


class ShiftedObjective(SampledObjective):
    """A sampled objective with parameter-shift gradients; see `ParameterShift`.

    Args:
        binding: the configuration, and everything that it is bound to.
        shots: measurements for each value and each shifted value.
        rng: source of the shots.
        exact: the same objective with exact values, where it is at hand already.

    Raises:
        CapacityError: a gradient would take more than 10,000 circuits.
        ParameterError: shots is not an integer >= 1, or an excitation has terms that do not
            commute.
    """

    def __init__(
        self,
        binding: Binding,
        shots: int,
        rng: RandomLike = None,
        exact: ExactObjective | None = None,
    ) -> None:
        super().__init__(binding, shots, rng, exact)
        self._unrolled = unrolled(self.circuit)
        if self.circuits_per_gradient > MOST_CIRCUITS:
            raise CapacityError(
                f"a gradient from shots takes {self.circuits_per_gradient:,} circuits here "
                f"(limit {MOST_CIRCUITS:,})",
                remedy="use a method without gradients, such as spsa, or the exact objective",
            )
        self._shift_engine = self._engine_of(self._unrolled.circuit)

    @property
    def circuits_per_gradient(self) -> int:
        """The number of circuits that a value and its gradient take."""
        return self.circuits_per_value * (1 + 2 * len(self._unrolled.parameter))

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return an estimate of the value and of its derivatives, shape (n_params,)."""
        point = self._point(x)
        rng = self._next_stream()
        counts = self._measured(point, rng)
        found = [
            self.statistic.at(each.values, relative_frequencies(each.shots)) for each in counts
        ]
        weighs = [weigh for _, weigh in found]
        angles = self._unrolled.angles(point)
        slopes = np.empty(len(angles))
        for rotation in range(len(angles)):
            ahead, behind = angles.copy(), angles.copy()
            ahead[rotation] += np.pi / 2
            behind[rotation] -= np.pi / 2
            slopes[rotation] = 0.5 * (
                _weighted(self._measured(ahead, rng, self._shift_engine), weighs)
                - _weighted(self._measured(behind, rng, self._shift_engine), weighs)
            )
        gradient = self._unrolled.pulled_back(slopes, self.n_params)
        return sum(value for value, _ in found), gradient

    def measured_gradient(
        self, x: ArrayLike, shots: ArrayLike, weighted: bool = False
    ) -> ShotGradient:
        """Return value and gradient with a number of shots for each derivative.

        Each shifted circuit of a parameter gets its shots. They are divided between the groups of
        terms by weight, at least two each; or each shot draws its group by weight (`weighted`),
        which is unbiased for any number of them. The value gets the mean of all shots.

        Args:
            x: the parameters, shape (n_params,).
            shots: of each shifted circuit of each parameter, integers, shape (n_params,).
            weighted: draw groups at random.

        Returns:
            the `ShotGradient`; its `variances` times shots⁻¹ is the variance of each derivative.

        Raises:
            ParameterError: the objective is not an expectation value, or shots are not integers
                >= 1.

        Source: Arrasmith et al. 2020, arXiv:2004.06252 (groups at random).
        """
        if self.config.kind != "expectation":
            raise ParameterError(
                argument="objective",
                value=self.config.kind,
                expected="expectation where shots are chosen for each derivative",
            )
        point, wanted = self._point(x), np.asarray(shots)
        if wanted.shape != (self.n_params,) or wanted.dtype.kind not in "iu" or (wanted < 1).any():
            raise ParameterError(
                argument="shots",
                value=shots,
                expected=f"integers >= 1, one for each of {self.n_params} parameters",
            )
        if not weighted:
            wanted = np.maximum(wanted, 2 * self._readout.circuits)
        rng, before = self._next_stream(), self.shots_used
        usual = int(np.ceil(wanted.mean())) if len(wanted) else self.shots
        value, _ = self._mean(point, usual, rng, None, weighted)
        angles = self._unrolled.angles(point)
        slopes, variances = np.zeros(len(angles)), np.zeros(self.n_params)
        for rotation, (entry, factor) in enumerate(
            zip(self._unrolled.parameter, self._unrolled.coefficient, strict=True)
        ):
            sides = []
            for shift in (np.pi / 2, -np.pi / 2):
                moved = angles.copy()
                moved[rotation] += shift
                sides.append(
                    self._mean(moved, int(wanted[entry]), rng, self._shift_engine, weighted)
                )
            (ahead, noise_ahead), (behind, noise_behind) = sides
            slopes[rotation] = 0.5 * (ahead - behind)
            variances[entry] += 0.25 * factor**2 * (noise_ahead + noise_behind) * wanted[entry]
        return ShotGradient(
            value,
            self._unrolled.pulled_back(slopes, self.n_params),
            variances,
            wanted.astype(np.float64),
            self.shots_used - before,
        )

    def _mean(
        self,
        x: Vector,
        shots: int,
        rng: np.random.Generator,
        engine: SamplingEngine | None,
        weighted: bool,
    ) -> tuple[float, float]:
        """Return an estimate of the expectation value and the variance of the estimate."""
        weights = self._readout.weights
        if len(weights) == 1 or not weighted:
            parts = divided(max(shots, 2 * len(weights)), weights, 2)
            found = self._measured(x, rng, engine, parts)
            errors = [standard_error(self.statistic, *each) for each in found]
            return sum(map(_mean_of, found)), float(np.square(errors).sum())
        chances = weights / weights.sum()
        parts = rng.multinomial(shots, chances)
        found = self._measured(x, rng, engine, parts)
        drawn = np.flatnonzero(parts)
        values = np.concatenate(
            [
                (each.values - self._readout.constants[group]) / chances[group]
                for each, group in zip(found, drawn.tolist(), strict=True)
            ]
        )
        counts = np.concatenate([each.shots for each in found])
        mean = float(values @ counts / shots)
        spread = float((values - mean) ** 2 @ counts / max(shots - 1, 1))
        return mean + float(self._readout.constants.sum()), spread / shots


class ParameterShift(FromShots):
    r"""An objective to be estimated from measurements, gradients included.

    A Pauli rotation by θ has :math:`\partial_\theta p_z = \tfrac12 \left(p_z(\theta + \pi/2)
    - p_z(\theta - \pi/2)\right)` for the probability of every outcome z. Each parametrized
    instruction is written as Pauli rotations, and a parameter's derivative is the sum over all
    rotations that it controls. The objective's derivative by the probabilities is the weight of
    each value, with quantile or mean estimated at `x` itself. For the expectation value the
    gradient is unbiased; for CVaR and Gibbs up to order 1/shots.

    A gradient takes 1 + 2R times the circuits of a value, with `shots` each, for R rotations:
    QAOA has one for each term and each qubit in each layer. SPSA takes two values.

    Args:
        objective: what is estimated; see `FromShots`.
        shots: measurements for each value and each shifted value.
        rng: source of the shots.

    Raises:
        CapacityError: when bound, a gradient would take more than 10,000 circuits.
        ParameterError: shots is not an integer >= 1; when bound, an excitation has terms that do
            not commute.

    Source: Mitarai et al. 2018, arXiv:1803.00745; Schuld et al. 2019, arXiv:1811.11184.
    """

    bound: ClassVar[type[SampledObjective]] = ShiftedObjective


def _mean_of(counts: Counts) -> float:
    """Return the mean of measured values."""
    return float(counts.values @ relative_frequencies(counts.shots))


def _weighted(counts: list[Counts], weighs: list[Weigh]) -> float:
    """Return the mean weight of the measured values, summed over circuits."""
    return sum(
        float(weigh(found.values) @ relative_frequencies(found.shots))
        for found, weigh in zip(counts, weighs, strict=True)
    )
