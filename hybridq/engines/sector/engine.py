"""Running engine for circuits that conserve particle numbers, such as UCC."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Instruction
from hybridq.core import memory
from hybridq.core.arrays import aligned
from hybridq.core.errors import DimensionError, EngineError
from hybridq.core.jit import is_compiled
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import Observable, Vector, checked_shots
from hybridq.engines.exact import ExactEngine
from hybridq.engines.sector.action import Action, build_action
from hybridq.engines.sector.kernels.program import Program
from hybridq.engines.sector.kernels.run import run_backward
from hybridq.engines.sector.plain import PlainWalker, entries_of
from hybridq.engines.sector.reading import conserving, keeps_halves, read_circuit
from hybridq.engines.sector.steps import Steps
from hybridq.engines.sector.support import compact
from hybridq.engines.sector.walker import Walker
from hybridq.engines.simulators import COMPILED, NUMPY
from hybridq.operators.sector import Sector

_POOL_LOCK = threading.Lock()
_LAST_POOL: list[tuple[tuple[Instruction, ...], Any, Walker | PlainWalker]] = []
"""Runner of the pool of a circuit that grows; each of its circuits has an engine of its own."""


class SectorEngine(ExactEngine):
    """Exact simulation on the amplitudes of one sector, real where the circuit is.

    Args:
        circuit: X gates, then instructions that conserve the number of ones (on both halves, or
            in all): excitations, hopping, diagonal phases.
        observable: a Pauli sum or an electronic Hamiltonian; terms that lead out of the sector do
            not contribute.
        precision: ``"double"`` or ``"single"``.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Attributes:
        sector: the states that the circuit stays in.

    Raises:
        EngineError: an instruction leaves the sector; the message names it.
        CapacityError: state or Hamiltonian do not fit in the memory that is free.
        ParameterError: an unknown precision or threads < 1.
        DimensionError: circuit and observable have different widths.
    """

    name: ClassVar[str] = "sector"
    compiling_seconds: ClassVar[float] = 6.0

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
        self.sector: Sector = reading.sector
        dim = self.sector.dim
        memory.require(
            8 * dim * self._dtype.itemsize, f"the states of {dim:,} amplitudes", "use fewer qubits"
        )
        steps = Steps(self.sector)
        for _, item in reading.items:
            steps.add(item)
        self._start = int(self.sector.index(reading.reference))
        program, self._support = compact(steps.program(), self._start, dim)
        self._size = dim
        if self._support is not None:
            self._size = len(self._support)
            self._start = int(np.searchsorted(self._support, self._start))
        self._observable = observable
        self._per: tuple[int, ...] = (0, 0) if steps.is_complex else (0,)
        self._program = program
        if kernels == COMPILED:
            _ = self._action, self._walker  # refuse what does not fit in memory
        numbers = self._size * len(self._per)
        self._ket, self._bra = (aligned(numbers, self._dtype) for _ in range(2))
        self._deflated: list[tuple[float, NDArray[Any]]] = []
        self._set_info(self._reason(), self._threads)

    def _new_action(self, support: NDArray[np.int64] | None) -> Action:
        """Return H on the states `support` of the sector, on all of them for None."""
        plain = self.kernels == NUMPY
        return build_action(
            self._observable, self.sector, support, self._dtype, self._threads, plain=plain
        )

    def _new_walker(self, program: Program, size: int) -> Walker | PlainWalker:
        """Return the runner of a program on `size` amplitudes."""
        if self.kernels == NUMPY:
            return PlainWalker(program, size, self._per, self._dtype)
        return Walker(program, size, self._per, self._dtype, self._threads)

    @cached_property
    def _action(self) -> Action:
        """H on the states that are kept."""
        return self._new_action(self._support)

    @cached_property
    def _walker(self) -> Walker | PlainWalker:
        """The runner of the circuit."""
        return self._new_walker(self._program, self._size)

    def is_compiled(self) -> bool:
        """Return whether this machine has compiled the kernels for this circuit."""
        return is_compiled(run_backward, (0, self._dtype.name), (4, f"int64 x {len(self._per)}"))

    def plain_seconds(self) -> float:
        """Return about how long NumPy takes for a value and its gradient, on a slow core."""
        entries = sum(entries_of(self._program, step) for step in range(len(self._program.kind)))
        return 1.2e-4 * len(self._program.kind) + 1e-7 * entries + 1e-6 * self._size

    @cached_property
    def _whole_action(self) -> Action:
        """H in the whole sector, for states beyond the circuit's reach."""
        return self._action if self._support is None else self._new_action(None)

    def _reason(self) -> str:
        """Return the conserved numbers and the amplitudes that are left, in words."""
        s = self.sector
        conserved = (
            f"{s.low} ones on {s.n_qubits} qubits"
            if s.split == s.n_qubits
            else f"N_alpha = {s.low} and N_beta = {s.high}"
        )
        reached = "" if self._support is None else f", {self._size:,} of them within reach"
        kind = "complex" if len(self._per) == 2 else "real"
        amplitudes = f"{s.dim:,} of {1 << s.n_qubits:,} amplitudes{reached}, {kind}"
        return f"the circuit conserves {conserved}: {amplitudes}"

    def _evolve(self, point: Vector) -> None:
        """Leave the state at `point` in the ket."""
        self._ket[:] = 0.0
        self._ket[self._start * len(self._per)] = 1.0
        self._walker.forward(self._ket, point)

    def _measure(self) -> float:
        """Return ⟨H⟩ in the ket; leave H times the ket in the bra."""
        self._action.apply(self._ket, self._bra, self._per)
        if self._deflated:
            ket, bra = (_amplitudes(numbers, self._per) for numbers in (self._ket, self._bra))
            for weight, other in self._deflated:
                mine = other if self._support is None else other[self._support]
                bra += weight * np.vdot(mine, ket) * mine
        return self._walker.inner(self._ket, self._bra)

    def _whole(self) -> NDArray[Any]:
        """Return a copy of the ket in the whole sector, shape (sector.dim,)."""
        amplitudes = _amplitudes(self._ket, self._per)
        if self._support is None:
            return amplitudes.copy()
        whole = np.zeros(self.sector.dim, dtype=amplitudes.dtype)
        whole[self._support] = amplitudes
        return whole

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        point = self.checked_point(x)
        with self._lock:
            self._evolve(point)
            return self._measure()

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the adjoint method.

        Source: Jones, Gacon 2020, arXiv:2009.02823.
        """
        point = self.checked_point(x)
        gradient = np.empty(self.n_params)
        with self._lock:
            self._evolve(point)
            energy = self._measure()
            self._walker.derivatives(self._ket, self._bra, point, gradient)
        return energy, gradient

    def operator_gradients(self, x: ArrayLike, operators: Sequence[Instruction]) -> Vector:
        """Return d⟨H⟩/dθ at θ = 0 of each operator appended at `x`, shape (operators,).

        Raises:
            EngineError: an operator leaves the sector.
        """
        point = self.checked_point(x)
        walker = self._pool_walker(tuple(operators))
        with self._lock:
            self._evolve(point)
            ket = self._whole()
        bra = np.empty_like(ket)
        self._whole_action.apply(ket.view(self._dtype), bra.view(self._dtype), self._per)
        for weight, other in self._deflated:
            bra += weight * np.vdot(other, ket) * other
        gradient = np.empty(len(operators))
        with _POOL_LOCK:  # other engines run the same pool
            walker.derivatives(
                ket.view(self._dtype), bra.view(self._dtype), np.zeros(len(operators)), gradient
            )
        return gradient

    def _pool_walker(self, operators: tuple[Instruction, ...]) -> Walker | PlainWalker:
        """Return the runner of operators to append, one parameter each; the last is kept.

        An operator may lead to states that the circuit does not reach: it runs in the whole sector.
        """
        key = self.sector, self._per, self._dtype, self._threads, self.kernels
        for known, with_key, walker in _LAST_POOL:
            if with_key == key and list(map(id, known)) == list(map(id, operators)):
                return walker
        steps = Steps(self.sector)
        for number, operator in enumerate(operators):
            ((_, item),) = conserving([operator])
            if self.sector.split < self.n_qubits and not keeps_halves(item, self.sector.split):
                raise EngineError(
                    f"operator {number} leaves the sector of {self.sector}", argument="operators"
                )
            steps.add_generator(item, number)
        if steps.is_complex and len(self._per) == 1:
            raise EngineError(
                "the circuit is real and an operator is not, and needs complex amplitudes",
                argument="operators",
                remedy="append it to the circuit and take the gradient there",
            )
        walker = self._new_walker(steps.program(), self.sector.dim)
        _LAST_POOL[:] = [(operators, key, walker)]
        return walker

    def snapshot(self, x: ArrayLike) -> NDArray[Any]:
        """Return a copy of the state, shape (sector.dim,), real where the circuit is."""
        point = self.checked_point(x)
        with self._lock:
            self._evolve(point)
            return self._whole()

    def deflate(self, weights: Sequence[float], snapshots: Sequence[NDArray[Any]]) -> None:
        """Measure H + Σ_i weights[i] |s_i⟩⟨s_i| in later calls, gradients included.

        Raises:
            DimensionError: weights and snapshots differ in number or sector.
            EngineError: a complex snapshot for a real circuit.

        Source: Higgott, Wang, Brierley 2019, arXiv:1805.08138.
        """
        if len(weights) != len(snapshots):
            raise DimensionError(
                f"{len(weights)} weights for {len(snapshots)} snapshots", argument="weights"
            )
        dtype = _amplitudes(self._ket, self._per).dtype
        self._check_snapshots(snapshots)
        if dtype.kind == "f" and any(s.dtype.kind == "c" for s in snapshots):
            raise EngineError(
                "the circuit is real and a snapshot is complex",
                argument="snapshots",
                remedy="deflate with snapshots of real circuits",
            )
        with self._lock:
            self._deflated = [
                (float(weight), snapshot.astype(dtype))
                for weight, snapshot in zip(weights, snapshots, strict=True)
            ]

    def matrix_elements(
        self, snapshots: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return ⟨s_i|H|s_j⟩ and ⟨s_i|s_j⟩, without any deflation; complex, shape (k, k).

        Raises:
            DimensionError: a snapshot of another sector.
        """
        self._check_snapshots(snapshots)
        dtype = np.result_type(self._dtype, np.complex64)
        kets = np.array([s.astype(dtype) for s in snapshots]).reshape(-1, self.sector.dim)
        images = np.empty_like(kets)
        for ket, image in zip(kets, images, strict=True):
            self._whole_action.apply(ket.view(self._dtype), image.view(self._dtype), (0, 0))
        return kets.conj() @ images.T, kets.conj() @ kets.T

    def _check_snapshots(self, snapshots: Sequence[NDArray[Any]]) -> None:
        """Raise unless all snapshots are states of this sector."""
        for number, snapshot in enumerate(snapshots):
            if snapshot.shape != (self.sector.dim,):
                raise DimensionError(
                    f"snapshot {number} has shape {snapshot.shape}, this sector's states have "
                    f"{self.sector.dim} amplitudes",
                    argument="snapshots",
                    remedy="take snapshots from engines of one sector",
                )

    def amplitudes(self, x: ArrayLike) -> NDArray[Any]:
        """Return a copy of the state on the sector's basis states, shape (sector.dim,)."""
        return self.snapshot(x)

    def state(self, x: ArrayLike) -> NDArray[np.complexfloating]:
        """Return the statevector, shape (2**n_qubits,), complex.

        Raises:
            CapacityError: the full vector does not fit in the memory that is free.
        """
        dtype = np.result_type(self._dtype, np.complex64)
        return self.sector.embed(self.snapshot(x).astype(dtype))

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """Return `shots` measured basis states as indices, shape (shots,), in any order."""
        shots = checked_shots(shots)
        generator = as_generator(rng)
        amplitudes = self.snapshot(x).astype(np.result_type(self._dtype, np.complex128))
        probabilities = amplitudes.real**2 + amplitudes.imag**2
        counts = generator.multinomial(shots, probabilities / probabilities.sum())
        return np.repeat(self.sector.basis(), counts)


def _amplitudes(numbers: NDArray[Any], per: tuple[int, ...]) -> NDArray[Any]:
    """Return the amplitudes that a flat array of numbers holds, as a view."""
    return numbers.view(np.result_type(numbers.dtype, np.complex64)) if len(per) == 2 else numbers
