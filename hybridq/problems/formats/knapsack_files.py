"""Knapsack files: OR-Library mknap, lists of items, and quadratic ones."""

from __future__ import annotations

import numpy as np

from hybridq.core.errors import ProblemError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import (
    Numbers,
    Rows,
    Words,
    fitting,
    parse_number,
    row_text,
    table_text,
    words_of,
)
from hybridq.problems.formats._text import first_rows, is_number, numbered_lines, parse_count, short
from hybridq.problems.instance_data import KnapsackData

_LINES_OF_NAME = 3  # a quadratic file: its name, the number of items, the values


def read_mknap(text: str, source: str = "input") -> KnapsackData:
    """Return the multidimensional knapsack in a text of the OR-Library.

    The text holds the number of problems (may be left out for one), then n, m and the optimum (0
    where unknown), n values, m rows of n weights, and m capacities.

    Raises:
        FormatError: several problems, or not such a text.

    Source: Beasley, OR-Library, mknapinfo.
    """
    numbers = Numbers(words_of(text), source)
    rows = numbers.rows
    if rows and len(rows[0][1]) == 1:
        check_single(numbers)
    n_items = numbers.count("number of items")
    n_rows = numbers.count("number of constraints")
    numbers.number("optimum")
    numbers.check_left(n_items + n_rows * (n_items + 1), "values, weights and capacities")
    values = numbers.vector(n_items, "value")
    weights = numbers.matrix(n_rows, n_items, "weight", at_least=0)
    capacity = numbers.vector(n_rows, "capacity", at_least=0)
    numbers.finish("the capacities")
    return KnapsackData(values, weights, capacity)


def check_single(numbers: Numbers) -> None:
    """Read the number of problems in a file, and raise unless it is one.

    Raises:
        FormatError: it is another number.
    """
    line = numbers.line
    if (problems := numbers.count("number of problems")) > 1:
        raise numbers.error(
            f"the file holds {problems:,} problems, and one is read: keep one of them, and "
            "write 1 in this line",
            line,
        )


def read_list(text: str, source: str = "input") -> KnapsackData:
    """Return the items in a list.

    Either ``n capacity`` and n lines ``value weight``, or n, n lines ``number value weight`` and
    the capacity, as Pisinger's generator writes them. ``#`` begins a comment.

    Raises:
        FormatError: not such a list.

    Source: Pisinger 2005, Comput. Oper. Res. 32, 2271.
    """
    numbers = Numbers(words_of(text), source)
    rows = numbers.rows
    numbered = bool(rows) and len(rows[0][1]) == 1
    n_items = numbers.count("number of items")
    capacity = 0.0 if numbered else numbers.number("capacity", at_least=0)
    width = 3 if numbered else 2
    items = rows[1:-1] if numbered else rows[1:]
    if len(items) != n_items:
        raise numbers.error(
            f"{n_items:,} items are declared, and {max(0, len(items)):,} lines of items follow: "
            f"{'is the file truncated?' if len(items) < n_items else 'correct the number'}",
            rows[0][0],
        )
    for position, (line, words) in enumerate(items, start=1):
        if len(words) != width:
            raise numbers.error(
                f"{short(' '.join(words))} is not an item: write "
                f"{'number, value and weight' if numbered else 'value and weight'}",
                line,
            )
        if numbered and parse_count(words[0], "number of the item", source, line) != position:
            raise numbers.error(f"item {position} is numbered {short(words[0])}: correct it", line)
    pairs = [(line, words[-2:]) for line, words in items]
    values = [parse_number(words[0], "value", source, line) for line, words in pairs]
    weights = [parse_number(words[1], "weight", source, line, 0) for line, words in pairs]
    if numbered:
        numbers.at += width * n_items
        capacity = numbers.number("capacity", at_least=0)
        numbers.finish("the capacity")
    return KnapsackData(np.array(values), np.array([weights]), np.array([capacity]))


def read_quadratic(text: str, source: str = "input") -> KnapsackData:
    """Return a quadratic knapsack in a text of Billionnet and Soutif.

    Lines in order: name; n; n values; n − 1 rows of the values of pairs (upper triangle); the
    kind of the constraint, 0 for at most; the capacity; n weights. The text after them is
    comment.

    Raises:
        FormatError: not such a text, or an equality constraint (kind 1).

    Source: Billionnet, Soutif 2004, Eur. J. Oper. Res. 157, 565.
    """
    rows: Rows = tuple((line, tuple(each.split())) for line, each in numbered_lines(text))
    numbers = Numbers(Words.of_rows(rows[1:]), source)
    n_items = numbers.count("number of items")
    pairs = n_items * (n_items - 1) // 2
    numbers.check_left(2 * n_items + pairs + 2, "values, pairs and weights")
    values = numbers.vector(n_items, "value")
    upper = numbers.vector(pairs, "value of a pair")
    line = numbers.line
    if (kind := numbers.count("kind of the constraint", at_least=0)) > 1:
        raise numbers.error(
            f"the kind of the constraint is {kind}: correct it, or the sizes above", line
        )
    if kind == 1:
        raise numbers.error(
            "kind 1 asks for a total weight equal to the capacity: give kind 0 (at most), or "
            "write an integer program",
            line,
        )
    capacity = numbers.number("capacity", at_least=0)
    weights = numbers.vector(n_items, "weight", at_least=0)
    if numbers.left and is_number(numbers.words[numbers.at]):
        numbers.finish("the weights")
    profits = np.zeros((n_items, n_items))
    profits[np.triu_indices(n_items, k=1)] = upper
    return KnapsackData(values, weights[None, :], np.array([capacity]), profits)


def write_mknap(data: KnapsackData) -> str:
    """Return the knapsack in the layout of mknap, with the optimum unknown.

    Raises:
        ProblemError: pairs of items have values.
    """
    _check_plain(data)
    head = f"1\n{len(data.values)} {len(data.capacity)} 0\n{row_text(data.values)}\n"
    return f"{head}{table_text(data.weights)}{row_text(data.capacity)}\n"


def write_list(data: KnapsackData) -> str:
    """Return the knapsack as a list of items.

    Raises:
        ProblemError: several constraints, or pairs of items have values.
    """
    _check_plain(data)
    if len(data.capacity) > 1:
        raise ProblemError(
            f"the knapsack has {len(data.capacity)} constraints: write mknap or JSON"
        )
    items = table_text(zip(data.values, data.weights[0], strict=True))
    return f"{len(data.values)} {row_text(data.capacity)}\n{items}"


def _check_plain(data: KnapsackData) -> None:
    """Raise if pairs of items have values.

    Raises:
        ProblemError: they have.
    """
    if data.profits is not None:
        raise ProblemError("pairs of items have values in this knapsack: write JSON")


def recognizes_mknap(text: str, source: str) -> Match:
    """Return the confidence that a text is in the layout of mknap."""
    plain = fitting(read_mknap, text, source, widths=(3,))
    found = plain or fitting(read_mknap, text, source, widths=(1, 3))
    head = [line.split()[0] for line in first_rows(text, "#", 3)]
    is_list = found == Match.FALLBACK and head[1:] == ["1", "2"]  # numbers of items
    return Match.NO if is_list else found


def recognizes_list(text: str, source: str) -> Match:
    """Return the confidence that a text is a list of items."""
    numbered = fitting(read_list, text, source, widths=(1, 3))
    return max(numbered, fitting(read_list, text, source, widths=(2,)))


def recognizes_quadratic(text: str, source: str) -> Match:
    """Return the confidence that a text is a quadratic knapsack: a name, then numbers."""
    rows = []
    for _, line in numbered_lines(text[: 1 << 20]):
        rows.append(line.split())
        if len(rows) == _LINES_OF_NAME:
            break
    if len(rows) < _LINES_OF_NAME or len(rows[0]) != 1 or len(rows[1]) != 1:
        return Match.NO
    if is_number(rows[0][0]) or not all(map(is_number, rows[1] + rows[2])):
        return Match.NO
    try:
        read_quadratic(text, source)
    except ValueError:
        return Match.FALLBACK
    return Match.LIKELY


MKNAP = Format(
    "mknap",
    'OR-Library: "items constraints optimum", values, rows of weights, capacities',
    "knapsack",
    read_mknap,
    recognizes_mknap,
    suffixes=(".dat",),
    write=write_mknap,
    plain_numbers=True,
)
LIST = Format(
    "knapsack-list",
    '"items capacity", then "value weight" lines',
    "knapsack",
    read_list,
    recognizes_list,
    suffixes=(".kp", ".knap"),
    write=write_list,
    plain_numbers=True,
)
QUADRATIC = Format(
    "quadratic-knapsack",
    "Billionnet and Soutif: name, size, values, triangle of pairs, 0, capacity, weights",
    "knapsack",
    read_quadratic,
    recognizes_quadratic,
    plain_numbers=True,
)
