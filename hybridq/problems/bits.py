"""Assignments as people write them: arrays, texts of 0 and 1, bits by label."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import DimensionError, ParameterError


def checked_bits(bits: Any, labels: Sequence[Hashable], ndim: int) -> NDArray[np.uint8]:
    """Return assignments as uint8, shape (n,) or (k, n).

    Args:
        bits: 0 and 1 in an array of that shape, a text such as ``"0110"`` (qubit 0 first), or a
            mapping from every label to its bit; for `ndim` 2 also a sequence of them.
        labels: of the n qubits, in order.
        ndim: 1 for one assignment, 2 for several.

    Raises:
        DimensionError: another shape.
        ParameterError: an entry is neither 0 nor 1, or a label has no bit.
    """
    if ndim == 1 and isinstance(bits, str | Mapping):
        bits = _row(bits, labels)
    elif (
        ndim == 2
        and isinstance(bits, list | tuple)
        and any(isinstance(row, str | Mapping) for row in bits)
    ):
        bits = [_row(row, labels) if isinstance(row, str | Mapping) else row for row in bits]
    array = np.asarray(bits)
    if array.ndim != ndim or array.shape[-1] != len(labels):
        wanted = f"({len(labels)},)" if ndim == 1 else f"(k, {len(labels)})"
        raise DimensionError(f"bits must have shape {wanted}, got {array.shape}", argument="bits")
    if not ((array == 0) | (array == 1)).all():
        raise ParameterError(
            "bits must be 0 or 1, got other values",
            argument="bits",
            remedy="map spins s to (1 - s) / 2",
        )
    return array.astype(np.uint8, copy=False)


def _row(bits: str | Mapping[Any, Any], labels: Sequence[Hashable]) -> list[Any]:
    """Return the bits of a text, or of labels in the order of the qubits."""
    if isinstance(bits, str):
        if set(bits) - {"0", "1"}:
            raise ParameterError(
                argument="bits", value=bits[:40], expected="a text of 0 and 1, qubit 0 first"
            )
        return [int(letter) for letter in bits]
    missing = [label for label in labels if label not in bits]
    if missing or len(bits) != len(labels):
        what = f"none for {missing[0]!r}" if missing else f"{len(bits)} of them"
        raise ParameterError(
            f"bits must have one entry for each of the {len(labels)} labels, got {what}",
            argument="bits",
        )
    return [bits[label] for label in labels]
