"""Polynomials of bits or spins: QUBO, Ising and higher orders, as they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import ProblemError, Text, shown
from hybridq.core.numbers import number, plural
from hybridq.core.text import listed
from hybridq.operators.terms import Group, Terms, grouped
from hybridq.problems.base import AnswerRow, BinaryProblem, Bits, Sense
from hybridq.problems.instance_data import PolynomialData, real_array
from hybridq.problems.programs.polynomial import degree, evaluated, merged

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising


@dataclass(frozen=True, eq=False, repr=False)
class Polynomial(BinaryProblem):
    r"""The best assignment of a polynomial of bits (QUBO, HUBO) or spins (Ising).

    .. math:: f(x) = c + \sum_i a_i x_i + \sum_{i<j} q_{ij} x_i x_j + \dots

    Variables are bits, 0 and 1, or spins: bit 0 is the spin +1, bit 1 the spin −1. Products of any
    order are kept, without further qubits. `from_matrix`, `from_terms` and `from_ising` make the
    data.

    Args:
        data: names of the variables, terms, and whether they are spins.
        name: the name of this instance; its size by default.

    Raises:
        ProblemError: no variables, a name given twice, an index out of range, or a coefficient
            that is not finite.

    Source: Lucas 2014, arXiv:1302.5843, section 1.
    """

    kind: ClassVar[str] = "polynomial"
    summary: ClassVar[str] = "Find the bits or spins with the lowest value of a polynomial."
    qubits: ClassVar[str] = "one qubit a variable"
    examples: ClassVar[tuple[str, ...]] = ("terms.json", "matrix.qubo --p 4 --plot bits.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "value"
    reads: ClassVar[tuple[str, ...]] = ("polynomial",)
    noun: ClassVar[str] = "polynomial"
    item: ClassVar[str] = "variable"

    data: PolynomialData
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _check(self.data)
        object.__setattr__(self, "sense", self.data.sense)
        object.__setattr__(self, "name", str(self.name or self.size()))

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        names: Sequence[str] | None = None,
        *,
        offset: float = 0.0,
        spins: bool = False,
        sense: Literal["minimize", "maximize"] = "minimize",
        name: str = "",
    ) -> Self:
        """Return the problem of xᵀ Q x + offset; both triangles count, and add up.

        Args:
            matrix: Q, shape (n, n), a NumPy array, nested lists, or a SciPy sparse matrix.
            names: of the variables; x0, x1, … by default.
            offset: added to the value.
            spins: True for variables +1 and −1, of which squares are 1.
            sense: ``"minimize"`` or ``"maximize"``.
            name: of this instance.

        Raises:
            ProblemError: the matrix is not square, or a number is not finite.
        """
        shape, rows, columns, values = _entries(matrix)
        listed = tuple(names) if names is not None else tuple(f"x{i}" for i in range(shape))
        if len(listed) != shape:
            raise ProblemError(f"{shape} variables need as many names, got {len(listed)}")
        ends = np.stack([np.minimum(rows, columns), np.maximum(rows, columns)], axis=1)
        keys = map(tuple, ends.tolist())
        total = merged([((), float(offset)), *zip(keys, values.tolist(), strict=True)])
        data = PolynomialData(
            tuple(map(str, listed)),
            tuple((value, key) for key, value in total.items()),
            spins,
            sense,
            f"{plural(shape, 'variable')}, offset {number(offset)}, both triangles counted",
        )
        return cls(data, name=name)

    @classmethod
    def from_terms(
        cls,
        terms: Mapping[Any, float],
        *,
        spins: bool = False,
        sense: Literal["minimize", "maximize"] = "minimize",
        name: str = "",
    ) -> Self:
        """Return the problem of coefficients by product of variables.

        ``{"x": 1, ("y", "z"): 2, (): 0.5}`` is x + 2 y z + 0.5. Variables are names, in the order
        of their first appearance, or numbers from 0.

        Args:
            terms: the coefficients; a key is a variable, or a tuple of them.
            spins: True for variables +1 and −1.
            sense: ``"minimize"`` or ``"maximize"``.
            name: of this instance.

        Raises:
            ProblemError: no variables, names mixed with numbers, or a coefficient not finite.
        """
        keys = [key if isinstance(key, tuple) else (key,) for key in terms]
        listed = list(dict.fromkeys(variable for key in keys for variable in key))
        if listed and all(is_whole(variable) and variable >= 0 for variable in listed):
            listed = list(range(max(listed) + 1))
        elif not all(isinstance(variable, str) for variable in listed):
            raise ProblemError(
                f"the variables must be names, or numbers from 0, got {shown(tuple(listed))}"
            )
        place = {variable: index for index, variable in enumerate(listed)}
        found = tuple(
            (value, tuple(place[variable] for variable in key))
            for key, value in zip(keys, terms.values(), strict=True)
        )
        names = tuple(each if isinstance(each, str) else f"x{each}" for each in listed)
        return cls(PolynomialData(names, found, spins, sense), name=name)

    @classmethod
    def from_ising(
        cls, ising: Ising, names: Sequence[str] | None = None, *, name: str = ""
    ) -> Self:
        """Return the problem of an energy of spins.

        Args:
            ising: the energy, to be minimized.
            names: of the spins; s0, s1, … by default.
            name: of this instance.
        """
        fields = ((value, (q,)) for q, value in enumerate(ising.linear.tolist()) if value)
        pairs = zip(ising.couplings.tolist(), map(tuple, ising.pairs.tolist()), strict=True)
        higher = ((value, spins) for spins, value in ising.higher)
        constant = [(ising.constant, ())] if ising.constant else []
        listed = names if names is not None else [f"s{q}" for q in range(ising.n_qubits)]
        terms = (*constant, *fields, *pairs, *higher)
        return cls(PolynomialData(tuple(listed), terms, spins=True), name=name)

    @classmethod
    def example(cls) -> Self:
        """Return x − 2y + 3z + xy − xz + 2yz."""
        terms = {"x": 1, "y": -2, "z": 3, ("x", "y"): 1, ("x", "z"): -1, ("y", "z"): 2}
        return cls.from_terms(terms, name="example")

    @property
    def formulation(self) -> PolynomialData:
        """The polynomial as it was given."""
        return self.data

    @property
    def n_qubits(self) -> int:
        """One qubit per variable."""
        return len(self.data.names)

    @cached_property
    def terms(self) -> Terms:
        """Coefficients by ascending variables, equal products added up.

        A power of a bit is the bit; an even power of a spin is 1, an odd one the spin.
        """
        keys, values = [key for _, key in self.data.terms], [v for v, _ in self.data.terms]
        groups: list[Group] = []
        for indices, numbers in Terms(grouped(keys, values)).groups:
            powers = (indices[:, 1:] == indices[:, :-1]).any(axis=1)
            groups.append((indices[~powers], numbers[~powers]))
            left = map(_odd if self.data.spins else _once, indices[powers].tolist())
            groups += grouped(list(left), numbers[powers].tolist())
        return Terms(groups)

    @property
    def offset(self) -> float:
        """The constant of the polynomial."""
        return self.terms.get((), 0.0)

    @property
    def _n_terms(self) -> int:
        return len(self.terms) - (() in self.terms)

    def cost(self) -> Ising:
        """Return the polynomial, with its sign turned where it is maximized, as spins."""
        from hybridq.operators.ising import Ising

        terms = self.terms.scaled(self.sign)
        if self.data.spins:
            return Ising.from_terms(terms, self.n_qubits)
        return Ising.from_qubo(terms, n_qubits=self.n_qubits)

    def value(self, bits: Bits) -> float:
        """Return the polynomial at an assignment, shape (n_qubits,)."""
        return float(self.values(self.checked_row(bits)[np.newaxis])[0])

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the polynomial at every row, shape (k,)."""
        rows = self.checked_rows(bits).astype(np.float64)
        return evaluated(self.terms, 1.0 - 2.0 * rows if self.data.spins else rows)

    def labels(self) -> Sequence[Any]:
        """Return the names of the variables."""
        return self.data.names

    def size(self) -> str:
        """Return variables and terms, such as ``"3 variables, 6 terms"``."""
        return f"{plural(self.n_qubits, 'variable')}, {plural(self._n_terms, 'term')}"

    def describe(self) -> dict[str, Any]:
        """Return sizes, degree, offset, and the reading of the coefficients."""
        return {
            "variables": self.n_qubits,
            "terms": self._n_terms,
            "degree": degree(self.terms),
            "offset": self.offset,
            "spins": self.data.spins,
            "convention": self.data.convention or None,
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the reading of the coefficients, on spins and on idle variables."""
        offset = f", offset {number(self.offset)}" if self.offset else ""
        found: list[Text] = [f"read as {self.data.convention or self.size() + offset}"]
        if self.data.spins:
            found.append("the variables are spins: bit 0 is the spin +1, bit 1 the spin −1")
        used = {index for key in self.terms for index in key}
        idle = [name for index, name in enumerate(self.data.names) if index not in used]
        if idle:
            found.append(f"without effect on the value: {listed(idle, 3)}")
        return tuple(found)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the variables at 1, or the spins at −1."""
        chosen = tuple(name for name, bit in self.decode(bits).items() if bit)
        return (AnswerRow("Spins at −1" if self.data.spins else "Variables at 1", chosen),)

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw one tile per variable."""
        from hybridq.plots.bits import plot_bits

        filled = "spins −1 are filled" if self.data.spins else "1 is filled"
        plot_bits(ax, self.labels(), bits, title=f"The best assignment: {filled}")


def _once(key: Sequence[int]) -> tuple[int, ...]:
    """Return the bits of a product, each of them once."""
    return tuple(set(key))


def _odd(key: Sequence[int]) -> tuple[int, ...]:
    """Return the spins that occur an odd number of times in a product."""
    return tuple(index for index in set(key) if key.count(index) % 2)


def _check(data: Any) -> None:
    """Raise unless the data are a polynomial.

    Raises:
        ProblemError: they are not; the term is named.
    """
    if not isinstance(data, PolynomialData):
        raise ProblemError(
            argument="data",
            value=data,
            expected="a PolynomialData",
            remedy="use Polynomial.from_matrix, from_terms or from_ising",
        )
    if not data.names:
        raise ProblemError("the polynomial has no variables: give at least one")
    if data.sense not in ("minimize", "maximize"):
        raise ProblemError(argument="sense", value=data.sense, expected="'minimize' or 'maximize'")
    seen: set[str] = set()
    for each in data.names:
        if each in seen:
            raise ProblemError(f"two variables have the name {each!r}: rename one")
        seen.add(each)
    n, total = len(data.names), 0.0
    for value, key in data.terms:
        if not is_finite(value):
            raise ProblemError(
                f"the term {_text(data, key)} has the coefficient {shown(value)}: give a finite "
                "number"
            )
        if key and not 0 <= min(key) <= max(key) < n:
            raise ProblemError(
                f"a term names variable {max(key)}, and the variables are 0 to {n - 1}"
            )
        total += abs(value)
    if not np.isfinite(total):
        raise ProblemError("the coefficients add up to more than a float holds: scale them down")


def _text(data: PolynomialData, key: Sequence[int]) -> str:
    """Return a product by the names of its variables."""
    known = range(len(data.names))
    return " ".join(data.names[i] if i in known else f"x{i}" for i in key) or "without variables"


def _entries(
    matrix: Any,
) -> tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the size of a square matrix, and rows, columns and values of its entries."""
    if hasattr(matrix, "tocoo"):
        sparse = matrix.tocoo()
        shape, rows, columns, values = sparse.shape, sparse.row, sparse.col, sparse.data
        values = real_array("matrix", values, 1)
    else:
        dense = real_array("matrix", _nested(matrix), 2)
        shape = dense.shape
        rows, columns = np.nonzero(dense)
        values = dense[rows, columns]
    if shape[0] != shape[1] or not shape[0]:
        raise ProblemError(f"matrix must be square, got shape {tuple(shape)}", argument="matrix")
    return int(shape[0]), rows.astype(np.int64), columns.astype(np.int64), values


def _nested(matrix: ArrayLike) -> ArrayLike:
    """Return a matrix of NumPy's old class as an array."""
    return np.asarray(matrix) if isinstance(matrix, np.ndarray) else matrix
