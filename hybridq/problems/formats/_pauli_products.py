"""Sums of products of Paulis: texts of PennyLane, Cirq, Blueqat and pyQuil."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hybridq.core.errors import FormatError
from hybridq.problems.formats._pauli_text import Term, finite, shown

_REAL = r"(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_TOKEN = re.compile(
    rf"(?P<blank>\s++)"
    rf"|(?P<complex>\(\s*+[+-]?{_REAL}\s*+[+-]\s*+{_REAL}j\s*+\))"
    rf"|(?P<number>{_REAL}j?)"
    r"|(?P<pauli>[IXYZ])(?:\s*+\[\s*+(?P<a>\d{1,9})\s*+\]"
    r"|\s*+\(\s*+q\(\s*+(?P<b>\d{1,9})\s*+\)\s*+\)|\s*+\(\s*+(?P<c>\d{1,9})\s*+\)|(?P<d>\d{1,9}))"
    r"|(?P<identity>I(?:\(\))?)|(?P<mark>[-+*@()])",
    re.ASCII,
)
_COEFFICIENT = rf"(?:\(\s*+[+-]?{_REAL}\s*+[+-]\s*+{_REAL}j\s*+\)|{_REAL}j?)"
_START = re.compile(
    rf"\s*+[-+]?\s*+(?:{_COEFFICIENT}?\s*+\*?\s*+\(?\s*+[IXYZ](?:\s*+\[\s*+\d|\s*+\(|\d)"
    rf"|{_COEFFICIENT}\s*+\*\s*+I\s*+[+-])",
    re.ASCII,
)


def is_products(text: str) -> bool:
    """Return whether a text begins like a sum of products of Paulis."""
    return _START.match(text) is not None


def read_products(text: str, source: str) -> Iterator[Term]:
    """Yield the terms of a sum of products.

    ``0.5 * (Z(0) @ Z(1)) + 0.2 * X(0)`` of PennyLane, ``0.500*Z(q(0))*Z(q(1))`` of Cirq,
    ``0.5*Z[0]*Z[1]`` of Blueqat and ``(0.5+0j)*Z0*Z1`` of pyQuil. A number alone, or I, is a
    multiple of the identity.
    """
    place, line, depth = 0, 1, 0
    sign, coefficient, paulis, started = 1.0, complex(1), dict[int, str](), False
    begin = 1
    while True:
        match = _TOKEN.match(text, place)
        if match is None and place < len(text):
            raise FormatError(
                f"{shown(text[place:].splitlines()[0])} cannot be read here: write terms such "
                "as 0.5*Z0*Z1",
                source=source,
                line=line,
            )
        mark = None if match is None else match["mark"]
        if match is None or mark in ("+", "-"):
            if started:
                if depth:
                    raise FormatError(
                        "a sum in parentheses cannot be read: write out its terms",
                        source=source,
                        line=line,
                    )
                yield Term("".join(paulis.values()), tuple(paulis), sign * coefficient, begin, None)
                sign, coefficient, paulis, started = 1.0, complex(1), {}, False
            elif match is None:
                raise FormatError("the last term is missing", source=source, line=line)
            if match is None:
                return
            sign *= -1.0 if mark == "-" else 1.0
        elif match["blank"] is None:
            begin = begin if started else line
            if mark in ("(", ")"):
                depth += 1 if mark == "(" else -1
                if depth < 0:
                    raise FormatError("a closing parenthesis too many", source=source, line=line)
            elif match["pauli"] is not None:
                qubit = int(next(group for group in match.group("a", "b", "c", "d") if group))
                if qubit in paulis:
                    raise FormatError(
                        f"a term acts twice on qubit {qubit}: multiply it out",
                        source=source,
                        line=line,
                    )
                if match["pauli"] != "I":
                    paulis[qubit] = match["pauli"]
                started = True
            elif match["identity"] is not None:
                started = True
            elif mark is None:
                number = (match["complex"] or match["number"]).replace(" ", "").strip("()")
                coefficient *= finite(complex(number), source, line)
                started = True
        line += match[0].count("\n")
        place = match.end()
