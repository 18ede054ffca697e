"""Multi-angle QAOA, with one angle for each term of the cost and each qubit."""

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
from hybridq.circuits.instructions import Angle, Gate, PauliRotation
from hybridq.core.errors import DimensionError

if TYPE_CHECKING:
    from hybridq.core.randomness import RandomLike
    from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False, init=False)
class MultiAngleQAOA(Ansatz):
    r"""p layers on |+…+⟩ with one angle for each term Z_t of the cost and each qubit.

    .. math:: \prod_{l=1}^{p} e^{i\sum_q \beta_{lq} X_q}\, e^{-i\sum_t \gamma_{lt} Z_t}
              \;|{+}\dots{+}\rangle

    The γ are angles themselves, not times: QAOA is γ_lt = γ_l K_t with K_t the coefficient of
    Z_t. Parameters: all γ, layer by layer, each in the order of `terms`; then all β likewise.

    Args:
        hamiltonian: a problem, or its cost as a `PauliSum` or `Ising`, which is minimized: a
            hermitian sum of products of Z.
        p: number of layers, at least 1.

    Raises:
        ParameterError: as for `QAOA`.

    Source: Herrman, Lotshaw, Ostrowski, Humble, Siopsis 2022, arXiv:2109.11455.
    """

    hamiltonian: PauliSum
    p: int
    kind: ClassVar[str] = "multi-angle"
    starts: ClassVar[tuple[str, ...]] = ("ramp", "random")
    standard: QAOA = field(init=False)

    def __init__(self, hamiltonian: CostLike, p: int) -> None:
        standard = QAOA(hamiltonian, p, "x")
        object.__setattr__(self, "standard", standard)
        object.__setattr__(self, "hamiltonian", standard.hamiltonian)
        object.__setattr__(self, "p", standard.p)

    @cached_property
    def terms(self) -> tuple[tuple[tuple[int, ...], float], ...]:
        """Qubits and coefficient of each term of the cost except the constant."""
        ising = self.standard.ising
        alone = [((q,), float(h)) for q, h in enumerate(ising.linear) if h]
        pairs = zip(ising.pairs.tolist(), ising.couplings.tolist(), strict=True)
        return (*alone, *((tuple(pair), value) for pair, value in pairs), *ising.higher)

    @property
    def n_qubits(self) -> int:
        """Width of the circuit."""
        return self.hamiltonian.n_qubits

    @property
    def n_params(self) -> int:
        """p (terms + qubits)."""
        return self.p * (len(self.terms) + self.n_qubits)

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit, Hadamard gates first."""
        n, m = self.n_qubits, len(self.terms)
        instructions: list[Any] = [Gate("h", (q,)) for q in range(n)]
        for layer in range(self.p):
            for number, (qubits, _) in enumerate(self.terms):
                angle = Angle(parameter=layer * m + number, coefficient=2.0)
                instructions.append(PauliRotation("Z" * len(qubits), qubits, angle))
            first = self.p * m + layer * n
            for q in range(n):
                angle = Angle(parameter=first + q, coefficient=-2.0)
                instructions.append(PauliRotation("X", (q,), angle))
        return Circuit(n, tuple(instructions))

    @cached_property
    def bounds(self) -> Vector:
        """±π/2 for every angle, the whole of its period; shape (n_params, 2)."""
        return np.tile([-np.pi / 2, np.pi / 2], (self.n_params, 1))

    @property
    def periods(self) -> Vector:
        """The period π of every angle; shape (n_params,)."""
        return np.full(self.n_params, np.pi)

    def from_standard(self, x: ArrayLike) -> Vector:
        """Return the parameters that prepare QAOA's state at γ_1 … γ_p, β_1 … β_p.

        Raises:
            DimensionError: angles of another number.
        """
        angles = np.asarray(x, dtype=np.float64)
        if angles.shape != (2 * self.p,):
            raise DimensionError(
                f"QAOA(p={self.p}) takes {2 * self.p} angles, got {angles.size}", argument="x"
            )
        coefficients = np.array([value for _, value in self.terms])
        phases = np.outer(angles[: self.p], coefficients)
        mixers = np.repeat(angles[self.p :], self.n_qubits)
        return np.concatenate([phases.ravel(), mixers])

    def _start(self, name: str, rng: RandomLike) -> Vector:
        return self.from_standard(self.standard.initial_point(name, rng))

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {**super().describe(), "p": self.p}
