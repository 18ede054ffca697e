"""Running engine on the feasible states of a problem alone."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.subspace import GROVER, FeasibleMixer
from hybridq.core import memory
from hybridq.core.errors import DimensionError, EngineError, Setting
from hybridq.core.jit import is_compiled
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import Observable, Vector, as_pauli_sum, checked_shots
from hybridq.engines.exact import ExactEngine
from hybridq.engines.simulators import COMPILED
from hybridq.engines.subspace.kernels import vectors
from hybridq.engines.subspace.reading import PhaseStep, read_circuit
from hybridq.engines.subspace.runner import Runner
from hybridq.operators.feasible import unpacked

_STATES = 4  # state vectors in memory at most: ket, bra, two working arrays


class SubspaceEngine(ExactEngine):
    """Exact simulation on the feasible states, for any number of qubits.

    Args:
        circuit: a state on a feasible space, then diagonal phases and mixers on it.
        observable: a diagonal Hamiltonian.
        precision: ``"double"`` or ``"single"``.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Attributes:
        space: the feasible states.

    Raises:
        EngineError: the circuit has another form, or the observable is not diagonal.
        CapacityError: the feasible states do not fit in the memory that is free.
        DimensionError: circuit and observable differ in width.
        ParameterError: an unknown precision or threads < 1.
    """

    name: ClassVar[str] = "subspace"
    compiling_seconds: ClassVar[float] = 8.0

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        *,
        precision: str = "double",
        threads: int | None = None,
        kernels: str = COMPILED,
    ) -> None:
        super().__init__(circuit, observable, precision, threads, kernels)
        reading = read_circuit(circuit)
        self.space, self._start, self._steps = reading.space, reading.start, reading.steps
        pauli = as_pauli_sum(observable)
        if not pauli.is_diagonal:
            raise EngineError("the subspace engine measures diagonal Hamiltonians alone")
        self.dim = self.space.dim
        if not self.dim:
            raise EngineError("no state satisfies all constraints: the feasible space is empty")
        amplitude = 2 * self._dtype.itemsize
        remedy: Any = "use a smaller problem"
        if precision == "double":
            remedy = ("use ", Setting("precision", "single"), " or a smaller problem")
        memory.require(
            (_STATES * amplitude + 8) * self.dim + self.space.words_bytes,
            f"simulating the {self.dim:,} feasible states of {self.n_qubits} qubits",
            remedy,
        )
        self._runner = Runner(reading, self._dtype, self._threads, kernels)
        self._observable = pauli
        self._set_info(self._reason(), self._runner.threads)

    def _reason(self) -> str:
        """Return the number of states, and how the mixers work, in words."""
        n = self.n_qubits
        of = f"2^{n}" if n > 40 else f"{1 << n:,}"
        kinds = dict.fromkeys(
            step.symbol for step in self._steps if isinstance(step, FeasibleMixer)
        )
        how = f", {self._runner.layout.how}" if set(kinds) - {GROVER} else ""
        mixers = f"; mixer {', '.join(kinds)}{how}" if kinds else ""
        return f"the circuit stays on {self.dim:,} feasible states of {of}{mixers}"

    def is_compiled(self) -> bool:
        """Return whether this machine has compiled the kernels for this circuit."""
        return is_compiled(vectors.slope, (0, self._dtype.name))

    def plain_seconds(self) -> float:
        """Return about how long NumPy takes for a value and its gradient, on a slow core."""
        return len(self._steps) * (1e-3 + 5e-6 * self.dim)

    # -- runs -----------------------------------------------------------------------------------

    @cached_property
    def _values(self) -> Vector:
        """The energies of the observable."""
        return self._runner.energies(self._observable)

    def _evolve(self, point: Vector) -> NDArray[Any]:
        """Return the ket at `point`."""
        ket = self._runner.start(self._start)
        for step in self._steps:
            angle = step.angle.value(point)
            if isinstance(step, PhaseStep):
                self._runner.phase(ket, step.hamiltonian, angle)
            else:
                self._runner.evolution(step).forward(ket, angle)
        return ket

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        point = self.checked_point(x)
        with self._lock:
            return self._runner.mean(self._evolve(point), self._values)

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the adjoint method.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        return self._weighted(self.checked_point(x), self._values)

    def weighted_expectation(self, x: ArrayLike, weights: ArrayLike) -> tuple[float, Vector]:
        """Return Σ_z weights[z] p_z(x) and its derivatives; see `SupportsWeights`."""
        values = np.ascontiguousarray(weights, dtype=np.float64)
        if values.shape != (self.dim,):
            raise DimensionError(
                f"weights must have shape ({self.dim},), one for each feasible state, got shape "
                f"{values.shape}",
                argument="weights",
            )
        return self._weighted(self.checked_point(x), values)

    def _weighted(self, point: Vector, values: Vector) -> tuple[float, Vector]:
        """Return Σ values |amplitude|² and its derivatives."""
        gradient = np.zeros(self.n_params)
        runner = self._runner
        with self._lock:
            ket = self._evolve(point)
            bra, value = runner.weigh(ket, values)
            for step in reversed(self._steps):
                angle = step.angle.value(point)
                if isinstance(step, PhaseStep):
                    slope = runner.phase_back(ket, bra, step.hamiltonian, angle)
                else:
                    slope = runner.evolution(step).backward(ket, bra, angle)
                if step.angle.parameter is not None:
                    gradient[step.angle.parameter] += step.angle.coefficient * slope
        return value, gradient

    # -- states ---------------------------------------------------------------------------------

    def amplitudes(self, x: ArrayLike) -> NDArray[Any]:
        """Return a copy of the amplitudes of the feasible states, shape (dim,).

        Their order is that of `energies`; `states` has their bits.
        """
        point = self.checked_point(x)
        with self._lock:
            ket = self._evolve(point)
            return ket.view(np.result_type(ket.dtype, np.complex64)).copy()

    def states(self) -> NDArray[np.uint8]:
        """Return the bits of the states of `amplitudes`, shape (dim, n_qubits)."""
        return unpacked(self._runner.words, self.n_qubits)

    def energies(self) -> Vector:
        """Return the observable on each feasible state, float64, shape (dim,)."""
        return self._values.copy()

    def probabilities(self, x: ArrayLike) -> Vector:
        """Return the probability of each entry of `energies`, float64; they sum to 1."""
        amplitudes = self.amplitudes(x)
        found = amplitudes.real.astype(np.float64) ** 2 + amplitudes.imag.astype(np.float64) ** 2
        return np.asarray(found / found.sum())

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """Return the statevector, shape (2**n_qubits,), complex.

        Raises:
            CapacityError: the full vector does not fit in the memory that is free.
        """
        amplitudes = self.amplitudes(x)
        self.require(amplitudes.itemsize << self.n_qubits, "the full state vector")
        whole = np.zeros(1 << self.n_qubits, dtype=amplitudes.dtype)
        whole[self._runner.words[:, 0]] = amplitudes
        return whole

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[Any]:
        """Return `shots` measured basis states, in any order.

        Indices, int64, shape (shots,), up to 63 qubits; else rows of bits, uint8.
        """
        shots = checked_shots(shots)
        generator = as_generator(rng)
        counts = generator.multinomial(shots, self.probabilities(x))
        seen = np.flatnonzero(counts)
        words = self._runner.words[seen]
        if self.n_qubits <= 63:
            return np.repeat(words[:, 0].astype(np.int64), counts[seen])
        return np.repeat(unpacked(words, self.n_qubits), counts[seen], axis=0)
