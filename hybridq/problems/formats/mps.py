"""MPS files, free and fixed, with quadratic objectives, read through HiGHS.

HiGHS reads ``QUADOBJ`` and ``QMATRIX`` as ½ xᵀQx, of which QUADOBJ lists one triangle; an
off-diagonal value q of it is q x_i x_j. It refuses quadratic constraints.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._programs import ProgramBuilder
from hybridq.problems.formats._text import is_number, short, suffix_of
from hybridq.problems.programs.polynomial import Monomial
from hybridq.problems.programs.program import IntegerProgram, Relation

_NUMERIC = ("COLUMNS", "RHS", "RANGES", "BOUNDS", "QUADOBJ", "QMATRIX", "QSECTION")
_SECTIONS = ("NAME", "OBJSENSE", "OBJNAME", "ROWS", *_NUMERIC)
_WITHOUT_VALUE = ("FR", "MI", "PL", "BV")  # types of bounds
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
_REMARK = re.compile(r"(ERROR|WARNING):|(?=.*duplicate entr)")
_SECTION = re.compile(r"^(NAME|ROWS|COLUMNS|OBJSENSE)\b", re.MULTILINE)


def read(text: str, source: str = "input") -> IntegerProgram:
    """Return the integer program in an MPS text.

    All variables must be integer, and bounded by the file or by the constraints.

    Raises:
        FormatError: highspy is not installed, or the text is anything else.
    """
    try:
        highspy = importlib.import_module("highspy")
    except ImportError:
        raise FormatError(
            "MPS is read with the package highspy, which is not installed: "
            "pip install 'hybridq[mps]', or write LP",
            source=source,
        ) from None
    _check(text, source)
    model = _model(highspy, text, source)
    lp, hessian = model.lp_, model.hessian_
    builder = ProgramBuilder(
        source, "give it bounds in the section BOUNDS", "put it between the markers INTORG, INTEND"
    )
    builder.name = _name(text)
    builder.sense = "maximize" if lp.sense_ == highspy.ObjSense.kMaximize else "minimize"
    for what, names, count in (
        ("variable", lp.col_names_, lp.num_col_),
        ("row", lp.row_names_, lp.num_row_),
    ):
        if len(names) != count or "" in names or len(set(names)) != count:
            raise FormatError(f"a {what} has no name of its own: name each", source=source)
    kinds = list(lp.integrality_) or [highspy.HighsVarType.kContinuous] * len(lp.col_names_)
    for name, low, high, kind in zip(
        lp.col_names_, lp.col_lower_, lp.col_upper_, kinds, strict=True
    ):
        column = builder.column(name)
        column.lower, column.upper = float(low), float(high)
        if kind == highspy.HighsVarType.kInteger:
            column.kind = "integer"
    builder.objective = _objective(lp, hessian)
    rows = _rows(lp)
    for name, terms, low, high in zip(
        lp.row_names_, rows, lp.row_lower_, lp.row_upper_, strict=True
    ):
        builder.constrain(name, terms, _relations(float(low), float(high)))
    return builder.finish()


def _check(text: str, source: str) -> None:
    """Raise for a value that is not a number, and for a file that ends early.

    HiGHS reads ``4.x`` as 4, drops a third pair of a line, and waits for ever at an unknown
    section.
    """
    section = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        words = raw.split()
        if not words or raw[0] == "*":
            continue
        if not raw[0].isspace():
            section = words[0].upper()
            if section == "ENDATA":
                return
            if section not in _SECTIONS:
                raise FormatError(
                    f"the section {short(words[0])} is not read: give linear constraints of "
                    "integers, and perhaps QUADOBJ",
                    source=source,
                    line=number,
                )
            continue
        marker = "'MARKER'" in words or "MARKER" in words
        if section not in _NUMERIC or marker or words[0] in _WITHOUT_VALUE:
            continue
        if len(words) > 5:
            raise FormatError(
                f"{len(words)} words, at most 5 are read: give one or two pairs of a name without "
                "blanks and a number",
                source=source,
                line=number,
            )
        pairs = section in ("COLUMNS", "RHS", "RANGES") and len(words) > 3
        for word in (words[-3], words[-1]) if pairs else (words[-1],):
            if not is_number(word) and _INFINITE.fullmatch(word) is None:
                raise FormatError(
                    f"{short(word)} is not a number: correct it", source=source, line=number
                )
    raise FormatError(
        "the file ends without ENDATA: add it, or is the file truncated?",
        source=source,
        line=text.rstrip().count("\n") + 1,
    )


def _model(highspy: Any, text: str, source: str) -> Any:
    """Return the model that HiGHS reads.

    Raises:
        FormatError: HiGHS refuses the file, or leaves out a part.
    """
    with tempfile.TemporaryDirectory(prefix="hybridq-") as folder:
        path, record = Path(folder, "program.mps"), Path(folder, "log")
        path.write_text(text, encoding="utf-8")
        with _silent_stdout():
            solver = highspy.Highs()
        solver.setOptionValue("log_to_console", False)
        solver.setOptionValue("log_file", os.fspath(record))
        status = solver.readModel(os.fspath(path))
        log = record.read_text(encoding="utf-8", errors="replace") if record.exists() else ""
        model = solver.getModel()
        solver.setOptionValue("log_file", "")
    # What HiGHS warns of it leaves out, which makes another program.
    said = [_REMARK.sub("", line).strip() for line in log.split("\n") if _REMARK.match(line)]
    said = [remark for remark in said if not remark.startswith("Parser error")]
    if said or status == highspy.HighsStatus.kError:
        why = " ".join(said[0].split()) if said else "correct the file"
        raise FormatError(f"HiGHS cannot read all of the MPS file: {why}", source=source)
    return model


@contextlib.contextmanager
def _silent_stdout() -> Iterator[None]:
    """Discard what native code prints; HiGHS greets on standard output."""
    if sys.stdout is not None:
        sys.stdout.flush()
    try:
        saved = os.dup(1)
    except OSError:  # closed
        yield
        return
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


def _name(text: str) -> str:
    """Return the name of the model, empty without one."""
    found = re.search(r"^NAME[ \t]++(\S.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _objective(lp: Any, hessian: Any) -> dict[Monomial, float]:
    """Return the objective, offset + cᵀx + ½ xᵀQx."""
    terms: dict[Monomial, float] = {(): float(lp.offset_)} if lp.offset_ else {}
    terms |= {(j,): float(value) for j, value in enumerate(lp.col_cost_) if value}
    starts = list(hessian.start_)
    for j in range(hessian.dim_):
        for place in range(starts[j], starts[j + 1]):
            i, value = int(hessian.index_[place]), float(hessian.value_[place])
            if value:  # of one triangle
                terms[min(i, j), max(i, j)] = value / 2 if i == j else value
    return terms


def _rows(lp: Any) -> list[dict[Monomial, float]]:
    """Return the left-hand sides of the constraints."""
    rows: list[dict[Monomial, float]] = [{} for _ in lp.row_names_]
    matrix = lp.a_matrix_
    by_column = str(matrix.format_).endswith("kColwise")
    starts, indices, values = list(matrix.start_), list(matrix.index_), list(matrix.value_)
    for major in range(len(starts) - 1):
        for place in range(starts[major], starts[major + 1]):
            minor = int(indices[place])
            row, column = (minor, major) if by_column else (major, minor)
            rows[row][(column,)] = float(values[place])
    return rows


def _relations(low: float, high: float) -> list[tuple[Relation, float]]:
    """Return the relations of a constraint between two sides."""
    if low == high:
        return [("==", low)]
    found: list[tuple[Relation, float]] = []
    if math.isfinite(low):
        found.append((">=", low))
    if math.isfinite(high):
        found.append(("<=", high))
    return found


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is MPS, by the names of its sections."""
    found = set(_SECTION.findall(text[: 1 << 20]))
    if {"ROWS", "COLUMNS"} <= found:
        return Match.CERTAIN
    return Match.LIKELY if suffix_of(source) in (".mps", ".qps") else Match.NO


FORMAT = Format(
    "mps",
    "MPS, free or fixed, with QUADOBJ or QMATRIX (needs highspy)",
    "program",
    read,
    recognizes,
    suffixes=(".mps", ".qps"),
)
