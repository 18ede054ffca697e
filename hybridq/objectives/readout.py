"""Measurement plans of Hamiltonians: circuits, their shots, and measured values."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core import memory
from hybridq.core.errors import ParameterError
from hybridq.engines.base import Engine, Observable, as_pauli_sum, counted_bits
from hybridq.engines.protocols import SupportsSampling, SupportsState, lacking
from hybridq.measurement.allocation import divided
from hybridq.objectives.qubit_wise import MeasurementBasis, qubit_wise_bases
from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]


class SamplingEngine(SupportsSampling, Protocol):
    """A running engine that gives samples, as `as_sampler` returns it."""

    @property
    def circuit(self) -> Circuit:
        """The circuit that it runs."""

    @property
    def n_qubits(self) -> int:
        """Width of the circuit."""


EngineOf: TypeAlias = Callable[[Circuit], SamplingEngine]
"""Makes an engine for a variant of the circuit."""


def as_sampler(engine: Engine) -> SamplingEngine:
    """Return `engine` itself, which gives samples.

    Raises:
        EngineError: it does not.
    """
    if not isinstance(engine, SupportsSampling):
        raise lacking(engine.name, SupportsSampling, holds_state=engine.holds_state)
    return engine


class Counts(NamedTuple):
    """Measured values, ascending, and the number of shots of each; shapes (k,)."""

    values: Vector
    shots: NDArray[np.int64]


class Readout(Protocol):
    """A way to measure a Hamiltonian; the value is the sum over its circuits."""

    @property
    def circuits(self) -> int:
        """The number of circuits of one measurement."""

    @property
    def weights(self) -> Vector:
        """The sum of the sizes of the coefficients of each circuit, shape (circuits,)."""

    @property
    def constants(self) -> Vector:
        """The constant in the values of each circuit, shape (circuits,)."""

    def __call__(
        self,
        engine: SamplingEngine,
        x: Vector,
        rng: np.random.Generator,
        shots: NDArray[np.int64] | None = None,
    ) -> list[Counts]:
        """Return the measured values of each circuit at the parameters `x`.

        Args:
            engine: runs the circuit.
            x: its parameters.
            rng: source of the shots.
            shots: of each circuit, in place of the usual ones; those without any are left out.
        """


def readout(hamiltonian: Observable, shots: int, engine_of: EngineOf) -> Readout:
    """Return the plan to measure `hamiltonian` with `shots` measurements in all.

    Args:
        hamiltonian: what is measured.
        shots: over all circuits.
        engine_of: makes engines of the circuits in other bases, where an engine gives no state.

    Raises:
        ParameterError: there are fewer shots than circuits.
    """
    if isinstance(hamiltonian, PauliSum) and hamiltonian.is_diagonal:
        return DirectReadout(hamiltonian, shots)
    return GroupedReadout(as_pauli_sum(hamiltonian), shots, engine_of)


class DirectReadout:
    """Plan for a diagonal Hamiltonian: the bits of all qubits give the value."""

    circuits = 1

    def __init__(self, hamiltonian: PauliSum, shots: int) -> None:
        self._hamiltonian, self._shots = hamiltonian, shots
        self.weights, self.constants = np.ones(1), np.zeros(1)

    def __call__(
        self,
        engine: SamplingEngine,
        x: Vector,
        rng: np.random.Generator,
        shots: NDArray[np.int64] | None = None,
    ) -> list[Counts]:
        """Return the measured values of the circuit."""
        bits, counts = _counted(engine, x, self._shots if shots is None else int(shots[0]), rng)
        return [_sorted(self._hamiltonian.diagonal_at(bits), counts)]


class GroupedReadout:
    """Plan for any Hamiltonian: terms that commute qubit by qubit share a circuit.

    Each circuit gets shots in proportion to the sum of its coefficients' sizes, and at least one.
    An engine that gives its state is evolved once, and the state is rotated into each basis; on
    another one the rotations are appended to the circuit.

    Source: Wecker, Hastings, Troyer 2015, arXiv:1507.08969 (how to divide the shots).
    """

    def __init__(self, hamiltonian: PauliSum, shots: int, engine_of: EngineOf) -> None:
        self.bases = qubit_wise_bases(hamiltonian)
        self._engine_of = engine_of
        self._rotated: dict[SamplingEngine, list[SamplingEngine] | None] = {}
        if shots < len(self.bases):
            raise ParameterError(
                argument="shots",
                value=shots,
                expected=f"an integer >= {len(self.bases)}",
                remedy=f"this Hamiltonian of {len(hamiltonian)} terms is measured in "
                f"{len(self.bases)} circuits",
            )
        self.weights = np.array([basis.weight for basis in self.bases])
        self.constants = np.array([basis.constant for basis in self.bases])
        self.shots = divided(shots, self.weights)

    @property
    def circuits(self) -> int:
        """The number of bases."""
        return len(self.bases)

    def __call__(
        self,
        engine: SamplingEngine,
        x: Vector,
        rng: np.random.Generator,
        shots: NDArray[np.int64] | None = None,
    ) -> list[Counts]:
        """Return the measured values in each basis."""
        counts = self.shots if shots is None else shots
        if engine not in self._rotated:
            self._rotated[engine] = self._engines(engine)
        engines = self._rotated[engine]
        if engines is not None:
            return [
                _sorted(*_values(basis, *_counted(each, x, int(shots), rng)))
                for basis, shots, each in zip(self.bases, counts, engines, strict=True)
                if shots
            ]
        memory.require(
            80 << engine.n_qubits, "the state in other bases", "use fewer qubits or exact values"
        )
        state = cast(SupportsState, engine).state(x)
        return [
            _drawn(basis, state, int(shots), rng)
            for basis, shots in zip(self.bases, counts, strict=True)
            if shots
        ]

    def _engines(self, engine: SamplingEngine) -> list[SamplingEngine] | None:
        """Return an engine for each basis, None where `engine` gives its state."""
        if isinstance(engine, SupportsState):
            return None
        return [
            engine if basis.is_computational else self._engine_of(basis.appended_to(engine.circuit))
            for basis in self.bases
        ]


def _counted(
    engine: SamplingEngine, x: Vector, shots: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return distinct measured bit rows and their counts."""
    return counted_bits(engine.sample(x, shots, rng), engine.n_qubits)


def _values(
    basis: MeasurementBasis, bits: NDArray[np.uint8], counts: NDArray[np.int64]
) -> tuple[Vector, NDArray[np.int64]]:
    """Return the value of each row of bits, and its count."""
    place = np.uint64(1) << np.arange(bits.shape[1], dtype=np.uint64)
    return basis.values(bits.astype(np.uint64) @ place), counts


def _drawn(
    basis: MeasurementBasis,
    state: NDArray[np.complexfloating],
    shots: int,
    rng: np.random.Generator,
) -> Counts:
    """Return measured values of a state in one basis."""
    rotated = basis.rotated(state)
    cumulative = np.cumsum(rotated.real.astype(np.float64) ** 2 + rotated.imag**2)
    places = np.searchsorted(cumulative, rng.random(shots) * cumulative[-1], side="right")
    indices, counts = np.unique(np.minimum(places, len(cumulative) - 1), return_counts=True)
    return _sorted(basis.values(indices), counts)


def _sorted(values: Vector, counts: NDArray[np.int64]) -> Counts:
    """Return the values in ascending order."""
    order = np.argsort(values, kind="stable")
    return Counts(values[order], counts[order])
