"""Bin packing files: OR-Library binpack, and the plain list of BPPLIB."""

from __future__ import annotations

from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import Numbers, fitting, table_text, words_of
from hybridq.problems.formats._text import first_rows, is_count
from hybridq.problems.formats.knapsack_files import check_single
from hybridq.problems.instance_data import BinData


def read_binpack(text: str, source: str = "input") -> BinData:
    """Return the only problem in a text of the OR-Library (binpack).

    The text holds the number of problems, then the name of the problem, a line of capacity, number
    of items and best known number of bins, and the sizes.

    Raises:
        FormatError: several problems, or not such a text.

    Source: Beasley, OR-Library, binpackinfo.
    """
    numbers = Numbers(words_of(text), source)
    check_single(numbers)
    if not numbers.left:
        raise numbers.error("the file ends before the name of the problem: is it truncated?")
    numbers.at += 1
    line = numbers.line
    capacity = numbers.number("capacity", at_least=0)
    n_items = numbers.count("number of items")
    numbers.count("best known number of bins", at_least=0)
    return _bins(numbers, n_items, capacity, line)


def read_plain(text: str, source: str = "input") -> BinData:
    """Return items and bins in a list: their number, the capacity, the sizes.

    Raises:
        FormatError: not such a list, or the sizes with demands of a cutting stock problem.

    Source: Delorme, Iori, Martello 2018, Optim. Lett. 12, 235 (BPPLIB).
    """
    numbers = Numbers(words_of(text), source)
    rows = numbers.rows
    n_items = numbers.count("number of items")
    line = numbers.line
    capacity = numbers.number("capacity", at_least=0)
    if n_items > 1 and len(rows) == n_items + 2 and all(len(words) == 2 for _, words in rows[2:]):
        raise numbers.error(
            "the lines hold sizes and demands, as for cutting stock: write each size once for "
            "each item",
            rows[2][0],
        )
    return _bins(numbers, n_items, capacity, line)


def _bins(numbers: Numbers, n_items: int, capacity: float, line: int | None) -> BinData:
    """Return the items at the end of a text.

    Args:
        numbers: before the sizes.
        n_items: how many follow.
        capacity: of a bin.
        line: that of the capacity.

    Raises:
        FormatError: fewer or more sizes follow, or the capacity is zero.
    """
    if not capacity:
        raise numbers.error("the capacity is 0: give a positive number", line)
    sizes = numbers.vector(n_items, "size", at_least=0)
    numbers.finish("the sizes")
    return BinData(sizes, capacity)


def write_plain(data: BinData) -> str:
    """Return items and bins as a plain list."""
    return f"{len(data.sizes)}\n" + table_text([size] for size in (data.capacity, *data.sizes))


def recognizes_binpack(text: str, source: str) -> Match:
    """Return the confidence that a text is in the layout of binpack."""
    head = [line.split() for line in first_rows(text, "#", 3)]
    if [len(words) for words in head] != [1, 1, 3] or not is_count(head[0][0]):
        return Match.NO
    return fitting(read_binpack, text, source, match=Match.LIKELY)


def recognizes_plain(text: str, source: str) -> Match:
    """Return the confidence that a text is a plain list of sizes."""
    return fitting(read_plain, text, source, widths=(1, 1)) or fitting(
        read_plain, text, source, widths=(2,)
    )


BINPACK = Format(
    "binpack",
    'OR-Library: 1, a name, "capacity items bins", sizes',
    "bins",
    read_binpack,
    recognizes_binpack,
    plain_numbers=True,
)
PLAIN = Format(
    "bpplib",
    "BPPLIB: the number of items, the capacity, the sizes",
    "bins",
    read_plain,
    recognizes_plain,
    suffixes=(".bpp", ".bpa"),
    write=write_plain,
    plain_numbers=True,
)
