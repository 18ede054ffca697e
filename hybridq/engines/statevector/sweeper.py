"""Compiled runner of the statevector engine: passes over cached blocks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from hybridq.circuits.instructions import Instruction
from hybridq.core.arrays import aligned
from hybridq.core.emit import CHUNK_BITS, VECTOR_BYTES
from hybridq.engines.base import Vector
from hybridq.engines.exact import State
from hybridq.engines.kernels.team import Team
from hybridq.engines.statevector.flip_groups import group_terms
from hybridq.engines.statevector.kernels.factors import fill_coefs, fold_gradient
from hybridq.engines.statevector.kernels.gates import GateSpace
from hybridq.engines.statevector.kernels.sweeps import (
    APPLY_TERMS,
    BACKWARD,
    FORWARD,
    Plan,
    overlap,
    prepare,
    scale,
    sweep,
)
from hybridq.engines.statevector.passes import Item
from hybridq.engines.statevector.program import Program, factor_arrays, lower
from hybridq.engines.statevector.schedule import schedule
from hybridq.operators.pauli_sum import PauliSum

GROUPS = 32
THREADED_BITS = 13  # below, a pass is too short to share


class Sweeper:
    """Runner of one program and one observable; see `Runner`.

    Args:
        program: the operations of the circuit.
        observable: what is measured.
        dtype: float64 or float32.
        threads: the number of threads.
    """

    def __init__(self, program: Program, observable: PauliSum, dtype: Any, threads: int) -> None:
        # Vectors and chunks take at least 64 amplitudes: idle qubits fill up small states.
        self.bits = max(program.n_qubits, CHUNK_BITS)
        self.threads = 1 if self.bits < THREADED_BITS else threads
        self._program, self._dtype = program, dtype
        self._constant, self._groups = group_terms(observable)
        self._team = Team(self.threads)
        self._coefs = np.zeros((max(self._slots, 1), 16))

    # What is prepared once: plans and working arrays.

    @property
    def _slots(self) -> int:
        """The number of operations; each has a slot in the arrays `_coefs` and `_sums`."""
        return len(self._program.operations)

    @property
    def _operations(self) -> list[Item]:
        """The operations of the circuit with their slots."""
        return list(enumerate(self._program.operations))

    @cached_property
    def _measuring(self) -> Plan:
        """The passes of the circuit and the observable, whose slots come last."""
        groups = enumerate(self._groups, start=self._slots)
        return schedule([*self._operations, *groups], self.bits, from_zeros=True)

    @cached_property
    def _forward(self) -> Plan:
        """The passes of the circuit."""
        return schedule(self._operations, self.bits, from_zeros=True)

    @cached_property
    def _backward(self) -> Plan:
        """The passes of the circuit in reverse, for the adjoint method."""
        return schedule(self._operations, self.bits, from_zeros=True, backwards=True)

    @cached_property
    def _weighing(self) -> Plan:
        """The passes of a product with the observable."""
        groups = list(enumerate(self._groups, start=self._slots))
        return schedule(groups, self.bits, free=True)

    @cached_property
    def _signs(self) -> State:
        """The signs (−1)^{a·b} for all a and b of one chunk."""
        size = np.arange(1 << CHUNK_BITS)
        parity = np.bitwise_count(size[:, None] & size[None, :]) & 1
        return np.where(parity, -1.0, 1.0).astype(self._dtype)

    @cached_property
    def _spaces(self) -> GateSpace:
        """Working arrays, with a leading axis of threads."""
        plans = (self._measuring, self._forward, self._backward, self._weighing)
        copied = [plan.local_bits[plan.local_bits > plan.run_bits] for plan in plans]
        bits = max((int(b) for part in copied for b in part), default=1)
        lanes = max(VECTOR_BYTES // self._dtype.itemsize, 1)
        most = max(int(plan.local_bits.max(initial=CHUNK_BITS)) for plan in plans)
        threads, chunks = self.threads, 1 << (most - CHUNK_BITS)
        return GateSpace(
            blocks=aligned((threads, 4, 1 << bits), self._dtype),
            vectors=aligned((threads, 8 * lanes), self._dtype),
            sums=aligned((threads, (8 + most) * lanes), self._dtype),
            chunk=aligned((threads, 1 << CHUNK_BITS), self._dtype),
            spare=aligned((threads, 1 << most), self._dtype),
            low=aligned((threads, 2 << CHUNK_BITS), self._dtype),
            high=aligned((threads, 2 * chunks), self._dtype),
            chunk_sums=aligned((threads, chunks)),
            signs=self._signs,
        )

    @cached_property
    def _sums(self) -> Vector:
        """Partial sums by group and slot."""
        blocks = 1 << max(self.bits - 1, 0)
        return np.zeros((min(GROUPS, blocks), max(self._slots + len(self._groups), 1), 8))

    # The work.

    def _sweep(self, mode: int, ket: State, bra: State, plan: Plan) -> None:
        """Run the passes of a plan."""
        self._team.run(
            sweep, mode, ket, bra, self.bits, plan, self._coefs, self._spaces, self._sums
        )

    def _run(self, ket: State, point: Vector, plan: Plan) -> None:
        """Run a plan that begins with the circuit; leave the state in `ket`."""
        fill_coefs(self._program.factors, point, self._coefs)
        self._team.run(prepare, ket, 0)
        self._sweep(FORWARD, ket, ket, plan)

    def evolve(self, ket: State, point: Vector) -> None:
        """Leave the state at `point` in `ket`."""
        self._run(ket, point, self._forward)

    def energy(self, ket: State, point: Vector) -> float:
        """Leave the state at `point` in `ket`; return ⟨H⟩."""
        self._sums[:, self._slots :] = 0.0
        self._run(ket, point, self._measuring)
        return self._constant + float(self._sums[:, self._slots :, 0].sum(axis=0).sum())

    def overlap(self, bra: State, ket: State) -> complex:
        """Return ⟨bra|ket⟩."""
        partial = np.empty((min(GROUPS, ket.shape[1]), 2))
        return complex(*self._team.run(overlap, bra, ket, partial))

    def weigh(self, ket: State, bra: State) -> None:
        """Write H|ket⟩ to `bra`."""
        self._team.run(scale, bra, ket, self._constant)
        self._sweep(APPLY_TERMS, ket, bra, self._weighing)

    def pull_back(self, ket: State, bra: State, point: Vector) -> Vector:
        """Return the derivatives of Re⟨bra|ket⟩ where bra is an operator times ket."""
        gradient = np.empty(len(point))
        self._sums[:] = 0.0
        self._sweep(BACKWARD, ket, bra, self._backward)
        fold_gradient(self._program.factors, point, self._sums.sum(axis=0), gradient)
        return gradient

    def derivative(self, ket: State, bra: State, operator: Instruction) -> float:
        """Return d⟨H⟩/dθ at θ = 0 of one more operator, its angle x[0]; bra is H|ket⟩."""
        operations = lower(operator, 0)
        factors = factor_arrays(operations)
        coefs = np.zeros((len(operations), 16))
        sums = np.zeros((self._sums.shape[0], len(operations), 8))
        gradient = np.zeros(1)
        fill_coefs(factors, gradient, coefs)
        plan = schedule(list(enumerate(operations)), self.bits, free=True)
        self._team.run(sweep, BACKWARD, ket, bra, self.bits, plan, coefs, self._spaces, sums)
        fold_gradient(factors, np.zeros(1), sums.sum(axis=0), gradient)
        return float(gradient[0])
