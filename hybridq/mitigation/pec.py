"""Probabilistic error cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Gate, Instruction
from hybridq.core.checks import checked_count, checked_positive
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.measurement.allocation import divided
from hybridq.measurement.execution import Execute, run_circuits
from hybridq.measurement.plans import Plan
from hybridq.mitigation.base import (
    Compiler,
    Cost,
    Label,
    Mitigated,
    Mitigation,
    check_prepared,
    known_noise,
    known_on,
)
from hybridq.mitigation.quasi import INSERTED, Slot, slots
from hybridq.mitigation.readout import check_invertible, corrected_values
from hybridq.noise import NoiseModel


@dataclass(frozen=True)
class ErrorCancellation(Mitigation):
    r"""Random gates that undo known Pauli noise on average.

    After each gate with noise a Pauli gate is drawn from the quasi-probabilities q of the inverse
    channel (see `inverse_probabilities`), and the value is multiplied by the signs of all drawn q
    and by :math:`\gamma = \prod \sum |q|`. The mean over the draws is the value without noise; the
    variance grows by up to γ². Readout errors of the model are inverted term by term.

    Args:
        draws: random circuits of each circuit.
        max_overhead: refuse circuits with γ² above this.

    Raises:
        ParameterError: draws is not an integer >= 2, or max_overhead not positive.
    """

    name: ClassVar[str] = "pec"
    summary: ClassVar[str] = "Known Pauli noise, cancelled on average for γ² times the shots."
    label: ClassVar[Label] = Label.UNBIASED
    source: ClassVar[str] = "Temme, Bravyi, Gambetta 2017, arXiv:1612.02058"

    draws: int = 1000
    max_overhead: float = 100.0

    def __post_init__(self) -> None:
        checked_count("draws", self.draws, at_least=2)
        checked_positive("max_overhead", self.max_overhead)

    def measure(
        self,
        plan: Plan,
        execute: Execute,
        noise: NoiseModel | None = None,
        rng: RandomLike = None,
    ) -> Mitigated:
        """Return the value with the noise cancelled; see `Mitigation.measure`."""
        cost, model = self.cost(plan, noise), known_noise(self.name, noise)
        generator, executed = as_generator(rng), 0
        value, variance = plan.constant, 0.0
        for group, circuit, shots in zip(
            plan.groups, plan.circuits, plan.shots.tolist(), strict=True
        ):
            places = slots(circuit, model)
            gamma = prod(place.gamma for place in places)
            draws = min(self.draws, shots)
            parts = divided(shots, np.ones(draws))
            drawn = _drawn(places, draws, generator)
            # Draws of one circuit share an execution, and each keeps its own shots of it.
            cases, case_of = np.unique(drawn, axis=0, return_inverse=True)
            case_of = case_of.reshape(-1)
            circuits = [_written(places, case, circuit.n_qubits) for case in cases]
            totals = np.bincount(case_of, weights=parts).astype(np.int64)
            bits = run_circuits(execute, circuits, totals.tolist())
            executed += len(circuits)
            readouts = model.readouts(circuit.n_qubits)
            check_invertible(readouts)
            means = np.empty(draws)
            for number, (rows, case) in enumerate(zip(bits, cases, strict=True)):
                own = np.flatnonzero(case_of == number)
                # Simulators may sort the shots that draws of one circuit share.
                shuffled = generator.permutation(rows)
                values = gamma * _sign(places, case) * corrected_values(group, shuffled, readouts)
                pieces = np.split(values, np.cumsum(parts[own])[:-1])
                means[own] = [float(each.mean()) for each in pieces]
            value += float(means.mean())
            variance += float(means.var(ddof=1)) / draws
        return Mitigated(
            value=value,
            standard_error=float(np.sqrt(variance)),
            label=self.label,
            method=self.name,
            statement="Pauli noise and readout errors as in the noise model",
            raw=None,
            shots=cost.shots,
            circuits=executed,
            facts={"overhead": cost.overhead},
        )

    def measure_on(
        self, plan: Plan, execute: Execute, compiler: Compiler, rng: RandomLike = None
    ) -> Mitigated:
        """Return the value with the noise cancelled; see `Mitigation.measure_on`."""
        return self.measure(plan, execute, self._noise_on(plan, compiler), rng)

    def cost_on(self, plan: Plan, compiler: Compiler) -> Cost:
        """Return circuits, at most, shots, and γ²; see `Mitigation.cost_on`.

        Raises:
            ParameterError: the machine compiles circuits to other gates.
        """
        return self.cost(plan, self._noise_on(plan, compiler))

    def _noise_on(self, plan: Plan, compiler: Compiler) -> NoiseModel | None:
        """Return the noise of a machine that runs circuits as written."""
        known = known_on(self.name, plan, compiler)
        for circuit, (compiled, _) in zip(plan.circuits, known, strict=True):
            if compiled.circuit != circuit:
                raise ParameterError(
                    "the machine compiles circuits to other gates, whose errors cannot be undone "
                    "one by one in the circuit as written",
                    argument="mitigate",
                    value=self.name,
                    remedy="use readout, or a backend that runs circuits as written",
                )
        return known[0][1] if known else None

    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return circuits, at most, shots, and the largest γ² of a circuit.

        Raises:
            ParameterError: γ² is above `max_overhead`; the noise is not known or not of Pauli
                errors; or a circuit has fewer than two shots.
        """
        check_prepared(plan)
        model = known_noise(self.name, noise)
        gammas = [prod(place.gamma for place in slots(circuit, model)) for circuit in plan.circuits]
        overhead = max(gammas, default=1.0) ** 2
        if overhead > self.max_overhead:
            raise ParameterError(
                argument="max_overhead",
                value=self.max_overhead,
                expected=f"at least γ² = {overhead:.4g} for this circuit and noise",
                remedy="so many times the shots give the same standard error; use fewer gates, "
                "less noise or zne",
            )
        circuits = sum(min(self.draws, shots) for shots in plan.shots.tolist())
        return Cost(circuits, plan.total_shots, overhead)


def _drawn(places: list[Slot], draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the inserted products of each draw, shape (draws, slots)."""
    found = np.zeros((draws, len(places)), dtype=np.int64)
    for column, place in enumerate(places):
        if place.inverse is not None:
            weights = np.abs(place.inverse)
            found[:, column] = rng.choice(len(weights), draws, p=weights / weights.sum())
    return found


def _sign(places: list[Slot], case: NDArray[np.int64]) -> float:
    """Return the sign of a draw."""
    signs = [
        float(np.sign(place.inverse[chosen]))
        for place, chosen in zip(places, case.tolist(), strict=True)
        if place.inverse is not None
    ]
    return prod(signs)


def _written(places: list[Slot], case: NDArray[np.int64], n_qubits: int) -> Circuit:
    """Return the circuit of a draw."""
    gates: list[Instruction] = []
    for place, chosen in zip(places, case.tolist(), strict=True):
        gates.append(place.gate)
        if place.inverse is not None:
            gates += [
                Gate(INSERTED[chosen >> 2 * k & 3], (qubit,))
                for k, qubit in enumerate(place.gate.qubits)
            ]
    return Circuit(n_qubits, tuple(gates))
