"""TSPLIB files of symmetric and asymmetric travelling salesman problems."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from hybridq.core import memory
from hybridq.core.errors import FormatError, ProblemError, closest
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import parse_number, plain_numbers, row_text
from hybridq.problems.formats._text import numbered_lines, parse_count, short
from hybridq.problems.formats._tsplib_distances import (
    FORMULAS,
    LAYOUTS,
    Matrix,
    degrees,
    from_coordinates,
    from_entries,
    same_size,
    size_of,
)
from hybridq.problems.instance_data import DistanceData

_MOST_CITIES = 20_000  # the matrix of distances has 3 GiB
_TYPES = ("TSP", "ATSP")
_KEYS = (
    "NAME",
    "TYPE",
    "COMMENT",
    "DIMENSION",
    "EDGE_WEIGHT_TYPE",
    "EDGE_WEIGHT_FORMAT",
    "EDGE_DATA_FORMAT",
    "NODE_COORD_TYPE",
    "DISPLAY_DATA_TYPE",
)
_SECTIONS = ("NODE_COORD_SECTION", "EDGE_WEIGHT_SECTION", "DISPLAY_DATA_SECTION")
_MARK = re.compile(
    r"^[ \t]*+(DIMENSION[ \t]*+:|EDGE_WEIGHT_TYPE[ \t]*+:|EDGE_WEIGHT_SECTION|NODE_COORD_SECTION)",
    re.MULTILINE,
)


@dataclass
class _File:
    """Header and sections of a file.

    Attributes:
        source: the file's name.
        header: value and line of each keyword.
        sections: line, and lines of words, of each section.
    """

    source: str
    header: dict[str, tuple[str, int]] = field(default_factory=dict)
    sections: dict[str, tuple[int, list[tuple[int, list[str]]]]] = field(default_factory=dict)

    def error(self, message: str, line: int | None = None) -> FormatError:
        """Return an error at a line."""
        return FormatError(message, source=self.source, line=line)

    def value(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        """Return one of several values of a keyword.

        Raises:
            FormatError: the keyword is missing and has no default, or has another value.
        """
        if key not in self.header:
            if default is None:
                raise self.error(f"the line {key} is missing: add it, one of {', '.join(known)}")
            return default
        value, line = self.header[key]
        word = value.upper().partition(" ")[0]  # a remark may follow
        if word not in known:
            raise self.error(
                f"{key} is {short(value)}, and one of {', '.join(known)} is read: "
                "correct it, or write a matrix",
                line,
            )
        return word


def read(text: str, source: str = "input") -> DistanceData:
    """Return the distances in a TSPLIB text of type TSP or ATSP; cities are 1 to n.

    Explicit matrices in all triangles by rows and columns; EUC_2D, EUC_3D, CEIL_2D, MAN_2D,
    MAN_3D, MAX_2D, MAX_3D, GEO and ATT, each rounded as TSPLIB defines it. The distance of a city
    to itself is 0, whatever the file says. Coordinates of GEO are returned as longitude and
    latitude in degrees.

    Raises:
        FormatError: anything else, such as fixed edges or another problem type.

    Source: Reinelt 1991, ORSA J. Comput. 3, 376; Reinelt 1995, TSPLIB 95.
    """
    file = _parts(text, source)
    kind = file.value("TYPE", _TYPES, default="TSP")
    if "DIMENSION" not in file.header:
        raise file.error('the line "DIMENSION : n" is missing: add it')
    word, line = file.header["DIMENSION"]
    n = parse_count(word, "DIMENSION", source, line)
    if n < 1:
        raise file.error("DIMENSION is 0: give at least 1 city", line)
    if n > _MOST_CITIES:
        raise file.error(
            f"{n} cities are declared, at most {_MOST_CITIES} are read: correct DIMENSION", line
        )
    weights = file.value("EDGE_WEIGHT_TYPE", ("EXPLICIT", *FORMULAS))
    shown = "DISPLAY_DATA_SECTION" in file.sections
    if weights == "EXPLICIT":
        distances = _explicit(file, n, kind)
        points = _points(file, "DISPLAY_DATA_SECTION", n, 2) if shown else None
        if points is None and "NODE_COORD_SECTION" in file.sections:
            points = _points(file, "NODE_COORD_SECTION", n, 2)
    else:
        points = _points(file, "NODE_COORD_SECTION", n, FORMULAS[weights][0])
        copies = 2 * FORMULAS[weights][0] + 2
        memory.require(8 * copies * n * n, f"the distances between {n} cities", "give fewer cities")
        distances = from_coordinates(weights, points)
        points = degrees(points)[:, ::-1].copy() if weights == "GEO" else points[:, :2]
    return DistanceData(distances, tuple(range(1, n + 1)), points)


def _parts(text: str, source: str) -> _File:
    """Return header and sections of a text.

    Raises:
        FormatError: an unknown keyword, or one that is given twice.
    """
    file = _File(source)
    rows: list[tuple[int, list[str]]] | None = None
    for line, content in numbered_lines(text):
        first = content[0]
        if rows is not None and (first.isdigit() or first in "+-."):
            rows.append((line, content.split()))
            continue
        name, colon, value = content.partition(":")
        key = name.strip().upper()
        if not colon and (words := content.split(None, 1)):
            key, value = words[0].upper(), words[1] if len(words) > 1 else ""
        if key == "EOF":
            break
        if key != "COMMENT" and (key in file.header or key in file.sections):
            raise file.error(f"{key} is given twice: remove one", line)
        if key in _SECTIONS:
            rows = []
            file.sections[key] = line, rows
        elif key in _KEYS:
            file.header[key] = value.strip(), line
        elif rows is not None and "_" not in key:
            raise file.error(
                f"{short(content)} in a section is not a number: correct it, or end the file "
                "with EOF",
                line,
            )
        else:
            known = [word.lower() for word in (*_KEYS, *_SECTIONS)]
            near = closest(key, known, likeness=0.7)
            hint = f"did you mean {near.upper()}?" if near else "remove it; TSP and ATSP have none"
            raise file.error(f"unknown keyword {short(key)}: {hint}", line)
    return file


def _explicit(file: _File, n: int, kind: str) -> Matrix:
    """Return the distances of an EDGE_WEIGHT_SECTION.

    Raises:
        FormatError: the entries do not fill the matrix, or a problem of type TSP is not symmetric.
    """
    layout = file.value("EDGE_WEIGHT_FORMAT", LAYOUTS)
    if "EDGE_WEIGHT_SECTION" not in file.sections:
        raise file.error("EDGE_WEIGHT_SECTION is missing: add it, or is the file truncated?")
    start, rows = file.sections["EDGE_WEIGHT_SECTION"]
    words = [(word, line) for line, each in rows for word in each]
    needed = size_of(layout, n)
    if len(words) != needed:
        others = same_size(n, len(words))
        hint = f"write EDGE_WEIGHT_FORMAT : {' or '.join(others)}" if others else "correct them"
        if not others and len(words) < needed:
            hint = "is the file truncated?"
        raise file.error(
            f"{layout} of {n} cities has {needed} entries, the section holds {len(words)}: {hint}",
            rows[-1][0] if rows and len(words) < needed else start,
        )
    entries = plain_numbers([word for word, _ in words])
    if entries is None:  # one of them is not a number, and the error says in which line
        entries = np.array(
            [parse_number(word, "distance", file.source, line) for word, line in words]
        )
    distances = from_entries(layout, n, entries)
    np.fill_diagonal(distances, 0.0)
    if kind == "TSP" and (distances != distances.T).any():
        i, j = np.argwhere(distances != distances.T)[0].tolist()
        raise file.error(
            f"the distance from {i + 1} to {j + 1} is {distances[i, j]:g}, and back "
            f"{distances[j, i]:g}: correct it, or write TYPE : ATSP",
            words[i * n + j][1],
        )
    return distances


def _points(file: _File, section: str, n: int, dimensions: int) -> Matrix:
    """Return the coordinates in a section, in the order of the cities.

    Raises:
        FormatError: the section is missing, or a city is listed twice, or not at all.
    """
    if section not in file.sections:
        raise file.error(f"{section} is missing: add it, or is the file truncated?")
    start, rows = file.sections[section]
    if len(rows) != n:
        raise file.error(
            f"DIMENSION is {n}, and {section} has {len(rows)} lines: "
            f"{'is the file truncated?' if len(rows) < n else 'correct DIMENSION'}",
            rows[-1][0] if 0 < len(rows) < n else start,
        )
    points = np.empty((n, dimensions))
    seen: dict[int, int] = {}
    for line, words in rows:
        if len(words) != dimensions + 1:
            raise file.error(
                f"{short(' '.join(words))} is not a city: write its number and {dimensions} "
                "coordinates",
                line,
            )
        city = parse_count(words[0], "city", file.source, line)
        if not 1 <= city <= n:
            raise file.error(f"city {city} is outside the range 1 to {n}: correct it", line)
        if city in seen:
            raise file.error(
                f"city {city} is listed twice, first in line {seen[city]}: remove one", line
            )
        seen[city] = line
        points[city - 1] = [
            parse_number(word, "coordinate", file.source, line) for word in words[1:]
        ]
    return points


def write(data: DistanceData) -> str:
    """Return the distances as an explicit matrix, with coordinates for display.

    Raises:
        ProblemError: the cities are not numbered from 1.
    """
    n = len(data.distances)
    if data.cities != tuple(range(1, n + 1)):
        raise ProblemError("TSPLIB files number the cities from 1: write JSON")
    symmetric = bool((data.distances == data.distances.T).all())
    lines = [
        f"TYPE : {'TSP' if symmetric else 'ATSP'}",
        f"DIMENSION : {n}",
        "EDGE_WEIGHT_TYPE : EXPLICIT",
        "EDGE_WEIGHT_FORMAT : FULL_MATRIX",
        "EDGE_WEIGHT_SECTION",
        *map(row_text, data.distances),
    ]
    if data.coordinates is not None:
        lines += ["DISPLAY_DATA_SECTION"]
        lines += [f"{k} {row_text(point)}" for k, point in enumerate(data.coordinates, start=1)]
    return "\n".join([*lines, "EOF"]) + "\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a TSPLIB file, by its keywords."""
    return Match.CERTAIN if _MARK.search(text[: 1 << 16]) else Match.NO


FORMAT = Format(
    "tsplib",
    "TSPLIB: explicit matrices and coordinates of type TSP and ATSP",
    "distances",
    read,
    recognizes,
    suffixes=(".tsp", ".atsp"),
    write=write,
)
