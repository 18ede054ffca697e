"""Readout errors made symmetric by random flips, and divided out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.measurement.allocation import divided
from hybridq.measurement.base import Vector
from hybridq.measurement.execution import Bits, Execute, run_circuits
from hybridq.measurement.plans import Plan
from hybridq.mitigation.base import (
    Compiler,
    Cost,
    Label,
    Mitigated,
    Mitigation,
    check_prepared,
    kept_on_qubits,
)
from hybridq.mitigation.readout import calibrations, emptied, flipped, signs_of
from hybridq.noise import NoiseModel


@dataclass(frozen=True)
class TwirledReadout(Mitigation):
    r"""Random X gates before the measurement, whose bits are flipped back afterwards.

    On average over the flips the measured :math:`\langle Z^S \rangle` is the true one times
    :math:`\lambda_S`, whatever the readout errors are, correlated ones included; the same circuits
    on |0…0⟩ measure :math:`\lambda_S`. The quotient of two means has a bias of the order of the
    inverse number of calibration shots. Errors of the X gates themselves remain.

    Args:
        twirls: random sets of flips of each circuit, at most one a shot.
        calibration_shots: shots on |0…0⟩, over all twirls.

    Raises:
        ParameterError: twirls is not an integer >= 2, or calibration_shots not one of at least two
            for each twirl.
    """

    name: ClassVar[str] = "twirled-readout"
    summary: ClassVar[str] = "Unknown, also correlated readout errors, by random flips."
    label: ClassVar[Label] = Label.BIASED
    source: ClassVar[str] = "van den Berg, Minev, Temme 2022, arXiv:2012.09738"

    twirls: int = 32
    calibration_shots: int = 20_000

    def __post_init__(self) -> None:
        checked_count("twirls", self.twirls, at_least=2)
        checked_count("calibration_shots", self.calibration_shots, at_least=2 * self.twirls)

    def measure(
        self,
        plan: Plan,
        execute: Execute,
        noise: NoiseModel | None = None,
        rng: RandomLike = None,
    ) -> Mitigated:
        """Return the value with twirled readout; see `Mitigation.measure`."""
        check_prepared(plan)
        return self._measured(plan, execute, plan.circuits, rng)

    def _measured(
        self, plan: Plan, execute: Execute, kept: Sequence[Circuit], rng: RandomLike
    ) -> Mitigated:
        """Run circuits that stay on their qubits, and a calibration of each set of qubits."""
        cost, generator = self._cost(plan, kept), as_generator(rng)
        if not plan.groups:
            return self._found(plan.constant, 0.0, cost)
        empties = list(dict.fromkeys(map(emptied, kept)))
        cases = [(empty, self.calibration_shots) for empty in empties]
        cases += list(zip(kept, plan.shots.tolist(), strict=True))
        circuits, shots, flips = [], [], []
        sizes = [self._divided(count) for _, count in cases]
        for (circuit, _), parts in zip(cases, sizes, strict=True):
            for part in parts.tolist():
                flip = generator.integers(0, 2, len(circuit.measured), dtype=np.uint8)
                circuits.append(flipped(circuit, flip))
                shots.append(part)
                flips.append(flip)
        found = run_circuits(execute, circuits, shots)
        turned = np.concatenate([rows ^ flip for rows, flip in zip(found, flips, strict=True)])
        ends = np.cumsum([count for _, count in cases])[:-1]
        pieces, count = np.split(turned, ends), len(empties)
        references = dict(zip(empties, pieces[:count], strict=True))
        value, variance = plan.constant, 0.0
        derivatives = {empty: np.zeros(self.calibration_shots) for empty in empties}  # by each shot
        for group, circuit, rows, parts in zip(
            plan.groups, kept, pieces[count:], sizes[count:], strict=True
        ):
            reference, derivative = references[emptied(circuit)], derivatives[emptied(circuit)]
            own = np.zeros(len(rows))
            for _, qubits, coefficient in group.diagonal.to_sparse():
                term, damping = _quotient(rows, reference, qubits)
                scaled = coefficient.real / damping
                own += scaled * term
                derivative += scaled * float(term.mean()) / damping * signs_of(reference, qubits)
            value += float(own.mean())
            variance += _between(own, parts)
        for parts, derivative in zip(sizes, derivatives.values(), strict=False):
            variance += _between(derivative, parts)
        return self._found(value, float(np.sqrt(variance)), cost)

    def cost_on(self, plan: Plan, compiler: Compiler) -> Cost:
        """Return circuits and shots, the calibration included; see `Mitigation.cost_on`.

        Raises:
            ParameterError: the compiler puts calibration and circuits on different qubits.
        """
        return self._cost(plan, self._kept(plan, compiler))

    def _kept(self, plan: Plan, compiler: Compiler) -> list[Circuit]:
        """Return the circuits so that flips and calibrations run on the same qubits."""

        def further(circuit: Circuit) -> tuple[Circuit, ...]:
            every = np.ones(circuit.n_qubits, dtype=np.uint8)
            return (*calibrations(circuit), flipped(circuit, every))

        return kept_on_qubits(self.name, plan, compiler, further)

    def measure_on(
        self, plan: Plan, execute: Execute, compiler: Compiler, rng: RandomLike = None
    ) -> Mitigated:
        """Return the value with twirled readout; see `Mitigation.measure_on`."""
        check_prepared(plan)
        return self._measured(plan, execute, self._kept(plan, compiler), rng)

    def _found(self, value: float, error: float, cost: Cost) -> Mitigated:
        """Return the result."""
        return Mitigated(
            value=value,
            standard_error=error,
            label=self.label,
            method=self.name,
            statement="readout errors do not depend on the circuit; bias of the order of "
            f"1/{self.calibration_shots:,}",
            raw=None,
            shots=cost.shots,
            circuits=cost.circuits,
        )

    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return circuits and shots, the calibration included."""
        return self._cost(plan, plan.circuits)

    def _cost(self, plan: Plan, kept: Sequence[Circuit]) -> Cost:
        """Return circuits and shots, with a calibration of each set of qubits."""
        circuits = sum(len(self._divided(count)) for count in plan.shots.tolist())
        extra = len(set(map(emptied, kept)))
        return Cost(
            circuits + extra * self.twirls, plan.total_shots + extra * self.calibration_shots
        )

    def _divided(self, shots: int) -> NDArray[np.int64]:
        """Return the shots of each twirl of a circuit, at least one each."""
        return divided(shots, np.ones(min(self.twirls, shots)))


def _between(values: Vector, sizes: NDArray[np.int64]) -> float:
    """Return the variance of the mean, from the means of the twirls.

    It includes the spread between twirls, which shots of a few of them do not show.
    """
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    means = np.add.reduceat(values, starts) / sizes
    return float(means.var(ddof=1)) / len(means)


def _quotient(rows: Bits, reference: Bits, qubits: tuple[int, ...]) -> tuple[Vector, float]:
    """Return the product of Z of each row, and its mean on |0…0⟩.

    Raises:
        ParameterError: that mean is not above five standard errors.
    """
    at_zero = signs_of(reference, qubits)
    damping = float(at_zero.mean())
    error = float(np.sqrt(max(1.0 - damping**2, 1.0 / len(at_zero)) / len(at_zero)))
    if damping < 5.0 * error:
        raise ParameterError(
            f"the readout errors of the qubits {list(qubits)} leave {damping:.2g} ± {error:.1g} of "
            "their product of Z",
            argument="calibration_shots",
            remedy="use more calibration shots, or a Hamiltonian of smaller products",
        )
    return signs_of(rows, qubits), damping
