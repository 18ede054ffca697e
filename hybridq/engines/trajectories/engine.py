"""Running engine for circuits with Pauli noise, by records of errors."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core import memory
from hybridq.core.errors import CapacityError
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import (
    Engine,
    Observable,
    Vector,
    as_pauli_sum,
    check_hermitian,
    check_widths,
    checked_shots,
    drawn_indices,
)
from hybridq.engines.density.measured import diagonal_values, pauli_weights, sum_of
from hybridq.engines.info import EngineInfo
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.engines.simulators import NUMPY
from hybridq.engines.trajectories.records import Record, conditioned, sites_of, stratified
from hybridq.engines.trajectories.states import BATCH_BYTES, Amplitudes, final_states, pull_back
from hybridq.noise import NoiseModel
from hybridq.noise.measurement import apply_readout


class TrajectoryEstimate(NamedTuple):
    """An expectation value from error records.

    Attributes:
        value: the estimate.
        standard_error: its standard deviation over other draws of the records.
    """

    value: float
    standard_error: float


class TrajectoriesEngine(Engine):
    """Values and samples of circuits with Pauli noise, from records of errors.

    The records of an expectation value are drawn once, so that it is a smooth function of the
    parameters, the same at every call. It is unbiased over the seed. Runs without errors are
    exact, and single errors too where they are at most as many as trajectories. Samples have
    records of their own, drawn with the `rng` of the call, and follow the exact distribution.

    Args:
        circuit: the circuit, on |0…0⟩.
        observable: what is measured, hermitian.
        noise: the noise model, of channels that are mixtures of Paulis.
        trajectories: the number of records that are drawn.
        rng: seed of the records.

    Raises:
        DimensionError: circuit and observable differ in width, or the model has other qubits.
        EngineError: a channel is not a mixture of Paulis, an instruction has no exact gates, or a
            correlated readout an observable with X or Y terms.
        CapacityError: the states do not fit in memory.
        ParameterError: the observable is not hermitian.
    """

    name: ClassVar[str] = "trajectories"

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        *,
        noise: NoiseModel,
        trajectories: int,
        rng: int,
    ) -> None:
        super().__init__(circuit)
        check_widths(circuit, observable)
        if self.n_qubits > MOST_OF_A_STATE:
            raise CapacityError(
                f"{self.n_qubits} qubits are too many for statevectors: the limit of the "
                f"{self.name} engine is {MOST_OF_A_STATE} qubits",
                argument="n_qubits",
                value=self.n_qubits,
                remedy="use a smaller problem",
            )
        needed = 3 * max(BATCH_BYTES, 32 << self.n_qubits)
        memory.require(needed, f"n_qubits={self.n_qubits}: the states", "use fewer qubits")
        pauli = as_pauli_sum(observable)
        check_hermitian(pauli)
        self._readouts = noise.readouts(self.n_qubits)
        self._diagonal: Vector | None = None
        if pauli.is_diagonal:
            self._diagonal = diagonal_values(pauli.diagonal(), self._readouts)
        else:
            read = sum_of(pauli_weights(pauli, self._readouts), self.n_qubits)
            self._matrix = read.to_matrix()
        self._gates = noisy_gates(circuit, noise)
        self._sites = sites_of(self._gates)
        self._strata = stratified(self._sites, trajectories, np.random.default_rng(rng))
        reason = (
            f"noise after every gate, {len(self._strata.exact):,} exact records of errors and "
            f"{len(self._strata.drawn):,} drawn ones"
        )
        self.info = EngineInfo(self.name, reason, self.precision, 1, NUMPY, noise.describe())

    def expectation(self, x: ArrayLike) -> float:
        """Return the estimate of ⟨H⟩ at `x`, errors of the readout included."""
        return self.estimate(x).value

    def expectations(self, points: ArrayLike) -> Vector:
        """Return the estimate at each row of `points`, shape (k, n_params) → (k,)."""
        rows = self.checked_points(points)
        return np.array([self.expectation(row) for row in rows], dtype=np.float64)

    def estimate(self, x: ArrayLike) -> TrajectoryEstimate:
        """Return the estimate of ⟨H⟩ at `x` with its standard error."""
        point = self.checked_point(x)
        strata = self._strata
        values = self._values((*strata.exact, *strata.drawn), point)
        exact, drawn = values[: len(strata.exact)], values[len(strata.exact) :]
        total = float(strata.weights @ exact)
        if not len(drawn):
            return TrajectoryEstimate(total, 0.0)
        error = float(drawn.std(ddof=1) / np.sqrt(len(drawn))) if len(drawn) > 1 else np.inf
        return TrajectoryEstimate(
            total + strata.rest * float(drawn.mean()), strata.rest * float(error)
        )

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return the estimate of ⟨H⟩ and its derivatives, by the adjoint method.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        point, strata = self.checked_point(x), self._strata
        records = (*strata.exact, *strata.drawn)
        share = strata.rest / max(len(strata.drawn), 1)
        weights = np.concatenate([strata.weights, np.full(len(strata.drawn), share)])
        value, gradient = 0.0, np.zeros(self.n_params)
        for chosen, kets in final_states(self.n_qubits, self._gates, self._sites, records, point):
            bras = self._weighed(kets) * weights[chosen][:, None]
            value += float(np.vdot(bras, kets).real)
            mine = [records[number] for number in chosen]
            gradient += pull_back(kets, bras, self._gates, self._sites, mine, point)
        return value, gradient

    def _weighed(self, states: Amplitudes) -> Amplitudes:
        """Return the observable as it is read, times each state."""
        if self._diagonal is not None:
            return np.asarray(states * self._diagonal)
        return np.ascontiguousarray((self._matrix @ states.T).T)

    def _values(self, records: tuple[Record, ...], x: Vector) -> Vector:
        """Return the expectation value of each record, shape (records,)."""
        found = np.empty(len(records))
        for chosen, states in final_states(self.n_qubits, self._gates, self._sites, records, x):
            found[chosen] = np.einsum("rz,rz->r", states.conj(), self._weighed(states)).real
        return found

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """Return `shots` basis states as they are read, as indices, shape (shots,).

        Each shot has its own record of errors; equal ones are simulated once.
        """
        shots, point, generator = checked_shots(shots), self.checked_point(x), as_generator(rng)
        perfect = float(np.prod([1.0 - site.error for site in self._sites]))
        clean = int(generator.binomial(shots, min(perfect, 1.0)))
        found = Counter(conditioned(self._sites, 1, shots - clean, generator))
        if clean:
            found[()] = clean
        records = tuple(sorted(found))
        rows = []
        for chosen, states in final_states(self.n_qubits, self._gates, self._sites, records, point):
            for number, chances in zip(chosen, _probabilities(states), strict=True):
                for each in self._readouts:
                    chances = apply_readout(each.matrix, each.qubits, chances)
                rows.append(drawn_indices(chances.copy(), found[records[number]], generator))
        return np.concatenate(rows)


def _probabilities(states: Amplitudes) -> Vector:
    """Return the probability of each basis state, shape (rows, 2**n)."""
    return np.asarray(states.real**2 + states.imag**2)
