"""Which operations share a pass over the state vector, and on which qubits the pass works.

An operation may overtake others where they act on different qubits, or where both only look at a
qubit (controls, signs). A pass takes every operation that may come next while the qubits that they
change fit into one block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.pauli_sum import PauliSum
from hybridq.simulator.kernels.gates import COLUMNS, MEASURE
from hybridq.simulator.kernels.sweeps import Plan
from hybridq.simulator.program import Operation

BLOCK_BITS = 13
RUN_BITS = 6  # the lowest qubits are always local: copies move lines of 64 amplitudes


@dataclass(frozen=True)
class FlipGroup:
    """Terms of an observable with one flip mask and one kind of phase; see `observables`.

    Attributes:
        flip: the bits that all terms flip.
        imaginary: whether the terms hold an odd number of Y.
        z: the sign masks; weights: the coefficients with their phases.
    """

    flip: int
    imaginary: bool
    z: tuple[int, ...]
    weights: tuple[float, ...]

    @property
    def looks(self) -> int:
        """All bits that decide a sign and are not flipped."""
        mask = 0
        for z in self.z:
            mask |= z
        return mask & ~self.flip


def group_terms(observable: PauliSum) -> tuple[float, list[FlipGroup]]:
    """The constant of a hermitian observable, and its other terms by what they flip."""
    constant = 0.0
    groups: dict[tuple[int, bool], list[tuple[int, float]]] = {}
    simple = observable.simplify()
    for x_words, z_words, value in zip(
        simple.x_masks, simple.z_masks, simple.coefficients, strict=True
    ):
        x, z, coefficient = int(x_words[0]), int(z_words[0]), float(value.real)
        if not x and not z:
            constant += coefficient
            continue
        n_y = (x & z).bit_count()
        # i^y is ±1, or ±i, which leaves ∓Im of what is summed.
        sign = -1.0 if (n_y % 4 in (1, 2)) else 1.0
        groups.setdefault((x, n_y % 2 == 1), []).append((z, sign * coefficient))
    return constant, [
        FlipGroup(x, imaginary, tuple(z for z, _ in terms), tuple(w for _, w in terms))
        for (x, imaginary), terms in sorted(groups.items())
    ]


Item = tuple[int, "Operation | FlipGroup"]  # slot, and what happens


def schedule(items: Sequence[Item], n: int, *, free: bool = False) -> Plan:
    """The passes that carry out `items` in order on n qubits.

    Args:
        items: operations, each with its slot in the arrays of coefficients and sums.
        free: the items commute with each other.
    """
    waiting = list(items)
    first, rows = [0], []
    terms: list[tuple[int, int]] = []
    weights: list[float] = []
    layouts = []
    writes = []
    while waiting:
        local, taken, waiting = _take(waiting, n, free)
        place = {qubit: position for position, qubit in enumerate(local)}
        for slot, item in taken:
            if isinstance(item, Operation):
                rows.append(_operation_row(slot, item, place))
            else:
                begin = len(terms)
                inside = sum(1 << qubit for qubit in local)
                terms.extend((_moved(z, place), z & ~inside) for z in item.z)
                weights.extend(item.weights)
                rows.append(_group_row(slot, item, place, begin, len(terms)))
        first.append(len(rows))
        layouts.append(local)
        writes.append(any(isinstance(item, Operation) for _, item in taken))
    return Plan(
        first=np.array(first, dtype=np.int64),
        ops=np.array(rows, dtype=np.int64).reshape(-1, COLUMNS),
        writes=np.array(writes, dtype=np.bool_),
        terms=np.array(terms, dtype=np.int64).reshape(-1, 2),
        weights=np.array(weights, dtype=np.float64),
        **_layout_arrays(layouts, n),
    )


def _take(waiting: list[Item], n: int, free: bool) -> tuple[list[int], list[Item], list[Item]]:
    """The local qubits of the next pass, what it does, and what is left."""
    base = (1 << min(RUN_BITS, n)) - 1
    most = min(BLOCK_BITS, n)
    local = base
    taken: list[Item] = []
    left: list[Item] = []
    changed = looked = 0  # the qubits of what is left
    for slot, item in waiting:
        flip, looks = item.flip, item.looks
        blocked = not free and (flip & (changed | looked) or looks & changed)
        fits = (local | flip).bit_count() <= most or not taken
        if blocked or not fits:
            left.append((slot, item))
            changed |= flip
            looked |= looks
        else:
            taken.append((slot, item))
            local |= flip
    if local.bit_count() > most:
        return list(range(n)), taken, left  # one operation on very many qubits: the whole state
    for qubit in range(n):
        if local.bit_count() >= most:
            break
        local |= 1 << qubit
    return [qubit for qubit in range(n) if local >> qubit & 1], taken, left


def _moved(mask: int, place: dict[int, int]) -> int:
    """The bits of `mask` that are local, at their places in the block."""
    return sum(1 << position for qubit, position in place.items() if mask >> qubit & 1)


def _operation_row(slot: int, op: Operation, place: dict[int, int]) -> list[int]:
    inside = sum(1 << qubit for qubit in place)
    return [
        op.kind,
        slot,
        place.get(op.target, 0),
        op.form,
        _moved(op.flip, place),
        _moved(op.z, place),
        op.z & ~inside,
        _moved(op.care, place),
        op.care & ~inside,
        _moved(op.source, place),
        op.source & ~inside,
        op.sign,
        int(op.imaginary),
        0,
        0,
    ]


def _group_row(
    slot: int, group: FlipGroup, place: dict[int, int], begin: int, end: int
) -> list[int]:
    flip = _moved(group.flip, place)
    return [MEASURE, slot, 0, 0, flip, 0, 0, 0, 0, 0, 0, 1, int(group.imaginary), begin, end]


def _layout_arrays(layouts: list[list[int]], n: int) -> dict[str, NDArray[np.int64]]:
    run_bits = [_run_of(local) for local in layouts]
    runs = [1 << (len(local) - run) for local, run in zip(layouts, run_bits, strict=True)]
    offsets = np.zeros((len(layouts), max(runs, default=1)), dtype=np.int64)
    outer = np.zeros((len(layouts), n + 1), dtype=np.int64)
    for number, (local, run) in enumerate(zip(layouts, run_bits, strict=True)):
        parts = np.arange(runs[number])
        for position, qubit in enumerate(local[run:]):
            offsets[number, : runs[number]] |= (parts >> position & 1) << qubit
        others = [qubit for qubit in range(n) if qubit not in set(local)]
        outer[number, : len(others)] = others
    return {
        "local_bits": np.array([len(local) for local in layouts], dtype=np.int64),
        "run_bits": np.array(run_bits, dtype=np.int64),
        "offsets": offsets,
        "outer": outer,
    }


def _run_of(local: list[int]) -> int:
    """How many of the lowest qubits are local."""
    return next((i for i, qubit in enumerate(local) if i != qubit), len(local))
