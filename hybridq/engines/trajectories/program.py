"""Blocks of gates and errors on the same one or two qubits, as matrices.

Errors of a record change the matrices of the blocks that hold them, and nothing else: every record
applies each block once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.elementary import Elementary
from hybridq.circuits.instructions import Gate, PhaseGate
from hybridq.engines.noisy_gates import NoisyGate, fixed_unitary, generator
from hybridq.engines.trajectories.records import Record, Site

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]
Amplitudes = NDArray[np.complex128]


@dataclass(eq=False)
class Block:
    """Gates and errors that follow each other on one or two qubits.

    Attributes:
        qubits: ascending.
        parts: gates, and numbers of sites after them, first applied first.
    """

    qubits: tuple[int, ...]
    parts: list[Elementary | int] = field(default_factory=list)

    def prepare(self, sites: Sequence[Site]) -> None:
        """Write the matrices of its sites on the qubits of the block."""
        self.sites = [part for part in self.parts if isinstance(part, int)]
        self.place = {site: number for number, site in enumerate(self.sites)}
        self.operators = [
            _on_block(sites[s].operators, sites[s].qubits, self.qubits) for s in self.sites
        ]
        self.chances = [
            np.concatenate([[1.0 - sites[s].error], sites[s].chances[1:]]) for s in self.sites
        ]
        gates = [part for part in self.parts if not isinstance(part, int)]
        # Matrices of gates without an angle, hermitian generators of the others.
        self._local = [
            None if isinstance(part, int) else _on_block(_local(part), part.qubits, self.qubits)
            for part in self.parts
        ]
        self.no_errors = np.zeros((1, len(self.sites)), dtype=np.int64)
        self._identity = np.eye(1 << len(self.qubits), dtype=complex)[None]
        self.wanted = any(
            not isinstance(gate, Gate) and gate.angle.parameter is not None for gate in gates
        )

    def matrices(self, x: Vector, errors: Integers) -> Amplitudes:
        """Return its matrix for each combination of errors, shape (k, 2**m, 2**m).

        Args:
            x: the parameters.
            errors: the operator of each site, shape (k, sites).
        """
        found = np.repeat(self._identity, len(errors), axis=0)
        for factor in self._factors(x, errors):
            found = factor @ found
        return found

    def _factors(self, x: Vector, errors: Integers) -> list[Amplitudes]:
        """Return the matrix of each part, for each combination where it is a site."""
        found = []
        site = 0
        for number, part in enumerate(self.parts):
            if isinstance(part, int):
                found.append(self.operators[site][errors[:, site]])
                site += 1
            else:
                found.append(self.gate(number, x))
        return found

    def gate(self, number: int, x: Vector) -> Amplitudes:
        """Return the matrix of a part that is a gate, on the qubits of the block."""
        part, local = self.parts[number], self._local[number]
        assert local is not None
        assert not isinstance(part, int)
        if isinstance(part, Gate):
            return local
        angle = part.angle.value(x)
        if isinstance(part, PhaseGate):  # G² = −G
            return np.asarray(self._identity[0] - (np.exp(1j * angle) - 1.0) * local)
        return np.asarray(
            np.cos(0.5 * angle) * self._identity[0] - 2j * np.sin(0.5 * angle) * local
        )

    def add_slopes(self, x: Vector, errors: Integers, sums: Vector, gradient: Vector) -> None:
        """Add derivatives by the parameters.

        Args:
            x: the parameters.
            errors: see `matrices`.
            sums: Σ conj(bra_i) ket_j of each combination, shape (k, 2, 4, 4).
            gradient: shape (n_params,).
        """
        size = 1 << len(self.qubits)
        overlaps = sums[:, 0, :size, :size] + 1j * sums[:, 1, :size, :size]
        factors = self._factors(x, errors)
        before = [self._identity]
        for factor in factors[:-1]:
            before.append(factor @ before[-1])
        after = self._identity
        for number in reversed(range(len(factors))):
            part, local = self.parts[number], self._local[number]
            angle = None if isinstance(part, int | Gate) else part.angle
            if angle is not None and angle.parameter is not None and local is not None:
                slope = -1j * after @ local @ factors[number] @ before[number]
                total = 2.0 * float((overlaps * slope).sum().real)
                gradient[angle.parameter] += angle.coefficient * total
            after = after @ factors[number]


def blocks_of(gates: Sequence[NoisyGate], sites: Sequence[Site]) -> list[Block]:
    """Return the blocks of a circuit.

    A gate joins the last block on its qubits, one qubit joins a pair; gates on one qubit at the
    end of a pair's block are taken out again, so that the rest stays sparse.

    Args:
        gates: of the circuit.
        sites: of the circuit; each belongs to a gate.
    """
    by_gate: dict[int, list[int]] = {}
    for number, site in enumerate(sites):
        by_gate.setdefault(site.gate, []).append(number)
    blocks: list[Block] = []
    last: dict[int, Block] = {}
    for number, noisy in enumerate(gates):
        qubits = tuple(sorted(noisy.gate.qubits))
        near = {id(last.get(qubit)) for qubit in qubits}
        block = last.get(qubits[0])
        if block is None or len(near) > 1:
            block = Block(qubits)
            blocks.append(block)
            last |= dict.fromkeys(qubits, block)
        block.parts.append(noisy.gate)
        block.parts += by_gate.get(number, [])
    found = [part for block in blocks for part in _without_tail(block, sites)]
    for block in found:
        block.prepare(sites)
    return found


def _without_tail(block: Block, sites: Sequence[Site]) -> list[Block]:
    """Return a block without its last parts on one qubit, and blocks of these."""
    if len(block.qubits) == 1:
        return [block]

    def on(part: Elementary | int) -> tuple[int, ...]:
        return sites[part].qubits if isinstance(part, int) else part.qubits

    end = 1 + max(k for k, part in enumerate(block.parts) if len(on(part)) == 2)
    found = [Block(block.qubits, block.parts[:end])]
    for qubit in block.qubits:
        tail = [part for part in block.parts[end:] if on(part) == (qubit,)]
        if tail:
            found.append(Block((qubit,), tail))
    return found


@dataclass(frozen=True, eq=False)
class Plan:
    """Records of errors as blocks with other matrices, sorted by the first of these.

    Attributes:
        order: number of each row's record, shape (rows,).
        firsts: of each row its first block with errors, the number of blocks without, ascending.
        starts: first entry of each row in `places`, shape (rows + 1,).
        places: the blocks with errors of each row, ascending, shape (k,).
        errors: of each block the entries of `places` that are its, and their errors.
    """

    order: Integers
    firsts: Integers
    starts: Integers
    places: Integers
    errors: dict[int, tuple[Integers, Integers]]


def plan_of(blocks: Sequence[Block], records: Sequence[Record]) -> Plan:
    """Return the plan of some records."""
    home = {site: number for number, block in enumerate(blocks) for site in block.sites}
    rows: list[dict[int, list[tuple[int, int]]]] = []
    for record in records:
        mine: dict[int, list[tuple[int, int]]] = {}
        for site, error in record:
            mine.setdefault(home[site], []).append((blocks[home[site]].place[site], error))
        rows.append(mine)
    firsts = [min(mine, default=len(blocks)) for mine in rows]
    order = sorted(range(len(records)), key=firsts.__getitem__)
    starts, places = [0], list[int]()
    entries: dict[int, list[int]] = {}
    choices: dict[int, list[list[int]]] = {}
    for row in order:
        for block in sorted(rows[row]):
            chosen = [0] * len(blocks[block].sites)
            for place, error in rows[row][block]:
                chosen[place] = error
            entries.setdefault(block, []).append(len(places))
            choices.setdefault(block, []).append(chosen)
            places.append(block)
        starts.append(len(places))
    return Plan(
        np.array(order, dtype=np.int64),
        np.array([firsts[row] for row in order], dtype=np.int64),
        np.array(starts, dtype=np.int64),
        np.array(places, dtype=np.int64),
        {block: (np.array(entries[block]), np.array(choices[block])) for block in entries},
    )


class Matrices(NamedTuple):
    """Matrices of all blocks at a point, shape (k, 2, 4, 4): real, imaginary.

    Attributes:
        plain: of each block without errors.
        special: of each entry of a plan's `places`.
    """

    plain: Vector
    special: Vector

    @classmethod
    def at(cls, blocks: Sequence[Block], plan: Plan, x: Vector) -> Matrices:
        """Return the matrices at the parameters `x`."""
        plain = np.zeros((len(blocks), 2, 4, 4))
        special = np.zeros((len(plan.places), 2, 4, 4))
        for number, block in enumerate(blocks):
            put(plain, [number], block.matrices(x, block.no_errors))
            if number in plan.errors:
                entries, errors = plan.errors[number]
                put(special, entries, block.matrices(x, errors))
        return cls(plain, special)

    def adjoints(self) -> Matrices:
        """Return the conjugate transposes."""
        plain, special = (each.transpose(0, 1, 3, 2) * _CONJUGATE for each in self)
        return Matrices(np.ascontiguousarray(plain), np.ascontiguousarray(special))


_CONJUGATE = np.array([1.0, -1.0])[:, None, None]


def put(parts: Vector, entries: Sequence[int] | Integers, matrices: Amplitudes) -> None:
    """Write complex matrices to real arrays of shape (k, 2, 4, 4)."""
    size = matrices.shape[1]
    parts[entries, 0, :size, :size] = matrices.real
    parts[entries, 1, :size, :size] = matrices.imag


def _local(gate: Elementary) -> Amplitudes:
    """Return the matrix of a gate without an angle, else its generator."""
    if isinstance(gate, Gate):
        return fixed_unitary(gate.name, len(gate.qubits))
    return generator(gate)


def _on_block(matrices: Amplitudes, where: tuple[int, ...], qubits: tuple[int, ...]) -> Amplitudes:
    """Return matrices on some qubits as ones on those of their block."""
    if where == qubits:
        return matrices
    if len(where) == len(qubits):
        return np.ascontiguousarray(matrices[..., _SWAPPED, :][..., _SWAPPED])
    other = np.eye(2)
    low = where[0] == qubits[0]
    # The other qubit's indices are a and b; the second qubit of a block is the higher bit.
    pattern = "...ij,ab->...aibj" if low else "...ij,ab->...iajb"
    found = np.einsum(pattern, matrices, other)
    return found.reshape(*matrices.shape[:-2], 4, 4)


_SWAPPED = np.array([0, 2, 1, 3])
