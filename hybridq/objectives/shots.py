"""Objectives estimated from measurements, as on a quantum computer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_whole
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import checked_shots
from hybridq.engines.info import EngineInfo
from hybridq.objectives.base import Objective, Vector
from hybridq.objectives.readout import Counts, readout
from hybridq.objectives.statistics import standard_error

if TYPE_CHECKING:
    from hybridq.engines.base import Engine
    from hybridq.operators.sector import Sector

VALUES, FIDELITIES = 0, 1  # streams of random numbers that do not depend on each other


@dataclass(frozen=True)
class Estimate:
    """A value from measurements.

    Attributes:
        value: the estimate.
        standard_error: its standard deviation over repetitions; NaN where a circuit was measured
            only once.
        shots: how many measurements went into it.
    """

    value: float
    standard_error: float
    shots: int


class FromShots:
    """An exact objective as it looks from a finite number of measurements of the state.

    Each evaluation draws its own shots, from random numbers that depend on the seed and on how
    many evaluations came before: the same calls give the same values. A diagonal Hamiltonian
    takes one circuit an evaluation; another one as many as there are groups of terms that agree
    qubit by qubit, which share the shots by weight.

    There is no gradient, so that optimizers do without; `ParameterShift` has one.

    Args:
        objective: what is estimated.
        shots: measurements an evaluation, over all its circuits.
        rng: source of the shots.

    Attributes:
        exact: the objective that is estimated.
        ansatz: what prepares the state.
        shots: measurements an evaluation.
        seed: what the shots depend on; `rng` itself where that is a whole number.
        evaluations: how many evaluations there were.
        circuits: how many circuits were run, each with one shot or more.
        shots_used: how many measurements were made.

    Raises:
        ParameterError: shots is no positive whole number or below the number of circuits.

    Example:
        ``FromShots(CVaR(ansatz, hamiltonian, alpha=0.2), shots=1000, rng=7)``
    """

    def __init__(self, objective: Objective, *, shots: int, rng: RandomLike = None) -> None:
        self.exact = objective
        self.ansatz = objective.ansatz
        self.shots = checked_shots(shots)
        self.n_params = objective.n_params
        self.evaluations = 0
        self.circuits = 0
        self.shots_used = 0
        self._fidelities = 0
        self._readout = readout(objective.hamiltonian, self.shots)
        generator = as_generator(rng)
        if is_whole(rng):
            self.seed = int(rng)
        else:
            self.seed = int.from_bytes(generator.bytes(16), "little")

    @property
    def is_energy(self) -> bool:
        """Whether values are in the Hamiltonian's unit."""
        return self.exact.is_energy

    @property
    def sector(self) -> Sector | None:
        """The sector that the engine works in, None where it keeps every basis state."""
        return self.exact.sector

    @property
    def engine(self) -> EngineInfo:
        """Which engine runs the circuits, and why."""
        return self.exact.engine

    @property
    def circuits_per_value(self) -> int:
        """How many circuits one value takes."""
        return self._readout.circuits

    def describe(self) -> dict[str, Any]:
        """Name, options and shots, as plain values."""
        return {**self.exact.describe(), "shots": self.shots}

    def __call__(self, x: ArrayLike) -> float:
        """An estimate at `x`, shape (n_params,)."""
        counts = self._measured(self._point(x), self._next_stream())
        return sum(self._value(found) for found in counts)

    def estimate(self, x: ArrayLike) -> Estimate:
        """An estimate at `x` with its standard error; counts as an evaluation."""
        counts = self._measured(self._point(x), self._next_stream())
        errors = [standard_error(self.exact.statistic, *found) for found in counts]
        return Estimate(
            value=sum(self._value(found) for found in counts),
            standard_error=float(np.sqrt(np.square(errors).sum())),
            shots=self.shots,
        )

    def values(self, points: ArrayLike) -> Vector:
        """An estimate at each row of `points`, shape (k, n_params) → (k,)."""
        return np.array([self(row) for row in self.exact.simulator.checked_points(points)])

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        """|⟨ψ(x)|ψ(y)⟩|², as the share of shots that find 0…0 after U†(x) U(y)|0⟩."""
        rng = self._stream(FIDELITIES, self._fidelities)
        self._fidelities += 1
        self.circuits += 1
        self.shots_used += self.shots
        fidelity = min(self.exact.fidelity(x, y), 1.0)  # rounding may lift it above
        return float(rng.binomial(self.shots, fidelity) / self.shots)

    @property
    def frequencies(self) -> tuple[tuple[float, int] | None, ...] | None:
        """Those of the exact objective, None where it has none."""
        return getattr(self.exact, "frequencies", None)

    @property
    def identity(self) -> dict[str, Any]:
        """What is estimated and from which shots, so that a journal of another one is refused."""
        return {**self.exact.identity, **self.describe(), "seed": self.seed}

    def checkpoint(self) -> dict[str, int]:
        """What it needs beside the seed to go on from here, for a journal."""
        return {
            "evaluations": self.evaluations,
            "fidelities": self._fidelities,
            "circuits": self.circuits,
            "shots_used": self.shots_used,
        }

    def restore(self, memory: Mapping[str, int]) -> None:
        """Go on as after the `checkpoint` that returned `memory`."""
        self.evaluations = memory["evaluations"]
        self._fidelities = memory["fidelities"]
        self.circuits = memory["circuits"]
        self.shots_used = memory["shots_used"]

    def _point(self, x: ArrayLike) -> Vector:
        return self.exact.simulator.checked_point(x)

    def _stream(self, kind: int, number: int) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(kind, number)))

    def _next_stream(self) -> np.random.Generator:
        rng = self._stream(VALUES, self.evaluations)
        self.evaluations += 1
        return rng

    def _measured(
        self, x: Vector, rng: np.random.Generator, engine: Engine | None = None
    ) -> list[Counts]:
        counts = self._readout(engine or self.exact.simulator, x, rng)
        self.circuits += self._readout.circuits
        self.shots_used += self.shots
        return counts

    def _value(self, found: Counts) -> float:
        return self.exact.statistic.at(found.values, shares(found.shots))[0]


def shares(counts: NDArray[np.int64]) -> Vector:
    """Relative frequencies, shape (k,)."""
    return counts / counts.sum()
