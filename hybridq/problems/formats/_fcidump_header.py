"""Header of an FCIDUMP file: a Fortran namelist as programs write it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hybridq.core import memory
from hybridq.core.errors import CapacityError, FormatError
from hybridq.problems.formats._text import short

_OPENING = re.compile(r"\s*[&$]FCI\b", re.IGNORECASE)
_CLOSING = re.compile(r"(?:[&$]END\b|/)", re.IGNORECASE)
_TOKEN = re.compile(r"=|[^\s,=]+")
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_REPEATED = re.compile(r"(\d{1,9})\*([+-]?\d{1,9})", re.ASCII)
_LOGICAL = re.compile(r"\.?(T(RUE)?|F(ALSE)?)\.?", re.IGNORECASE)

# Word -> its values, each with its line.
_Entries = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True)
class Header:
    """Content of the header.

    Attributes:
        n_orbitals: NORB.
        n_alpha: spin-up electrons, (NELEC + MS2) / 2.
        n_beta: spin-down electrons.
        orbital_symmetries: ORBSYM, or None where it is absent.
        unrestricted: whether UHF or IUHF is set.
        n_lines: number of lines of the file up to the header's end.
        notes: values that were read in another sense than written, in words.
    """

    n_orbitals: int
    n_alpha: int
    n_beta: int
    orbital_symmetries: tuple[int, ...] | None
    unrestricted: bool
    n_lines: int
    notes: tuple[str, ...]


def read_header(lines: list[str], source: str, spin: int | None = None) -> Header:
    """Return the header at the top of the lines of a file.

    Args:
        lines: of the file.
        source: the file's name, for messages.
        spin: n_alpha − n_beta, in place of MS2.

    Raises:
        FormatError: the header is missing, or its values are impossible.
    """
    entries, first, n_lines = _entries(lines, source)
    for word in ("NORB", "NELEC"):
        if word not in entries:
            raise FormatError(f"the header lacks {word}: add {word}=...", source=source, line=first)
    for word in ("TREL", "ITREL"):
        if word in entries and _flag(entries, word, source):
            raise FormatError(
                f"{word} marks a relativistic file with complex spinors, which is not read: "
                "write one in real orbitals",
                source=source,
                line=entries[word][0][1],
            )
    m, line = _integer(entries, "NORB", source)
    if m < 1:
        raise FormatError(f"NORB must be at least 1, got {m}: correct it", source=source, line=line)
    try:
        memory.require(2 * 24 * m**4, f"NORB={m}: its integrals", "choose a smaller active space")
    except CapacityError as error:
        raise FormatError(str(error), source=source, line=line) from None
    n_alpha, n_beta, notes = _electrons(entries, m, spin, source)
    notes += _state_symmetry(entries, source)
    return Header(
        m,
        n_alpha,
        n_beta,
        _symmetries(entries, m, source),
        any(word in entries and _flag(entries, word, source) for word in ("UHF", "IUHF")),
        n_lines,
        notes,
    )


def _entries(lines: list[str], source: str) -> tuple[_Entries, int, int]:
    """Return the assignments between ``&FCI`` and ``&END``, first and last line."""
    first = next(
        (k for k, line in enumerate(lines) if line.strip() and line.strip()[0] not in "!#*"), 0
    )
    opening = _OPENING.match(lines[first])
    if opening is None:
        raise FormatError(
            "not an FCIDUMP file: it must begin with &FCI NORB=..., NELEC=...",
            source=source,
            line=first + 1,
        )
    tokens: list[tuple[str, int]] = []
    for k in range(first, len(lines)):
        text = lines[k].partition("!")[0]
        if k == first:
            text = text[opening.end() :]
        closing = _CLOSING.search(text)
        tokens += [(token, k + 1) for token in _TOKEN.findall(text[: closing and closing.start()])]
        if closing:
            if text[closing.end() :].strip(" ,"):
                raise FormatError(
                    f"{text[closing.end() :].strip()[:30]!r} follows the end of the header: "
                    "begin a new line there",
                    source=source,
                    line=k + 1,
                )
            return _assignments(tokens, source), first + 1, k + 1
        if len(text.split()) == 5 and re.match(r"\s*[+-]?\d*\.\d", text) and "=" not in text:
            break  # the first integral
    raise FormatError(
        "the header does not end: close it with &END or / on a line before the integrals",
        source=source,
        line=k + 1,
    )


def _assignments(tokens: list[tuple[str, int]], source: str) -> _Entries:
    """Return the values of each name."""
    entries: _Entries = {}
    word = ""
    for k, (token, line) in enumerate(tokens):
        if token == "=":
            if not word or entries.get(word):
                raise FormatError("a stray = in the header: remove it", source=source, line=line)
        elif k + 1 < len(tokens) and tokens[k + 1][0] == "=":
            word = token.upper()
            if word in entries:
                raise FormatError(
                    f"{word} is given twice in the header: keep one", source=source, line=line
                )
            entries[word] = []
        elif word:
            entries[word].append((token, line))
        else:
            raise FormatError(
                f"{token[:30]!r} in the header belongs to no name: write NAME=value",
                source=source,
                line=line,
            )
    return {word: values for word, values in entries.items() if values}


def _flag(entries: _Entries, word: str, source: str) -> bool:
    """Return whether the logical or integer value of a word is true."""
    text, line = entries[word][0]
    if _INTEGER.fullmatch(text):
        return int(text) > 0
    if not _LOGICAL.fullmatch(text):
        raise FormatError(
            f"{word}={short(text, 30)} is neither .TRUE. nor .FALSE.: correct it",
            source=source,
            line=line,
        )
    return "T" in text.upper()[:2]


def _integer(entries: _Entries, word: str, source: str) -> tuple[int, int]:
    """Return the one integer of a word, and its line."""
    text, line = entries[word][0]
    if len(entries[word]) > 1 or not _INTEGER.fullmatch(text):
        shown = ",".join(value for value, _ in entries[word])[:30]
        raise FormatError(f"{word}={shown} is not an integer: correct it", source=source, line=line)
    return int(text), line


def _electrons(
    entries: _Entries, m: int, spin: int | None, source: str
) -> tuple[int, int, tuple[str, ...]]:
    """Return the numbers of α and β electrons, and a note if MS2 is not used as given."""
    electrons, line = _integer(entries, "NELEC", source)
    if not 1 <= electrons <= 2 * m:
        raise FormatError(
            f"NELEC={electrons} is impossible in {m} orbitals, which hold 1 to {2 * m} electrons: "
            "correct NELEC or NORB",
            source=source,
            line=line,
        )
    ms2, said = 0, "MS2"
    notes: tuple[str, ...] = ()
    if spin is not None:
        ms2, said = spin, "spin"
    elif "MS2" in entries:
        ms2, line = _integer(entries, "MS2", source)
    if spin is None and ms2 == 0 and electrons % 2:
        # 0 is the namelist's default, and some programs write it for every molecule.
        ms2 = 1
        notes = (f"MS2=0 is impossible with {electrons} electrons: read as MS2=1, a doublet",)
    if (electrons + ms2) % 2:
        raise FormatError(
            f"{said}={ms2} (twice the spin) is inconsistent with NELEC={electrons}: "
            "both must be even or both odd",
            source=source,
            line=line,
        )
    n_alpha, n_beta = (electrons + ms2) // 2, (electrons - ms2) // 2
    if min(n_alpha, n_beta) < 0 or max(n_alpha, n_beta) > m:
        raise FormatError(
            f"{said}={ms2} with NELEC={electrons} means {n_alpha} α and {n_beta} β electrons, "
            f"impossible in {m} orbitals: correct {said}",
            source=source,
            line=line,
        )
    return n_alpha, n_beta, notes


def _state_symmetry(entries: _Entries, source: str) -> tuple[str, ...]:
    """Return a note if ISYM asks for states of one symmetry; 0 and 1 do not."""
    if "ISYM" not in entries:
        return ()
    symmetry, line = _integer(entries, "ISYM", source)
    if symmetry < 0:
        raise FormatError(
            f"ISYM={symmetry} must be 0 or the number of a symmetry: correct it",
            source=source,
            line=line,
        )
    if symmetry < 2:
        return ()
    return (f"ISYM={symmetry} is not used: states of every symmetry are searched",)


def _symmetries(entries: _Entries, m: int, source: str) -> tuple[int, ...] | None:
    """Return ORBSYM, None where it is absent."""
    if "ORBSYM" not in entries:
        return None
    labels: list[int] = []
    for text, line in entries["ORBSYM"]:
        repeated = _REPEATED.fullmatch(text)
        if repeated and int(repeated[1]) <= m:
            labels += [int(repeated[2])] * int(repeated[1])
        elif _INTEGER.fullmatch(text):
            labels.append(int(text))
        else:
            raise FormatError(
                f"ORBSYM holds {text[:30]!r}, which is not a symmetry label: give integers",
                source=source,
                line=line,
            )
    if len(labels) != m:
        raise FormatError(
            f"ORBSYM has {len(labels)} labels for NORB={m} orbitals: give one an orbital",
            source=source,
            line=entries["ORBSYM"][0][1],
        )
    return tuple(labels)
