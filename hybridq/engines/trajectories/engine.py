"""Running engine for circuits with noise, by records of errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import identity

from hybridq.circuits.circuit import Circuit
from hybridq.core import memory
from hybridq.core.arrays import aligned
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
)
from hybridq.engines.density.measured import diagonal_values, pauli_weights, sum_of
from hybridq.engines.info import EngineInfo
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.engines.simulators import COMPILED, NUMPY
from hybridq.engines.trajectories.jumps import advance, draw, sample_with_jumps
from hybridq.engines.trajectories.program import (
    Matrices,
    Plan,
    blocks_of,
    plan_of,
)
from hybridq.engines.trajectories.records import conditioned, sites_of, stratified
from hybridq.noise import NoiseModel
from hybridq.noise.measurement import read_with_errors

BATCH_BYTES = 1 << 21  # of the states that run together: they stay in a core's cache


class TrajectoryEstimate(NamedTuple):
    """An expectation value from error records.

    Attributes:
        value: the estimate.
        standard_error: its standard deviation over other draws of the records.
    """

    value: float
    standard_error: float


class TrajectoriesEngine(Engine):
    """Values and samples of circuits with noise, from records of errors.

    The records of an expectation value are drawn once, so that it is a smooth function of the
    parameters, the same at every call. It is unbiased over the seed. Runs without errors are
    exact, and single errors too where they are at most as many as trajectories. Errors other than
    Paulis are drawn with fixed probabilities too, and each run is weighed by the norm of its
    state; the mean of the spectrum is left out of what is weighed, so that norms do not scatter it.
    Samples have records of their own, drawn with the `rng` of the call, and follow the
    exact distribution: errors other than Paulis are then quantum jumps.

    Args:
        circuit: the circuit, on |0…0⟩.
        observable: what is measured, hermitian.
        noise: the noise model.
        trajectories: the number of records that are drawn.
        rng: seed of the records.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Raises:
        DimensionError: circuit and observable differ in width, or the model has other qubits.
        EngineError: an instruction has no exact gates, or a correlated readout an observable with
            X or Y terms.
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
        kernels: str = COMPILED,
    ) -> None:
        super().__init__(circuit)
        self.kernels = kernels
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
            self._mean = float(self._diagonal.mean())
            self._diagonal = self._diagonal - self._mean
        else:
            read = sum_of(pauli_weights(pauli, self._readouts), self.n_qubits).to_matrix()
            self._mean = float(read.diagonal().real.mean())
            self._matrix = read - self._mean * identity(read.shape[0], format="csr")
        gates = noisy_gates(circuit, noise)
        self._sites = sites_of(gates)
        self._blocks = blocks_of(gates, self._sites)
        pairs = [(*block.qubits, -1)[:2] for block in self._blocks]
        self._qubits = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        self._unitary = all(site.unitary for site in self._sites)
        self._strata = stratified(self._sites, trajectories, np.random.default_rng(rng))
        reason = (
            f"noise after every gate, {len(self._strata.exact):,} exact records of errors and "
            f"{len(self._strata.drawn):,} drawn ones"
        )
        self.info = EngineInfo(self.name, reason, self.precision, 1, kernels, noise.describe())

    def expectation(self, x: ArrayLike) -> float:
        """Return the estimate of ⟨H⟩ at `x`, errors of the readout included."""
        return self.estimate(x).value

    def expectations(self, points: ArrayLike) -> Vector:
        """Return the estimate at each row of `points`, shape (k, n_params) → (k,)."""
        rows = self.checked_points(points)
        return np.array([self.expectation(row) for row in rows], dtype=np.float64)

    def estimate(self, x: ArrayLike) -> TrajectoryEstimate:
        """Return the estimate of ⟨H⟩ at `x` with its standard error."""
        point, strata = self.checked_point(x), self._strata
        values = self._values(self._plan, point)
        exact, drawn = values[: len(strata.exact)], values[len(strata.exact) :]
        total = self._mean + float(strata.weights @ exact)
        if not len(drawn):
            return TrajectoryEstimate(total, 0.0)
        error = float(drawn.std(ddof=1) / np.sqrt(len(drawn))) if len(drawn) > 1 else np.inf
        return TrajectoryEstimate(
            total + strata.rest * float(drawn.mean()), strata.rest * float(error)
        )

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return the estimate of ⟨H⟩ and its derivatives, by the adjoint method.

        States are undone on the way back, or kept where errors change their norms.

        Raises:
            CapacityError: the states that have to be kept do not fit in memory.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        point, strata, plan = self.checked_point(x), self._strata, self._plan
        share = strata.rest / max(len(strata.drawn), 1)
        weights = np.concatenate([strata.weights, np.full(len(strata.drawn), share)])
        matrices = Matrices.at(self._blocks, plan, point)
        adjoint = matrices.adjoints()
        kept = self._kept(matrices)
        wanted = np.array([block.wanted for block in self._blocks], dtype=np.uint8)
        sums = Matrices(*(np.zeros(each.shape) for each in matrices))
        value = self._mean
        final = self._evolved(matrices)
        for batch, states in self._final_states(plan, matrices):
            bras = self._weighed(states) * weights[batch.order][:, None, None]
            value += float(np.vdot(bras, states))
            entries = batch.entries
            self._kernels.pull_back(
                states, bras, final.copy(), kept, self._qubits, wanted, matrices.plain,
                adjoint.plain, batch.firsts, batch.starts, batch.places,
                matrices.special[entries], adjoint.special[entries], sums.plain,
                sums.special[entries],
            )  # fmt: skip
        gradient = np.zeros(self.n_params)
        for number, block in enumerate(self._blocks):
            if block.wanted:
                of_block = sums.plain[number : number + 1]
                block.add_slopes(point, block.no_errors, of_block, gradient)
            if block.wanted and number in plan.errors:
                places, errors = plan.errors[number]
                block.add_slopes(point, errors, sums.special[places], gradient)
        return value, gradient

    @property
    def _kernels(self) -> ModuleType:
        """The module of the sweeps."""
        if self.kernels == NUMPY:
            from hybridq.engines.trajectories import plain

            return plain
        from hybridq.engines.trajectories.kernels import sweeps

        return sweeps

    @cached_property
    def _plan(self) -> Plan:
        """The records of expectation values."""
        return plan_of(self._blocks, (*self._strata.exact, *self._strata.drawn))

    def _start(self) -> Vector:
        """Return the state |0…0⟩, shape (2, 2**n)."""
        found = np.zeros((2, 1 << self.n_qubits))
        found[0, 0] = 1.0
        return found

    def _evolved(self, matrices: Matrices) -> Vector:
        """Return the final state without errors, shape (2, 2**n)."""
        ((_, states),) = self._final_states(plan_of(self._blocks, [()]), matrices)
        return states[0].copy()

    def _kept(self, matrices: Matrices) -> Vector:
        """Return states without errors before each block, and room for as many.

        None are kept where all blocks are unitary: there states are undone.
        """
        count = 0 if self._unitary else len(self._blocks)
        needed = 2 * count * (16 << self.n_qubits)
        memory.require(
            needed, f"n_qubits={self.n_qubits}: the gradient's states", "use fewer qubits"
        )
        found = aligned((2 * count, 2, 1 << self.n_qubits))
        state = self._start()
        for block in range(count):
            found[block] = state
            advance(self._kernels, state, self._qubits[block], matrices.plain[block])
        return found

    def _final_states(self, plan: Plan, matrices: Matrices) -> Iterator[tuple[_Batch, Vector]]:
        """Yield the final states of a plan's rows, by batches, shape (rows, 2, 2**n).

        The next batch overwrites the states.
        """
        most = min(max(1, BATCH_BYTES // (16 << self.n_qubits)), len(plan.order))
        clean, position = self._start(), 0
        room = aligned((most, 2, 1 << self.n_qubits))
        for first in range(0, len(plan.order), most):
            rows = slice(first, first + most)
            starts = plan.starts[first : first + most + 1]
            entries = slice(int(starts[0]), int(starts[-1]))
            batch = _Batch(
                plan.order[rows],
                plan.firsts[rows],
                starts - starts[0],
                plan.places[entries],
                entries,
            )
            states = room[: len(batch.order)]
            position = self._kernels.run(
                states, clean, position, self._qubits, matrices.plain, batch.firsts, batch.starts,
                batch.places, matrices.special[entries],
            )  # fmt: skip
            yield batch, states

    def _weighed(self, states: Vector) -> Vector:
        """Return the observable as it is read, without its mean, times each state."""
        if self._diagonal is not None:
            return np.asarray(states * self._diagonal)
        found = self._matrix @ (states[:, 0] + 1j * states[:, 1]).T
        return np.ascontiguousarray(np.stack([found.real.T, found.imag.T], axis=1))

    def _values(self, plan: Plan, x: Vector) -> Vector:
        """Return the expectation value of each record, shape (records,)."""
        found = np.empty(len(plan.order))
        for batch, states in self._final_states(plan, Matrices.at(self._blocks, plan, x)):
            found[batch.order] = np.einsum("rcz,rcz->r", states, self._weighed(states))
        return found

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """Return `shots` basis states as they are read, as indices, shape (shots,).

        Each shot has its own record of errors; equal ones are simulated once.
        """
        shots, point, generator = checked_shots(shots), self.checked_point(x), as_generator(rng)
        if self._unitary:
            found = self._sample_records(point, shots, generator)
        else:
            found = sample_with_jumps(
                self._blocks, self._qubits, self._kernels, self._start(), point, shots, generator
            )
        return read_with_errors(found, self._readouts, generator)

    def _sample_records(self, x: Vector, shots: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return basis states, with errors of fixed probabilities."""
        perfect = float(np.prod([1.0 - site.error for site in self._sites]))
        clean = int(rng.binomial(shots, min(perfect, 1.0)))
        counts = Counter(conditioned(self._sites, 1, shots - clean, rng))
        if clean:
            counts[()] = clean
        records = sorted(counts)
        plan = plan_of(self._blocks, records)
        rows = []
        for batch, states in self._final_states(plan, Matrices.at(self._blocks, plan, x)):
            rows.append(draw(self._kernels, states, [counts[records[k]] for k in batch.order], rng))
        return np.concatenate(rows)


class _Batch(NamedTuple):
    """Rows of a plan that run together; see `Plan`.

    Attributes:
        order: numbers of the records.
        firsts: first blocks with errors.
        starts: first entries in `places`.
        places: blocks with errors.
        entries: of the plan's `places`.
    """

    order: NDArray[np.int64]
    firsts: NDArray[np.int64]
    starts: NDArray[np.int64]
    places: NDArray[np.int64]
    entries: slice
