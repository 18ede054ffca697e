"""Market split files of QOBLIB: ``m n``, then m equations."""

from __future__ import annotations

import numpy as np

from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import Numbers, fitting, table_text, words_of
from hybridq.problems.instance_data import EquationData


def read(text: str, source: str = "input") -> EquationData:
    """Return the equations A x = b of bits in a text; ``#`` begins a comment.

    Each row ends with its right-hand side.

    Raises:
        FormatError: not two counts and as many rows of finite numbers.

    Source: Koch et al. 2025, arXiv:2504.03832 (QOBLIB), problem 01.
    """
    numbers = Numbers(words_of(text), source)
    rows = numbers.rows
    n_rows = numbers.count("number of equations")
    n_variables = numbers.count("number of variables")
    for line, words in rows[1:]:
        if len(words) != n_variables + 1:
            raise numbers.error(
                f"{len(words)} numbers, expected {n_variables} coefficients and a right-hand "
                "side: correct the row",
                line,
            )
    numbers.check_left(n_rows * (n_variables + 1), "coefficients and right-hand sides")
    table = numbers.matrix(n_rows, n_variables + 1, "coefficient")
    numbers.finish(f"{n_rows} equations")
    return EquationData(table[:, :-1], table[:, -1])


def write(data: EquationData) -> str:
    """Return the equations as a text of QOBLIB."""
    rows, columns = data.matrix.shape
    return f"{rows} {columns}\n{table_text(np.column_stack([data.matrix, data.sides]))}"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text holds such equations."""
    return fitting(read, text, source, widths=(2,), match=Match.LIKELY)


FORMAT = Format(
    "market-split",
    'QOBLIB: "rows variables", then the coefficients and the side of each equation',
    "equations",
    read,
    recognizes,
    suffixes=(".dat",),
    write=write,
    plain_numbers=True,
)
