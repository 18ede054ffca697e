"""How a Hamiltonian is measured: which circuits, how many shots each, which values they give."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.errors import ParameterError
from hybridq.engines.base import Engine, Observable, as_pauli_sum
from hybridq.objectives.base import sampled_bits
from hybridq.objectives.qubit_wise import MeasurementBasis, qubit_wise_bases
from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]


class Counts(NamedTuple):
    """Measured values, ascending, and how often each was seen; shapes (k,)."""

    values: Vector
    shots: NDArray[np.int64]


class Readout(Protocol):
    """A way to measure a Hamiltonian; the value is the sum over its circuits."""

    @property
    def circuits(self) -> int:
        """How many circuits one measurement runs."""

    def __call__(self, engine: Engine, x: Vector, rng: np.random.Generator) -> list[Counts]:
        """What each circuit shows at the parameters `x`."""


def readout(hamiltonian: Observable, shots: int) -> Readout:
    """The way to measure `hamiltonian` with `shots` measurements in all.

    Raises:
        ParameterError: there are fewer shots than circuits.
    """
    if isinstance(hamiltonian, PauliSum) and hamiltonian.is_diagonal:
        return DirectReadout(hamiltonian, shots)
    return GroupedReadout(as_pauli_sum(hamiltonian), shots)


class DirectReadout:
    """A diagonal Hamiltonian: all qubits are measured, and the bits give the value."""

    circuits = 1

    def __init__(self, hamiltonian: PauliSum, shots: int) -> None:
        self._hamiltonian, self._shots = hamiltonian, shots

    def __call__(self, engine: Engine, x: Vector, rng: np.random.Generator) -> list[Counts]:
        """See `Readout`."""
        bits, counts = sampled_bits(engine, x, self._shots, rng)
        return [_sorted(self._hamiltonian.diagonal_at(bits), counts)]


class GroupedReadout:
    """Any Hamiltonian: terms that agree qubit by qubit share a circuit.

    Each circuit gets shots in proportion to the sum of its coefficients' sizes, and at least one.

    Source: Wecker, Hastings, Troyer 2015, arXiv:1507.08969 (how to divide the shots).
    """

    def __init__(self, hamiltonian: PauliSum, shots: int) -> None:
        self.bases = qubit_wise_bases(hamiltonian)
        if shots < len(self.bases):
            raise ParameterError(
                f"shots={shots}: this Hamiltonian of {len(hamiltonian)} terms is measured in "
                f"{len(self.bases)} circuits, so give at least {len(self.bases)} shots"
            )
        self.shots = _divided(shots, np.array([basis.weight for basis in self.bases]))

    @property
    def circuits(self) -> int:
        """How many bases there are."""
        return len(self.bases)

    def __call__(self, engine: Engine, x: Vector, rng: np.random.Generator) -> list[Counts]:
        """See `Readout`."""
        memory.require(
            80 << engine.n_qubits, "the state in other bases", "use fewer qubits or exact values"
        )
        state = engine.state(x)
        return [
            _drawn(basis, state, int(shots), rng)
            for basis, shots in zip(self.bases, self.shots, strict=True)
        ]


def _drawn(
    basis: MeasurementBasis,
    state: NDArray[np.complexfloating],
    shots: int,
    rng: np.random.Generator,
) -> Counts:
    turned = basis.turned(state)
    cumulative = np.cumsum(turned.real.astype(np.float64) ** 2 + turned.imag**2)
    places = np.searchsorted(cumulative, rng.random(shots) * cumulative[-1], side="right")
    indices, counts = np.unique(np.minimum(places, len(cumulative) - 1), return_counts=True)
    return _sorted(basis.values(indices), counts)


def _sorted(values: Vector, counts: NDArray[np.int64]) -> Counts:
    order = np.argsort(values, kind="stable")
    return Counts(values[order], counts[order])


def _divided(shots: int, weights: Vector) -> NDArray[np.int64]:
    """`shots` in proportion to `weights`, whole, at least one each, by largest remainders."""
    spare = shots - len(weights)
    total = float(weights.sum())
    shares = spare * (weights / total if total else np.full(len(weights), 1.0 / len(weights)))
    whole = np.floor(shares).astype(np.int64)
    left = spare - int(whole.sum())
    whole[np.argsort(whole - shares, kind="stable")[:left]] += 1
    return 1 + whole
