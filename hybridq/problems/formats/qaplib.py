"""QAPLIB files: the size n, then two matrices of n rows and n columns."""

from __future__ import annotations

from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import Numbers, fitting, table_text, words_of
from hybridq.problems.instance_data import AssignmentData


def read(text: str, source: str = "input") -> AssignmentData:
    """Return flows and distances of a QAPLIB text; lines may break anywhere.

    The first matrix is taken for the flows and the second for the distances. QAPLIB leaves that
    open: with the two exchanged, the same values belong to the inverse assignments.

    Raises:
        FormatError: not a size and two matrices of finite numbers.

    Source: Burkard, Karisch, Rendl 1997, QAPLIB, J. Global Optim. 10, 391.
    """
    numbers = Numbers(words_of(text), source)
    size = numbers.count("size")
    numbers.check_left(2 * size * size, f"two matrices of {size} rows and columns")
    flows = numbers.matrix(size, size, "flow")
    distances = numbers.matrix(size, size, "distance")
    numbers.finish("the two matrices")
    return AssignmentData(flows, distances)


def write(data: AssignmentData) -> str:
    """Return flows and distances as a QAPLIB text."""
    return f"{len(data.flows)}\n\n{table_text(data.flows)}\n{table_text(data.distances)}"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a size and two matrices."""
    return fitting(read, text, source, widths=(1,))


FORMAT = Format(
    "qaplib",
    "QAPLIB: the size, then the matrices of flows and distances",
    "assignment",
    read,
    recognizes,
    suffixes=(".dat", ".qap"),
    write=write,
    plain_numbers=True,
)
