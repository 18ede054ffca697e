"""Hamiltonians in files: hybridq's own JSON, OpenFermion's text, Qiskit's labels."""

from __future__ import annotations

import os
import re

import numpy as np

from hybridq.core import memory
from hybridq.core.errors import FormatError
from hybridq.core.limits import too_many_idle
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems._pauli_text import Term, read_label_lines, read_literals, read_openfermion
from hybridq.problems._text_file import read_text

_NO_TERMS = "there are no terms: give a Hamiltonian"
# Imaginary parts up to this share of the largest coefficient are rounding.
_ROUNDING = 1e-10
# OpenFermion's text may begin with a bracket too, but no quote, bracket or brace follows there.
_LITERAL = re.compile(r"""\{|[\[(]\s*[\[({"']|SparsePauliOp\(|\[\s*\]\s*$""")


def read_hamiltonian(path: str | os.PathLike[str]) -> PauliSum:
    """The Hamiltonian in a file; ``-`` is standard input. Formats stand at `parse_hamiltonian`.

    Raises:
        FormatError: the file cannot be read, or holds no hermitian Pauli sum.
    """
    text, source = read_text(path)
    return parse_hamiltonian(text, source=source)


@memory.capacity("reading the Hamiltonian", "give a smaller file")
def parse_hamiltonian(text: str, *, source: str = "input") -> PauliSum:
    r"""The Hamiltonian in a text, whose content tells the format.

    - JSON as `PauliSum.to_json` writes it.
    - OpenFermion's `QubitOperator`, printed (``(0.5+0j) [X0 Y1] +``), or its ``terms``
      (``{((0, "X"), (1, "Y")): 0.5}``).
    - Qiskit's labels, in which the last letter is qubit 0: lines ``XXI 0.5``; or lists and
      dictionaries, ``[["XXI", 0.5], ...]``, ``{"XXI": 0.5}``, one pair a line, or a printed
      `SparsePauliOp`.

    Terms that repeat are added up, imaginary parts that are rounding dropped.

    Args:
        text: with ``\n`` line ends.
        source: the file's name, for messages.

    Raises:
        FormatError: none of these, or not hermitian; the line is named where there is one.
    """
    start = text.lstrip()
    if not start:
        raise FormatError("the file is empty: give a Hamiltonian", source=source)
    if start[0] == "{" and re.search(r'"(format|n_qubits)"\s*:', start):
        total = PauliSum.from_json(text, source=source)
        if not len(total):
            raise FormatError(_NO_TERMS, source=source)
        return _hermitian(total, [], source)
    if re.match(r"[&$]FCI\b", start, re.IGNORECASE):
        raise FormatError(
            "an FCIDUMP file is a molecule, not a Pauli sum: read it with Molecule.from_fcidump",
            source=source,
            line=1,
        )
    if _LITERAL.match(start):
        terms = list(read_literals(text, source))
    elif "[" in start:
        terms = list(read_openfermion(text, source))
    else:
        terms = list(read_label_lines(text, source))
    if not terms:
        raise FormatError(_NO_TERMS, source=source)
    return _hermitian(_sum(terms, source), terms, source)


def _sum(terms: list[Term], source: str) -> PauliSum:
    first = terms[0].width
    for term in terms:
        if term.width != first:
            raise FormatError(
                f"a label of {term.width} qubits where the first has {first}: "
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
    """`total` with real coefficients."""
    worst = worst_imaginary(total)
    if worst is None:
        return real_part(total)
    paulis, qubits, coefficient = worst
    same = set(zip(paulis, qubits, strict=True))
    lines = [t.line for t in terms if set(zip(t.paulis, t.qubits, strict=True)) == same]
    name = " ".join(f"{p}{q}" for p, q in zip(paulis, qubits, strict=True)) or "I"
    raise FormatError(
        f"the operator is not hermitian: {name} has the coefficient {coefficient:.6g}; "
        "a Hamiltonian's are real",
        source=source,
        line=lines[0] if lines else None,
    )


def worst_imaginary(total: PauliSum) -> tuple[str, tuple[int, ...], complex] | None:
    """The term with the largest imaginary part, None where all are real up to rounding."""
    merged = total.simplify()
    if not len(merged):
        return None
    imaginary = np.abs(merged.coefficients.imag)
    k = int(imaginary.argmax())
    if imaginary[k] <= _ROUNDING * np.abs(merged.coefficients).max():
        return None
    return merged.to_sparse()[k]


def real_part(total: PauliSum) -> PauliSum:
    """The sum with real coefficients, equal terms merged."""
    merged = total.simplify()
    if not merged.coefficients.imag.any():
        return merged
    real = merged.coefficients.real.astype(np.complex128)
    return PauliSum(merged.n_qubits, merged.x_masks, merged.z_masks, real).simplify()
