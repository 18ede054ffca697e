"""Sectors: the basis states with a fixed number of ones on two groups of qubits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.errors import CapacityError, DimensionError, ParameterError

MOST_QUBITS = 62


@dataclass(frozen=True)
class Sector:
    r"""Span of the basis states with fixed numbers of ones on two groups of qubits.

    There are `low` ones on qubits 0 … split−1 and `high` on the rest.

    Spin-blocked electrons: split = m orbitals, `low` α and `high` β electrons. Fixed Hamming
    weight: split = n_qubits. Its states are in ascending order of their basis index, so that
    entry ``j * n_low + i`` of a vector is string j of the upper and string i of the lower qubits.

    Args:
        n_qubits: width, at most 62.
        split: number of qubits in the lower group.
        low: ones on the lower group.
        high: ones on the upper group.

    Raises:
        ParameterError: more ones than qubits, or a split outside 0 … n_qubits.
        CapacityError: the states of so many qubits cannot be numbered.
    """

    n_qubits: int
    split: int
    low: int
    high: int = 0

    def __post_init__(self) -> None:
        if self.n_qubits > MOST_QUBITS:
            raise CapacityError(
                argument="n_qubits",
                value=self.n_qubits,
                expected=f"at most {MOST_QUBITS} in a sector",
            )
        if not 0 <= self.split <= self.n_qubits:
            expected = f"from 0 to n_qubits={self.n_qubits}"
            raise ParameterError(argument="split", value=self.split, expected=expected)
        for name, ones, width in (
            ("low", self.low, self.split),
            ("high", self.high, self.n_qubits - self.split),
        ):
            if not 0 <= ones <= width:
                expected = f"from 0 to {width}, the number of qubits in its group"
                raise ParameterError(argument=name, value=ones, expected=expected)

    @classmethod
    def of_electrons(cls, n_orbitals: int, n_alpha: int, n_beta: int) -> Sector:
        """Return the sector of electrons in `n_orbitals` spatial orbitals, spin-blocked."""
        return cls(2 * n_orbitals, n_orbitals, n_alpha, n_beta)

    @classmethod
    def of_weight(cls, n_qubits: int, weight: int) -> Sector:
        """Return all basis states with `weight` ones."""
        return cls(n_qubits, n_qubits, weight)

    @property
    def n_low(self) -> int:
        """Number of strings of the lower group."""
        return comb(self.split, self.low)

    @property
    def n_high(self) -> int:
        """Number of strings of the upper group."""
        return comb(self.n_qubits - self.split, self.high)

    @property
    def shape(self) -> tuple[int, int]:
        """(n_high, n_low): a state as a matrix."""
        return self.n_high, self.n_low

    @property
    def dim(self) -> int:
        """Number of basis states."""
        return self.n_high * self.n_low

    @cached_property
    def low_strings(self) -> NDArray[np.uint64]:
        """Strings of the lower group, ascending, shape (n_low,)."""
        return _strings(self.split, self.low)

    @cached_property
    def high_strings(self) -> NDArray[np.uint64]:
        """Strings of the upper group, shifted down to bit 0, ascending, shape (n_high,)."""
        return _strings(self.n_qubits - self.split, self.high)

    def basis(self) -> NDArray[np.int64]:
        """Return the basis states as indices of the full space, ascending, shape (dim,)."""
        memory.require(16 * self.dim, f"the basis of {self.dim:,} states", "use a smaller sector")
        high = self.high_strings.astype(np.int64) << np.int64(self.split)
        return (high[:, None] | self.low_strings.astype(np.int64)[None, :]).reshape(-1)

    def parts(self, z: int) -> tuple[int, int]:
        """Return the bits of `z` on the lower and the upper group, each from bit 0."""
        return z & ((1 << self.split) - 1), z >> self.split

    def index(self, z: ArrayLike) -> NDArray[np.int64]:
        """Return positions of basis states in the sector, −1 if outside; shape of `z`."""
        states = np.asarray(z, dtype=np.uint64)
        low = states & np.uint64((1 << self.split) - 1)
        i = rank(self.low_strings, low)
        j = rank(self.high_strings, states >> np.uint64(self.split))
        return np.where((i < 0) | (j < 0), -1, j * self.n_low + i)

    def embed(self, vector: NDArray[Any]) -> NDArray[Any]:
        """Return a vector of the sector as a full state vector, shape (2**n_qubits,).

        Raises:
            DimensionError: it does not have `dim` entries.
            CapacityError: the full vector does not fit in memory.
        """
        if vector.shape != (self.dim,):
            raise DimensionError(
                f"vector must have shape ({self.dim},), got {vector.shape}", argument="vector"
            )
        memory.require(
            vector.itemsize << self.n_qubits,
            f"the full state vector of {self.n_qubits} qubits",
            "use expectation values or samples, which stay in the sector",
        )
        full = np.zeros(1 << self.n_qubits, dtype=vector.dtype)
        full[self.basis()] = vector
        return full

    def __str__(self) -> str:
        if self.split == self.n_qubits:
            return f"{self.low} ones on {self.n_qubits} qubits"
        return (
            f"{self.low} ones on the lower {self.split} "
            f"and {self.high} on the upper {self.n_qubits - self.split} qubits"
        )


def rank(strings: NDArray[np.uint64], targets: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the position of each target in the ascending `strings`, or −1."""
    at = np.searchsorted(strings, targets)
    at = np.minimum(at, len(strings) - 1)
    return np.where(strings[at] == targets, at, -1)


def _strings(width: int, ones: int) -> NDArray[np.uint64]:
    """Return all integers below 2**width with `ones` bits set, ascending."""
    memory.require(
        24 * comb(width, ones),
        f"the list of {comb(width, ones):,} strings of {ones} ones on {width} qubits",
        "use fewer qubits",
    )
    # Strings of width w: those without bit w−1, then those with it.
    rows = [np.zeros(1, dtype=np.uint64)] + [np.empty(0, dtype=np.uint64)] * ones
    for bit in range(width):
        top = np.uint64(1 << bit)
        for count in range(min(ones, bit + 1), max(0, ones - (width - bit)), -1):
            rows[count] = np.concatenate([rows[count], rows[count - 1] | top])
    strings = rows[ones]
    strings.setflags(write=False)
    return strings
