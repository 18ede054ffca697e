"""Collector of a program from the objects of another package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats._programs import Kind, ProgramBuilder
from hybridq.problems.programs.polynomial import Monomial, merged
from hybridq.problems.programs.program import IntegerProgram, Relation

_INFINITE = 1e20  # Qiskit's INFINITY; no integer in bits has such bounds
_RELATIONS: dict[str, Relation] = {"<=": "<=", ">=": ">=", "==": "==", "=": "=="}
_ENCODE = "encode it in integers first"


class Builder:
    """Collector of a program from the objects of another package.

    Args:
        what: the object, for errors.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._program = ProgramBuilder(what, "give it both bounds", _ENCODE)
        self._index: dict[Any, int] = {}

    def variable(self, key: Any, name: str, kind: str, low: float, high: float) -> None:
        """Add a variable.

        Args:
            key: its label in the other package.
            name: its name here.
            kind: ``"BINARY"``, ``"INTEGER"`` or another.
            low: its lower bound, perhaps infinite.
            high: its upper bound, perhaps infinite.

        Raises:
            ProblemError: a name that was given before, or another kind.
        """
        kinds: dict[str, Kind] = {"BINARY": "binary", "INTEGER": "integer"}
        if self._program.knows(name):
            raise ProblemError(f"{self._what} has two variables {name!r}: rename one")
        if kind not in kinds:
            raise ProblemError(f"variable {name!r} of {self._what} is {kind.lower()}: {_ENCODE}")
        column = self._program.column(name)
        column.kind = kinds[kind]
        column.lower = low if low > -_INFINITE else -float("inf")
        column.upper = high if high < _INFINITE else float("inf")
        self._index[key] = self._program.index(name)

    def objective(self, terms: Iterable[tuple[float, tuple[Any, ...]]]) -> None:
        """Set the objective, terms by label."""
        self._program.objective = self._polynomial(terms)

    def constrain(
        self, name: str, terms: Iterable[tuple[float, tuple[Any, ...]]], sign: str, bound: float
    ) -> None:
        """Add a constraint, terms by label."""
        relation = _RELATIONS[sign]
        try:
            self._program.constrain(name, self._polynomial(terms), [(relation, bound)])
        except FormatError as error:
            raise ProblemError(error.message) from None

    def _polynomial(self, terms: Iterable[tuple[float, tuple[Any, ...]]]) -> dict[Monomial, float]:
        """Return terms by index."""
        return merged(([self._index[label] for label in key], value) for value, key in terms)

    def finish(self, sense: Any) -> IntegerProgram:
        """Return the program.

        Raises:
            ProblemError: a variable without bounds.
        """
        self._program.sense = sense
        try:
            return self._program.finish()
        except FormatError as error:
            raise ProblemError(error.message) from None
