"""Inversion of readout errors term by term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.measurement.base import Group, Vector
from hybridq.measurement.execution import Bits, Execute, run_circuits
from hybridq.measurement.plans import Plan
from hybridq.mitigation.base import Cost, Label, Mitigated, Mitigation, check_prepared
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
            n = plan.groups[0].rotation.n_qubits if plan.groups else 1
            readouts = calibrated(execute, n, self.calibration_shots)
            statement = "readout errors of each qubit by its own, calibrated"
        else:
            readouts = _readouts(plan, noise)
        check_invertible(readouts)
        bits = run_circuits(execute, plan.circuits, plan.shots.tolist())
        raw = plan.estimate(bits)
        found = plan.estimate_of(inverted(plan, bits, readouts))
        return Mitigated(
            value=found.value,
            standard_error=found.standard_error,
            label=self.label,
            method=self.name,
            statement=statement,
            raw=raw.value,
            shots=cost.shots,
            circuits=cost.circuits,
        )

    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return the plan's circuits and shots, and those of a calibration."""
        extra = 2 if noise is None else 0
        return Cost(len(plan.groups) + extra, plan.total_shots + extra * self.calibration_shots)


def _readouts(plan: Plan, noise: NoiseModel) -> tuple[CorrelatedReadout, ...]:
    """Return the readout errors of the plan's qubits."""
    return noise.readouts(plan.groups[0].rotation.n_qubits) if plan.groups else ()


def inverted(
    plan: Plan, bits: Sequence[Bits], readouts: Sequence[CorrelatedReadout]
) -> list[Vector]:
    """Return the value of each shot of each group, with readout errors inverted."""
    return [
        corrected_values(group, rows, readouts)
        for group, rows in zip(plan.groups, bits, strict=True)
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


def calibrated(execute: Execute, n_qubits: int, shots: int) -> tuple[CorrelatedReadout, ...]:
    """Return the readout errors of each qubit as measured on |0…0⟩ and |1…1⟩."""
    zeros = Circuit(n_qubits)
    ones = zeros
    for qubit in range(n_qubits):
        ones = ones.x(qubit)
    low, high = run_circuits(execute, [zeros, ones], [shots, shots])
    return tuple(
        CorrelatedReadout(Readout(float(p10), float(p01)).matrix, (qubit,))
        for qubit, (p10, p01) in enumerate(
            zip(low.mean(axis=0), 1.0 - high.mean(axis=0), strict=True)
        )
    )


def signs_of(bits: NDArray[np.uint8], qubits: Sequence[int]) -> Vector:
    """Return the product of Z of each row on some qubits, shape (shots,)."""
    odd = bits[:, list(qubits)].sum(axis=1, dtype=np.int64) & 1
    return np.asarray(1.0 - 2.0 * odd)
