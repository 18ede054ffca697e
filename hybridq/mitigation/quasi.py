"""Quasi-probabilities that undo Pauli noise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import chain

import numpy as np

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.elementary import Elementary, elementary
from hybridq.core.errors import ParameterError
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.measurement.base import Vector
from hybridq.noise import Channel, NoiseModel
from hybridq.noise.rules import GateNoise

INSERTED = ("id", "x", "y", "z")
"""Gates that undo errors, in the order of the letters I, X, Y, Z."""

_SIGNS = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]], dtype=float)
_SMALLEST = 1e-9


def inverse_probabilities(probabilities: Vector) -> Vector:
    r"""Return the quasi-probabilities q of the inverse of a Pauli channel.

    With the eigenvalues :math:`\lambda_P = \sum_Q (\pm) p_Q`, + where P and Q commute,
    :math:`q_Q = 4^{-n} \sum_P (\pm) / \lambda_P`; they add up to 1, and the cost is
    :math:`\gamma = \sum |q|`. Depolarizing noise on one qubit has γ = (1 + λ/2)/(1 − λ), on two
    (1 + 7λ/8)/(1 − λ).

    Args:
        probabilities: of each Pauli error, shape (4**n,), entry 0 for none.

    Raises:
        ParameterError: an eigenvalue is 0, and the channel has no inverse.

    Source: Temme, Bravyi, Gambetta 2017, arXiv:1612.02058; van den Berg et al. 2022,
        arXiv:2201.09866.
    """
    n = (len(probabilities).bit_length() - 1) // 2
    signs = reduce(np.kron, [_SIGNS] * n)
    eigenvalues = signs @ probabilities
    if eigenvalues.min() < _SMALLEST:
        raise ParameterError(
            "the noise of a gate cannot be undone: it destroys a Pauli product",
            argument="noise",
        )
    return signs @ (1.0 / eigenvalues) / len(probabilities)


@dataclass(frozen=True, eq=False)
class Slot:
    """A gate with Pauli noise, and the quasi-probabilities of the gates after it.

    Attributes:
        gate: the gate.
        inverse: over products of `INSERTED` on its qubits, its first qubit the fastest index;
            None for a gate without noise.
    """

    gate: Elementary
    inverse: Vector | None

    @property
    def gamma(self) -> float:
        """Σ |q|."""
        return 1.0 if self.inverse is None else float(np.abs(self.inverse).sum())


def slots(circuit: Circuit, noise: NoiseModel) -> list[Slot]:
    """Return the gates of a circuit with what undoes their noise.

    After a gate with noise one of `INSERTED` follows on each of its qubits, with its own noise,
    which is undone as well.

    Raises:
        ParameterError: a channel is not one of Pauli errors, an inserted gate has other noise
            than the rest of them, a channel has no inverse, or there is noise of waiting.
    """
    if noise.idle_on(circuit.n_qubits):
        raise ParameterError(
            argument="noise",
            value=noise,
            expected="noise of gates only",
            remedy="the noise of waiting follows no gate that could undo it; use zne",
        )
    found = []
    for gate in chain.from_iterable(map(elementary, circuit.instructions)):
        qubits = gate.qubits
        kinds = noise.after(gate.symbol, qubits)
        if not kinds:
            found.append(Slot(gate, None))
            continue
        factors = [_probabilities(kind, len(qubits)) for kind in kinds]
        inserted: Vector = np.ones(1)
        for qubit in qubits:
            inserted = np.kron(_inserted_noise(noise, qubit), inserted).astype(np.float64)
        factors.append(inserted)
        signs = reduce(np.kron, [_SIGNS] * len(qubits))
        joint = np.prod([signs @ factor for factor in factors], axis=0)
        inverse = inverse_probabilities(signs @ joint / len(joint))
        found.append(Slot(gate, inverse))
    return found


def _inserted_noise(noise: NoiseModel, qubit: int) -> Vector:
    """Return the Pauli probabilities after any of the inserted gates."""
    kinds = [noise.after(name, (qubit,)) for name in INSERTED]
    if any(kind != kinds[0] for kind in kinds):
        raise ParameterError(
            f"the gates {', '.join(INSERTED)} on qubit {qubit} must have the same noise: one of "
            "them follows each gate",
            argument="noise",
            remedy="give them one rule",
        )
    eigenvalues: Vector = np.ones(4)
    for channel in kinds[0]:
        eigenvalues = eigenvalues * (_SIGNS @ _probabilities(channel, 1))
    found: Vector = _SIGNS @ eigenvalues / 4.0
    return found


def _probabilities(noise: GateNoise, n_qubits: int) -> Vector:
    """Return the Pauli probabilities of the noise of a gate.

    Raises:
        ParameterError: it has none.
    """
    found = noise.pauli_probabilities(n_qubits) if isinstance(noise, Channel) else None
    if found is None:
        raise ParameterError(
            argument="noise",
            value=noise,
            expected="a model of Pauli errors",
            remedy="hybridq.noise.twirled makes one of any channel",
        )
    return found


def no_error(circuit: Circuit, noise: NoiseModel) -> float:
    r"""Return a lower bound on the probability that nothing goes wrong.

    The product over gates, and over times of waiting, of the largest α for which the noise is
    :math:`\alpha\,\mathrm{id} + (1 - \alpha) R` with another channel R, times the smallest
    probability of a right reading of each qubit. Of Pauli errors α is the probability of none.

    Returns:
        0 where some noise has no such part, as amplitude damping without dephasing.

    Raises:
        ParameterError: a gate is over-rotated.
    """
    for gate in chain.from_iterable(map(elementary, circuit.instructions)):
        for kind in noise.after(gate.symbol, gate.qubits):
            if not isinstance(kind, Channel):
                raise ParameterError(argument="noise", value=kind, expected="channels after gates")
    found = 1.0
    for step in noisy_gates(circuit, noise):
        found *= _identity_share(step.channels, len(step.gate.qubits))
    for readout in noise.readouts(circuit.n_qubits):
        found *= float(np.diag(np.asarray(readout.matrix)).min())
    return found


@lru_cache(maxsize=4096)
def _identity_share(channels: tuple[Channel, ...], n_qubits: int) -> float:
    """Return the largest α for which channels in a row are α id and another channel.

    With the Choi matrix C and the maximally entangled state ω, C − α|ω⟩⟨ω| has no negative
    eigenvalue up to α = 1/⟨ω|C⁻¹|ω⟩.
    """
    size = 1 << n_qubits
    operators = np.eye(size, dtype=complex)[None]
    for channel in channels:
        made = channel.kraus(n_qubits)
        operators = (made[:, None] @ operators[None]).reshape(-1, size, size)
        # A channel has at most size² orthogonal operators.
        _, weights, rows = np.linalg.svd(operators.reshape(len(operators), -1), full_matrices=False)
        operators = (weights[:, None] * rows).reshape(-1, size, size)
    flat = operators.reshape(len(operators), -1)
    values, vectors = np.linalg.eigh(flat.T @ flat.conj() / size)
    overlaps = np.abs(vectors.conj().T @ np.eye(size).reshape(-1)) ** 2 / size
    present = values > _SMALLEST
    if overlaps[~present].sum() > _SMALLEST:
        return 0.0
    return min(float(1.0 / (overlaps[present] / values[present]).sum()), 1.0)
