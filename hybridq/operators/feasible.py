"""Feasible spaces: basis states that satisfy constraints, listed and ranked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.checks import is_finite, is_real, is_whole
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators import _feasible_search, _walsh
from hybridq.operators._masks import n_words

Rows: TypeAlias = NDArray[np.uint8]
Filter: TypeAlias = Callable[[Rows], NDArray[np.bool_]]

_BYTES = 64  # of a state in the smallest run of an engine, for the limit of a count
_CHUNK = 1 << 18  # rows of bits that are held at once


@dataclass(frozen=True)
class LinearBound:
    r"""The constraint :math:`l \le \sum_k c_k x_{q_k} \le u` on bits.

    Args:
        qubits: the qubits q, each once.
        coefficients: c, as many.
        lower: l, −inf for none.
        upper: u, inf for none.

    Raises:
        ParameterError: a qubit is repeated or not an integer >= 0, or a number is not finite.
    """

    qubits: tuple[int, ...]
    coefficients: tuple[float, ...]
    lower: float = -math.inf
    upper: float = math.inf

    def __post_init__(self) -> None:
        object.__setattr__(self, "qubits", _checked_qubits(self.qubits))
        coefficients = tuple(self.coefficients)
        if len(coefficients) != len(self.qubits) or not all(map(is_finite, coefficients)):
            raise ParameterError(
                argument="coefficients",
                value=self.coefficients,
                expected=f"{len(self.qubits)} finite numbers, one for each qubit",
            )
        object.__setattr__(self, "coefficients", tuple(map(float, coefficients)))
        for name in ("lower", "upper"):
            value = getattr(self, name)
            if not is_real(value) or math.isnan(value):
                raise ParameterError(argument=name, value=value, expected="a number")
            object.__setattr__(self, name, float(value))


@dataclass(frozen=True)
class Group:
    """Qubits of which exactly `count` are 1: a one-hot block, or a Hamming weight.

    Args:
        qubits: the qubits, each once.
        count: the number of ones.

    Raises:
        ParameterError: a qubit is repeated or not an integer >= 0, or the count is out of range.
    """

    qubits: tuple[int, ...]
    count: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "qubits", _checked_qubits(self.qubits))
        if not is_whole(self.count) or not 0 <= self.count <= len(self.qubits):
            raise ParameterError(
                argument="count",
                value=self.count,
                expected=f"an integer from 0 to {len(self.qubits)}, the number of qubits",
            )
        object.__setattr__(self, "count", int(self.count))


@dataclass(frozen=True)
class FeasibleSpace:
    """The basis states of n qubits that satisfy all constraints.

    Args:
        n_qubits: n.
        bounds: linear constraints.
        groups: disjoint groups of qubits with a fixed number of ones.
        grid: rows of a square grid of qubits; ``grid[i][j]`` is 1 where item i is at place j, and
            each item is at one place, each place has one item: a permutation.
        chains: domain-wall registers, in which bits never increase along the chain.
        accepts: a further filter: rows of bits, shape (k, n), to booleans, shape (k,).

    Raises:
        DimensionError: a qubit is out of range, or the grid is not square.
        ParameterError: groups, grid and chains share a qubit.
    """

    n_qubits: int
    bounds: tuple[LinearBound, ...] = ()
    groups: tuple[Group, ...] = ()
    grid: tuple[tuple[int, ...], ...] = ()
    chains: tuple[tuple[int, ...], ...] = ()
    accepts: Filter | None = None

    def __post_init__(self) -> None:
        if not is_whole(self.n_qubits) or self.n_qubits < 1:
            raise ParameterError(
                argument="n_qubits", value=self.n_qubits, expected="an integer >= 1"
            )
        object.__setattr__(self, "bounds", tuple(self.bounds))
        object.__setattr__(self, "groups", tuple(self.groups))
        object.__setattr__(self, "grid", tuple(map(_checked_qubits, self.grid)))
        object.__setattr__(self, "chains", tuple(map(_checked_qubits, self.chains)))
        if any(len(row) != len(self.grid) for row in self.grid):
            raise DimensionError(argument="grid", value=self.grid, expected="a square of qubits")
        parts = (*(group.qubits for group in self.groups), *self.grid, *self.chains)
        used = [qubit for part in parts for qubit in part]
        if len(set(used)) < len(used):
            twice = next(qubit for qubit in used if used.count(qubit) > 1)
            raise ParameterError(
                f"qubit {twice} is in two of the groups, grid lines and chains of a space: "
                "they must be disjoint",
                argument="groups",
            )
        used += [qubit for bound in self.bounds for qubit in bound.qubits]
        if used and max(used) >= self.n_qubits:
            raise DimensionError(
                f"a constraint names qubit {max(used)}, and the space has the qubits 0 to "
                f"{self.n_qubits - 1}",
                argument="n_qubits",
            )

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields alone: states are enumerated again where they are needed."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    # -- structure ------------------------------------------------------------------------------

    @property
    def is_product(self) -> bool:
        """True if groups, grid, chains and free qubits say all: states are a product."""
        return not self.bounds and self.accepts is None

    @property
    def is_monotone(self) -> bool:
        """True if zeros, or else ones, in place of any bits keep a state feasible.

        Single flips then connect all states.
        """
        if self.groups or self.grid or self.chains or self.accepts is not None:
            return False
        zeros = ones = True
        for bound in self.bounds:
            up, down = max(bound.coefficients) > 0.0, min(bound.coefficients) < 0.0
            above, below = math.isfinite(bound.upper), math.isfinite(bound.lower)
            zeros &= not ((above and down) or (below and up))
            ones &= not ((above and up) or (below and down))
        return zeros or ones

    @cached_property
    def free(self) -> tuple[int, ...]:
        """Qubits in no group, grid or chain, ascending."""
        parts = (*(group.qubits for group in self.groups), *self.grid, *self.chains)
        used = {qubit for part in parts for qubit in part}
        return tuple(qubit for qubit in range(self.n_qubits) if qubit not in used)

    @cached_property
    def rows(self) -> tuple[LinearBound, ...]:
        """All constraints but the filter as linear bounds."""
        lines = [(group.qubits, group.count) for group in self.groups]
        lines += [(row, 1) for row in self.grid]
        lines += [(column, 1) for column in zip(*self.grid, strict=True)]
        steps = [pair for chain in self.chains for pair in pairwise(chain)]
        return (
            *self.bounds,
            *(LinearBound(qubits, (1.0,) * len(qubits), count, count) for qubits, count in lines),
            *(LinearBound(pair, (1.0, -1.0), 0.0) for pair in steps),
        )

    @property
    def exclusions(self) -> tuple[tuple[int, ...], ...] | None:
        """Qubits that exclude each qubit, None where the constraints say more.

        In a space of independent sets, the neighbours of each node.
        """
        if len(self._search.rows) or self.accepts is not None:
            return None
        masks = unpacked(self._search.conflicts, self.n_qubits)
        return tuple(tuple(np.flatnonzero(row).tolist()) for row in masks)

    # -- states ---------------------------------------------------------------------------------

    def count(self, most: int | None = None) -> int:
        """Return the number of states, without storing them.

        Args:
            most: stop above this number, and return most + 1.
        """
        if self.is_product or "dim" in self.__dict__:  # counted before
            found = self._product_count if self.is_product else self.dim
            return found if most is None else min(found, most + 1)
        if self.accepts is None:
            return _feasible_search.count(self._search, most)
        found = len(self._enumerated(most))
        return found if most is None else min(found, most + 1)

    @property
    def _product_count(self) -> int:
        """The number of states of a product, in closed form."""
        found = math.factorial(len(self.grid)) << len(self.free)
        for group in self.groups:
            found *= math.comb(len(group.qubits), group.count)
        return found * math.prod(len(chain) + 1 for chain in self.chains)

    @cached_property
    def dim(self) -> int:
        """The number of states.

        Raises:
            CapacityError: more states than any engine could hold in the memory that is free.
        """
        free = memory.available_bytes()
        most = max((2**36 if free is None else free) // _BYTES, 1 << 16)
        found = self.count(most)
        if found > most:
            exact = self._product_count if self.is_product else None
            self._refuse(_readable(exact) if exact else f"more than {most:,}", exact or most, free)
        return found

    def _refuse(self, number: str, at_least: int, free: int | None) -> None:
        """Raise for a space that is too large."""
        gib = 2**30
        have = "" if free is None else f", {free / gib:.3g} GiB are free{memory.limited_by()}"
        size = at_least * _BYTES
        needs = f"{size / gib:.3g} GiB" if size.bit_length() < 80 else f"2**{size.bit_length()} B"
        raise CapacityError(
            f"the feasible space of {self.n_qubits} qubits has {number} states: "
            f"simulating it takes at least {needs}{have}",
            argument="space",
            remedy="use a smaller problem",
        )

    @cached_property
    def _search(self) -> _feasible_search.Search:
        """The linear bounds in the form that the search takes."""
        return _feasible_search.Search(self.n_qubits, self.rows)

    @property
    def words_bytes(self) -> int:
        """Bytes of `words`."""
        return 8 * n_words(self.n_qubits) * self.dim

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The states as words of 64 bits, shape (dim, words), ascending as integers.

        Raises:
            CapacityError: too many states.
        """
        found = self._enumerated(None)
        found.setflags(write=False)
        return found

    def _enumerated(self, most: int | None) -> NDArray[np.uint64]:
        """Return the states, or the first ones where `most` ends the work early."""
        if self.accepts is None:
            return _feasible_search.states(self._search, self.dim)
        unfiltered = FeasibleSpace(
            self.n_qubits, self.bounds, self.groups, self.grid, self.chains
        ).words
        kept = [part[self._accepted(unpacked(part, self.n_qubits))] for part in _chunks(unfiltered)]
        return np.concatenate(kept)

    def _accepted(self, rows: Rows) -> NDArray[np.bool_]:
        """Return the answer of the filter, checked."""
        assert self.accepts is not None
        found = np.asarray(self.accepts(rows))
        if found.shape != (len(rows),) or found.dtype != np.bool_:
            raise ParameterError(
                f"accepts must return {len(rows)} booleans for {len(rows)} rows, got an array of "
                f"shape {found.shape} and dtype {found.dtype}",
                argument="accepts",
            )
        return found

    def bits(self, start: int = 0, stop: int | None = None) -> Rows:
        """Return the states from `start` up to `stop` as rows of bits.

        Shape (k, n_qubits), uint8, qubit 0 first.
        """
        return unpacked(self.words[start:stop], self.n_qubits)

    def contains(self, bits: ArrayLike) -> NDArray[np.bool_]:
        """Return whether each row of bits, shape (k, n_qubits), satisfies all constraints."""
        rows = _walsh.check_bits(bits, self.n_qubits)
        found = np.ones(len(rows), dtype=bool)
        for bound in self.rows:
            coefficients = np.array(bound.coefficients)
            sums = rows[:, list(bound.qubits)] @ coefficients
            slack = _feasible_search.slack(coefficients)
            found &= (sums >= bound.lower - slack) & (sums <= bound.upper + slack)
        if self.accepts is not None and found.any():
            found[found] = self._accepted(rows[found])
        return found

    def index(self, bits: ArrayLike) -> NDArray[np.int64]:
        """Return the position of each row of bits among the states, −1 where infeasible.

        Args:
            bits: shape (k, n_qubits), values 0 and 1.
        """
        rows = _walsh.check_bits(bits, self.n_qubits)
        return positions(self.words, packed(rows))


def _readable(count: int) -> str:
    """Return a count in full, or as a power of ten where that is long."""
    digits = len(str(count))
    return f"{count:,}" if digits <= 15 else f"about 10^{digits - 1}"


def packed(rows: Rows) -> NDArray[np.uint64]:
    """Return rows of bits as words, shape (k, words)."""
    words = n_words(rows.shape[1])
    small = np.packbits(rows, axis=1, bitorder="little")
    whole = np.zeros((len(rows), 8 * words), dtype=np.uint8)
    whole[:, : small.shape[1]] = small
    return whole.view("<u8").astype(np.uint64)


def unpacked(words: NDArray[np.uint64], n_qubits: int) -> Rows:
    """Return words as rows of bits, shape (k, n_qubits)."""
    small = np.ascontiguousarray(words.astype("<u8")).view(np.uint8)
    return np.unpackbits(small, axis=1, count=n_qubits, bitorder="little")


def sort_keys(words: NDArray[np.uint64]) -> NDArray[Any]:
    """Return keys of words that NumPy sorts and searches as integers, shape (k,)."""
    if words.shape[1] == 1:
        return words[:, 0]
    big = np.ascontiguousarray(words[:, ::-1].astype(">u8"))
    return big.view(f"S{8 * words.shape[1]}").ravel()


def positions(words: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the position of each of `wanted` among ascending words, −1 where absent."""
    if not len(words):
        return np.full(len(wanted), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(sort_keys(words), sort_keys(wanted)), len(words) - 1)
    present = (words[found] == wanted).all(axis=1)
    return np.where(present, found, -1).astype(np.int64)


def _chunks(words: NDArray[np.uint64]) -> Iterable[NDArray[np.uint64]]:
    """Yield the states in parts of which rows of bits fit in memory."""
    for start in range(0, max(len(words), 1), _CHUNK):
        yield words[start : start + _CHUNK]


def _checked_qubits(qubits: Iterable[int]) -> tuple[int, ...]:
    """Return distinct qubits as a tuple of integers."""
    found = tuple(qubits)
    if not all(is_whole(qubit) and qubit >= 0 for qubit in found) or len(set(found)) < len(found):
        raise ParameterError(
            argument="qubits", value=found, expected="different integers, counted from 0"
        )
    return tuple(map(int, found))
