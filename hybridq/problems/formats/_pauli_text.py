"""Pauli terms in text: OpenFermion's, Qiskit's labels, and Python literals."""

from __future__ import annotations

import ast
import cmath
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from hybridq.core.errors import FormatError

# Possessive, so that a long number or gap that ends in something else is read once.
_REAL = r"(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_COMPLEX = rf"[+-]?{_REAL}j?|\(?[+-]?{_REAL}[+-]{_REAL}j\)?|\([+-]?{_REAL}j?\)"
_NUMBER = re.compile(_COMPLEX, re.ASCII)
_OPENFERMION_TERM = re.compile(
    rf"\s*+(?P<sign>[+-]?)\s*+(?P<number>{_COMPLEX})?\s*+\[(?P<body>[^][]*+)\]"
)
_HEADING = re.compile(r"(?:\s*QubitOperator:)?")
_BETWEEN = re.compile(r"\s*\+?\s*")
_REST = re.compile(r"[\s+]*\Z")
_FACTOR = re.compile(r"([XYZ])(\d{1,9})", re.ASCII)
_LADDER = re.compile(r"\d+\^?", re.ASCII)
_LABEL = re.compile(r"[IXYZ]+")


class Term(NamedTuple):
    """One term of a file.

    Attributes:
        paulis: letters X, Y, Z.
        qubits: the qubit of each letter.
        coefficient: as written.
        line: its line in the file.
        width: number of qubits of a label, None where the term only names some qubits.
    """

    paulis: str
    qubits: tuple[int, ...]
    coefficient: complex
    line: int
    width: int | None


def is_label(text: str) -> bool:
    """Return whether `text` is a Pauli label such as ``XXI``."""
    return _LABEL.fullmatch(text) is not None


def shown(text: str) -> str:
    """Return `repr(text)`, cut to a length that fits an error message."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _number(text: str, source: str, line: int) -> complex:
    """Return a finite coefficient."""
    try:
        value = complex(text) if _NUMBER.fullmatch(text) else None
    except ValueError:  # one parenthesis without the other
        value = None
    if value is None:
        raise FormatError(
            f"{shown(text)} is not a number: give a coefficient such as 0.5 or (0.5+0j)",
            source=source,
            line=line,
        )
    return finite(value, source, line)


def finite(value: complex, source: str, line: int) -> complex:
    """Return `value`; raise where it is not finite."""
    if not cmath.isfinite(value):
        raise FormatError(
            f"the coefficient {value} is not finite: give a number", source=source, line=line
        )
    return value


def _from_label(label: str, coefficient: complex, source: str, line: int) -> Term:
    """Return the term of a Qiskit label, whose last letter is qubit 0."""
    if not _LABEL.fullmatch(label):
        raise FormatError(
            f"{shown(label)} is not a Pauli label: write one of I, X, Y, Z a qubit, such as XXI",
            source=source,
            line=line,
        )
    sites = [(q, letter) for q, letter in enumerate(reversed(label)) if letter != "I"]
    paulis = "".join(letter for _, letter in sites)
    return Term(paulis, tuple(q for q, _ in sites), coefficient, line, len(label))


# -- OpenFermion --------------------------------------------------------------------------------


def read_openfermion(text: str, source: str) -> Iterator[Term]:
    """Yield the terms of a printed `QubitOperator`: ``(0.5+0j) [X0 Y1] +`` and so on.

    A first line ``QubitOperator:``, as `save_operator` writes, is skipped.
    """
    place = _after(_HEADING, text, 0)
    line, first = text.count("\n", 0, place) + 1, True
    while not _REST.match(text, place):
        match = _OPENFERMION_TERM.match(text, place)
        if match is None or not (
            first or match["sign"] or (match["number"] or "")[:1] in ("+", "-")
        ):
            begin = _after(_BETWEEN, text, place)
            raise FormatError(
                f"{shown(text[begin:].split(chr(10), 1)[0].strip())} is not a term: "
                "write '0.5 [X0 Y1] +', a plus between two terms",
                source=source,
                line=line + text.count("\n", place, begin),
            )
        line += text.count("\n", place, match.start("body"))
        value = _number(match["number"] or "1", source, line)
        yield _from_factors(match["body"], -value if match["sign"] == "-" else value, source, line)
        line += text.count("\n", match.start("body"), match.end())
        place, first = match.end(), False


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    """Return the position after a match of `pattern` at `place`."""
    match = pattern.match(text, place)
    return match.end() if match else place


def _from_factors(body: str, coefficient: complex, source: str, line: int) -> Term:
    """Return the term of factors such as ``X0 Y1``."""
    factors = body.split()
    found = [_FACTOR.fullmatch(factor) for factor in factors]
    for factor, match in zip(factors, found, strict=True):
        if match is None:
            message = f"{shown(factor)} is not a Pauli on a qubit: write X0, Y1 or Z2"
            if _LADDER.fullmatch(factor):
                message = (
                    f"{shown(factor)} is a fermionic ladder operator: map the operator to qubits "
                    "first, for example with openfermion.jordan_wigner"
                )
            raise FormatError(message, source=source, line=line)
    pairs = [(match[1], int(match[2])) for match in found if match]
    return _from_pairs(pairs, coefficient, source, line)


def _from_pairs(pairs: list[tuple[str, int]], coefficient: complex, source: str, line: int) -> Term:
    """Return the term of letters and qubits, no qubit twice."""
    qubits = tuple(qubit for _, qubit in pairs)
    if len(set(qubits)) < len(qubits):
        raise FormatError(
            f"qubits {qubits} of one term repeat: multiply the Paulis on one qubit first",
            source=source,
            line=line,
        )
    return Term("".join(pauli for pauli, _ in pairs), qubits, coefficient, line, None)


# -- Qiskit's labels, line by line ----------------------------------------------------------------


def read_label_lines(text: str, source: str) -> Iterator[Term]:
    """Yield the terms of lines such as ``XXI 0.5`` or ``0.5 * XXI  # comment``."""
    for line, row in enumerate(text.split("\n"), start=1):
        columns = re.split(r"[\s,:;*]+", row.partition("#")[0].strip(" \t,;"))
        if columns == [""]:
            continue
        if len(columns) != 2:
            raise FormatError(
                f"{shown(row.strip())} is not a term: write a label and a number, as 'XXI 0.5'",
                source=source,
                line=line,
            )
        label, number = columns if columns[0][:1].isalpha() else columns[::-1]
        yield _from_label(label, _number(number, source, line), source, line)


# -- lists and dictionaries -----------------------------------------------------------------------


def read_literals(text: str, source: str) -> Iterator[Term]:
    """Yield the terms of lists and dictionaries in JSON or Python.

    Whole files, or one pair a line:

    ``[["XXI", 0.5], ...]``, ``{"XXI": 0.5, ...}``, Python's ``[("XXI", (0.5+0j)), ...]``,
    ``SparsePauliOp(["XXI", ...], coeffs=[0.5, ...])`` and ``{((0, "X"), (1, "Y")): 0.5, ...}``.
    """
    for node, shift in _parsed(text, source):
        try:
            yield from _literal_terms(node, source, shift)
        except RecursionError:
            reason = "it is nested too deeply for a term"
        except FormatError:
            raise
        except ValueError:  # Python's limit on the digits of a whole number that is shown
            reason = "it holds a number of thousands of digits"
        else:
            continue
        raise FormatError(f"{reason}: correct it", source=source, line=node.lineno + shift)


def _literal_terms(node: ast.expr, source: str, shift: int) -> Iterator[Term]:
    """Yield the terms of one literal, which begins after `shift` lines."""
    for key, value, row in _entries(node, source, shift):
        line = row + shift
        coefficient = _coefficient(value, source, line)
        if isinstance(key, str):
            yield _from_label(key, coefficient, source, line)
        else:
            yield _from_pairs(_pairs(key, source, line), coefficient, source, line)


def _parsed(text: str, source: str) -> list[tuple[ast.expr, int]]:
    """Return the literal of the text, or that of each line, with the lines before it."""
    try:
        return [(_tree(text.strip()), _blank_lines(text))]
    except SyntaxError as error:
        failed = error
    except (ValueError, RecursionError, MemoryError) as error:
        raise FormatError(f"it cannot be read: {error}", source=source) from None
    rows = [(row.strip().rstrip(","), k) for k, row in enumerate(text.split("\n")) if row.strip()]
    try:
        if all(row[0] in "[(" and row[-1] in "])" for row, _ in rows):
            return [(_tree(f"[{row}]"), k) for row, k in rows]
    except SyntaxError:
        pass
    raise FormatError(
        f"neither JSON nor a Python literal: {failed.msg}",
        source=source,
        line=(failed.lineno or 1) + _blank_lines(text),
    ) from None


def _tree(text: str) -> ast.expr:
    """Return the syntax tree of an expression, which is not evaluated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes in strings, which no label has
        return ast.parse(text, mode="eval").body


def _blank_lines(text: str) -> int:
    """Return the number of blank lines at the top."""
    return text[: len(text) - len(text.lstrip())].count("\n")


def _entries(
    node: ast.expr, source: str, shift: int
) -> Iterator[tuple[object, ast.expr | None, int]]:
    """Yield key, coefficient and line of every term."""
    match node:
        case ast.Dict(keys=keys, values=values):
            pairs = list(zip(keys, values, strict=True))
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            pairs = [_pair(element, source, shift) for element in elements]
        case ast.Call(
            func=ast.Name(id="SparsePauliOp"),
            args=[ast.List(elts=keys)],
            keywords=[ast.keyword(arg="coeffs", value=ast.List(elts=values))],
        ) if len(keys) == len(values):
            pairs = list(zip(keys, values, strict=True))
        case _:
            raise FormatError(
                'not a list of terms: write [["XXI", 0.5], ...] or a PauliSum\'s JSON',
                source=source,
                line=node.lineno + shift,
            )
    for key, value in pairs:
        row = (key or value).lineno
        yield _literal(key, source, row + shift), value, row


def _pair(element: ast.expr, source: str, shift: int) -> tuple[ast.expr, ast.expr]:
    """Return the two parts of an entry of a list."""
    match element:
        case ast.List(elts=[key, value]) | ast.Tuple(elts=[key, value]):
            return key, value
    raise FormatError(
        f'{shown(ast.unparse(element))} is not a term: write ["XXI", 0.5]',
        source=source,
        line=element.lineno + shift,
    )


def _literal(node: ast.expr | None, source: str, line: int) -> object:
    """Return the value of a literal; raise where it is anything else."""
    try:
        return ast.literal_eval(node) if node is not None else None
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        text = shown(ast.unparse(node)) if node is not None else "this"
        raise FormatError(
            f'{text} cannot be part of a Pauli term: write [["XXI", 0.5], ...]',
            source=source,
            line=line,
        ) from None


def _coefficient(node: ast.expr | None, source: str, line: int) -> complex:
    """Return a coefficient: a number, or a pair of real and imaginary part."""
    match _literal(node, source, line):
        case [int() | float() as real, int() | float() as imaginary]:
            return finite(complex(real, imaginary), source, line)
        case int() | float() | complex() as value if not isinstance(value, bool):
            try:
                return finite(complex(value), source, line)
            except OverflowError:
                raise FormatError(
                    "a coefficient is too large for a float: scale it down",
                    source=source,
                    line=line,
                ) from None
        case other:
            raise FormatError(
                f"the coefficient {shown(repr(other))} is not a number: write 0.5 or [0.5, 0.0]",
                source=source,
                line=line,
            )


def _pairs(key: object, source: str, line: int) -> list[tuple[str, int]]:
    """Return letters and qubits of a key such as ``((0, "X"), (1, "Y"))``."""
    pairs: list[tuple[str, int]] = []
    if isinstance(key, tuple):
        for factor in key:
            match factor:
                case (int(qubit), ("X" | "Y" | "Z") as pauli) if 0 <= qubit < 10**9:
                    pairs.append((pauli, qubit))
                case _:
                    break
        else:
            return pairs
    raise FormatError(
        f"{shown(repr(key))} is not a Pauli term: write a label, or ((0, 'X'), (1, 'Y'))",
        source=source,
        line=line,
    )
