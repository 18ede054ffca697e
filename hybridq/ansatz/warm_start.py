"""Warm-started QAOA, from a product state made of a classical answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.checks import CostLike
from hybridq.ansatz.qaoa import QAOA
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, DiagonalPhase, PauliRotation
from hybridq.core.errors import DimensionError, ParameterError

if TYPE_CHECKING:
    from hybridq.core.randomness import RandomLike
    from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]

# The product state is a good answer already: a full ramp would first leave it.
GENTLE = 0.1


@dataclass(frozen=True, eq=False, init=False)
class WarmStartQAOA(Ansatz):
    r"""QAOA from the product state in which qubit q is 1 with probability c_q.

    .. math:: |\gamma,\beta\rangle = \prod_{l=1}^{p} \prod_q R_Y(\theta_q) e^{i\beta_l Z_q}
              R_Y(-\theta_q)\; e^{-i\gamma_l H}\; \prod_q R_Y(\theta_q)|0\rangle, \qquad
              \theta_q = 2\arcsin\sqrt{c_q}

    The initial state is the ground state of the mixer; c = 1/2 everywhere is QAOA. A qubit with
    c = 0 or 1 would never change.

    Args:
        hamiltonian: a problem, or its cost as a `PauliSum` or `Ising`, which is minimized: a
            hermitian sum of products of Z.
        p: number of layers, at least 1.
        probabilities: c, shape (n_qubits,), each above 0 and below 1.

    Raises:
        DimensionError: not one probability for each qubit.
        ParameterError: a probability outside (0, 1), or as for `QAOA`.

    Source: Egger, Mareček, Woerner 2021, arXiv:2009.10955.
    """

    hamiltonian: PauliSum
    p: int
    probabilities: Vector
    kind: ClassVar[str] = "warm-start"
    starts: ClassVar[tuple[str, ...]] = ("gentle-ramp", "ramp", "random")
    standard: QAOA = field(init=False)

    def __init__(self, hamiltonian: CostLike, p: int, probabilities: ArrayLike) -> None:
        standard = QAOA(hamiltonian, p, "x")
        object.__setattr__(self, "standard", standard)
        object.__setattr__(self, "hamiltonian", standard.hamiltonian)
        object.__setattr__(self, "p", standard.p)
        given = np.array(probabilities, dtype=np.float64)
        if given.shape != (self.n_qubits,):
            raise DimensionError(
                f"probabilities must have shape ({self.n_qubits},), got {given.shape}: "
                "give one for each qubit",
                argument="probabilities",
            )
        if not ((given > 0.0) & (given < 1.0)).all():
            bad = given[~((given > 0.0) & (given < 1.0))][0]
            raise ParameterError(
                argument="probabilities",
                value=float(bad),
                expected="above 0 and below 1",
                remedy="a qubit at 0 or 1 never changes",
            )
        given.setflags(write=False)
        object.__setattr__(self, "probabilities", given)

    @property
    def n_qubits(self) -> int:
        """Width of the circuit."""
        return self.hamiltonian.n_qubits

    @property
    def n_params(self) -> int:
        """2p."""
        return 2 * self.p

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit, the rotations that prepare the product state first."""
        angles = 2.0 * np.arcsin(np.sqrt(self.probabilities))
        forward = [PauliRotation("Y", (q,), Angle(float(t))) for q, t in enumerate(angles)]
        back = [PauliRotation("Y", (q,), Angle(-float(t))) for q, t in enumerate(angles)]
        instructions: list[Any] = list(forward)
        for layer in range(self.p):
            instructions.append(DiagonalPhase(self.hamiltonian, Angle(parameter=layer)))
            mixer = Angle(parameter=self.p + layer, coefficient=-2.0)
            instructions += back
            instructions += [PauliRotation("Z", (q,), mixer) for q in range(self.n_qubits)]
            instructions += forward
        return Circuit(self.n_qubits, tuple(instructions))

    @property
    def bounds(self) -> Vector:
        """Bounds of QAOA, with the whole period π of β, which no symmetry halves here."""
        box = np.array(self.standard.bounds)
        box[self.p :] = [-np.pi / 2, np.pi / 2]
        return box

    @property
    def periods(self) -> Vector:
        """Periods of γ as in QAOA, and π for β; shape (2p,)."""
        return np.concatenate([self.standard.periods[: self.p], [np.pi] * self.p])

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Those of QAOA."""
        return self.standard.parameter_names

    def _start(self, name: str, rng: RandomLike) -> Vector:
        if name == "random":
            return self.standard.initial_point("random", rng)
        ramp = self.standard.initial_point("ramp")
        return ramp if name == "ramp" else GENTLE * ramp

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {**super().describe(), "p": self.p}


def probabilities_of_bits(bits: ArrayLike, epsilon: float = 0.25) -> Vector:
    """Return c near a classical answer: epsilon at bits 0, 1 − epsilon at bits 1.

    Raises:
        ParameterError: epsilon is not above 0 and at most 1/2.
    """
    if not 0.0 < epsilon <= 0.5:
        raise ParameterError(argument="epsilon", value=epsilon, expected="above 0 and at most 0.5")
    return np.where(np.asarray(bits) != 0, 1.0 - epsilon, epsilon).astype(np.float64)
