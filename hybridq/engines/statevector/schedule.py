"""Plans of passes over the statevector: rows of operations, places of blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hybridq.core.emit import CHUNK_BITS
from hybridq.engines.statevector.flip_groups import FlipGroup
from hybridq.engines.statevector.kernels.gates import (
    COLUMNS,
    LAYER,
    LINEAR,
    MATRIX,
    MEASURE,
    PARITY,
    PHASES,
    SWAP,
)
from hybridq.engines.statevector.kernels.sweeps import Plan
from hybridq.engines.statevector.passes import Item, Pass, divide
from hybridq.engines.statevector.program import Operation

FEWEST_TOGETHER = {LAYER: 3, LINEAR: 5, PHASES: 3}  # fewer are done one by one
MOST_MAPPED_BITS = 16


def schedule(
    items: Sequence[Item],
    n: int,
    *,
    free: bool = False,
    from_zeros: bool = False,
    backwards: bool = False,
) -> Plan:
    """Return the passes that carry out `items` in order on n qubits.

    Args:
        items: operations, each with its slot in the arrays of coefficients and sums.
        n: the number of qubits.
        free: the items commute with each other.
        from_zeros: the items begin with the ket |0…0⟩.
        backwards: reverse the passes and their items, for the adjoint method.
    """
    passes = divide(items, n, free, from_zeros)
    if backwards:
        passes = [each.reversed() for each in reversed(passes)]
    first, rows = [0], []
    terms: list[tuple[int, int]] = []
    weights: list[float] = []
    members: list[tuple[int, int]] = []
    maps: list[NDArray[np.int64]] = []
    for each in passes:
        place = {qubit: position for position, qubit in enumerate(each.local)}
        inside = sum(1 << qubit for qubit in each.local)
        for entry in _gathered(each.items, place):
            if isinstance(entry, _Together):
                if entry.kind == LAYER:
                    rows.append(_layer_row(entry, place, members))
                elif entry.kind == PHASES:
                    begin = len(members)
                    members.extend((len(terms) + i, slot) for i, (slot, _) in enumerate(entry))
                    terms.extend((_moved(op.z, place), op.z & ~inside) for _, op in entry)
                    weights.extend([1.0] * len(entry))
                    rows.append([PHASES] + [0] * 10 + [1, 0, begin, len(members)])
                else:
                    rows.append([LINEAR] + [0] * 10 + [1, 0, len(maps), 0])
                    maps.append(_linear_map(entry, place))
                continue
            slot, item = entry
            if isinstance(item, Operation):
                rows.append(_operation_row(slot, item, place))
            else:
                begin = len(terms)
                terms.extend((_moved(z, place), z & ~inside) for z in item.z)
                weights.extend(item.weights)
                rows.append(_group_row(slot, item, place, begin, len(terms)))
        first.append(len(rows))
    return Plan(
        first=np.array(first, dtype=np.int64),
        ops=np.array(rows, dtype=np.int64).reshape(-1, COLUMNS),
        writes=np.array([each.changed != 0 for each in passes], dtype=np.bool_),
        maps=_stacked(maps),
        items=np.array(members, dtype=np.int64).reshape(-1, 2),
        terms=np.array(terms, dtype=np.int64).reshape(-1, 2),
        weights=np.array(weights, dtype=np.float64),
        **_layout_arrays(passes, n),
    )


def _stacked(tables: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the tables as rows of one array, short ones padded with zeros."""
    longest = max((len(table) for table in tables), default=0)
    stacked = np.zeros((len(tables), longest), dtype=np.int64)
    for row, table in zip(stacked, tables, strict=True):
        row[: len(table)] = table
    return stacked


class _Together(list[tuple[int, Operation]]):
    """Operations that share one row of the table.

    One-qubit gates on different qubits, controlled NOTs in order, or rotations about products of Z.
    """

    def __init__(self, kind: int) -> None:
        super().__init__()
        self.kind = kind


def _gathered(taken: list[Item], place: dict[int, int]) -> list[Item | _Together]:
    """Return the items in an equivalent order, with those that share a row gathered."""
    result: list[Item | _Together] = []
    latest: dict[int, int] = {}  # by qubit, the place in `result` of the last item that acts on it
    open_at = {LAYER: -1, LINEAR: -1, PHASES: -1}
    for slot, item in taken:
        mask = item.flip | item.reads
        qubits = [qubit for qubit in range(mask.bit_length()) if mask >> qubit & 1]
        after = max((latest.get(qubit, -1) for qubit in qubits), default=-1)
        kind = _kind_together(item, place)
        if kind is None or not isinstance(item, Operation):
            where = len(result)
            result.append((slot, item))
        else:
            where = open_at[kind]
            # A gate joins its qubit's own layer at the earliest as the next one; NOTs keep order.
            if where < after or (kind == LAYER and where == after) or where < 0:
                where = open_at[kind] = len(result)
                result.append(_Together(kind))
            group = result[where]
            assert isinstance(group, _Together)
            group.append((slot, item))
        latest |= dict.fromkeys(qubits, where)
    flat: list[Item | _Together] = []
    for entry in result:
        if isinstance(entry, _Together) and len(entry) < FEWEST_TOGETHER[entry.kind]:
            flat.extend(entry)
        else:
            flat.append(entry)
    return flat


def _kind_together(item: Operation | FlipGroup, place: dict[int, int]) -> int | None:
    """Return the kind of row that the item can share, None if it needs its own."""
    if not isinstance(item, Operation):
        return None
    if item.kind == PARITY:
        local = _moved(item.z, place)
        return PHASES if local >> CHUNK_BITS == 0 or local % (1 << CHUNK_BITS) == 0 else None
    if item.kind != MATRIX:
        return None
    if not item.condition:
        return LAYER
    inside = all(
        qubit in place
        for qubit in range(item.condition.bit_length())
        if item.condition >> qubit & 1
    )
    return LINEAR if item.form & SWAP and inside and len(place) <= MOST_MAPPED_BITS else None


def _layer_row(
    layer: _Together, place: dict[int, int], members: list[tuple[int, int]]
) -> list[int]:
    """Return the row of a layer of one-qubit gates; add places and slots to `members`."""
    begin, form = len(members), 0
    for slot, gate in sorted(layer, key=lambda member: place[member[1].target]):
        members.append((place[gate.target], slot))
        form |= gate.layer_form
    return [LAYER, 0, 0, form, 0, 0, 0, 0, 0, 0, 0, 1, 0, begin, len(members)]


def _linear_map(run: _Together, place: dict[int, int]) -> NDArray[np.int64]:
    """Return the source of each amplitude of a block under a run of controlled NOTs."""
    columns = [1 << bit for bit in range(len(place))]  # images of the unit vectors
    for _, gate in reversed(run):
        control, target = place[gate.condition.bit_length() - 1], place[gate.target]
        columns = [image ^ ((image >> control & 1) << target) for image in columns]
    low = _spanned(columns[:CHUNK_BITS])
    return np.concatenate([low, _spanned(columns[CHUNK_BITS:])])


def _spanned(images: list[int]) -> NDArray[np.int64]:
    """Return the images of all len(images)-bit numbers under these columns' map."""
    table = np.zeros(1, dtype=np.int64)
    for image in images:
        table = np.concatenate([table, table ^ image])
    return table


def _moved(mask: int, place: dict[int, int]) -> int:
    """Return the bits of `mask` that are local, at their places in the block."""
    return sum(1 << position for qubit, position in place.items() if mask >> qubit & 1)


def _operation_row(slot: int, op: Operation, place: dict[int, int]) -> list[int]:
    """Return the row of one operation."""
    inside = sum(1 << qubit for qubit in place)
    return [
        op.kind,
        slot,
        place.get(op.target, 0),
        op.form,
        _moved(op.flip, place),
        _moved(op.z, place),
        op.z & ~inside,
        _moved(op.condition, place),
        op.condition & ~inside,
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
    """Return the row of a group of observable terms."""
    flip = _moved(group.flip, place)
    return [MEASURE, slot, 0, 0, flip, 0, 0, 0, 0, 0, 0, 1, int(group.imaginary), begin, end]


def _layout_arrays(passes: list[Pass], n: int) -> dict[str, NDArray[np.int64]]:
    """Return the arrays of `Plan` that place the blocks of each pass in the state."""
    run_bits = [_run_of(each.local) for each in passes]
    runs = [1 << (len(each.local) - run) for each, run in zip(passes, run_bits, strict=True)]
    offsets = np.zeros((len(passes), max(runs, default=1)), dtype=np.int64)
    outer = np.zeros((len(passes), n + 1), dtype=np.int64)
    outer_bits = []
    for number, (each, run) in enumerate(zip(passes, run_bits, strict=True)):
        parts = np.arange(runs[number])
        for position, qubit in enumerate(each.local[run:]):
            offsets[number, : runs[number]] |= (parts >> position & 1) << qubit
        inside = set(each.local)
        others = [q for q in range(n) if q not in inside and not each.quiet >> q & 1]
        outer[number, : len(others)] = others
        outer_bits.append(len(others))
    return {
        "local_bits": np.array([len(each.local) for each in passes], dtype=np.int64),
        "run_bits": np.array(run_bits, dtype=np.int64),
        "offsets": offsets,
        "outer": outer,
        "outer_bits": np.array(outer_bits, dtype=np.int64),
    }


def _run_of(local: list[int]) -> int:
    """Return the number of lowest qubits that are local."""
    return next((i for i, qubit in enumerate(local) if i != qubit), len(local))
