"""Matrices Q as quadratic forms xᵀQx: text, NumPy, SciPy, Matrix Market.

The same files are graphs for families that read graphs. All entries are added, so that x_i x_j
has the coefficient Q_ij + Q_ji; a symmetric Matrix Market file lists one triangle of Q, so that
an off-diagonal value counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from hybridq.core.errors import FormatError
from hybridq.problems.formats import matrix, matrix_market
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import MAX_NODES
from hybridq.problems.formats._quadratic import (
    CONVENTIONS,
    Term,
    check_declared,
    described,
    parse_value,
)
from hybridq.problems.formats._text import numbered_lines, parse_count, short, tidy
from hybridq.problems.instance_data import PolynomialData

_NOT_SQUARE = "not a square matrix of numbers: give n rows of n numbers"


def _form(
    size: int,
    entries: Iterable[tuple[int, int, float]],
    convention: str,
    source: str,
    names: Iterable[Any] | None = None,
) -> PolynomialData:
    """Return the quadratic form of entries (row, column, value).

    Raises:
        FormatError: a value that is not finite.
    """
    on, off, _ = CONVENTIONS[convention]
    linear: dict[int, float] = {}
    pairs: dict[tuple[int, int], float] = {}
    for i, j, value in entries:
        if not abs(value) <= 1e300:
            raise FormatError(
                f"entry ({i + 1}, {j + 1}) of the matrix is {value}: give a finite number",
                source=source,
            )
        if i == j:
            linear[i] = linear.get(i, 0.0) + on * value
        else:
            key = (i, j) if i < j else (j, i)
            pairs[key] = pairs.get(key, 0.0) + off * value
    found: list[Term] = [(tidy(value), (i,)) for i, value in linear.items() if value]
    found += [(tidy(value), key) for key, value in sorted(pairs.items()) if value]
    labels = [f"x{k}" for k in range(size)] if names is None else [str(name) for name in names]
    return described(labels, found, 0.0, convention)


def _of_array(
    array: Any, convention: str | None, source: str, names: Iterable[Any] | None = None
) -> PolynomialData:
    """Return the quadratic form of a square array."""
    table = np.asarray(array, dtype=np.float64)
    rows, columns = np.nonzero(table)
    entries = zip(rows.tolist(), columns.tolist(), table[rows, columns].tolist(), strict=True)
    return _form(len(table), entries, convention or "once", source, names)


def read_text(text: str, source: str = "input", convention: str | None = None) -> PolynomialData:
    """Return the quadratic form of a matrix in text, perhaps with labels in front.

    Raises:
        FormatError: the text is not a square matrix of numbers.
    """
    found = matrix.table(text)
    if found is None:
        raise FormatError(_NOT_SQUARE, source=source)
    names, rows = found
    return _of_array(rows, convention, source, names)


def read_npy(data: bytes, source: str = "input", convention: str | None = None) -> PolynomialData:
    """Return the quadratic form of a matrix in a ``.npy`` file.

    Raises:
        FormatError: the file is damaged, or holds no square matrix of real numbers.
    """
    return _of_array(matrix.array_of(data, source), convention, source)


def read_npz(data: bytes, source: str = "input", convention: str | None = None) -> PolynomialData:
    """Return the quadratic form of a sparse matrix that `scipy.sparse.save_npz` wrote.

    Raises:
        FormatError: the file is damaged, or holds something else.
    """
    found = matrix.sparse_of(data, source)
    if found.shape[0] != found.shape[1]:
        raise FormatError(f"the matrix has shape {found.shape}: give a square one", source=source)
    table = found.tocoo()
    check_declared(found.shape[0], table.nnz, source, None)
    entries = zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True)
    return _form(found.shape[0], entries, convention or "once", source)


def read_market(text: str, source: str = "input", convention: str | None = None) -> PolynomialData:
    """Return the quadratic form of a matrix in a Matrix Market text.

    Coordinate or array layout, real or integer values, symmetric or general.

    Args:
        text: the whole text.
        source: the file's name, for errors.
        convention: weight of an off-diagonal entry; ``"twice"`` by default where the file is
            symmetric, else ``"once"``.

    Raises:
        FormatError: anything else.

    Source: Boisvert, Pozo, Remington 1996, NISTIR 5935.
    """
    lines = numbered_lines(text)
    coordinate, symmetric = _banner(*next(lines, (1, "")), source)
    size_line, size, declared = 0, 0, 0
    entries: dict[tuple[int, int], float] = {}
    places: Iterator[tuple[int, int]] = iter(())
    for line, content in lines:
        if content[0] == "%":
            continue
        tokens = content.split()
        if not size_line:
            size, declared = _size(tokens, coordinate, symmetric, source, line)
            check_declared(size, text.count("\n"), source, line)
            size_line = line
            places = _places(size, symmetric)
            continue
        if len(tokens) != (3 if coordinate else 1):
            raise FormatError(
                f"{short(content)} is not an entry: write "
                f"{'row, column and value' if coordinate else 'one value a line'}",
                source=source,
                line=line,
            )
        place = _place(tokens, size, source, line) if coordinate else next(places, None)
        if place is None or place in entries or (symmetric and place[::-1] in entries):
            raise FormatError(
                "more values than the matrix has: remove the last"
                if place is None
                else f"entry ({place[0] + 1}, {place[1] + 1}) is listed twice: remove one",
                source=source,
                line=line,
            )
        entries[place] = parse_value(tokens[-1], source, line)
    if not size_line:
        raise FormatError('the size line "rows columns entries" is missing: add it', source=source)
    if len(entries) != declared:
        raise FormatError(
            f"{declared} entries are declared, the file holds {len(entries)}: "
            f"{'is it truncated?' if len(entries) < declared else 'correct the number'}",
            source=source,
            line=size_line,
        )
    chosen = convention or ("twice" if symmetric else "once")
    return _form(size, ((i, j, value) for (i, j), value in entries.items()), chosen, source)


def _banner(line: int, content: str, source: str) -> tuple[bool, bool]:
    """Return whether the layout is by coordinates, and whether one triangle is stored."""
    words = content.lower().split()
    fits = len(words) == 5 and words[:2] == [matrix_market.BANNER.lower(), "matrix"]
    if not (
        fits
        and words[2] in ("coordinate", "array")
        and words[3] in ("real", "integer", "double")
        and words[4] in ("symmetric", "general")
    ):
        raise FormatError(
            f"{short(content)} is not read: the first line must be {matrix_market.BANNER} matrix, "
            "coordinate or array, real or integer, symmetric or general",
            source=source,
            line=line,
        )
    return words[2] == "coordinate", words[4] == "symmetric"


def _size(
    tokens: list[str], coordinate: bool, symmetric: bool, source: str, line: int
) -> tuple[int, int]:
    """Return the numbers of variables and of entries."""
    if len(tokens) != (3 if coordinate else 2):
        raise FormatError(
            f"{short(' '.join(tokens))} is not a size line: write "
            f'"rows columns{" entries" if coordinate else ""}"',
            source=source,
            line=line,
        )
    rows, columns, *entries = (parse_count(token, "size", source, line) for token in tokens)
    if rows != columns:
        raise FormatError(
            f"the matrix is {rows} by {columns}: a quadratic form has a square one",
            source=source,
            line=line,
        )
    if rows > MAX_NODES:
        raise FormatError(
            f"{rows} variables are declared, at most {MAX_NODES} are read: correct the number",
            source=source,
            line=line,
        )
    if entries:
        return rows, entries[0]
    return rows, rows * (rows + 1) // 2 if symmetric else rows * rows


def _place(tokens: list[str], size: int, source: str, line: int) -> tuple[int, int]:
    """Return row and column of an entry, counted from 0."""
    row, column = (parse_count(token, "index", source, line) - 1 for token in tokens[:2])
    if not (0 <= row < size and 0 <= column < size):
        raise FormatError(
            f"entry ({row + 1}, {column + 1}) is outside the matrix of size {size}: correct it",
            source=source,
            line=line,
        )
    return row, column


def _places(size: int, symmetric: bool) -> Iterator[tuple[int, int]]:
    """Yield the places of an array by columns, the lower triangle if symmetric."""
    return ((i, j) for j in range(size) for i in range(j if symmetric else 0, size))


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a square matrix of numbers."""
    found = matrix.table(text)
    if found is None:
        return Match.NO
    # Rows of two or three numbers may be edges.
    return Match.LIKELY if len(found[1]) > 3 else Match.FALLBACK


_OPTIONS = ("convention",)

TEXT = Format(
    "quadratic-matrix",
    "square matrix Q of a quadratic form xᵀQx, one row a line",
    "polynomial",
    read_text,
    recognizes,
    options=_OPTIONS,
)
NPY = Format(
    "quadratic-npy",
    "square matrix Q of a quadratic form xᵀQx, as numpy.save writes it",
    "polynomial",
    read_npy,
    matrix.no_text,
    suffixes=(".npy",),
    options=_OPTIONS,
    magic=matrix.NPY.magic,
)
NPZ = Format(
    "quadratic-npz",
    "sparse matrix Q of a quadratic form xᵀQx, as scipy.sparse.save_npz writes it",
    "polynomial",
    read_npz,
    matrix.no_text,
    suffixes=(".npz",),
    options=_OPTIONS,
    magic=matrix.NPZ.magic,
)
MARKET = Format(
    "quadratic-market",
    "matrix Q of a quadratic form xᵀQx in Matrix Market",
    "polynomial",
    read_market,
    matrix_market.recognizes,
    suffixes=(".mtx",),
    options=_OPTIONS,
)
