"""Errors of the measurement: asymmetric on each qubit, or correlated on several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_whole
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.noise.base import Vector, as_parts, checked_probability

_COLUMN = 1e-9  # columns may add up to 1 with such an error
_MOST_JOINT = 8


@dataclass(frozen=True)
class Readout(Configured):
    """Wrong bits of each qubit independently, with different probabilities of 0 and 1.

    Args:
        p10: probability of reading 1 where the qubit is in |0⟩.
        p01: probability of reading 0 where the qubit is in |1⟩.
        qubits: the qubits; None for all that no other readout names.

    Raises:
        ParameterError: a probability outside 0 to 1, or qubits that are repeated.
    """

    p10: float
    p01: float
    qubits: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("p10", "p01"):
            object.__setattr__(self, name, checked_probability(name, getattr(self, name)))
        if self.qubits is not None:
            object.__setattr__(self, "qubits", _checked_qubits(self.qubits))

    @property
    def matrix(self) -> Vector:
        """The column-stochastic matrix p(read | prepared), shape (2, 2)."""
        return np.array([[1.0 - self.p10, self.p01], [self.p10, 1.0 - self.p01]])

    def describe(self) -> dict[str, Any]:
        """Return the options as plain values."""
        found: dict[str, Any] = {"p10": self.p10, "p01": self.p01}
        return found if self.qubits is None else {**found, "qubits": list(self.qubits)}


@dataclass(frozen=True)
class CorrelatedReadout(Configured):
    """Wrong bits of several qubits together.

    Args:
        matrix: p(read | prepared), shape (2**k, 2**k), columns add up to 1; ``qubits[0]`` is the
            lowest bit of either index.
        qubits: the k qubits, at most 8.

    Raises:
        ParameterError: another shape, a number outside 0 to 1, columns that do not add up to 1,
            or qubits that are repeated.
    """

    matrix: tuple[tuple[float, ...], ...] | ArrayLike
    qubits: tuple[int, ...]

    def __post_init__(self) -> None:
        qubits = _checked_qubits(self.qubits)
        size = 1 << min(len(qubits), _MOST_JOINT)
        try:
            array = np.asarray(self.matrix, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.empty(0)
        if len(qubits) > _MOST_JOINT or array.shape != (size, size):
            raise ParameterError(
                argument="matrix",
                value=self.matrix,
                expected=f"numbers of shape ({size}, {size}), for {len(qubits)} qubits of at most "
                f"{_MOST_JOINT}",
            )
        if not (np.isfinite(array).all() and (array >= 0).all() and (array <= 1).all()):
            raise ParameterError(
                argument="matrix", value=self.matrix, expected="numbers from 0 to 1"
            )
        totals = array.sum(axis=0)
        if np.abs(totals - 1.0).max() > _COLUMN:
            column = int(np.abs(totals - 1.0).argmax())
            raise ParameterError(
                argument="matrix",
                expected="columns that add up to 1",
                remedy=f"column {column} adds up to {totals[column]:.6g}; a column holds the "
                "probabilities of what is read",
            )
        object.__setattr__(self, "qubits", qubits)
        object.__setattr__(self, "matrix", tuple(map(tuple, array.tolist())))

    def describe(self) -> dict[str, Any]:
        """Return the options as plain values."""
        rows: Any = self.matrix
        return {"matrix": [list(row) for row in rows], "qubits": list(self.qubits)}


AnyReadout = Readout | CorrelatedReadout


def as_readouts(given: Any) -> tuple[AnyReadout, ...]:
    """Return readouts as a tuple.

    Raises:
        ParameterError: something else, or a qubit with two of them.
    """
    expected = "errors such as hybridq.noise.readout(p10=0.01, p01=0.04), or several"
    return as_parts(given, AnyReadout, "readout", expected, "errors")


def readouts_on(
    given: Sequence[AnyReadout], n_qubits: int, device: int | None
) -> tuple[CorrelatedReadout, ...]:
    """Return the readout of each group of qubits that has errors, none of them twice.

    Args:
        given: checked by `as_readouts`.
        n_qubits: width of the circuit.
        device: width of the device, whose other qubits may be named, or None.

    Raises:
        DimensionError: a readout names a qubit that the circuit does not have.
    """
    found: list[CorrelatedReadout] = []
    named: set[int] = set()
    for each in given:
        for qubit in each.qubits or ():
            unused = device is not None and isinstance(each, Readout)
            if qubit >= n_qubits and not unused:
                raise DimensionError(
                    f"readout on qubit {qubit}: the circuit has {n_qubits} qubits",
                    argument="readout",
                    value=qubit,
                )
        named |= set(each.qubits or ())
        if isinstance(each, CorrelatedReadout):
            found.append(each)
        elif each.qubits is not None:
            there = (qubit for qubit in each.qubits if qubit < n_qubits)
            found += [CorrelatedReadout(each.matrix, (qubit,)) for qubit in there]
    for each in given:
        if isinstance(each, Readout) and each.qubits is None:
            rest = (qubit for qubit in range(n_qubits) if qubit not in named)
            found += [CorrelatedReadout(each.matrix, (qubit,)) for qubit in rest]
    return tuple(each for each in found if each.matrix != _perfect(len(each.qubits)))


def _perfect(width: int) -> tuple[tuple[float, ...], ...]:
    """Return the identity as tuples."""
    size = 1 << width
    return tuple(tuple(float(i == j) for j in range(size)) for i in range(size))


def apply_readout(joint: ArrayLike, qubits: Sequence[int], values: Vector) -> Vector:
    """Return probabilities of what is read on some qubits, shape (2**n,).

    Args:
        joint: p(read | prepared), shape (2**k, 2**k); its transpose maps values of what is read
            to their means over the errors.
        qubits: the k qubits, ``qubits[0]`` the lowest bit of the matrix's index.
        values: shape (2**n,), qubit 0 the lowest bit of the index.
    """
    matrix = np.asarray(joint)
    n, k = len(values).bit_length() - 1, len(qubits)
    axes = [n - 1 - qubit for qubit in reversed(qubits)]  # the highest bit first
    tensor = np.moveaxis(values.reshape((2,) * n), axes, range(k))
    mixed = (matrix @ tensor.reshape(1 << k, -1)).reshape(tensor.shape)
    return np.ascontiguousarray(np.moveaxis(mixed, range(k), axes)).reshape(-1)


def read_with_errors(
    samples: NDArray[np.int64], readouts: Sequence[CorrelatedReadout], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return what is read of basis states, with errors drawn for each, shape (shots,).

    Args:
        samples: indices of the basis states that were prepared, qubit 0 the lowest bit.
        readouts: the errors, on different qubits.
        rng: source of the errors.
    """
    found = samples.copy()
    for each in readouts:
        matrix = np.array(each.matrix)
        prepared = sum((samples >> q & 1) << k for k, q in enumerate(each.qubits))
        below = np.cumsum(matrix, axis=0)[:, prepared]
        read = (rng.random(len(samples)) * below[-1] >= below[:-1]).sum(axis=0)
        for k, qubit in enumerate(each.qubits):
            found += ((read >> k & 1) - (samples >> qubit & 1)) << qubit
    return found


def _checked_qubits(qubits: Sequence[int]) -> tuple[int, ...]:
    """Return distinct qubits as a tuple.

    Raises:
        ParameterError: other entries than distinct integers >= 0, or none.
    """
    try:
        chosen = tuple(qubits)
    except TypeError:
        chosen = ()
    good = all(is_whole(qubit) and qubit >= 0 for qubit in chosen)
    if not chosen or not good or len(set(chosen)) != len(chosen):
        raise ParameterError(
            argument="qubits", value=qubits, expected="different integers >= 0, such as (0, 3)"
        )
    return tuple(int(qubit) for qubit in chosen)
