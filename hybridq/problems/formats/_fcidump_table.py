"""Lines of an FCIDUMP file below its header: one value and four orbitals each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import FormatError

# Fortran writes 1.5D-03, and 0.15-101 where three digits of the exponent leave no room for an E.
_FORTRAN = re.compile(
    r"([+-]?(?:\d++(?:\.\d*+)?|\.\d++))(?:[dDeEqQ]([+-]?\d++)|([+-]\d++))?", re.ASCII
)
_INDEX = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of integrals.

    Attributes:
        values: shape (n,), hartree.
        indices: shape (n, 4), orbitals from 1, 0 for none.
        lines: shape (n,), line numbers in the file.
        source: the file's name.
        end: number of the file's last row, also where only some are chosen.
    """

    values: NDArray[np.float64]
    indices: NDArray[np.int64]
    lines: NDArray[np.int64]
    source: str
    end: int

    def rows(self, chosen: NDArray[np.bool_]) -> Table:
        """Return the rows where `chosen`, shape (n,), is true."""
        return replace(
            self,
            values=self.values[chosen],
            indices=self.indices[chosen],
            lines=self.lines[chosen],
        )

    def refuse(self, wrong: Any, message: str) -> None:
        """Raise if a row is `wrong`, bool of shape (n,).

        Raises:
            FormatError: names the first wrong row; ``{value}`` and ``{indices}`` in the message
                are those of that row.
        """
        if wrong.any():
            k = int(np.argmax(wrong))
            shown = " ".join(map(str, self.indices[k].tolist()))
            raise FormatError(
                message.format(value=self.values[k], indices=shown),
                source=self.source,
                line=int(self.lines[k]),
            )


def read_table(lines: list[str], first: int, source: str) -> Table:
    """Return the rows of ``lines[first:]``, without blank lines and comments.

    Comments begin with ``!`` or ``#``.

    Raises:
        FormatError: a line that is not one finite number and four whole ones, or no line at all.
    """
    values: list[float] = []
    indices: list[tuple[int, int, int, int]] = []
    numbers: list[int] = []
    for number in range(first, len(lines)):
        fields = lines[number].partition("!")[0].split()
        if not fields or fields[0][0] == "#":
            continue
        try:
            text, i, j, k, l = fields  # noqa: E741
            values.append(_value(text))
            indices.append((_orbital(i), _orbital(j), _orbital(k), _orbital(l)))
        except ValueError:
            _explain(fields, source, number + 1)
        numbers.append(number + 1)
    if not values:
        raise FormatError(
            "no integrals follow the header: is the file truncated?", source=source, line=len(lines)
        )
    table = Table(np.array(values), np.array(indices), np.array(numbers), source, numbers[-1])
    table.refuse(~np.isfinite(table.values), "the integral {indices} is {value}: give a number")
    return table


def _value(text: str) -> float:
    """Return a number in Fortran's spelling; raise ValueError at anything else."""
    match = _FORTRAN.fullmatch(text)
    if match is None:
        raise ValueError
    number, exponent, bare = match.groups()
    return float(f"{number}e{exponent or bare or 0}")


def _orbital(text: str) -> int:
    """Return the number of an orbital; raise ValueError at anything else."""
    if not _INDEX.fullmatch(text):
        raise ValueError
    return int(text)


def _is_complex(fields: list[str]) -> bool:
    """Return whether two numbers with a decimal point and four orbitals are given."""
    numbers, orbitals = fields[:2], fields[2:]
    return all("." in text and _FORTRAN.fullmatch(text) for text in numbers) and all(
        _INDEX.fullmatch(text) for text in orbitals
    )


def _explain(fields: list[str], source: str, line: int) -> NoReturn:
    """Raise the error of a line that could not be read."""
    if fields[0].startswith("("):
        message = (
            "complex integrals '(re,im) i j k l', as NECI and HANDE write them, are not read: "
            "write the file in real orbitals"
        )
    elif len(fields) == 6 and _is_complex(fields):
        message = (
            "complex integrals 're im i j k l', as programs for complex orbitals write them, are "
            "not read: write the file in real orbitals"
        )
    elif len(fields) != 5:
        message = (
            f"{len(fields)} columns, expected a value and four orbitals: "
            "correct the line, or is the file truncated?"
        )
    else:
        try:
            _value(fields[0])
            wrong = next(text for text in fields[1:] if not _INDEX.fullmatch(text))
            message = f"{wrong[:30]!r} is not an orbital number: give a whole number, 0 for none"
        except ValueError:
            message = f"{fields[0][:30]!r} is not a finite number: correct it"
    raise FormatError(message, source=source, line=line)
