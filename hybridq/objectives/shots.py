"""Objectives estimated from measurements, as on a quantum computer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import checked_shots, counted_bits
from hybridq.engines.choose import AUTO, EngineLike, resolve_engine
from hybridq.engines.protocols import SupportsMetric, SupportsSampling
from hybridq.measurement.plans import Estimate
from hybridq.objectives.base import ExactObjective, Objective, Vector
from hybridq.objectives.config import AnsatzLike, Bindable, Binding, ObjectiveConfig
from hybridq.objectives.readout import Counts, SamplingEngine, as_sampler, readout
from hybridq.objectives.statistics import relative_frequencies, standard_error

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import HamiltonianLike

VALUES, FIDELITIES = 0, 1  # independent streams of random numbers


class SampledObjective(Objective):
    """An objective estimated from a finite number of measurements; see `FromShots`.

    It has no gradient, so that optimizers choose methods without; `ShiftedObjective` has one.

    Args:
        binding: the configuration, and everything that it is bound to.
        shots: measurements per evaluation, over all its circuits.
        rng: source of the shots.
        exact: the same objective with exact values, where it is at hand already.

    Attributes:
        shots: measurements per evaluation.
        seed: the seed of the shots; `rng` itself where that is an integer.
        evaluations: the number of evaluations so far.
        circuits: the number of circuits run so far, each with one shot or more.
        shots_used: the number of measurements so far.

    Raises:
        EngineError: the engine gives no samples.
        ParameterError: shots is not an integer >= 1, or below the number of circuits.
    """

    def __init__(
        self,
        binding: Binding,
        shots: int,
        rng: RandomLike = None,
        exact: ExactObjective | None = None,
    ) -> None:
        super().__init__(binding)
        self._sampler = as_sampler(binding.engine)
        self.shots = checked_shots(shots)
        self.evaluations = 0
        self.circuits = 0
        self.shots_used = 0
        self._fidelities = 0
        self._exact = exact
        self._readout = readout(binding.hamiltonian, self.shots, self._engine_of)
        generator = as_generator(rng)
        if is_whole(rng):
            self.seed = int(rng)
        else:
            self.seed = int.from_bytes(generator.bytes(16), "little")

    def _origin(self) -> str:
        """Return the number of shots, for `repr`."""
        return f" from {self.shots:,} shots"

    def _engine_of(self, circuit: Circuit) -> SamplingEngine:
        """Return an engine for a variant of the circuit, such as one in another basis."""
        config = self.binding.engine_config.for_any_circuit()
        return as_sampler(config.bind(circuit, self.hamiltonian))

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse to be copied to another process: shots are of one stream."""
        raise TypeError("shots are drawn from one stream, one estimate after another")

    @property
    def exact(self) -> ExactObjective:
        """The objective with exact values on the same engine, made on first use.

        Raises:
            EngineError: the engine gives samples only.
        """
        if self._exact is None:
            self._exact = self.config.evaluator(self.binding).exact
        return self._exact

    @property
    def circuits_per_value(self) -> int:
        """The number of circuits that one value takes."""
        return self._readout.circuits

    def describe(self) -> dict[str, Any]:
        """Return kind, options and shots as plain values."""
        return {**super().describe(), "shots": self.shots}

    def __call__(self, x: ArrayLike) -> float:
        """Return an estimate at `x`, shape (n_params,)."""
        counts = self._measured(self._point(x), self._next_stream())
        return sum(self._value(found) for found in counts)

    def estimate(self, x: ArrayLike) -> Estimate:
        """Return an estimate at `x` with its standard error; counts as an evaluation."""
        counts = self._measured(self._point(x), self._next_stream())
        errors = [standard_error(self.statistic, *found) for found in counts]
        return Estimate(
            value=sum(self._value(found) for found in counts),
            standard_error=float(np.sqrt(np.square(errors).sum())),
            shots=self.shots,
        )

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return |⟨ψ(x)|ψ(y)⟩|² as the share of shots that find 0…0 after U†(x) U(y)|0⟩."""
        rng = self._stream(FIDELITIES, self._fidelities)
        self._fidelities += 1
        self.circuits += 1
        self.shots_used += self.shots
        engine = self.binding.engine
        if isinstance(engine, SupportsMetric):
            fidelity = min(engine.fidelity(x, y), 1.0)  # rounding may lift it above
            return float(rng.binomial(self.shots, fidelity) / self.shots)
        here, there = self.circuit.bind(self._point(x)), self.circuit.bind(self._point(y))
        overlap = self._engine_of(there.compose(here.inverse()))
        bits, counts = counted_bits(
            overlap.sample(np.zeros(0), self.shots, rng), self.circuit.n_qubits
        )
        return float(counts[~bits.any(axis=1)].sum() / self.shots)

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that decides the values, by which a journal knows its objective."""
        return {**super().identity, "shots": self.shots, "seed": self.seed}

    def checkpoint(self) -> dict[str, int]:
        """Return the state of the counters, which with the seed decide all further shots."""
        return {
            "evaluations": self.evaluations,
            "fidelities": self._fidelities,
            "circuits": self.circuits,
            "shots_used": self.shots_used,
        }

    def restore(self, memory: Mapping[str, int]) -> None:
        """Continue as after the `checkpoint` that returned `memory`."""
        self.evaluations = memory["evaluations"]
        self._fidelities = memory["fidelities"]
        self.circuits = memory["circuits"]
        self.shots_used = memory["shots_used"]

    def _point(self, x: ArrayLike) -> Vector:
        """Return `x` as a checked float64 vector."""
        return self.simulator.checked_point(x)

    def _stream(self, kind: int, number: int) -> np.random.Generator:
        """Return the random numbers of one evaluation."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(kind, number)))

    def _next_stream(self) -> np.random.Generator:
        """Return the random numbers of the next evaluation, and count it."""
        rng = self._stream(VALUES, self.evaluations)
        self.evaluations += 1
        return rng

    def _measured(
        self,
        x: Vector,
        rng: np.random.Generator,
        engine: SamplingEngine | None = None,
        shots: NDArray[np.int64] | None = None,
    ) -> list[Counts]:
        """Return the measured values of each circuit, and count circuits and shots."""
        counts = self._readout(engine or self._sampler, x, rng, shots)
        self.circuits += len(counts)
        self.shots_used += self.shots if shots is None else int(shots.sum())
        return counts

    def _value(self, found: Counts) -> float:
        """Return the statistic of measured values."""
        return self.statistic.at(found.values, relative_frequencies(found.shots))[0]


@dataclass(frozen=True)
class FromShots(Bindable):
    """An objective to be estimated from a finite number of measurements of the state.

    Each evaluation draws its own shots, from random numbers that depend on the seed and on the
    number of evaluations before: the same calls give the same values. A diagonal Hamiltonian
    takes one circuit per evaluation; another one as many as there are groups of terms that
    commute qubit by qubit, which share the shots by weight.

    It needs an engine that `SupportsSampling`, and nothing else of it.

    Args:
        objective: what is estimated: a configuration, or an `Objective` that is bound already.
        shots: measurements per evaluation, over all its circuits.
        rng: source of the shots.

    Raises:
        ParameterError: shots is not an integer >= 1.

    Example:
        ``FromShots(CVaR(alpha=0.2), shots=1000, rng=7).bind(ansatz, hamiltonian)``, or short
        ``FromShots(CVaR(ansatz, hamiltonian, alpha=0.2), shots=1000, rng=7)``, which returns the
        `SampledObjective` at once.
    """

    bound: ClassVar[type[SampledObjective]] = SampledObjective

    objective: ObjectiveConfig
    shots: int = field(kw_only=True)
    rng: RandomLike = field(default=None, kw_only=True)

    if not TYPE_CHECKING:

        def __new__(cls, objective=None, *, shots=None, rng=None):
            """Return a configuration, or a sampled objective where `objective` is bound."""
            if isinstance(objective, Objective):
                known = objective if isinstance(objective, ExactObjective) else None
                return cls.bound(objective.binding, shots, rng, known)
            return super().__new__(cls)

    def __post_init__(self) -> None:
        if not isinstance(self.objective, ObjectiveConfig):
            raise ParameterError(
                argument="objective",
                value=self.objective,
                expected="an objective such as CVaR(alpha=0.2) or Expectation(ansatz, hamiltonian)",
            )
        object.__setattr__(self, "shots", checked_shots(self.shots))

    def bind(
        self,
        ansatz: AnsatzLike,
        hamiltonian: HamiltonianLike,
        *,
        engine: EngineLike = AUTO,
        precision: str | None = None,
        threads: int | None = None,
    ) -> SampledObjective:
        """Return the estimated objective of an ansatz and a Hamiltonian.

        Args:
            ansatz: see `ObjectiveConfig.bind`.
            hamiltonian: see `ObjectiveConfig.bind`.
            engine: see `ObjectiveConfig.bind`; it needs to give samples only.
            precision: see `ObjectiveConfig.bind`.
            threads: see `ObjectiveConfig.bind`.

        Raises:
            ParameterError: there are fewer shots than circuits; and what `ObjectiveConfig.bind`
                raises.
        """
        binding = self.objective.binding(
            ansatz,
            hamiltonian,
            engine=resolve_engine(engine, precision=precision, threads=threads),
            needs=(SupportsSampling,),
            prefers=self.objective.needs,
        )
        return self.bound(binding, self.shots, self.rng)
