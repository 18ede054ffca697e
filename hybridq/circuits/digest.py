"""Digests of circuits and Hamiltonians, equal for equal content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np

from hybridq.operators.feasible import FeasibleSpace
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.terms import HigherTerms, Terms


def digest(*values: Any) -> str:
    """Return 16 hexadecimal digits that identify the values to the last bit.

    Args:
        values: circuits, Hamiltonians, energies and other frozen dataclasses, arrays, plain values,
            mappings and sequences of them.

    Raises:
        TypeError: a value of another type.
    """
    seen: dict[int, bytes] = {}
    return _hashed(values, seen).hex()[:16]


def _hashed(value: Any, seen: dict[int, bytes]) -> bytes:
    """Return a hash of `value`.

    Objects that occur repeatedly, such as a cost in every layer, are hashed once. Frozen objects
    keep their hash for the next circuit.
    """
    if type(value) in _PLAIN:  # most of the values of a wide circuit
        return hashlib.sha256(f"{type(value).__name__}{value!r}".encode()).digest()
    memory = _memory_of(value)
    known: bytes | None = seen.get(id(value)) if memory is None else memory.get(_KEPT)
    if known is None:
        total = hashlib.sha256()
        for part in _parts(value, seen):
            total.update(part)
        known = seen[id(value)] = total.digest()
        if memory is not None:
            memory[_KEPT] = known
    return known


_KEPT = "_digest"
_PLAIN = frozenset((type(None), bool, int, float, complex, str, bytes))


def _memory_of(value: Any) -> dict[str, Any] | None:
    """Return the dictionary of a frozen dataclass, None for other objects."""
    parameters = getattr(type(value), "__dataclass_params__", None)
    return getattr(value, "__dict__", None) if parameters and parameters.frozen else None


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _parts(value: Any, seen: dict[int, bytes]) -> Iterator[bytes]:
    yield (PauliSum if isinstance(value, PauliSum) else type(value)).__name__.encode()
    if value is None or isinstance(value, bool | int | float | complex | str | bytes | np.generic):
        yield repr(value).encode()
    elif isinstance(value, np.ndarray):
        yield repr((value.shape, value.dtype.str)).encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, PauliSum):
        yield value.to_json().encode()
    elif isinstance(value, FeasibleSpace) and value.accepts is not None:
        yield repr(value.n_qubits).encode()  # a function has no digest, its states have one
        yield np.ascontiguousarray(value.words).tobytes()
    elif isinstance(value, Terms | HigherTerms):
        yield _hashed(value.groups, seen)
    elif is_dataclass(value):
        kind: Any = type(value)
        for name in _field_names(kind):
            yield name.encode()
            yield _hashed(getattr(value, name), seen)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield _hashed(key, seen)
            yield _hashed(entry, seen)
    elif isinstance(value, tuple | list):
        for entry in value:
            yield _hashed(entry, seen)
    else:
        raise TypeError(f"a {type(value).__name__} has no digest")
