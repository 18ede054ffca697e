"""Text forms of Pauli sums: labels, sparse terms, JSON.

Labels are such as ``"XZI"``, sparse terms such as ``("ZZ", (0, 5), 1.0)``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import DimensionError, FormatError, HybridqError, ParameterError
from hybridq.core.limits import too_many_idle
from hybridq.operators import _masks
from hybridq.operators._masks import Masks

SparseTerm = tuple[str, tuple[int, ...], complex]
Arrays = tuple[Masks, Masks, NDArray[np.complex128]]

FORMAT = "hybridq-pauli-sum"
VERSION = 1

# Code of a Pauli = x bit + 2 * z bit.
_LETTERS = np.frombuffer(b"IXZY", dtype=np.uint8)
_CODES = np.full(256, 255, dtype=np.uint8)
_CODES[_LETTERS] = np.arange(4)


SHOWN_TERMS = 6
"""Terms of a sum that its `repr` shows."""


def shown(n_qubits: int, first: Sequence[SparseTerm], count: int) -> str:
    """Return the text of a sum of `count` terms for people, with the first of them."""
    more = " + ..." if count > len(first) else ""
    terms = "1 term" if count == 1 else f"{count} terms"
    return f"PauliSum({n_qubits} qubits, {terms}: {format_terms(first)}{more})"


def text_of(x: Masks, z: Masks, c: NDArray[np.complex128], terms: slice) -> str:
    """Return some of the terms as text."""
    return format_terms(write_sparse(x[terms], z[terms], c[terms]))


def _codes(text: str, where: str) -> NDArray[np.uint8]:
    """Return the codes of the letters of `text`; raise for the first wrong one."""
    codes = _CODES[np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)]
    if (codes == 255).any():
        wrong = text[int(np.argmax(codes == 255))]
        raise ParameterError(f"{where} has the letter {wrong!r}: only I, X, Y and Z are Paulis")
    return codes


def _numbers(values: Sequence[Any]) -> NDArray[np.complex128]:
    try:
        return np.array(values, dtype=np.complex128)
    except (TypeError, ValueError, OverflowError) as error:
        raise ParameterError(f"coefficients must be numbers: {error}") from error


def _pack_codes(
    codes: NDArray[np.uint8], rows: NDArray[np.int64], qubits: NDArray[np.int64], n: int, terms: int
) -> tuple[Masks, Masks]:
    shape = (terms, _masks.n_words(n))
    has_x, has_z = (codes & 1).astype(bool), (codes & 2).astype(bool)
    return (
        _masks.pack(rows[has_x], qubits[has_x], shape),
        _masks.pack(rows[has_z], qubits[has_z], shape),
    )


def read_labels(
    labels: Mapping[str, complex] | Iterable[tuple[str, complex]],
) -> tuple[int, Arrays]:
    """Return the number of qubits and the arrays of labels.

    Labels are such as ``{"XZI": 1.0}``; character i acts on qubit i.
    """
    pairs = list(labels.items() if isinstance(labels, Mapping) else labels)
    if not pairs:
        raise ParameterError("no labels given: use PauliSum.zero(n_qubits) for an empty sum")
    n = len(pairs[0][0])
    for label, _ in pairs:
        if len(label) != n:
            raise DimensionError(
                f"labels {pairs[0][0]!r} and {label!r} have lengths {n} and {len(label)}: "
                "give every label one character per qubit"
            )
    codes = _codes("".join(label for label, _ in pairs), "a label")
    active = np.flatnonzero(codes)
    rows, qubits = np.divmod(active, max(n, 1))
    x, z = _pack_codes(codes[active], rows, qubits, n, len(pairs))
    return n, (x, z, _numbers([coefficient for _, coefficient in pairs]))


def read_sparse(terms: Iterable[tuple[str, Sequence[int], complex]], n_qubits: int) -> Arrays:
    """Return the arrays of sparse terms ``(paulis, qubits, coefficient)``.

    Letter k acts on ``qubits[k]``.
    """
    listed = list(terms)
    lengths = np.array([len(paulis) for paulis, _, _ in listed], dtype=np.int64)
    for paulis, qubits, _ in listed:
        if len(paulis) != len(qubits):
            raise DimensionError(
                f"term {paulis!r} on qubits {tuple(qubits)} has {len(paulis)} Paulis for "
                f"{len(qubits)} qubits: give one letter per qubit"
            )
    codes = _codes("".join(paulis for paulis, _, _ in listed), "a term")
    flat = np.array([qubit for _, qubits, _ in listed for qubit in qubits])
    if flat.size and flat.dtype.kind not in "iu":
        raise ParameterError("qubits must be integers 0, 1, 2, ...")
    flat = flat.astype(np.int64)
    rows = np.repeat(np.arange(len(listed), dtype=np.int64), lengths)
    bad = (flat < 0) | (flat >= n_qubits)
    if bad.any():
        k = int(np.argmax(bad))
        raise DimensionError(
            f"term {listed[int(rows[k])][0]!r} acts on qubit {flat[k]}, but n_qubits={n_qubits}: "
            f"qubits go from 0 to {n_qubits - 1}"
        )
    order = np.lexsort((flat, rows))
    twice = (np.diff(rows[order]) == 0) & (np.diff(flat[order]) == 0)
    if twice.any():
        k = int(order[int(np.argmax(twice))])
        paulis, qubits, _ = listed[int(rows[k])]
        raise ParameterError(
            f"term {paulis!r} on qubits {tuple(qubits)} names qubit {flat[k]} twice: "
            "multiply the Paulis on one qubit first"
        )
    x, z = _pack_codes(codes, rows, flat, n_qubits, len(listed))
    return x, z, _numbers([coefficient for _, _, coefficient in listed])


def write_labels(x: Masks, z: Masks, n_qubits: int) -> list[str]:
    """Return the label of every term, qubit 0 first."""
    codes = np.zeros((len(x), n_qubits), dtype=np.uint8)
    for masks, bit in ((x, 1), (z, 2)):
        rows, qubits = _masks.unpack(masks)
        codes[rows, qubits] |= bit
    return [row.tobytes().decode("ascii") for row in _LETTERS[codes]]


def write_sparse(x: Masks, z: Masks, coefficients: NDArray[np.complex128]) -> list[SparseTerm]:
    """Return each term as ``(paulis, qubits, coefficient)``, without identities.

    Qubits ascend.
    """
    rows, qubits = _masks.unpack(x | z)
    word, bit = qubits // 64, (qubits % 64).astype(np.uint64)
    one = np.uint64(1)
    codes = ((x[rows, word] >> bit) & one) + 2 * ((z[rows, word] >> bit) & one)
    letters = _LETTERS[codes.astype(np.int64)].tobytes().decode("ascii")
    ends = np.searchsorted(rows, np.arange(len(x)), side="right").tolist()
    numbers = qubits.tolist()
    terms, start = [], 0
    for end, coefficient in zip(ends, coefficients.tolist(), strict=True):
        terms.append((letters[start:end], tuple(numbers[start:end]), coefficient))
        start = end
    return terms


def format_terms(terms: Iterable[SparseTerm]) -> str:
    """Return a readable sum such as ``-1.5 Z0 Z3 + 0.5 X1``."""
    text = ""
    for paulis, qubits, coefficient in terms:
        names = [f"{letter}{qubit}" for letter, qubit in zip(paulis, qubits, strict=True)]
        if coefficient.imag == 0:
            sign = "-" if coefficient.real < 0 else "+"
            number = f"{abs(coefficient.real):.6g}"
        else:
            sign, number = "+", f"({coefficient:.6g})"
        body = " ".join([number, *(names or ["I"])])
        if text:
            text += f" {sign} {body}"
        else:
            text = f"-{body}" if sign == "-" else body
    return text or "0"


def write_json(n_qubits: int, terms: Iterable[SparseTerm]) -> str:
    """Return the JSON text of a sum; see `PauliSum.to_json` for the schema."""
    head = {"format": FORMAT, "version": VERSION, "n_qubits": n_qubits}
    # As json.dumps writes them, in a fifth of the time.
    lines = [
        f'["{paulis}", [{", ".join(map(str, qubits))}], '
        f"{repr(c.real) if c.imag == 0 else [c.real, c.imag]}]"
        for paulis, qubits, c in terms
    ]
    body = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
    return json.dumps(head, indent=2)[:-2] + f',\n  "terms": {body}\n}}\n'


def read_json(text: str, source: str = "input") -> tuple[int, Arrays]:
    """Return the number of qubits and arrays of the JSON text that `write_json` makes.

    Raises:
        FormatError: the text is not in this format.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"invalid JSON: {error.msg}", source=source, line=error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise FormatError(f"unreadable JSON: {error}", source=source) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FormatError(f'not a Pauli sum: "format" must be "{FORMAT}"', source=source)
    if data.get("version") != VERSION:
        raise FormatError(
            f"version {data.get('version')!r} is unknown: this hybridq reads version {VERSION}",
            source=source,
        )
    n_qubits, terms = data.get("n_qubits"), data.get("terms")
    if type(n_qubits) is not int or not isinstance(terms, list):
        raise FormatError('needs "n_qubits", an integer, and "terms", a list', source=source)
    try:
        n_qubits = _masks.checked_width(n_qubits)
        read = [_json_term(term) for term in terms]
        used = len({qubit for _, qubits, _ in read for qubit in qubits})
        if too_many_idle(n_qubits, used):
            raise ParameterError(
                f"n_qubits={n_qubits:,}, but the terms act on {used:,} in all: correct n_qubits"
            )
        return n_qubits, read_sparse(read, n_qubits)
    except (HybridqError, OverflowError, MemoryError) as error:
        raise FormatError(str(error) or "too large", source=source) from None


def _json_term(term: Any) -> tuple[str, list[int], complex]:
    """Return one validated term such as ``["ZZ", [0, 5], 1.0]``.

    A complex coefficient is ``[real, imaginary]``.
    """
    match term:
        case [str(paulis), list(qubits), c] if all(type(q) is int for q in qubits):
            parts = c if isinstance(c, list) and len(c) == 2 else [c, 0.0]
            if all(type(part) in (int, float) for part in parts):
                coefficient = complex(float(parts[0]), float(parts[1]))
                if math.isfinite(coefficient.real) and math.isfinite(coefficient.imag):
                    return paulis, qubits, coefficient
    shown = repr(term)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    raise ParameterError(f'term {shown} is not of the form ["ZZ", [0, 5], 1.0] with finite numbers')
