"""Translate excitations and phases to steps of the sector's kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from math import comb
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Instruction,
    PauliRotation,
    PhaseGate,
    Transition,
)
from hybridq.core import memory
from hybridq.engines.sector.blocks import Block, Pairs, blocks_of, commute
from hybridq.engines.sector.kernels.program import (
    BLOCK,
    DENSE,
    IMAGINARY,
    NEGATE,
    PHASE,
    REAL,
    Program,
)
from hybridq.engines.sector.reading import Conserving
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import Sector, rank

GROUPS = 16
"""Parts of a large step, distributed over the threads."""

LARGE_STEP = 1 << 13
"""Amplitudes from which a step is split into parts."""


class Entries(NamedTuple):
    """One side of a step: entry k leads from source to target with a sign."""

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    sign: NDArray[np.float64]


_ONCE = Entries(np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1))


def side_entries(width: int, ones: int, modes: int, full: int, flip: int, signs: int) -> Entries:
    """Return the strings with `full` under the mask `modes`, their images and signs.

    Args:
        width, ones: number of qubits and of ones of the strings.
        modes, full: the strings have the bits `full` under the mask `modes`.
        flip: mask of the bits that lead to the image.
        signs: mask of the bits whose parity is the sign.

    Raises:
        CapacityError: the entries do not fit in memory.
    """
    # Circuits that grow need the same few short lists repeatedly.
    build = _kept_entries if comb(width, ones) <= _KEPT_STRINGS else _new_entries
    return build(width, ones, modes, full, flip, signs)


_KEPT_STRINGS = 1 << 12


def _new_entries(width: int, ones: int, modes: int, full: int, flip: int, signs: int) -> Entries:
    strings = Sector.of_weight(width, ones).low_strings
    memory.require(
        40 * len(strings), f"an excitation of {len(strings):,} strings", "use a smaller sector"
    )
    source = np.flatnonzero(strings & np.uint64(modes) == np.uint64(full))
    here = strings[source]
    sign = 1.0 - 2.0 * (np.bitwise_count(here & np.uint64(signs)) & 1)
    target = rank(strings, here ^ np.uint64(flip)) if flip else source
    return Entries(source.astype(np.int32), target.astype(np.int32), sign)


_kept_entries = lru_cache(maxsize=4096)(_new_entries)


class Steps:
    """Collects the steps of a circuit in one sector.

    Args:
        sector: the sector that every item conserves.
    """

    def __init__(self, sector: Sector) -> None:
        self.sector = sector
        self.is_complex = False
        self._steps: list[tuple[int, int, int, float, float, int, int]] = []
        self._lists: dict[Any, int] = {}
        self._entries: list[Entries] = []
        self._dense: list[tuple[PauliSum, NDArray[np.float64]]] = []
        self._blocks: list[Block] = []

    def add(self, item: Conserving) -> None:
        """Append the steps of one item."""
        _FORMS[type(item)](self, item, item.angle)

    def add_generator(self, item: Conserving, parameter: int) -> None:
        """Append an item with a parameter as angle, for its derivative at 0."""
        _GENERATORS[type(item)](self, item, Angle(parameter=parameter))

    def _excitation(self, item: Excitation, angle: Angle) -> None:
        if commute(item.terms):
            self._terms(item, angle)
        else:
            self._sum(item, angle)

    def _rotation(self, item: PauliRotation, angle: Angle) -> None:
        mask = sum(1 << qubit for qubit in item.qubits)
        high, low = self._sides(0, 0, 0, mask)
        self._phase(PHASE, high, low, 0.5, angle)

    def _diagonal_phase(self, item: DiagonalPhase, angle: Angle) -> None:
        self._diagonal(item.hamiltonian, angle)

    def _terms(self, item: Excitation, angle: Angle) -> None:
        for coefficient, term in item.terms:
            self._transition(coefficient, term, angle, item.imaginary)

    def _sum(self, item: Excitation, angle: Angle) -> None:
        self.is_complex |= item.imaginary
        kind = IMAGINARY if item.imaginary else REAL
        for part in blocks_of(self.sector, item.terms, item.imaginary):
            if isinstance(part, Pairs):
                # The pairs are numbered in the whole sector: one row for all of it.
                once = self._entry(_ONCE)
                low = self._entry(Entries(part.source, part.target, part.sign))
                self._append(kind, once, low, part.strength, angle, len(part.source))
            else:
                members = part.members.reshape(-1)
                high = self._entry(Entries(members, members, part.signs.reshape(-1)))
                self._blocks.append(part)
                self._append(BLOCK, high, len(self._blocks) - 1, 1.0, angle, len(members))

    def _entry(self, entries: Entries) -> int:
        self._entries.append(entries)
        return len(self._entries) - 1

    def _sides(self, modes: int, full: int, flip: int, signs: int) -> tuple[int, int]:
        """Return the numbers of the high and the low list of an operation given by masks."""
        s = self.sector
        parts = [s.parts(mask) for mask in (modes, full, flip, signs)]
        high = self._list((s.n_qubits - s.split, s.high, *(p[1] for p in parts)))
        low = self._list((s.split, s.low, *(p[0] for p in parts)))
        return high, low

    def _list(self, key: tuple[int, ...]) -> int:
        if key not in self._lists:
            self._lists[key] = self._entry(side_entries(*key))
        return self._lists[key]

    def _append(
        self, kind: int, high: int, low: int, scale: float, angle: Angle, work: int
    ) -> None:
        parameter = -1 if angle.parameter is None else angle.parameter
        groups = GROUPS if work >= LARGE_STEP else 1
        scales = scale * angle.constant, scale * angle.coefficient
        self._steps.append((kind, high, low, *scales, parameter, groups))

    def _size(self, high: int, low: int) -> int:
        return len(self._entries[high].source) * len(self._entries[low].source)

    def _transition(
        self, coefficient: float, term: Transition, angle: Angle, imaginary: bool
    ) -> None:
        high, low = self._sides(term.mode_mask, term.source_bits, term.flip_mask, term.sign_mask)
        work = self._size(high, low)
        if work == 0:
            return
        self.is_complex |= imaginary
        if self._is_identity(low):
            low = -1
        kind = IMAGINARY if imaginary else REAL
        self._append(kind, high, low, coefficient * term.sign, angle, work)

    def _is_identity(self, low: int) -> bool:
        """Return whether a list of lower strings maps each to itself with sign +1."""
        source, target, sign = self._entries[low]
        if len(source) < self.sector.n_low:
            return False
        return np.array_equal(source, target) and bool((sign == 1.0).all())

    def _phase(self, kind: int, high: int, low: int, scale: float, angle: Angle) -> None:
        self.is_complex |= kind == PHASE
        self._append(kind, high, low, scale, angle, self._size(high, low))

    def _phase_gate(self, gate: PhaseGate, angle: Angle) -> None:
        mask = sum(1 << qubit for qubit in gate.qubits)
        high, low = self._sides(mask, mask, 0, 0)
        negates = angle.parameter is None and angle.constant == np.pi
        self._phase(NEGATE if negates else PHASE, high, low, -1.0, angle)

    def _diagonal(self, hamiltonian: PauliSum, angle: Angle) -> None:
        self.is_complex = True
        # Layers repeat the same Hamiltonian.
        row = next((k for k, (h, _) in enumerate(self._dense) if h is hamiltonian), -1)
        if row < 0:
            row = len(self._dense)
            self._dense.append((hamiltonian, diagonal_in(hamiltonian, self.sector)))
        self._append(DENSE, 0, row, 1.0, angle, self.sector.dim)

    def program(self) -> Program:
        """Return the steps as arrays."""
        columns: list[Any] = list(zip(*self._steps, strict=True)) or [()] * 7
        lengths = [0, *(len(entries.source) for entries in self._entries)]
        return Program(
            kind=np.array(columns[0], np.int8),
            high=np.array(columns[1], np.int32),
            low=np.array(columns[2], np.int32),
            constant=np.array(columns[3], np.float64),
            scale=np.array(columns[4], np.float64),
            parameter=np.array(columns[5], np.int32),
            groups=np.array(columns[6], np.int32),
            runs=np.arange(len(self._steps) + 1),
            first=np.cumsum(lengths),
            source=_joined([e.source for e in self._entries], np.int32),
            target=_joined([e.target for e in self._entries], np.int32),
            sign=_joined([e.sign for e in self._entries], np.float64),
            dense=np.array([d for _, d in self._dense]).reshape(len(self._dense), self.sector.dim),
            **self._block_tables(),
            width=self.sector.n_low,
        )

    def _block_tables(self) -> dict[str, Any]:
        rows: list[tuple[int, ...]] = []
        spectra, at = [np.empty(0)], 0
        for block in self._blocks:
            count, size, _ = block.cosines.shape
            rows.append((size, count, block.imaginary, at))
            both = np.stack([block.cosines, block.sines], axis=1)
            spectra += [block.frequencies, both.reshape(-1), block.generator.reshape(-1)]
            at += count + both.size + size * size
        return {
            "blocks": np.array(rows, dtype=np.int64).reshape(-1, 4),
            "spectra": np.concatenate(spectra),
            "largest": max((row[0] for row in rows), default=1),
        }


Form: TypeAlias = Callable[[Steps, Any, Angle], None]

_FORMS: dict[type[Instruction], Form] = {
    Excitation: Steps._excitation,
    PhaseGate: Steps._phase_gate,
    PauliRotation: Steps._rotation,
    DiagonalPhase: Steps._diagonal_phase,
}
# At angle 0 the terms of a sum need not commute: their derivatives add up.
_GENERATORS: dict[type[Instruction], Form] = {**_FORMS, Excitation: Steps._terms}


def _joined(arrays: Iterable[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *arrays]).astype(dtype, copy=False)


def diagonal_in(hamiltonian: PauliSum, sector: Sector) -> NDArray[np.float64]:
    """Return the values of a diagonal Hamiltonian in the sector, shape (dim,)."""
    s = hamiltonian.simplify()
    memory.require(
        8 * (sector.dim + len(s) * (sector.n_low + sector.n_high)),
        f"a diagonal on {sector.dim:,} states",
        "use fewer qubits",
    )
    z = s.z_masks[:, 0]
    low, high = z & np.uint64((1 << sector.split) - 1), z >> np.uint64(sector.split)
    sides = [
        1.0 - 2.0 * (np.bitwise_count(strings[:, None] & masks[None, :]) & 1)
        for strings, masks in ((sector.high_strings, high), (sector.low_strings, low))
    ]
    return ((sides[0] * s.coefficients.real) @ sides[1].T).reshape(-1)
