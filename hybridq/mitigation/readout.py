"""Inversion of readout errors term by term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.backends.base import Compilation
from hybridq.circuits.circuit import Circuit
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.measurement.base import Group, Vector
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
from hybridq.noise import NoiseModel
from hybridq.noise.measurement import CorrelatedReadout, Readout

_SINGULAR = 1e-6


@dataclass(frozen=True)
class ReadoutInversion(Mitigation):
    r"""Each product of Z is corrected by the inverse of its own qubits' readout errors.

    A bit b of a qubit with the errors p10 and p01 has the mean
    :math:`E[(-1)^b] = (p_{01} - p_{10}) + (1 - p_{10} - p_{01}) \langle Z \rangle`, so that
    :math:`((-1)^b - p_{01} + p_{10})/(1 - p_{10} - p_{01})` is an unbiased estimate of Z, and
    products over different qubits are unbiased for products of Z. Correlated errors are inverted
    on their qubits together. Without a noise model the errors of each qubit are calibrated on
    |0…0⟩ and |1…1⟩, whose statistical error then is not part of the standard error.

    Args:
        calibration_shots: shots of each of the two calibration circuits, where they are run.

    Raises:
        ParameterError: calibration_shots is not an integer >= 1.
    """

    name: ClassVar[str] = "readout"
    summary: ClassVar[str] = "Known or calibrated readout errors, inverted term by term."
    label: ClassVar[Label] = Label.UNBIASED
    reads_plan: ClassVar[bool] = True
    source: ClassVar[str] = "Bravyi et al. 2021, arXiv:2006.14044 (tensored errors)"

    calibration_shots: int = 10_000

    def __post_init__(self) -> None:
        checked_count("calibration_shots", self.calibration_shots)

    def measure(
        self,
        plan: Plan,
        execute: Execute,
        noise: NoiseModel | None = None,
        rng: RandomLike = None,
    ) -> Mitigated:
        """Return the value with readout errors inverted; see `Mitigation.measure`."""
        check_prepared(plan)
        cost, statement = self.cost(plan, noise), "readout errors as in the noise model"
        if noise is None:
            return self._calibrated(plan, execute, plan.circuits)
        readouts = _readouts(plan, noise)
        return self._inverted(plan, execute, [readouts] * len(plan.groups), cost, statement)

    def measure_on(
        self, plan: Plan, execute: Execute, compiler: Compiler, rng: RandomLike = None
    ) -> Mitigated:
        """Return the value with the readout errors of each circuit's own qubits inverted.

        Where the machine reports none, they are calibrated; see `Mitigation.measure_on`.
        """
        check_prepared(plan)
        readouts = readouts_on(plan, compiler)
        if readouts is None:
            return self._calibrated(plan, execute, self._kept(plan, compiler))
        return self._inverted(
            plan,
            execute,
            readouts,
            Cost(len(plan.groups), plan.total_shots),
            "readout errors as the machine reports them; those of gates remain",
        )

    def cost_on(self, plan: Plan, compiler: Compiler) -> Cost:
        """Return the plan's circuits and shots, and those of a calibration."""
        if readouts_on(plan, compiler) is not None:
            return Cost(len(plan.groups), plan.total_shots)
        return self._cost(plan, self._kept(plan, compiler))

    def _kept(self, plan: Plan, compiler: Compiler) -> list[Circuit]:
        """Return the circuits so that calibrations run on the same qubits."""
        return kept_on_qubits(self.name, plan, compiler, calibrations)

    def _calibrated(self, plan: Plan, execute: Execute, circuits: Sequence[Circuit]) -> Mitigated:
        """Calibrate the qubits of circuits as they are kept, and run the plan."""
        readouts = calibrated(execute, circuits, self.calibration_shots)
        return self._inverted(
            plan,
            execute,
            readouts,
            self._cost(plan, circuits),
            "readout errors of each qubit by its own, calibrated",
        )

    def _inverted(
        self,
        plan: Plan,
        execute: Execute,
        readouts: Sequence[Sequence[CorrelatedReadout]],
        cost: Cost,
        statement: str,
    ) -> Mitigated:
        """Run the plan and return the result."""
        for each in {id(own): own for own in readouts}.values():  # circuits may share them
            check_invertible(each)
        bits = run_circuits(execute, plan.circuits, plan.shots.tolist())
        value, error, facts = self._corrected(plan, bits, readouts)
        return Mitigated(
            value=value,
            standard_error=error,
            label=self.label,
            method=self.name,
            statement=statement,
            raw=plan.estimate(bits).value,
            shots=cost.shots,
            circuits=cost.circuits,
            facts=facts,
        )

    def _corrected(
        self, plan: Plan, bits: Sequence[Bits], readouts: Sequence[Sequence[CorrelatedReadout]]
    ) -> tuple[float, float, dict[str, Any]]:
        """Return the value, its standard error, and further facts."""
        found = plan.estimate_of(inverted(plan, bits, readouts))
        return found.value, found.standard_error, {}

    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return the plan's circuits and shots, and those of a calibration."""
        return self._cost(plan, plan.circuits if noise is None else ())

    def _cost(self, plan: Plan, calibrated: Sequence[Circuit]) -> Cost:
        """Return the plan's circuits and shots, and those of calibrations."""
        extra = 2 * len(set(map(emptied, calibrated)))
        return Cost(len(plan.groups) + extra, plan.total_shots + extra * self.calibration_shots)


def _readouts(plan: Plan, noise: NoiseModel) -> tuple[CorrelatedReadout, ...]:
    """Return the readout errors of the plan's qubits."""
    return noise.readouts(plan.groups[0].rotation.n_qubits) if plan.groups else ()


def readouts_on(plan: Plan, compiler: Compiler) -> list[tuple[CorrelatedReadout, ...]] | None:
    """Return readout errors of each circuit of a plan, None where any lacks them.

    Args:
        plan: with the circuit that prepares the state.
        compiler: see `Mitigation.measure_on`.
    """
    found = [readouts_of(compiler(circuit)) for circuit in plan.circuits]
    known = [each for each in found if each is not None]
    return known if len(known) == len(found) else None


def readouts_of(compiled: Compilation) -> tuple[CorrelatedReadout, ...] | None:
    """Return the readout errors of a compiled circuit, by its bits.

    Returns:
        None where errors are not known.

    Raises:
        ParameterError: errors are correlated with a qubit that is not measured.
    """
    if compiled.noise is None or compiled.circuit is None:
        return None
    bit_of = {qubit: bit for bit, qubit in enumerate(compiled.measured)}
    found = []
    for each in compiled.noise.readouts(compiled.circuit.n_qubits):
        inside = [qubit in bit_of for qubit in each.qubits]
        if any(inside) and not all(inside):
            raise ParameterError(
                f"readout errors of the qubits {list(each.qubits)} depend on one that the circuit "
                "does not measure",
                argument="mitigate",
                remedy="use twirled-readout",
            )
        if all(inside):
            found.append(CorrelatedReadout(each.matrix, tuple(bit_of[q] for q in each.qubits)))
    return tuple(found)


def inverted(
    plan: Plan, bits: Sequence[Bits], readouts: Sequence[Sequence[CorrelatedReadout]]
) -> list[Vector]:
    """Return the value of each shot of each group, with its readout errors inverted."""
    return [
        corrected_values(group, rows, each)
        for group, rows, each in zip(plan.groups, bits, readouts, strict=True)
    ]


def corrected_values(group: Group, bits: Bits, readouts: Sequence[CorrelatedReadout]) -> Vector:
    r"""Return :math:`\sum_k c_k \prod_B (M_B^{-T} z_k)(b_B)` of each row of bits.

    M_B is the error matrix of the qubits B, and z_k the signs of term k on them.

    Args:
        group: its diagonal form.
        bits: shape (shots, n_qubits).
        readouts: errors of different qubits; others have none.

    Returns:
        shape (shots,), float64.
    """
    rows, where = np.unique(bits, axis=0, return_inverse=True)
    block_of = {qubit: each for each in readouts for qubit in each.qubits}
    tables: dict[tuple[int, ...], Vector] = {}
    total = np.zeros(len(rows))
    for _, qubits, coefficient in group.diagonal.to_sparse():
        factor = np.full(len(rows), coefficient.real)
        blocks = {id(block_of[q]): block_of[q] for q in qubits if q in block_of}
        for qubit in qubits:
            if qubit not in block_of:
                factor *= 1.0 - 2.0 * rows[:, qubit]
        for block in blocks.values():
            acted = tuple(q in qubits for q in block.qubits)
            key = (id(block), *acted)
            if key not in tables:
                tables[key] = _inverse_signs(block, acted)
            places = rows[:, list(block.qubits)].astype(np.int64) @ (1 << np.arange(len(acted)))
            factor *= tables[key][places]
        total += factor
    return total[where.reshape(-1)]


def _inverse_signs(block: CorrelatedReadout, acted: tuple[bool, ...]) -> Vector:
    """Return the estimate of a product of Z for each outcome of a block."""
    outcomes = np.arange(1 << len(acted))[:, None] >> np.arange(len(acted)) & 1
    signs = 1.0 - 2.0 * ((outcomes @ np.array(acted, dtype=np.int64)) & 1)
    return np.linalg.solve(np.asarray(block.matrix).T, signs)


def check_invertible(readouts: Sequence[CorrelatedReadout]) -> None:
    """Raise for errors that destroy what is read.

    Raises:
        ParameterError: a matrix is singular, such as p10 + p01 = 1.
    """
    for each in readouts:
        smallest = float(np.linalg.svd(np.asarray(each.matrix), compute_uv=False).min())
        if smallest < _SINGULAR:
            raise ParameterError(
                f"the readout of {list(each.qubits)} cannot be inverted: its bits say nothing "
                "about the state",
                argument="noise",
                remedy="measure other qubits",
            )


def calibrated(
    execute: Execute, circuits: Sequence[Circuit], shots: int
) -> list[tuple[CorrelatedReadout, ...]]:
    """Return the readout errors of each circuit's bits, as measured.

    Args:
        execute: see `Execute`.
        circuits: calibrated once on the same qubits.
        shots: of each of |0…0⟩ and |1…1⟩.
    """
    asked = {emptied(circuit): circuit for circuit in circuits}
    cases = [case for circuit in asked.values() for case in calibrations(circuit)]
    bits = run_circuits(execute, cases, [shots] * len(cases))
    known = {
        empty: tuple(
            CorrelatedReadout(Readout(float(p10), float(p01)).matrix, (bit,))
            for bit, (p10, p01) in enumerate(
                zip(low.mean(axis=0), 1.0 - high.mean(axis=0), strict=True)
            )
        )
        for empty, low, high in zip(asked, bits[::2], bits[1::2], strict=True)
    }
    return [known[emptied(circuit)] for circuit in circuits]


def calibrations(circuit: Circuit) -> tuple[Circuit, Circuit]:
    """Return the circuits of |0…0⟩ and |1…1⟩ on the qubits of a circuit."""
    empty = emptied(circuit)
    return empty, flipped(empty, np.ones(len(empty.measured), dtype=np.uint8))


def emptied(circuit: Circuit) -> Circuit:
    """Return no gates on the qubits of a circuit."""
    return circuit.with_steps(())


def flipped(circuit: Circuit, flip: NDArray[np.uint8]) -> Circuit:
    """Return a circuit with X at its end where a measured bit is to be flipped."""
    for bit in np.flatnonzero(flip).tolist():
        circuit = circuit.x(circuit.measured[bit])
    return circuit


def signs_of(bits: NDArray[np.uint8], qubits: Sequence[int]) -> Vector:
    """Return the product of Z of each row on some qubits, shape (shots,)."""
    odd = bits[:, list(qubits)].sum(axis=1, dtype=np.int64) & 1
    return np.asarray(1.0 - 2.0 * odd)
