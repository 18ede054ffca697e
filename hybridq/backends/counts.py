"""Bits from counts, and from basis indices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.backends.base import BackendError, Bits
from hybridq.core.checks import is_whole
from hybridq.core.randomness import RandomLike, as_generator


def bits_of_counts(
    counts: Mapping[str, int], shape: tuple[int, int], rng: RandomLike, *, last_first: bool = False
) -> Bits:
    """Return a row of bits for each count, shuffled, shape (shots, n_qubits).

    Results that are pooled later are cut anywhere, so rows must not be in the order of counts.

    Args:
        counts: by bitstring, character i of qubit i; blanks are ignored.
        shape: shots and qubits that are expected.
        rng: of the order.
        last_first: whether the last qubit comes first in a bitstring.

    Raises:
        BackendError: keys or counts of another form, or another number of shots.
    """
    shots, n_qubits = shape
    rows, numbers = [], []
    for text, count in counts.items():
        plain = "".join(str(text).split())
        if len(plain) != n_qubits or set(plain) - {"0", "1"}:
            raise BackendError(
                f"counts have the key {str(text)[:80]!r}: a text of {n_qubits} characters 0 and 1 "
                "is expected"
            )
        if not is_whole(count) or count < 0:
            raise BackendError(
                f"the count of {plain[:80]} is {count!r}: integers >= 0 are expected"
            )
        rows.append(np.frombuffer(plain.encode(), dtype=np.uint8) - ord("0"))
        numbers.append(int(count))
    if sum(numbers) != shots:
        raise BackendError(f"counts add up to {sum(numbers):,} shots: {shots:,} are expected")
    table = np.array(rows, dtype=np.uint8)
    bits = np.repeat(table[:, ::-1] if last_first else table, numbers, axis=0)
    return np.ascontiguousarray(as_generator(rng).permutation(bits))


def bits_of_samples(samples: NDArray[Any], n_qubits: int, rng: RandomLike) -> Bits:
    """Return the bits of basis indices or rows of bits of an engine, shuffled.

    Args:
        samples: what `SupportsSampling.sample` returned.
        n_qubits: width of the circuit.
        rng: of the order.
    """
    if samples.ndim == 2:
        bits = samples.astype(np.uint8)
    else:
        octets = samples.astype("<u8").view(np.uint8).reshape(-1, 8)
        bits = np.unpackbits(octets, axis=1, count=n_qubits, bitorder="little")
    return np.ascontiguousarray(as_generator(rng).permutation(bits))
