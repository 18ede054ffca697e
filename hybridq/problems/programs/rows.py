"""Constraints of an integer program, the linear ones as rows of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import ProblemError
from hybridq.problems.programs.constraint import RELATIVE, ROUNDING, Constraint, Relation
from hybridq.problems.programs.polynomial import Polynomial, reach

if TYPE_CHECKING:
    import scipy.sparse

_RELATIONS: dict[int, Relation] = {-1: "<=", 0: "==", 1: ">="}
_SENSES = {relation: sense for sense, relation in _RELATIONS.items()}


class Rows(Sequence[Constraint]):
    """Named constraints in order: linear ones in arrays, as one row each.

    A sequence of `Constraint`, which are made on use. Row r has the variables
    ``columns[starts[r]:starts[r + 1]]``.

    Attributes:
        names: one for each constraint.
        senses: −1 for <=, 0 for ==, 1 for >=, shape (m,), int8.
        bounds: the right-hand sides, shape (m,).
        starts: the first entry of each row, and the number of entries, shape (m + 1,), int64.
        columns: the variables of all rows, ascending in each, shape (entries,), int64.
        coefficients: one for each entry, none of them 0, shape (entries,).
        products: the constraints with products of variables by place; their rows are empty.
    """

    def __init__(
        self,
        names: Sequence[str],
        senses: NDArray[np.int8],
        bounds: NDArray[np.float64],
        starts: NDArray[np.int64],
        columns: NDArray[np.int64],
        coefficients: NDArray[np.float64],
        made: dict[int, Constraint] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.senses, self.bounds, self.starts = senses, bounds, starts
        self.columns, self.coefficients = columns, coefficients
        self._made = made or {}
        self.products = {i: each for i, each in self._made.items() if not each.is_linear}

    @classmethod
    def of(cls, constraints: Iterable[Constraint | Rows]) -> Rows:
        """Return constraints and blocks of rows in one, in order."""
        if isinstance(constraints, Rows):
            return constraints
        blocks: list[Rows] = []
        single: list[Constraint] = []
        for each in constraints:
            if isinstance(each, Rows):
                blocks += [_of_objects(single), each]
                single = []
            else:
                single.append(each)
        blocks = [each for each in (*blocks, _of_objects(single)) if len(each)]
        return blocks[0] if len(blocks) == 1 else _joined(blocks)

    @classmethod
    def uniform(
        cls,
        names: Sequence[str],
        columns: ArrayLike,
        relation: Relation,
        bound: ArrayLike,
        coefficients: ArrayLike = 1.0,
    ) -> Rows:
        """Return rows of one number of variables each.

        Args:
            names: of the m rows.
            columns: the variables, shape (m, k), different in each row.
            relation: ``"<="``, ``">="`` or ``"=="``.
            bound: the right-hand side, or one for each row, shape (m,).
            coefficients: of all entries; a number, shape (k,) or shape (m, k).

        Raises:
            ProblemError: a number is not finite.
        """
        places = np.asarray(columns, dtype=np.int64)
        m, k = places.shape
        values = np.broadcast_to(np.asarray(coefficients, dtype=np.float64), (m, k))
        starts = np.arange(m + 1, dtype=np.int64) * k
        return _tidy(names, relation, bound, starts, places.ravel(), values.ravel())

    @classmethod
    def ragged(
        cls,
        names: Sequence[str],
        members: Sequence[Sequence[int]],
        relation: Relation,
        bound: ArrayLike,
        coefficients: ArrayLike = 1.0,
    ) -> Rows:
        """Return rows of any number of variables each.

        Args:
            names: of the m rows.
            members: the variables of each row, different ones.
            relation: ``"<="``, ``">="`` or ``"=="``.
            bound: the right-hand side, or one for each row, shape (m,).
            coefficients: of all entries, a number or shape (entries,).

        Raises:
            ProblemError: a number is not finite.
        """
        sizes = np.fromiter(map(len, members), dtype=np.int64, count=len(members))
        starts = _starts(sizes)
        flat = np.fromiter(chain.from_iterable(members), dtype=np.int64, count=starts[-1])
        values = np.broadcast_to(np.asarray(coefficients, dtype=np.float64), flat.shape)
        return _tidy(names, relation, bound, starts, flat, values)

    # -- as a sequence ----------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, place: int) -> Constraint: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Constraint, ...]: ...
    def __getitem__(self, place: int | slice) -> Constraint | tuple[Constraint, ...]:
        if isinstance(place, slice):
            return tuple(self[i] for i in range(len(self))[place])
        place = range(len(self))[place]
        found = self._made.get(place)
        if found is None:
            part = slice(self.starts[place], self.starts[place + 1])
            keys, values = self.columns[part].tolist(), self.coefficients[part].tolist()
            terms: Polynomial = {(key,): value for key, value in zip(keys, values, strict=True)}
            relation = _RELATIONS[int(self.senses[place])]
            found = Constraint(self.names[place], terms, relation, float(self.bounds[place]))
            self._made[place] = found
        return found

    def __iter__(self) -> Iterator[Constraint]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows | tuple | list) or len(self) != len(other):
            return False
        return all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Rows({len(self)} constraints, {len(self.columns)} entries)"

    def chosen(self, kept: NDArray[np.bool_]) -> Rows:
        """Return the constraints of a mask, shape (m,)."""
        if kept.all():
            return self
        places = np.flatnonzero(kept)
        entries = kept[self.owners]
        starts = _starts(self.sizes[places])
        made = {new: self._made[i] for new, i in enumerate(places.tolist()) if i in self._made}
        names = [self.names[i] for i in places.tolist()]
        numbers = self.senses[kept], self.bounds[kept], starts
        return Rows(names, *numbers, self.columns[entries], self.coefficients[entries], made)

    def replaced(self, bits: NDArray[np.int64], numbers: NDArray[np.float64]) -> Rows:
        """Return linear rows with variable v replaced by bit ``bits[v]``.

        Where that is −1, it is replaced by the number ``numbers[v]``.
        """
        fixed = bits[self.columns] < 0
        known = self.coefficients[fixed] * numbers[self.columns[fixed]]
        bounds = self.bounds - np.bincount(self.owners[fixed], known, len(self))
        owners = self.owners[~fixed]
        columns, values = bits[self.columns[~fixed]], self.coefficients[~fixed]
        order = np.lexsort((columns, owners))
        starts = _starts(np.bincount(owners, minlength=len(self)))
        return Rows(self.names, self.senses, bounds, starts, columns[order], values[order])

    # -- numbers of all rows ----------------------------------------------------------------------

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of entries of each row, shape (m,)."""
        return np.diff(self.starts)

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """The row of each entry, shape (entries,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.sizes)

    @property
    def highest(self) -> int:
        """The largest variable that is named, −1 for none."""
        of_products = (max(map(max, each.terms)) for each in self.products.values())
        return max([int(self.columns.max(initial=-1)), *of_products])

    @cached_property
    def whole(self) -> NDArray[np.bool_]:
        """True for rows of whole coefficients, shape (m,); those with products are False."""
        broken = self.owners[self.coefficients != np.rint(self.coefficients)]
        found = np.ones(len(self), dtype=bool)
        found[broken] = False
        found[list(self.products)] = False
        return found

    @cached_property
    def tolerances(self) -> NDArray[np.float64]:
        """`Constraint.tolerance` of each, shape (m,)."""
        total = np.abs(self.bounds)
        total = total + np.bincount(self.owners, np.abs(self.coefficients), len(self))
        whole = self.whole & (self.bounds == np.rint(self.bounds)) & (total < 2**53)
        found = np.where(whole, ROUNDING, ROUNDING + RELATIVE * total)
        for place, each in self.products.items():
            found[place] = each.tolerance
        return found

    def reaches(
        self, low: NDArray[np.int64], high: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return bounds of the left-hand sides for variables between `low` and `high`."""
        one, two = self.coefficients * low[self.columns], self.coefficients * high[self.columns]
        bottom = np.bincount(self.owners, np.minimum(one, two), len(self)).astype(np.float64)
        top = np.bincount(self.owners, np.maximum(one, two), len(self)).astype(np.float64)
        for place, each in self.products.items():
            bottom[place], top[place] = reach(each.terms, low, high)
        return bottom, top

    def redundant(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which constraints all values between `low` and `high` meet, shape (m,)."""
        bottom, top = self.reaches(low, high)
        below = top <= self.bounds + self.tolerances
        above = bottom >= self.bounds - self.tolerances
        found: NDArray[np.bool_] = (below | (self.senses > 0)) & (above | (self.senses < 0))
        return found

    def impossible(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> int | None:
        """Return a constraint that no values within bounds meet, None if not proven."""
        bottom, top = self.reaches(low, high)
        wrong = (self.senses >= 0) & (top < self.bounds - self.tolerances)
        wrong |= (self.senses <= 0) & (bottom > self.bounds + self.tolerances)
        wrong |= self._indivisible()
        return int(np.argmax(wrong)) if wrong.any() else None

    def _indivisible(self) -> NDArray[np.bool_]:
        """Return which equalities of whole numbers no whole numbers meet, shape (m,)."""
        found = np.zeros(len(self), dtype=bool)
        chosen = self.whole & (self.senses == 0) & (self.sizes > 0)
        chosen[self.owners[np.abs(self.coefficients) > 2**53]] = False
        if chosen.any():
            values = self.coefficients[chosen[self.owners]].astype(np.int64)
            first = np.cumsum(self.sizes[chosen]) - self.sizes[chosen]
            times = self.bounds[chosen] / np.gcd.reduceat(values, first)
            found[chosen] = np.abs(times - np.rint(times)) > self.tolerances[chosen]
        return found

    def matrix(self, n_variables: int) -> scipy.sparse.csr_array:
        """Return the coefficients, shape (m, n_variables); rows of products are empty."""
        import scipy.sparse

        entries = self.coefficients, self.columns, self.starts
        return scipy.sparse.csr_array(entries, shape=(len(self), n_variables))

    def excesses(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """Return the violation of each constraint at each row of values, shape (k, m)."""
        values = np.asarray(rows, dtype=np.float64)
        over = (self.matrix(values.shape[1]) @ values.T).T - self.bounds
        amounts = np.where(self.senses == 0, np.abs(over), -over * self.senses)
        found = np.where(amounts > self.tolerances, amounts, 0.0)
        for place, each in self.products.items():
            found[:, place] = each.excess(values)
        return found


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first entry of each row, and the number of entries."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])


def _of_objects(constraints: Sequence[Constraint]) -> Rows:
    """Return constraints as rows; the objects are kept."""
    linear = [sorted(each.terms.items()) if each.is_linear else [] for each in constraints]
    sizes = np.fromiter(map(len, linear), dtype=np.int64, count=len(linear))
    return Rows(
        [each.name for each in constraints],
        np.array([_SENSES[each.relation] for each in constraints], dtype=np.int8),
        np.array([each.bound for each in constraints], dtype=np.float64),
        _starts(sizes),
        np.array([key[0] for items in linear for key, _ in items], dtype=np.int64),
        np.array([value for items in linear for _, value in items], dtype=np.float64),
        dict(enumerate(constraints)),
    )


def _joined(blocks: Sequence[Rows]) -> Rows:
    """Return blocks of rows in one."""
    made: dict[int, Constraint] = {}
    first, entries, starts = 0, 0, [np.zeros(1, dtype=np.int64)]
    for each in blocks:
        made.update({first + place: one for place, one in each._made.items()})
        starts.append(each.starts[1:] + entries)
        first, entries = first + len(each), entries + len(each.columns)
    return Rows(
        [name for each in blocks for name in each.names],
        np.concatenate([np.empty(0, dtype=np.int8), *(each.senses for each in blocks)]),
        np.concatenate([np.empty(0), *(each.bounds for each in blocks)]),
        np.concatenate(starts),
        np.concatenate([np.empty(0, dtype=np.int64), *(each.columns for each in blocks)]),
        np.concatenate([np.empty(0), *(each.coefficients for each in blocks)]),
        made,
    )


def _tidy(
    names: Sequence[str],
    relation: Relation,
    bound: ArrayLike,
    starts: NDArray[np.int64],
    columns: NDArray[np.int64],
    coefficients: NDArray[np.float64],
) -> Rows:
    """Return rows with entries in ascending order and without zeros."""
    m = len(names)
    bounds = np.broadcast_to(np.asarray(bound, dtype=np.float64), (m,)).copy()
    owners = np.repeat(np.arange(m), np.diff(starts))
    total = np.abs(bounds) + np.bincount(owners, np.abs(coefficients), m)
    if not np.isfinite(total).all():
        name = names[int(np.argmin(np.isfinite(total)))]
        raise ProblemError(f"constraint {name!r} has a number that is not finite")
    order = np.lexsort((columns, owners))
    order = order[coefficients[order] != 0.0]
    sizes = np.bincount(owners[order], minlength=m)
    return Rows(
        names,
        np.full(m, _SENSES[relation], dtype=np.int8),
        bounds,
        _starts(sizes),
        columns[order],
        coefficients[order],
    )
