"""Integer programs in bits: each variable becomes a polynomial of qubits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.problems.programs.polynomial import (
    Polynomial,
    evaluated,
    from_all_bits,
    merged,
    scaled,
    squared,
    substituted,
)
from hybridq.problems.programs.program import Constraint, IntegerProgram
from hybridq.problems.programs.registers import Code, code_of
from hybridq.problems.programs.structure import (
    Structure,
    permutation_grid,
    row_of,
    structure_of,
)

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
    constraints: tuple[Constraint, ...]
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
    def objective(self) -> dict[tuple[int, ...], float]:
        """Objective in bits, to be minimized: negated where it is maximized."""
        return scaled(self._in_bits(self.program.objective), self.program.sign)

    @cached_property
    def is_plain(self) -> bool:
        """True if qubit i is variable i."""
        return self.program.is_binary and not self.codes

    def _in_bits(self, polynomial: Polynomial) -> Polynomial:
        if self.is_plain:
            if all(len(key) < 2 or (key[0] < key[-1] and len(key) == 2) for key in polynomial):
                return polynomial
            return merged((set(key), value) for key, value in polynomial.items())
        return substituted(polynomial, self.replacements)

    def variables(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the values of the variables of each row of bits, shape (k, variables)."""
        if self.is_plain:
            return bits.astype(np.int64)
        columns = [evaluated(each, bits) for each in self.replacements]
        return np.rint(np.stack(columns, axis=1)).astype(np.int64)

    @cached_property
    def validity(self) -> tuple[tuple[str, Polynomial], ...]:
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
        return tuple(found)

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
        for each in self.constraints:
            structure = structure_of(each)
            if structure is Structure.POLYNOMIAL:
                polynomials.append(each)
                continue
            row = row_of(each)
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
        one_hot = [
            tuple(sorted(key[0] for key in each.terms))
            for each in self.constraints
            if structure_of(each) is Structure.ONE_HOT
        ]
        return permutation_grid(one_hot)


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
            value = {(start,): 1.0, (): float(variable.lower)}
            replacements[index] = merged(value.items())
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
    plain = program.is_binary and not codes
    kept, dropped = [], []
    for each, redundant in zip(program.constraints, program.redundant, strict=True):
        if each.name in choices:
            continue
        if redundant:
            dropped.append(each.name)
        elif plain and each.is_linear:
            kept.append(each)
        else:
            terms = substituted(each.terms, found)
            kept.append(Constraint(each.name, terms, each.relation, each.bound))
    return EncodedProgram(
        program,
        tuple(names),
        tuple(found),
        tuple(kept),
        tuple(codes),
        tuple(dropped),
        tuple(choices),
    )


def _shifted(polynomial: Polynomial, start: int) -> dict[tuple[int, ...], float]:
    """Return a polynomial of a register's bits on the qubits from `start` on."""
    return {tuple(start + bit for bit in key): value for key, value in polynomial.items()}


def _choices(program: IntegerProgram) -> dict[str, tuple[int, ...]]:
    """Return disjoint one-hot constraints of binary variables: name and members."""
    found: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for each in program.constraints:
        if not each.is_linear or structure_of(each) is not Structure.ONE_HOT:
            continue
        members = tuple(sorted(key[0] for key in each.terms))
        binary = all(program.variables[member].is_binary for member in members)
        if binary and len(members) > 1 and taken.isdisjoint(members):
            found[each.name] = members
            taken.update(members)
    return found
