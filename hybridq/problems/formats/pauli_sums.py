"""Pauli sums in files: hybridq's own JSON, OpenFermion's text, Qiskit's labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hybridq.core import memory
from hybridq.core.errors import FormatError
from hybridq.core.limits import too_many_idle
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._pauli_products import is_products, read_products
from hybridq.problems.formats._pauli_text import (
    Term,
    is_label,
    read_label_lines,
    read_literals,
    read_openfermion,
)
from hybridq.problems.formats._text import first_rows, is_number
from hybridq.problems.hermitian import real_part, worst_imaginary

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum

_NO_TERMS = "the file holds no terms: give a Hamiltonian"
_OWN_JSON = re.compile(r'"(format|n_qubits)"\s*+:')
# OpenFermion's text may begin with a bracket too, but no quote, bracket or brace follows there.
_LITERAL = re.compile(r"""\{|[\[(]\s*+[\[({"']|SparsePauliOp\(|\[\s*+\]\s*+$""")
# A quoted label and a number, a tuple of qubit and letter, or the name of Qiskit's class.
_PAULI_LITERAL = re.compile(
    r"""[\[({\s]*+(?:["'][IXYZ]++["']\s*+[,:]\s*+[-+(\[.\d]"""
    r"""|\d++\s*+,\s*+["'][XYZ]["']|SparsePauliOp\()""",
    re.ASCII,
)
_BRACKETED = re.compile(
    r"\s*+(?:QubitOperator:)?[-+.\deEjJ()\s]{0,100}+\[\s*+(?:[XYZ]\d++\s*+)*+\]", re.ASCII
)


@memory.capacity("reading the Hamiltonian", "give a smaller file")
def parse_hamiltonian(text: str, *, format: str | None = None, source: str = "input") -> PauliSum:
    r"""Return the Hamiltonian in a text.

    - JSON as `PauliSum.to_json` writes it.
    - OpenFermion's `QubitOperator`, printed (``(0.5+0j) [X0 Y1] +``), or its ``terms``
      (``{((0, "X"), (1, "Y")): 0.5}``).
    - Sums of products, as PennyLane, Cirq, Blueqat and pyQuil print them (``0.5*Z0*Z1 + 0.2*X0``).
    - Qiskit's labels, in which the last letter is qubit 0: lines ``XXI 0.5``; or lists and
      dictionaries, ``[["XXI", 0.5], ...]``, ``{"XXI": 0.5}``, one pair a line, or a printed
      `SparsePauliOp`.

    Equal terms are added, imaginary parts that are rounding dropped.

    Args:
        text: with ``\n`` line ends.
        format: the name of a format of shape ``"pauli-sum"``; recognized from the content when
            None.
        source: the file's name, for messages.

    Raises:
        FormatError: anything else, or not Hermitian; the line is named if known.
        UnknownNameError: no such format.
    """
    from hybridq.problems.formats._reading import parse

    total: PauliSum = parse(text, "pauli-sum", format, source=source)
    return total


def _read_own_json(text: str, source: str) -> PauliSum:
    """Return the Hamiltonian written by `PauliSum.to_json`."""
    from hybridq.operators.pauli_sum import PauliSum

    total = PauliSum.from_json(text, source=source)
    if not len(total):
        raise FormatError(_NO_TERMS, source=source)
    return _hermitian(total, [], source)


def _reader(terms_of: Callable[[str, str], Iterator[Term]]) -> Callable[[str, str], PauliSum]:
    """Return a reader that adds up the terms that `terms_of` finds in a text."""

    def read(text: str, source: str) -> PauliSum:
        """Return the Hamiltonian in a text."""
        terms = list(terms_of(text, source))
        if not terms:
            raise FormatError(_NO_TERMS, source=source)
        return _hermitian(_sum(terms, source), terms, source)

    return read


def _sum(terms: list[Term], source: str) -> PauliSum:
    """Return the sum of terms of equal width."""
    from hybridq.operators.pauli_sum import PauliSum

    first = terms[0].width
    for term in terms:
        if term.width != first:
            raise FormatError(
                f"a label of {term.width} qubits, where the first has {first}: "
                "give every label one letter a qubit",
                source=source,
                line=term.line,
            )
    reach = max((qubit for term in terms for qubit in term.qubits), default=0) + 1
    n_qubits = reach if first is None else first
    used = len({qubit for term in terms for qubit in term.qubits})
    if first is None and too_many_idle(n_qubits, used):
        line = max(terms, key=lambda term: max(term.qubits, default=0)).line
        raise FormatError(
            f"a term acts on qubit {n_qubits - 1:,}, where the terms act on {used:,} in all: "
            "number the qubits from 0 without gaps",
            source=source,
            line=line,
        )
    return PauliSum.from_sparse(
        [(term.paulis, term.qubits, term.coefficient) for term in terms], n_qubits
    ).simplify()


def _hermitian(total: PauliSum, terms: list[Term], source: str) -> PauliSum:
    """Return `total` with real coefficients; raise where they are not."""
    worst = worst_imaginary(total)
    if worst is None:
        return real_part(total)
    paulis, qubits, coefficient = worst
    same = set(zip(paulis, qubits, strict=True))
    lines = [t.line for t in terms if set(zip(t.paulis, t.qubits, strict=True)) == same]
    name = " ".join(f"{p}{q}" for p, q in zip(paulis, qubits, strict=True)) or "I"
    raise FormatError(
        f"the operator is not hermitian: {name} has the coefficient {coefficient:.6g}; "
        "those of a Hamiltonian are real",
        source=source,
        line=lines[0] if lines else None,
    )


def _recognizes_own_json(text: str, source: str) -> Match:
    """Return the confidence that a text is a Pauli sum in hybridq's JSON."""
    start = text.lstrip()
    return Match.CERTAIN if start[:1] == "{" and _OWN_JSON.search(start) else Match.NO


def _recognizes_literals(text: str, source: str) -> Match:
    """Return the confidence that a text is a list or dictionary of Pauli terms."""
    start = text.lstrip()
    if _PAULI_LITERAL.match(start):
        return Match.CERTAIN
    return Match.FALLBACK if _LITERAL.match(start) else Match.NO


def _recognizes_openfermion(text: str, source: str) -> Match:
    """Return the confidence that a text is a printed QubitOperator of OpenFermion."""
    if _LITERAL.match(text.lstrip()):
        return Match.NO
    if _BRACKETED.match(text):
        return Match.CERTAIN
    return Match.FALLBACK if "[" in text else Match.NO


def _recognizes_labels(text: str, source: str) -> Match:
    """Return the confidence that a text is lines of a Pauli label and a number."""
    if "[" in text or _LITERAL.match(text.lstrip()):
        return Match.NO
    rows = [re.split(r"[\s,:;*]+", row.strip(" \t,;")) for row in first_rows(text, "#", 1)]
    for row in rows:
        label, number = row[:2] if len(row) == 2 else ("", "")
        if is_label(label) or is_label(number):
            return Match.LIKELY if is_number(label) or is_number(number) else Match.POSSIBLE
    return Match.FALLBACK


OWN_JSON = Format(
    "pauli-json",
    "JSON of a Pauli sum, as PauliSum.to_json writes it",
    "pauli-sum",
    _read_own_json,
    _recognizes_own_json,
)
LITERALS = Format(
    "pauli-list",
    'lists or dictionaries in JSON or Python, [["XXI", 0.5], ...]',
    "pauli-sum",
    _reader(read_literals),
    _recognizes_literals,
)
OPENFERMION = Format(
    "openfermion",
    "a printed QubitOperator, (0.5+0j) [X0 Y1] +",
    "pauli-sum",
    _reader(read_openfermion),
    _recognizes_openfermion,
)
PRODUCTS = Format(
    "pauli-products",
    "sums of products, 0.5*Z0*Z1, of PennyLane, Cirq, Blueqat, pyQuil",
    "pauli-sum",
    _reader(read_products),
    lambda text, source: Match.CERTAIN if is_products(text) else Match.NO,
)
LABELS = Format(
    "pauli-labels",
    'lines of a label and a number, "XXI 0.5"; the last letter is qubit 0',
    "pauli-sum",
    _reader(read_label_lines),
    _recognizes_labels,
)
