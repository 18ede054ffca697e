"""Solutions in ``.sol`` files: a row of values, or lines of name and value.

QOBLIB writes rows of values for quadratic files, in the order of the variables; Gurobi and SCIP
write names, of which SCIP leaves out those with value 0.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from hybridq.core.errors import FormatError, ProblemError
from hybridq.core.files import write_text
from hybridq.problems.formats._text import is_number, numbered_lines, read_text, short

_REMARK = re.compile(r"#|=obj=|objective value|solution status|no solution", re.IGNORECASE)


def read_solution(path: str | os.PathLike[str], names: Sequence[str]) -> dict[str, int]:
    """Return the values in a ``.sol`` file by name; ``-`` is standard input.

    Args:
        path: the file's name.
        names: the variables of the problem, in order.

    Raises:
        FormatError: the file cannot be read, has another number of values, an unknown name, or a
            value that is not an integer.
    """
    text, source = read_text(path)
    return parse_solution(text, names, source=source)


def parse_solution(text: str, names: Sequence[str], *, source: str = "input") -> dict[str, int]:
    """Return the values in the text of a ``.sol`` file by name.

    Args:
        text: the whole text.
        names: the variables of the problem, in order.
        source: the file's name, for errors.

    Raises:
        FormatError: as for `read_solution`.
    """
    rows = [(line, row.split()) for line, row in numbered_lines(text) if not _REMARK.match(row)]
    if all(is_number(word) for _, row in rows for word in row):
        values = [(line, word) for line, row in rows for word in row]
        if len(values) != len(names):
            raise FormatError(
                f"the file has {len(values)} values, and the problem {len(names)} variables: "
                "is it the solution of another problem?",
                source=source,
            )
        pairs = zip(names, values, strict=True)
        return {name: _value(word, source, line) for name, (line, word) in pairs}
    known, found = set(names), dict[str, int]()
    for line, row in rows:
        if len(row) < 2 or row[0] not in known:
            raise FormatError(
                f"{short(' '.join(row))} does not begin with a variable of the problem and its "
                "value: correct the line",
                source=source,
                line=line,
            )
        if row[0] in found:
            raise FormatError(
                f"variable {short(row[0])} is given twice: remove one", source=source, line=line
            )
        found[row[0]] = _value(row[1], source, line)
    return {name: found.get(name, 0) for name in names}


def _value(word: str, source: str, line: int) -> int:
    """Return an integer, which solvers may write as 0.9999999999."""
    value = float(word) if is_number(word) else 0.5
    if abs(value) > 2**53 or abs(value - round(value)) > 1e-5:
        raise FormatError(
            f"the value {short(word)} is not an integer: correct it", source=source, line=line
        )
    return round(value)


def solution_text(
    values: Mapping[str, int], *, objective: float | None = None, plain: bool = False
) -> str:
    """Return values as the text of a ``.sol`` file.

    Args:
        values: by name, in the order of the variables.
        objective: the value of the objective, for a comment.
        plain: True for a row of values without names, as for quadratic files of QOBLIB.

    Raises:
        ProblemError: a name has blanks, or would read as a comment.
    """
    head = "" if objective is None else f"# Objective value = {objective!r}\n"
    if plain:
        return f"{head}{' '.join(str(int(value)) for value in values.values())}\n"
    for name in values:
        if name.split() != [name] or _REMARK.match(name) or is_number(name):
            raise ProblemError(f"a .sol file cannot keep the name {name!r}: rename the variable")
    return head + "".join(f"{name} {int(value)}\n" for name, value in values.items())


def write_solution(
    values: Mapping[str, int],
    path: str | os.PathLike[str],
    *,
    objective: float | None = None,
    plain: bool = False,
) -> None:
    """Write values to a ``.sol`` file, whole or not at all.

    Args:
        values: as for `solution_text`.
        path: the file's name.
        objective: as for `solution_text`.
        plain: as for `solution_text`.

    Raises:
        ProblemError: a name that such a file cannot keep.
        OutputError: the file cannot be written.
    """
    write_text(path, solution_text(values, objective=objective, plain=plain))
