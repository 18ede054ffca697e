"""Integer programs as files build them: variables by name, then bounds and kinds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats._program_bounds import Row, implied_bounds
from hybridq.problems.formats._text import short, tidy
from hybridq.problems.programs.polynomial import Monomial, merged
from hybridq.problems.programs.program import Constraint, IntegerProgram, Relation, Variable

_LARGEST_BOUND = 2**53  # integers beyond it are not exact in a float

Kind = Literal["binary", "integer", "continuous"]


@dataclass
class _Column:
    """A variable while a file is read."""

    name: str
    line: int | None
    lower: float = 0.0
    upper: float = math.inf
    kind: Kind = "continuous"


class ProgramBuilder:
    """Collector of an integer program; finish() checks it and returns it.

    Variables are continuous, between 0 and infinity, until the file says otherwise.

    Args:
        source: the file's name, for errors.
        bounds_advice: the place for bounds in this format.
        kinds_advice: the place that declares integers in this format.
    """

    def __init__(self, source: str, bounds_advice: str, kinds_advice: str) -> None:
        self.source = source
        self.name = ""
        self.sense: Literal["minimize", "maximize"] = "minimize"
        self.objective: dict[Monomial, float] = {}
        self._bounds_advice, self._kinds_advice = bounds_advice, kinds_advice
        self._columns: list[_Column] = []
        self._index: dict[str, int] = {}
        self._rows: list[Row] = []
        self._row_names: dict[str, int | None] = {}
        self._n_constraints = 0

    def index(self, name: str, line: int | None = None) -> int:
        """Return the index of a variable, which is added at its first mention."""
        found = self._index.get(name)
        if found is None:
            found = self._index[name] = len(self._columns)
            self._columns.append(_Column(name, line))
        return found

    def knows(self, name: str) -> bool:
        """Return whether a variable was mentioned."""
        return name in self._index

    def column(self, name: str, line: int | None = None) -> _Column:
        """Return a variable, which is added at its first mention."""
        return self._columns[self.index(name, line)]

    def make(self, name: str, kind: Kind, line: int | None = None) -> None:
        """Declare the kind of a variable; a binary one is kept between 0 and 1."""
        self.column(name, line).kind = kind

    def constrain(
        self,
        name: str,
        terms: Mapping[Monomial, float],
        bounds: Iterable[tuple[Relation, float]],
        line: int | None = None,
    ) -> None:
        """Add a constraint, or two for a range.

        Args:
            name: its name; ``c1``, ``c2``, … where it is empty.
            terms: the left-hand side.
            bounds: relations and right-hand sides.
            line: of the file.

        Raises:
            FormatError: the name is taken.
        """
        pairs = list(bounds)
        self._n_constraints += 1
        for relation, bound in pairs:
            base = name or f"c{self._n_constraints}"
            if len(pairs) > 1:
                base = f"{base}_{'lower' if relation == '>=' else 'upper'}"
            full = base
            while not name and full in self._row_names:
                full = f"{full}_"
            if full in self._row_names:
                before = self._row_names[full]
                raise FormatError(
                    f"two constraints have the name {short(full)}"
                    f"{'' if before is None else f', first in line {before}'}: rename one",
                    source=self.source,
                    line=line,
                )
            self._row_names[full] = line
            self._rows.append(Row(full, dict(terms), relation, bound, line))

    def finish(self) -> IntegerProgram:
        """Return the program.

        Continuous variables that bounds fix become constants.

        Raises:
            FormatError: no variables, a continuous one, one without bounds, or bounds that cross.
        """
        if not self._columns:
            raise FormatError("the program has no variables: give some", source=self.source)
        for column in self._columns:
            self._round(column)
        fixed = {
            index: column.lower
            for index, column in enumerate(self._columns)
            if column.kind == "continuous"
        }
        self._fill_bounds()
        kept = [index for index in range(len(self._columns)) if index not in fixed]
        if not kept:
            raise FormatError("the program has no free variables: give some", source=self.source)
        place = {index: position for position, index in enumerate(kept)}
        try:
            return IntegerProgram(
                tuple(self._variable(self._columns[index]) for index in kept),
                _folded(self.objective, fixed, place),
                tuple(
                    Constraint(
                        row.name,
                        _folded(row.terms, fixed, place),
                        row.relation,
                        row.bound,
                    )
                    for row in self._rows
                ),
                self.sense,
                name=self.name,
            )
        except ProblemError as error:
            raise FormatError(str(error), source=self.source) from None

    def _variable(self, column: _Column) -> Variable:
        """Return a variable with its bounds."""
        return Variable(column.name, int(column.lower), int(column.upper))

    def _round(self, column: _Column) -> None:
        """Check a variable's kind, and round its bounds inwards."""
        if column.kind == "binary":
            column.lower, column.upper = max(column.lower, 0.0), min(column.upper, 1.0)
        if column.kind == "continuous":
            if column.lower != column.upper:
                raise FormatError(
                    f"variable {short(column.name)} is continuous: {self._kinds_advice}, or give "
                    "a program of integers",
                    source=self.source,
                    line=column.line,
                )
            return
        if math.isfinite(column.lower):
            column.lower = float(math.ceil(column.lower))
        if math.isfinite(column.upper):
            column.upper = float(math.floor(column.upper))
        for bound in (column.lower, column.upper):
            if math.isfinite(bound) and abs(bound) > _LARGEST_BOUND:
                raise FormatError(
                    f"the bound {tidy(bound)} of variable {short(column.name)} is too large for "
                    f"an integer in bits: {self._bounds_advice}",
                    source=self.source,
                    line=column.line,
                )
        if column.lower > column.upper:
            raise FormatError(
                f"variable {short(column.name)} has no value: its lower bound "
                f"{tidy(column.lower)} is above its upper bound {tidy(column.upper)}",
                source=self.source,
                line=column.line,
            )

    def _fill_bounds(self) -> None:
        """Derive bounds that the file leaves open from the constraints.

        Raises:
            FormatError: a variable stays unbounded.
        """
        lower = [column.lower for column in self._columns]
        upper = [column.upper for column in self._columns]
        if not all(math.isfinite(bound) for bound in (*lower, *upper)):
            implied_bounds(self._rows, lower, upper)
        for column, low, high in zip(self._columns, lower, upper, strict=True):
            if not (math.isfinite(low) and math.isfinite(high)):
                side = "lower" if not math.isfinite(low) else "upper"
                raise FormatError(
                    f"variable {short(column.name)} has no {side} bound, and no constraint "
                    f"implies one: {self._bounds_advice}",
                    source=self.source,
                    line=column.line,
                )
            column.lower, column.upper = low, high


def _folded(
    terms: Mapping[Monomial, float], fixed: Mapping[int, float], place: Mapping[int, int]
) -> dict[Monomial, float]:
    """Return terms with constants in place of fixed variables, and new indices."""
    if not fixed:
        return merged(terms.items())
    found = []
    for key, value in terms.items():
        for index in key:
            if index in fixed:
                value *= fixed[index]
        found.append((tuple(place[index] for index in key if index in place), value))
    return merged(found)
