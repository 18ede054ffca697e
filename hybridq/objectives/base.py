"""Bound objectives: a configuration with ansatz, Hamiltonian and running engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.base import Ansatz
from hybridq.circuits.digest import digest
from hybridq.circuits.spectra import frequencies
from hybridq.core.randomness import RandomLike
from hybridq.engines.base import counted_bits
from hybridq.engines.info import EngineInfo
from hybridq.engines.protocols import (
    SupportsExpectation,
    SupportsLevels,
    SupportsMetric,
    SupportsSampling,
    SupportsSnapshots,
    SupportsState,
    lacking,
)
from hybridq.optimizers.capabilities import Units

if TYPE_CHECKING:
    from hybridq.engines.base import Engine
    from hybridq.objectives.config import Binding
    from hybridq.objectives.statistics import Statistic
    from hybridq.operators.sector import Sector

Vector = NDArray[np.float64]


class Objective(ABC):
    """A number to minimize: a function of the parameters of an ansatz.

    Made by `ObjectiveConfig.bind`, from exact values, or by `FromShots.bind`, from samples.
    Subclasses with gradients have ``value_and_gradient(x)``.

    Args:
        binding: the configuration, and everything that it is bound to.

    Attributes:
        config: the configuration, with no option left open.
        kind: its name in `OBJECTIVES`.
        is_energy: whether values are in the Hamiltonian's unit; else they are pure numbers.
        ansatz: the ansatz or the circuit, as given.
        circuit: its circuit.
        hamiltonian: what is measured.
        n_params: length of the parameter vector.
    """

    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self.config, self.ansatz, self.circuit = binding.config, binding.ansatz, binding.circuit
        self.hamiltonian = binding.hamiltonian
        self.kind, self.is_energy = binding.config.kind, binding.config.is_energy
        self.n_params = binding.circuit.n_params

    def __repr__(self) -> str:
        return (
            f"<{self.config!r}{self._origin()}: {self.circuit.n_qubits} qubits, {self.n_params} "
            f"parameters, {self.engine.name} engine>"
        )

    def _origin(self) -> str:
        """Return where values come from, for `repr`; nothing for exact values."""
        return ""

    @abstractmethod
    def __call__(self, x: ArrayLike) -> float:
        """Return the value at `x`, shape (n_params,)."""

    def values(self, points: ArrayLike) -> Vector:
        """Return the value at each row of `points`, shape (k, n_params) → (k,)."""
        return np.array([self(row) for row in self.simulator.checked_points(points)])

    @property
    @abstractmethod
    def exact(self) -> ExactObjective:
        """The objective with exact values; itself where its values are exact."""

    @property
    def engine(self) -> EngineInfo:
        """Name, reason and precision of the engine."""
        return self.binding.engine.info

    @property
    def simulator(self) -> Engine:
        """The running engine."""
        return self.binding.engine

    @cached_property
    def statistic(self) -> Statistic:
        """The function of the measured values' distribution that is minimized."""
        return self.config.statistic(self.binding)

    @cached_property
    def frequencies(self) -> tuple[tuple[float, int] | None, ...] | None:
        """Fundamental frequency and degree along each parameter; None unless linear.

        See `hybridq.circuits.spectra`.
        """
        return frequencies(self.circuit) if self.config.is_linear else None

    @cached_property
    def periods(self) -> Vector:
        """Period along each parameter, infinite if unknown, shape (n_params,).

        From the circuit's frequencies; that of the ansatz, where it is shorter, leaves the state
        of an ideal circuit as it is, up to a phase or a symmetry of the Hamiltonian.
        """
        waves = frequencies(self.circuit)
        found = np.array([np.inf if wave is None else 2.0 * np.pi / wave[0] for wave in waves])
        return np.minimum(found, self.ansatz.periods) if isinstance(self.ansatz, Ansatz) else found

    @property
    def sector(self) -> Sector | None:
        """The sector in which the engine works, None where it keeps every basis state."""
        return self.binding.engine.sector

    def describe(self) -> dict[str, Any]:
        """Return kind and options as plain values."""
        return self.config.describe()

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that decides the values, by which a journal knows its objective."""
        engine = self.binding.engine
        further = self.binding.engine_config.decisive_options()
        return {
            **self.config.describe(),
            "circuit": digest(self.circuit),
            "hamiltonian": digest(self.hamiltonian),
            "engine": engine.name,
            "precision": engine.precision,
            **({"engine_options": further} if further else {}),
        }

    @property
    def units(self) -> Units:
        """Names of the parameters, which are the user's own as they are."""
        names = (
            self.ansatz.parameter_names
            if isinstance(self.ansatz, Ansatz)
            else self.circuit.parameters
        )
        return Units(tuple(names), np.ones(self.n_params))

    def sample_bits(
        self, x: ArrayLike, shots: int, rng: RandomLike = None
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return distinct measured bit rows, shape (k, n), and their counts, shape (k,).

        Rows are in the order of basis indices.

        Raises:
            EngineError: the engine gives no samples.
        """
        engine = self.binding.engine
        if not isinstance(engine, SupportsSampling):
            raise lacking(engine.name, SupportsSampling, holds_state=engine.holds_state)
        return counted_bits(engine.sample(x, shots, rng), self.circuit.n_qubits)

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> dict[str, int]:
        """Return counts by bitstring, qubit 0 first, of `shots` measurements at `x`."""
        bits, counts = self.sample_bits(x, shots, rng)
        letters = np.ascontiguousarray(bits + ord("0"))
        strings = letters.view(f"S{bits.shape[1]}").ravel().astype(str)
        return dict(zip(strings.tolist(), counts.tolist(), strict=True))


def _bound(config: Any, ansatz: Any, hamiltonian: Any, engine: Any) -> Any:
    """Return a bound objective; `ExactObjective.__reduce__` names this."""
    return config.bind(ansatz, hamiltonian, engine=engine)


class ExactObjective(Objective):
    """An objective without statistical error, and the states behind it.

    The methods about states raise `EngineError` where the engine has not that capability.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what binds it again, on one thread, in a worker of an executor.

        The kernels are those in use here, so that values are the same to the last bit.
        """
        config = self.binding.engine_config
        names = {each.name for each in fields(config)}
        here = {"threads": 1, "kernels": self.engine.kernels, "executor": None}
        config = replace(config, **{name: value for name, value in here.items() if name in names})
        return _bound, (self.config, self.ansatz, self.hamiltonian, config)

    @property
    def exact(self) -> ExactObjective:
        """This objective itself."""
        return self

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at `x`, whatever is minimized."""
        engine = self.binding.engine
        if not isinstance(engine, SupportsExpectation):
            raise lacking(engine.name, SupportsExpectation)
        return engine.expectation(x)

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """Return the statevector, shape (2**n,), qubit 0 the lowest bit of the index."""
        engine = self.binding.engine
        if not isinstance(engine, SupportsState):
            raise lacking(engine.name, SupportsState, holds_state=engine.holds_state)
        return engine.state(x)

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return |⟨ψ(x)|ψ(y)⟩|²."""
        return self._geometry.fidelity(x, y)

    def metric(self, x: ArrayLike, blocks: str | None = None) -> Vector:
        """Return the Fubini–Study metric of the states, shape (n_params, n_params).

        See `ExactEngine.metric`.
        """
        return self._geometry.metric(x, blocks)

    @property
    def _geometry(self) -> SupportsMetric:
        """The engine, as one that gives fidelities."""
        engine = self.binding.engine
        if not isinstance(engine, SupportsMetric):
            raise lacking(engine.name, SupportsMetric)
        return engine

    @property
    def _snapshots(self) -> SupportsSnapshots:
        """The engine, as one that gives snapshots."""
        engine = self.binding.engine
        if not isinstance(engine, SupportsSnapshots):
            raise lacking(engine.name, SupportsSnapshots)
        return engine

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """Return a copy of the state at `x` over the basis states of `sector`, ascending."""
        return self._snapshots.snapshot(x)

    def matrix_elements(
        self, snapshots: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return ⟨s_i|H|s_j⟩ and ⟨s_i|s_j⟩, without any deflation; both of shape (k, k)."""
        return self._snapshots.matrix_elements(snapshots)

    def distribution(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """Return the values of an integer-valued cost, ascending, and their probabilities.

        Raises:
            EngineError: the engine gives no exact distribution.
            ParameterError: the values do not differ by integers.
        """
        engine = self.binding.engine
        if not isinstance(engine, SupportsLevels):
            raise lacking(engine.name, SupportsLevels)
        return engine.distribution(x)
