"""Integer programs in bits: each variable becomes a polynomial of qubits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.terms import Group, Terms
from hybridq.problems.programs.polynomial import (
    Polynomial,
    evaluated,
    from_all_bits,
    squared,
    substituted,
)
from hybridq.problems.programs.program import Constraint, IntegerProgram
from hybridq.problems.programs.registers import Code, code_of
from hybridq.problems.programs.rows import Rows
from hybridq.problems.programs.structure import Forms, Structure, forms_of, permutation_grid

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace, LinearBound


@dataclass(frozen=True, eq=False, repr=False)
class EncodedProgram:
    """An integer program whose variables are polynomials of bits.

    Attributes:
        program: the program.
        qubit_names: one for each qubit: the name of a binary variable, else the variable and the
            number of the bit, as in ``"x:2"``.
        replacements: the polynomial of bits of each variable.
        constraints: those of the program in bits, less those that every assignment meets.
        codes: the first qubit and the code of each register that is not a single bit.
        dropped: names of the constraints that every assignment meets.
        encoded_choices: names of the one-hot constraints that a code replaced.
    """

    program: IntegerProgram
    qubit_names: tuple[str, ...]
    replacements: tuple[Polynomial, ...]
    constraints: Rows
    codes: tuple[tuple[int, Code], ...]
    dropped: tuple[str, ...]
    encoded_choices: tuple[str, ...]

    @property
    def n_bits(self) -> int:
        """Number of qubits."""
        return len(self.qubit_names)

    @property
    def is_settled(self) -> bool:
        """True if every variable is fixed, so that the one qubit is unused."""
        return all(each.lower == each.upper for each in self.program.variables)

    @cached_property
    def objective(self) -> Terms:
        """Objective in bits, to be minimized: negated where it is maximized."""
        found = _in_bits(Terms.of(self.program.objective), self.replacements)
        return found if self.program.sign == 1.0 else found.scaled(self.program.sign)

    @cached_property
    def forms(self) -> Forms:
        """The constraints by structure."""
        return forms_of(self.constraints)

    @cached_property
    def is_plain(self) -> bool:
        """True if qubit i is variable i."""
        return self.program.is_binary and not self.codes

    def variables(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the values of the variables of each row of bits, shape (k, variables)."""
        if self.is_plain:
            return bits.astype(np.int64)
        places, qubits, factors = self._weights
        found = np.tile(self._constants, (len(bits), 1))
        if len(qubits):
            starts = np.flatnonzero(np.diff(places, prepend=-1))
            found[:, places[starts]] += np.add.reduceat(bits[:, qubits] * factors, starts, axis=1)
        for place, terms in self._products:
            found[:, place] += evaluated(terms, bits)
        return np.rint(found).astype(np.int64)

    @cached_property
    def _constants(self) -> NDArray[np.float64]:
        """Constant of each replacement, shape (variables,)."""
        return np.array([terms.get((), 0.0) for terms in self.replacements], dtype=np.float64)

    @cached_property
    def _weights(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Variables, ascending, qubits and weights of the linear terms of replacements."""
        found = [
            (place, key[0], value)
            for place, terms in enumerate(self.replacements)
            for key, value in terms.items()
            if len(key) == 1
        ]
        places, qubits, factors = zip(*found, strict=True) if found else ((), (), ())
        return np.array(places, np.int64), np.array(qubits, np.int64), np.array(factors, float)

    @cached_property
    def _products(self) -> tuple[tuple[int, Terms], ...]:
        """Variables whose replacements have products of qubits, with the sums of those."""
        found = (
            (place, {key: value for key, value in terms.items() if len(key) > 1})
            for place, terms in enumerate(self.replacements)
        )
        return tuple((place, Terms.of(terms)) for place, terms in found if terms)

    @cached_property
    def validity(self) -> tuple[tuple[str, Terms], ...]:
        """Name and penalty of each register with unused bit strings.

        The penalty is 0 where the bits stand for a value and at least 1 elsewhere.
        """
        found: list[tuple[str, Polynomial]] = []
        for start, code in self.codes:
            qubits = range(start, start + code.n_bits)
            name = f"register of {self.qubit_names[start].rpartition(':')[0]}"
            if code.one_hot:
                total: dict[tuple[int, ...], float] = {(q,): 1.0 for q in qubits}
                found.append((name, squared({**total, (): -1.0})))
            elif code.chain and code.n_bits > 1:
                terms: dict[tuple[int, ...], float] = {}
                for q in qubits[:-1]:
                    terms[(q + 1,)] = 1.0
                    terms[(q, q + 1)] = -1.0
                found.append((name, terms))
            elif code.most is not None:
                found.append((name, _above(start, code)))
        return tuple((name, Terms.of(terms)) for name, terms in found)

    @cached_property
    def space(self) -> FeasibleSpace | None:
        """The feasible bit strings; None without constraints."""
        from hybridq.operators.feasible import FeasibleSpace, Group, LinearBound

        bounds: list[LinearBound] = []
        polynomials: list[Constraint] = []
        groups: list[Group] = []
        chains: list[tuple[int, ...]] = []
        for start, code in self.codes:
            qubits = tuple(range(start, start + code.n_bits))
            if code.one_hot:
                groups.append(Group(qubits, 1))
            elif code.chain and code.n_bits > 1:
                chains.append(qubits)
            elif code.most is not None:
                weights = tuple(float(1 << bit) for bit in range(code.n_bits))
                bounds.append(LinearBound(qubits, weights, -np.inf, float(code.most)))
        grid = self.grid
        in_grid = {qubit for row in grid for qubit in row}
        taken = {q for group in groups for q in group.qubits} | in_grid
        taken.update(q for chain in chains for q in chain)
        for place in range(len(self.constraints)):
            structure = self.forms.structure(place)
            if structure is Structure.POLYNOMIAL:
                polynomials.append(self.constraints[place])
                continue
            row = self.forms.row(place)
            if structure in (Structure.ONE_HOT, Structure.CARDINALITY):
                if in_grid.issuperset(row.qubits) and structure is Structure.ONE_HOT:
                    continue
                if taken.isdisjoint(row.qubits) and float(row.bound).is_integer():
                    groups.append(Group(row.qubits, int(row.bound)))
                    taken.update(row.qubits)
                    continue
            lower = row.bound if row.equal else -np.inf
            bounds.append(LinearBound(row.qubits, row.coefficients, lower, row.bound))
        if not (bounds or groups or chains or grid or polynomials):
            return None
        accepts = _Accepts(tuple(polynomials)) if polynomials else None
        return FeasibleSpace(
            self.n_bits, tuple(bounds), tuple(groups), grid, tuple(chains), accepts
        )

    @cached_property
    def grid(self) -> tuple[tuple[int, ...], ...]:
        """The square grid of qubits of a permutation, () without one."""
        one_hot = np.flatnonzero(self.forms.are(Structure.ONE_HOT)).tolist()
        return permutation_grid([self.forms.row(place).qubits for place in one_hot])


@dataclass(frozen=True)
class _Accepts:
    """Filter of bit strings by constraints that are not linear; pickles."""

    constraints: tuple[Constraint, ...]

    def __call__(self, rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
        kept = np.ones(len(rows), dtype=bool)
        for each in self.constraints:
            kept &= each.excess(rows) == 0.0
        return kept


def _above(start: int, code: Code) -> dict[tuple[int, ...], float]:
    """Return a polynomial that is 1 where a register spells a number above its limit."""
    assert code.most is not None
    unused = (np.arange(1 << code.n_bits) > code.most).astype(np.float64)
    return {
        tuple(start + bit for bit in key): value for key, value in from_all_bits(unused).items()
    }


def encode(program: IntegerProgram, encoding: str | None = None) -> EncodedProgram:
    """Return a program in bits.

    A variable of one value takes no qubit, one of two values takes one.

    Args:
        program: the program.
        encoding: of integers and of choices, a name of `INTEGER_ENCODINGS`. By default integers are
            in bounded binary, and choices one-hot, as the program has them.

    Raises:
        ParameterError: the encoding does not fit a choice.
        CapacityError: an encoding with too many bits.
    """
    choices = _choices(program) if encoding not in (None, "one-hot") else {}
    names: list[str] = []
    replacements: list[Polynomial | None] = [None] * len(program.variables)
    codes: list[tuple[int, Code]] = []
    for name, members in choices.items():
        code = code_of(encoding or "one-hot", len(members), choice=True, name=name)
        start = len(names)
        names += [f"{name}:{bit}" for bit in range(code.n_bits)]
        codes.append((start, code))
        assert code.indicators is not None
        for member, indicator in zip(members, code.indicators, strict=True):
            replacements[member] = _shifted(indicator, start)
    for index, variable in enumerate(program.variables):
        if replacements[index] is not None:
            continue
        start, span = len(names), variable.upper - variable.lower
        if span == 0:
            replacements[index] = {(): float(variable.lower)} if variable.lower else {}
        elif span == 1:
            names.append(variable.name)
            bit: dict[tuple[int, ...], float] = {(start,): 1.0}
            replacements[index] = {**bit, (): float(variable.lower)} if variable.lower else bit
        else:
            code = code_of(encoding or "binary", span + 1, choice=False, name=variable.name)
            names += [f"{variable.name}:{bit}" for bit in range(code.n_bits)]
            codes.append((start, code))
            value = {**_shifted(code.value, start)}
            value[()] = value.get((), 0.0) + variable.lower
            replacements[index] = value
    if not names:  # every variable is fixed; a circuit needs a qubit
        names.append("unused")
    found = [each if each is not None else {} for each in replacements]
    rows, redundant = program.rows, program.redundant
    chosen = np.array([name in choices for name in rows.names], dtype=bool)
    dropped = np.flatnonzero(redundant & ~chosen).tolist()
    kept = rows.chosen(~(redundant | chosen))
    return EncodedProgram(
        program,
        tuple(names),
        tuple(found),
        _rows_in_bits(kept, found),
        tuple(codes),
        tuple(rows.names[place] for place in dropped),
        tuple(choices),
    )


def _shifted(polynomial: Polynomial, start: int) -> dict[tuple[int, ...], float]:
    """Return a polynomial of a register's bits on the qubits from `start` on."""
    return {tuple(start + bit for bit in key): value for key, value in polynomial.items()}


def _bits_of(replacements: Sequence[Polynomial]) -> NDArray[np.int64]:
    """Return the bit of each variable that is one, −1 for others, shape (variables,)."""
    found = np.full(len(replacements), -1, dtype=np.int64)
    for variable, terms in enumerate(replacements):
        if len(terms) == 1:
            ((key, value),) = terms.items()
            if len(key) == 1 and value == 1.0:
                found[variable] = key[0]
    return found


def _in_bits(polynomial: Terms, replacements: Sequence[Polynomial]) -> Terms:
    """Return a polynomial of variables as one of bits."""
    bits = _bits_of(replacements)
    simple: list[Group] = []
    others: dict[tuple[int, ...], float] = {}
    for indices, values in polynomial.groups:
        placed = np.sort(bits[indices], axis=1)
        rest = (placed[:, 1:] == placed[:, :-1]).any(axis=1) | (placed < 0).any(axis=1)
        simple.append((placed[~rest], values[~rest]))
        keys = map(tuple, indices[rest].tolist())
        others.update(zip(keys, values[rest].tolist(), strict=True))
    found = Terms(simple)
    return Terms.added(found, substituted(others, replacements)) if others else found


def _rows_in_bits(rows: Rows, replacements: Sequence[Polynomial]) -> Rows:
    """Return constraints on variables as constraints on bits."""
    bits = _bits_of(replacements)
    settled = np.array([not any(terms) for terms in replacements])  # by a number or nothing
    if (bits == np.arange(len(bits))).all() and not rows.products:
        return rows
    complex_ones = np.zeros(len(rows), dtype=bool)
    complex_ones[rows.owners[((bits < 0) & ~settled)[rows.columns]]] = True
    complex_ones[list(rows.products)] = True
    numbers = np.array([float(terms.get((), 0.0)) for terms in replacements])
    simple = rows.chosen(~complex_ones).replaced(bits, numbers)
    if not complex_ones.any():
        return simple
    rest = iter(simple)
    return Rows.of(
        Constraint(each.name, substituted(each.terms, replacements), each.relation, each.bound)
        if is_complex
        else next(rest)
        for each, is_complex in zip(rows, complex_ones.tolist(), strict=True)
    )


def _choices(program: IntegerProgram) -> dict[str, tuple[int, ...]]:
    """Return disjoint one-hot constraints of binary variables: name and members."""
    found: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    forms = forms_of(program.rows)
    for place in np.flatnonzero(forms.are(Structure.ONE_HOT)).tolist():
        members = forms.row(place).qubits
        binary = all(program.variables[member].is_binary for member in members)
        if binary and len(members) > 1 and taken.isdisjoint(members):
            found[program.rows.names[place]] = members
            taken.update(members)
    return found
