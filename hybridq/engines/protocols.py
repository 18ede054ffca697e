"""Capabilities of engines; a running engine has any of them.

A class has a capability by having its methods, without inheriting from the protocol. Callers test
it once, when an objective is bound: ``isinstance(engine, SupportsGradient)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import EngineError, Setting
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.circuits.instructions import Instruction

Vector: TypeAlias = NDArray[np.float64]


@runtime_checkable
class SupportsExpectation(Protocol):
    """Expectation values of the observable, without statistical error."""

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`, shape (k, n_params) → (k,)."""


@runtime_checkable
class SupportsGradient(SupportsExpectation, Protocol):
    """Gradients of the expectation value."""

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the parameters, shape (n_params,)."""


@runtime_checkable
class SupportsSampling(Protocol):
    """Measurements of all qubits in the computational basis."""

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[Any]:
        """Return `shots` measured basis states at `x`, in any order.

        Returns:
            Basis indices, int64, shape (shots,). Circuits of more than 63 qubits return rows of
            bits instead, uint8, shape (shots, n_qubits), qubit 0 first.
        """


@runtime_checkable
class SupportsDistribution(Protocol):
    """Exact probabilities of the values of a diagonal observable."""

    def energies(self) -> Vector:
        """Return the values of the observable in the order of `probabilities`, float64.

        An engine may list each class of equivalent basis states once, such as those that differ
        by a spin flip.

        Raises:
            EngineError: the observable is not diagonal.
        """

    def probabilities(self, x: ArrayLike) -> Vector:
        """Return the probability of each entry of `energies`, float64; they sum to 1."""


@runtime_checkable
class SupportsWeights(SupportsDistribution, Protocol):
    """Gradients of functions of the distribution."""

    def weighted_expectation(self, x: ArrayLike, weights: ArrayLike) -> tuple[float, Vector]:
        """Return Σ_z weights[z] p_z(x) and its derivatives by the parameters.

        The gradient of a function of the distribution is this one with the function's derivatives
        by the probabilities as weights.

        Args:
            x: the parameters, shape (n_params,).
            weights: one for each entry of `energies`.
        """


@runtime_checkable
class SupportsLevels(Protocol):
    """The exact distribution of integer-valued costs, without listing basis states."""

    def distribution(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """Return the possible values, ascending, and their probabilities; shapes (k,).

        Raises:
            ParameterError: the values do not differ by integers, or are too many to list.
        """


@runtime_checkable
class SupportsCorrelations(Protocol):
    """Mean values of spins and of products of two spins."""

    def correlations(self, x: ArrayLike, pairs: ArrayLike | None = None) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ of all qubits and ⟨Z_iZ_j⟩ of pairs, without statistical error.

        Args:
            x: the parameters, shape (n_params,).
            pairs: pairs of different qubits, in any order, integers of shape (k, 2); by default
                those that a diagonal observable couples, in the order of `Ising.pairs`.

        Returns:
            shapes (n_qubits,) and (k,), float64.

        Raises:
            DimensionError: pairs of another shape, or a qubit out of range.
            ParameterError: pairs that are not integers, or a qubit paired with itself; or none,
                and the observable is not diagonal.
        """


@runtime_checkable
class SupportsEstimate(Protocol):
    """The time of a value, known before one is computed."""

    @property
    def seconds_of_a_value(self) -> float:
        """Seconds that an expectation value takes, roughly; 0 where that is short."""


@runtime_checkable
class SupportsState(Protocol):
    """The full statevector."""

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """Return the state, shape (2**n_qubits,), qubit 0 the lowest bit of the index."""


@runtime_checkable
class SupportsMetric(Protocol):
    """The geometry of the states: fidelities and the Fubini–Study metric."""

    def metric(self, x: ArrayLike, blocks: str | None = None) -> Vector:
        """Return the Fubini–Study metric at `x`, shape (n_params, n_params)."""

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return |⟨ψ(x)|ψ(y)⟩|²."""


@runtime_checkable
class SupportsSnapshots(Protocol):
    """Copies of states in the engine's own layout, and matrix elements between them."""

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """Return a copy of the state at `x` in the engine's own layout.

        Engines of the same kind, width and (where they have one) sector share the layout.
        """

    def matrix_elements(
        self, snapshots: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return ⟨s_i|H|s_j⟩ and ⟨s_i|s_j⟩, without any deflation; both of shape (k, k)."""


@runtime_checkable
class SupportsDeflation(SupportsSnapshots, Protocol):
    """Penalties on known states, for excited states."""

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """Measure H + Σ_i weights[i] |s_i⟩⟨s_i| in later calls, gradients included.

        Source: Higgott, Wang, Brierley 2019, arXiv:1805.08138.
        """


@runtime_checkable
class SupportsOperatorGradients(Protocol):
    """Gradients of operators that might be appended to the circuit (ADAPT-VQE)."""

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """Return d⟨H⟩/dθ at θ = 0 of each operator appended at `x`, shape (operators,).

        Each operator is a `PauliRotation` or an `Excitation`, whose own angle is ignored. All of
        them share one state and one product with H.

        Raises:
            EngineError: an operator does not fit the engine.

        Source: Grimsley, Economou, Barnes, Mayhall 2019, arXiv:1812.11173.
        """


CAPABILITIES: Final[dict[str, type]] = {
    "expectation values": SupportsExpectation,
    "gradients": SupportsGradient,
    "samples": SupportsSampling,
    "exact probabilities": SupportsDistribution,
    "gradients of functions of the distribution": SupportsWeights,
    "exact distributions of integer costs": SupportsLevels,
    "correlations of spins": SupportsCorrelations,
    "statevectors": SupportsState,
    "fidelities and metrics": SupportsMetric,
    "snapshots of states": SupportsSnapshots,
    "deflation": SupportsDeflation,
    "gradients of operators to append": SupportsOperatorGradients,
}
"""Every capability by what it gives, as messages and listings write it."""

_NAMES = {capability: name for name, capability in CAPABILITIES.items()}


def capabilities(engine: object) -> tuple[str, ...]:
    """Return the names of the capabilities of a running engine, or of its class."""
    check = issubclass if isinstance(engine, type) else isinstance
    return tuple(name for name, each in CAPABILITIES.items() if check(engine, each))  # type: ignore[arg-type]


def lacking(engine_name: str, capability: type, *, holds_state: bool = True) -> EngineError:
    """Return the error for an engine without a capability that is needed.

    Args:
        engine_name: the engine's plain name.
        capability: one of `CAPABILITIES`.
        holds_state: see `Engine`.
    """
    if not holds_state:
        return EngineError(
            f"the {engine_name} engine does not give {_NAMES[capability]}: it computes exact "
            "expectation values and correlations without a state",
            argument="engine",
            value=engine_name,
        )
    remedy: tuple[str | Setting, ...] = (
        "use ",
        Setting("engine", "statevector"),
        " or ",
        Setting("engine", "auto"),
    )
    if capability in (SupportsExpectation, SupportsDistribution):
        remedy = (*remedy, ", or estimate the objective from shots")
    return EngineError(
        f"the {engine_name} engine does not give {_NAMES[capability]}",
        argument="engine",
        value=engine_name,
        remedy=remedy,
    )
