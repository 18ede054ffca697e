"""Positions of atoms: XYZ files, and geometries in one line."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from hybridq.core.errors import FormatError, ParameterError, UnknownNameError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._text import suffix_of

#: An element's symbol and its position.
Atom = tuple[str, tuple[float, float, float]]

#: Chemical elements by nuclear charge, from 1.
SYMBOLS = (  # noqa: SIM905
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se "
    "Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb "
    "Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm "
    "Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
).split()
_KNOWN = {symbol.lower(): symbol for symbol in SYMBOLS}
_NUMBER = re.compile(r"[+-]?(\d++(?:\.\d*+)?|\.\d++)([eEdD][+-]?\d++)?", re.ASCII)
# A number, a comment line, then the first atom.
_FIRST_ATOM = re.compile(
    r"\s*+\d{1,6}[ \t]*+\n[^\n]*+\n[ \t]*+[A-Za-z]{1,2}(?:[ \t]++[-+.\deEdD]++){3}", re.ASCII
)
# Å in one bohr, CODATA 2018.
BOHR = 0.529177210903
MOST_ATOMS = 1_000
"""Largest number of atoms; the Hartree-Fock calculation of more would take days."""

_FARTHEST = 1e6
_MOST_ELECTRONS = 200_000

_UNITS = {"angstrom": 1.0, "ang": 1.0, "a": 1.0, "å": 1.0, "bohr": BOHR, "au": BOHR, "a.u.": BOHR}


def unit_in_angstrom(unit: str) -> float:
    """Return a unit of length in ångström.

    Args:
        unit: ``"angstrom"`` (also ``"ang"``) or ``"bohr"`` (``"au"``).

    Raises:
        UnknownNameError: another unit.
    """
    key = str(unit).strip().lower().replace("ångström", "angstrom")
    if key not in _UNITS:
        raise UnknownNameError("unit of length", unit, ("angstrom", "bohr"), argument="unit")
    return _UNITS[key]


def parse_xyz(text: str, *, source: str = "input") -> list[Atom]:
    r"""Return the atoms of an XYZ file, in ångström.

    The file holds their number, a comment, then ``symbol x y z`` lines. Further columns are
    skipped; a file of several frames is refused.

    Args:
        text: the file's text with ``\n`` line ends.
        source: the file's name, for messages.

    Raises:
        FormatError: anything else; the line is named.
    """
    lines = text.split("\n")
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    count = lines[first].strip()
    if not re.fullmatch(r"\d{1,6}", count, re.ASCII) or int(count) == 0:
        raise FormatError(
            f"{count[:30]!r} is not the number of atoms: give it in the first line of an XYZ file",
            source=source,
            line=first + 1,
        )
    rows = lines[first + 2 :]
    while rows and not rows[-1].strip():
        rows.pop()
    if len(rows) != int(count):
        raise FormatError(
            f"{count} atoms are declared, {len(rows)} lines follow the comment: "
            + ("is the file truncated?" if len(rows) < int(count) else "give one molecule a file"),
            source=source,
            line=first + 1,
        )
    atoms = (_atom(row.split(), source, first + 3 + k) for k, row in enumerate(rows))
    return _checked(atoms, source, first + 3)


def parse_geometry(geometry: str | Iterable[tuple[str, Sequence[float]]]) -> list[Atom]:
    """Return the atoms of a geometry.

    Args:
        geometry: ``"H 0 0 0; H 0 0 0.735"``, atoms separated by semicolons or line ends, or
            ``[("H", (0, 0, 0)), ...]``.

    Raises:
        FormatError: it is written in another way.
    """
    source = "geometry"
    if isinstance(geometry, str):
        rows = [row.replace(",", " ").split() for row in re.split(r"[;\n]", geometry)]
        return _checked((_atom(row, source, None) for row in rows if row), source)
    try:
        rows = [[str(symbol), *map(str, position)] for symbol, position in geometry]
    except (TypeError, ValueError, OverflowError):
        raise FormatError(
            'not a list of atoms: write [("H", (0, 0, 0)), ...] or "H 0 0 0; ..."', source=source
        ) from None
    return _checked((_atom(row, source, None) for row in rows), source)


def _atom(columns: list[str], source: str, line: int | None) -> Atom:
    """Return the atom of a row: symbol or nuclear charge, and position."""
    shown = " ".join(columns)[:40]
    if len(columns) < 4:
        raise FormatError(
            f"{shown!r} is not an atom: write a symbol and x y z", source=source, line=line
        )
    symbol = columns[0]
    if symbol.isdecimal() and 1 <= int(symbol[:4]) <= len(SYMBOLS):
        symbol = SYMBOLS[int(symbol) - 1]
    if symbol.lower() not in _KNOWN:
        raise FormatError(
            f"{symbol[:20]!r} is not a chemical element: write its symbol, such as Li",
            source=source,
            line=line,
        )
    numbers = [re.sub("[dD]", "e", text) for text in columns[1:4] if _NUMBER.fullmatch(text)]
    if len(numbers) < 3:
        raise FormatError(
            f"{shown!r} has a coordinate that is not a number: write Cartesian x y z",
            source=source,
            line=line,
        )
    x, y, z = (float(number) for number in numbers)
    if not max(abs(x), abs(y), abs(z)) <= _FARTHEST:
        raise FormatError(
            f"{shown!r} is farther than {_FARTHEST:g} from the origin: correct the coordinates",
            source=source,
            line=line,
        )
    return _KNOWN[symbol.lower()], (x, y, z)


def _checked(atoms: Iterable[Atom], source: str, first: int | None = None) -> list[Atom]:
    """Return the atoms; raise if two are in one place.

    Args:
        atoms: one a line.
        source: the file's name, for messages.
        first: line of the first atom, None without lines.
    """
    found: list[Atom] = []
    for symbol, place in atoms:
        if len(found) == MOST_ATOMS:
            raise FormatError(
                f"more than {MOST_ATOMS:,} atoms: give a smaller molecule", source=source
            )
        for k, (other, there) in enumerate(found):
            if math.dist(place, there) < 0.01:
                raise FormatError(
                    f"atoms {k + 1} ({other}) and {len(found) + 1} ({symbol}) are in one place: "
                    "correct their coordinates",
                    source=source,
                    line=None if first is None else first + len(found),
                )
        found.append((symbol, place))
    if not found:
        raise FormatError("the geometry has no atoms: write 'symbol x y z'", source=source)
    return found


def n_electrons(atoms: Sequence[Atom], charge: int) -> int:
    """Return the number of electrons of the atoms, less the charge.

    Raises:
        ParameterError: there are none, or far more than the atoms have.
    """
    total = sum(SYMBOLS.index(symbol) + 1 for symbol, _ in atoms) - charge
    if total < 1:
        raise ParameterError(
            f"charge={charge} leaves {total} electrons",
            argument="charge",
            value=charge,
            remedy="give a smaller charge",
        )
    if total > _MOST_ELECTRONS:
        raise ParameterError(
            f"charge={charge} makes {total} electrons",
            argument="charge",
            value=charge,
            remedy="give a larger charge",
        )
    return total


def formula(atoms: Sequence[Atom]) -> str:
    """Return the sum formula, such as ``"LiH"``, elements in order of occurrence."""
    counts = Counter(symbol for symbol, _ in atoms)
    return "".join(symbol + (str(count) if count > 1 else "") for symbol, count in counts.items())


def _read(text: str, source: str) -> list[Atom]:
    """Return the atoms of an XYZ file, in ångström."""
    return parse_xyz(text, source=source)


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is an XYZ file, by its suffix and first atom."""
    if suffix_of(source) == ".xyz":
        return Match.CERTAIN
    return Match.LIKELY if _FIRST_ATOM.match(text) else Match.NO


FORMAT = Format(
    "xyz",
    'number of atoms, a comment, then "symbol x y z" in ångström',
    "geometry",
    _read,
    recognizes,
    suffixes=(".xyz",),
)
