"""Zero-noise extrapolation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from hybridq.backends.base import Compilation
from hybridq.circuits.circuit import Circuit
from hybridq.core.checks import checked_count, checked_positive, is_finite
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.measurement.allocation import LEAST_SHOTS
from hybridq.measurement.base import Vector
from hybridq.measurement.execution import Execute, run_circuits
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
from hybridq.mitigation.extrapolation import Extrapolated, exponential, polynomial
from hybridq.mitigation.folding import FOLDINGS, folded
from hybridq.mitigation.readout import check_invertible, inverted, readouts_on
from hybridq.noise import NoiseModel
from hybridq.noise.measurement import CorrelatedReadout

FITS: Final = ("linear", "polynomial", "exponential")
_KEPT = 0.9  # of the folded gates that a compiler must leave


@dataclass(frozen=True)
class ZeroNoise(Mitigation):
    r"""Values at several strengths of the noise, extrapolated to none.

    Circuits are folded (see `folded`), each strength gets an equal part of the shots, and a fit
    gives the value at 0:

    - ``linear``: a line by least squares;
    - ``polynomial``: of the given degree; of one degree less than there are scales it is
      Richardson's extrapolation, whose variance explodes;
    - ``exponential``: :math:`a + b e^{-cs}`, where a is the value of the maximally mixed state, the
      constant of the Hamiltonian: exact for global depolarizing noise.

    Readout errors do not grow with folding: where the noise model has them, they are inverted.

    Args:
        scales: strengths of the noise, at least 1.
        fit: ``"linear"``, ``"polynomial"`` or ``"exponential"``.
        degree: of the polynomial.
        folding: ``"global"`` or ``"gate"``.
        max_amplification: refuse fits whose variance, at equal shots for each scale, is more than
            this factor above that of one value, Σ w² of the weights w of the values.

    Raises:
        ParameterError: an option outside these, or fewer scales than the fit needs.
    """

    name: ClassVar[str] = "zne"
    summary: ClassVar[str] = "Extrapolation from folded circuits; no noise model needed."
    label: ClassVar[Label] = Label.BIASED
    source: ClassVar[str] = "Temme, Bravyi, Gambetta 2017, arXiv:1612.02058"

    scales: tuple[float, ...] = (1.0, 3.0, 5.0)
    fit: str = "exponential"
    degree: int = 2
    folding: str = "global"
    max_amplification: float = 20.0

    def __post_init__(self) -> None:
        if isinstance(self.scales, str) or not isinstance(self.scales, Sequence):
            raise ParameterError(
                argument="scales", value=self.scales, expected="numbers such as (1, 3, 5)"
            )
        for scale in self.scales:
            if not is_finite(scale) or scale < 1:
                raise ParameterError(argument="scales", value=scale, expected="numbers >= 1")
        object.__setattr__(self, "scales", tuple(map(float, self.scales)))
        for name, choices in (("fit", FITS), ("folding", FOLDINGS)):
            if getattr(self, name) not in choices:
                raise ParameterError(
                    argument=name,
                    value=getattr(self, name),
                    expected=f"one of {', '.join(map(repr, choices))}",
                )
        checked_count("degree", self.degree)
        checked_positive("max_amplification", self.max_amplification)
        count = len(self.scales)
        self._check_variance(self._fitted(np.array(self.scales), np.ones(count), np.zeros(count)))

    def measure(
        self,
        plan: Plan,
        execute: Execute,
        noise: NoiseModel | None = None,
        rng: RandomLike = None,
    ) -> Mitigated:
        """Return the extrapolated value; see `Mitigation.measure`."""
        check_prepared(plan)
        readouts = noise.readouts(plan.circuits[0].n_qubits) if noise and plan.groups else ()
        return self._extrapolated(plan, execute, plan.circuits, [readouts] * len(plan.groups))

    def measure_on(
        self, plan: Plan, execute: Execute, compiler: Compiler, rng: RandomLike = None
    ) -> Mitigated:
        """Return the extrapolated value; see `Mitigation.measure_on`.

        Raises:
            ParameterError: the compiler removes the folded gates, or moves the circuits.
        """
        check_prepared(plan)
        none: list[tuple[CorrelatedReadout, ...]] = [()] * len(plan.groups)
        readouts = readouts_on(plan, compiler) or none
        return self._extrapolated(plan, execute, self._kept(plan, compiler), readouts)

    def cost_on(self, plan: Plan, compiler: Compiler) -> Cost:
        """Return the circuits at all scales, if the machine leaves them as they are."""
        self._kept(plan, compiler)
        return self.cost(plan)

    def _kept(self, plan: Plan, compiler: Compiler) -> list[Circuit]:
        """Return the circuits so that folded ones run on the same qubits."""

        def further(circuit: Circuit) -> list[Circuit]:
            return [self._folded(circuit, scale)[0] for scale in self.scales]

        kept = kept_on_qubits(self.name, plan, compiler, further)
        for circuit in kept:
            if circuit in plan.circuits:  # as written, so that the compiler sees folded gates
                for scale in self.scales:
                    longer, reached = self._folded(circuit, scale)
                    self._check_kept(compiler(circuit), compiler(longer), reached)
        return kept

    def _check_kept(self, base: Compilation, found: Compilation, reached: float) -> None:
        """Raise where a compiler has removed folded gates.

        Raises:
            ParameterError: it has.
        """
        gates = [
            each.two_qubit_gates if base.two_qubit_gates else each.depth for each in (base, found)
        ]
        if gates[1] < _KEPT * reached * gates[0]:
            raise ParameterError(
                f"the machine's compiler removes folded gates: a circuit of {gates[0]} "
                f"has {gates[1]} at {reached:g} times the noise",
                argument="mitigate",
                value=self.name,
                remedy="use a backend that runs circuits as written, or readout",
            )

    def _extrapolated(
        self,
        plan: Plan,
        execute: Execute,
        kept: Sequence[Circuit],
        readouts: Sequence[Sequence[CorrelatedReadout]],
    ) -> Mitigated:
        """Run all scales and return the result."""
        cost = self.cost(plan)
        for each in readouts:
            check_invertible(each)
        scales, values, errors = [], [], []
        for scale in self.scales:
            part = self._part(plan)
            made = [self._folded(circuit, scale) for circuit in kept]
            reached = float(np.mean([each for _, each in made] or [scale]))
            circuits = [
                circuit if each == 1.0 else longer
                for circuit, (longer, each) in zip(plan.circuits, made, strict=True)
            ]
            bits = run_circuits(execute, circuits, part.shots.tolist())
            found = part.estimate_of(inverted(part, bits, readouts))
            scales.append(reached)
            values.append(found.value)
            errors.append(found.standard_error)
        fitted = self._fitted(np.array(scales), np.array(values), np.array(errors), plan.constant)
        self._check_variance(fitted)
        return Mitigated(
            value=fitted.value,
            standard_error=fitted.standard_error,
            label=self.label,
            method=self.name,
            statement=f"{self.fit} decay with the number of gates",
            raw=values[int(np.argmin(scales))],
            shots=cost.shots,
            circuits=cost.circuits,
            facts={"scales": scales, "values": values, "errors": errors, "fit": self.fit},
        )

    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return the circuits at all scales; the shots are those of the plan, divided."""
        part = self._part(plan)
        return Cost(len(self.scales) * len(plan.groups), len(self.scales) * part.total_shots)

    def _part(self, plan: Plan) -> Plan:
        """Return the plan with the shots of one scale."""
        if not plan.groups:
            return plan
        least = LEAST_SHOTS * len(plan.groups)
        return plan.with_shots(max(plan.total_shots // len(self.scales), least))

    def _folded(self, circuit: Circuit, scale: float) -> tuple[Circuit, float]:
        """Return the folded circuit, and the scale that it has."""
        return folded(circuit, scale, self.folding)

    def _fitted(
        self, scales: Vector, values: Vector, errors: Vector, asymptote: float = 0.0
    ) -> Extrapolated:
        """Return the extrapolation of values at some scales."""
        if self.fit == "exponential":
            return exponential(scales, values, errors, asymptote)
        return polynomial(scales, values, errors, 1 if self.fit == "linear" else self.degree)

    def _check_variance(self, fitted: Extrapolated) -> None:
        """Raise where the variance grows by more than `max_amplification`.

        Raises:
            ParameterError: it does.
        """
        if fitted.amplification > self.max_amplification:
            raise ParameterError(
                f"the {self.fit} fit at the scales {list(self.scales)} makes the variance "
                f"{fitted.amplification:.3g} times as large, above {self.max_amplification:g}",
                argument="scales",
                value=self.scales,
                remedy="use scales further apart, a lower degree or a linear fit",
            )
