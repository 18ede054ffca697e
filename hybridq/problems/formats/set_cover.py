"""OR-Library set covering files: costs, then the sets that hold each element."""

from __future__ import annotations

from hybridq.core.errors import ProblemError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import Numbers, fitting, row_text, words_of
from hybridq.problems.instance_data import SetData


def read(text: str, source: str = "input") -> SetData:
    """Return the sets in a text of the OR-Library (scp); lines may break anywhere.

    The text holds m and n, the costs of n columns, and for each of m rows the number of columns
    that cover it and their numbers from 1. Rows are the elements 1 to m, columns the sets 1 to n.

    Raises:
        FormatError: not such a text.

    Source: Beasley, OR-Library, scpinfo.
    """
    numbers = Numbers(words_of(text), source)
    n_elements = numbers.count("number of rows")
    n_sets = numbers.count("number of columns")
    numbers.check_left(n_sets + n_elements, "costs, and the size of each row")
    costs = numbers.vector(n_sets, "cost")
    members: list[list[int]] = [[] for _ in range(n_sets)]
    for element in range(1, n_elements + 1):
        size = numbers.count(f"number of columns that cover row {element}", at_least=0)
        numbers.check_left(size, f"columns that cover row {element}")
        for _ in range(size):
            line = numbers.line
            column = numbers.count("column")
            if column > n_sets:
                raise numbers.error(
                    f"column {column} is outside the declared range 1 to {n_sets}: correct it, "
                    "or the number at the top",
                    line,
                )
            if members[column - 1][-1:] == [element]:
                raise numbers.error(f"row {element} lists column {column} twice: remove one", line)
            members[column - 1].append(element)
    numbers.finish(f"{n_elements} rows")
    sets = tuple((column, tuple(rows)) for column, rows in enumerate(members, start=1))
    return SetData(tuple(range(1, n_elements + 1)), sets, tuple(costs.tolist()))


def write(data: SetData) -> str:
    """Return the sets in the layout of scp.

    Raises:
        ProblemError: the elements or the sets are not numbered from 1.
    """
    n_elements, n_sets = len(data.universe), len(data.sets)
    labels = tuple(label for label, _ in data.sets)
    numbered = (tuple(range(1, n_elements + 1)), tuple(range(1, n_sets + 1)))
    if (data.universe, labels) != numbered:
        raise ProblemError("scp files number elements and sets from 1: write JSON")
    covers: list[list[int]] = [[] for _ in range(n_elements)]
    for label, elements in data.sets:
        for element in elements:
            covers[element - 1].append(label)
    lines = [f"{n_elements} {n_sets}", row_text(data.costs or (1.0,) * n_sets)]
    for cover in covers:
        lines += [str(len(cover)), row_text(cover)] if cover else ["0"]
    return "\n".join(lines) + "\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is in the layout of scp."""
    return fitting(read, text, source, widths=(2,))


FORMAT = Format(
    "scp",
    'OR-Library: "rows columns", costs, and the columns that cover each row',
    "sets",
    read,
    recognizes,
    suffixes=(".scp",),
    write=write,
    plain_numbers=True,
)
