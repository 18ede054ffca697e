"""FCIDUMP: integrals over molecular orbitals as text.

Source: Knowles, Handy 1989, Comput. Phys. Commun. 54, 75.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.errors import FormatError
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems.formats._fcidump_header import read_header
from hybridq.problems.formats._fcidump_table import Table, read_table
from hybridq.problems.formats._format import Format, Match

# Two values of one integral may differ by the rounding of the program that wrote them.
_ROUNDING = 1e-9
_HEADER = re.compile(r"^[ \t]*+[&$]FCI\b", re.IGNORECASE | re.MULTILINE)
_IDLE_ORBITALS = 8  # orbitals without integrals that are never too many
_DENSE_ORBITALS = 31  # more than engines hold; only an active space of dense integrals is of use
_BYTES = 150  # of all arrays at once, for each of NORB**4 integrals
_BLOCKS = ("αα", "ββ", "αβ", "h of α", "h of β", "constant")

Integrals = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FcidumpData:
    """Content of an FCIDUMP file.

    Attributes:
        electronic: the integrals.
        n_alpha: spin-up electrons.
        n_beta: spin-down electrons.
        orbital_symmetries: ORBSYM, one label an orbital, or None.
        notes: values that were read in another sense than written, in words.
    """

    electronic: ElectronicHamiltonian
    n_alpha: int
    n_beta: int
    orbital_symmetries: tuple[int, ...] | None
    notes: tuple[str, ...] = ()


@memory.capacity("reading the FCIDUMP file", "choose a smaller active space")
def parse_fcidump(text: str, *, spin: int | None = None, source: str = "input") -> FcidumpData:
    r"""Return the integrals in the text of an FCIDUMP file.

    Accepted are headers that begin with ``&FCI`` or ``$FCI`` and end with ``&END``, ``$END`` or
    ``/``, in any case, over any number of lines; comments after ``!`` and lines that begin with
    ``#``; Fortran exponents; orbital energies (one index), which are skipped. Two-electron
    integrals are in chemists' order; those absent are zero. An integral may be repeated if it
    agrees. Unrestricted files: six blocks αα, ββ, αβ, h of α, h of β, constant, with UHF=.TRUE.
    or IUHF=1 in the header and a line of zeros between blocks; or β orbitals numbered NORB + 1
    to 2 NORB. MS2=0, where the number of electrons is odd, is read as 1 and noted.

    Args:
        text: the file's text with ``\n`` line ends.
        spin: n_alpha − n_beta, in place of the header's MS2.
        source: the file's name, for messages.

    Raises:
        FormatError: anything else; the line is named.
    """
    lines = text.split("\n")
    header = read_header(lines, source, spin)
    table = read_table(lines, header.n_lines, source)
    _check_orbitals(table, header.n_orbitals, source)
    is_core, is_one, is_two = _kinds(table)
    beta = table.indices > header.n_orbitals
    spins: NDArray[np.int64] | None = None
    if header.unrestricted and not beta.any():
        spins = _spins_by_block(table, is_core, is_one, is_two)
        constant = float(table.values[is_core][-1])
    else:
        constant = _constant(table.rows(is_core))
    if beta.any():
        mixed = (beta[:, 0] != beta[:, 1]) | (beta[:, 2] != beta[:, 3])
        if header.unrestricted and mixed.any():
            _refuse_alternating(table)
        spins = _spins_by_index(table, beta, is_one, header.n_orbitals)
        local = np.where(beta, table.indices - header.n_orbitals, table.indices)
        table = replace(table, indices=local)
    electronic = _electronic(table, is_one, is_two, spins, constant, header.n_orbitals)
    return FcidumpData(
        electronic, header.n_alpha, header.n_beta, header.orbital_symmetries, header.notes
    )


def _check_orbitals(table: Table, m: int, source: str) -> None:
    """Raise if NORB is far beyond the orbitals that occur, before any allocation."""
    orbitals = np.where(table.indices > m, table.indices - m, table.indices)
    used = len(np.unique(orbitals[orbitals > 0]))
    if m - used > max(_IDLE_ORBITALS, used):
        raise FormatError(
            f"NORB={m}, and the integrals name {used} of these orbitals: "
            "correct NORB, or is the file truncated?",
            source=source,
            line=table.end,
        )
    if m > _DENSE_ORBITALS and len(table.values) < m * m:
        raise FormatError(
            f"NORB={m}, and only {len(table.values)} integrals follow: is the file truncated?",
            source=source,
            line=table.end,
        )
    memory.require(_BYTES * m**4, f"NORB={m}: its integrals", "choose a smaller active space")


def _kinds(table: Table) -> tuple[Mask, Mask, Mask]:
    """Return masks of constants, one-electron and two-electron integrals."""
    i, j, k, l = (table.indices > 0).T  # noqa: E741
    is_core = ~(i | j | k | l)
    is_one = i & j & ~k & ~l
    is_two = i & j & k & l
    is_orbital_energy = i & ~(j | k | l)
    table.refuse(
        ~(is_core | is_one | is_two | is_orbital_energy),
        "indices {indices} belong to no integral: give four orbitals, or two and two zeros",
    )
    return is_core, is_one, is_two


def _spins_by_index(table: Table, beta: Mask, is_one: Mask, m: int) -> NDArray[np.int64]:
    """Return spins (0 α, 1 β) of both index pairs, shape (n, 2), by orbital numbers.

    β orbitals follow those of α.
    """
    one_electron = np.unique(table.indices[is_one])
    # A file with β orbitals has them all; a typing error has one index too high.
    meant = np.isin(np.arange(m + 1, 2 * m + 1), one_electron).all()
    stray = (table.indices > 2 * m).any(axis=1) if meant else beta.any(axis=1)
    table.refuse(stray, f"indices {{indices}} go beyond NORB={m}: correct them, or NORB")
    # The zeros of a one-electron integral have neither spin, and do not mix them.
    table.refuse(
        (beta[:, 0] != beta[:, 1]) | (beta[:, 2] != beta[:, 3]),
        "the integral {indices} mixes α and β orbitals, which is not read: spin must be conserved",
    )
    return beta[:, ::2].astype(np.int64)


def _refuse_alternating(table: Table) -> None:
    """Raise if the orbitals of the two spins have odd and even numbers.

    Every integral then has two orbitals of one parity on each side, and both parities occur.
    """
    i, j, k, l = table.indices.T  # noqa: E741
    kept = np.where(j > 0, (i - j) % 2, 0) | np.where(l > 0, (k - l) % 2, 0)
    both = len(np.unique(i[(i > 0) & (j > 0)] % 2)) == 2
    if not kept.any() and both:
        raise FormatError(
            "α and β orbitals have odd and even numbers in turn, as HANDE and NECI number those "
            "of unrestricted files, which is not read: write the six blocks "
            f"{', '.join(_BLOCKS)}, as Molpro does, or number β from NORB + 1",
            source=table.source,
            line=int(table.lines[0]),
        )


def _spins_by_block(table: Table, is_core: Mask, is_one: Mask, is_two: Mask) -> NDArray[np.int64]:
    """Return spins of both index pairs, shape (n, 2), in a file of six blocks."""
    n_blocks = int(is_core.sum())
    if n_blocks == 1:
        _refuse_alternating(table)
    if n_blocks != len(_BLOCKS):
        raise FormatError(
            f"the header says unrestricted, but {n_blocks} lines have indices 0 0 0 0 where "
            f"{len(_BLOCKS)} close the blocks {', '.join(_BLOCKS)}: is the file truncated?",
            source=table.source,
            line=table.end,
        )
    block: NDArray[np.int64] = np.cumsum(is_core) - is_core
    table.refuse(is_core & (block < 5) & (table.values != 0), "{value} where a block ends: write 0")
    table.refuse(
        (is_two & (block > 2)) | (is_one & ((block < 3) | (block > 4))),
        "the integral {indices} is in the wrong block: the order is " + ", ".join(_BLOCKS),
    )
    first = np.array([0, 1, 0, 0, 1, 0])
    second = np.array([0, 1, 1, 0, 0, 0])
    return np.stack([first[block], second[block]], axis=1)


def _constant(core: Table) -> float:
    """Return the one value without indices."""
    if not len(core.values):
        raise FormatError(
            "the constant (nuclear repulsion) is missing: end the file with a line "
            "'value 0 0 0 0', or is it truncated?",
            source=core.source,
            line=core.end,
        )
    core.refuse(
        np.abs(core.values - core.values[0]) > _ROUNDING,
        f"a second constant {{value}} after {core.values[0]}: keep one; "
        "a file of unrestricted blocks says IUHF=1 in its header",
    )
    return float(core.values[0])


def _electronic(
    table: Table,
    is_one: Mask,
    is_two: Mask,
    spins: NDArray[np.int64] | None,
    constant: float,
    m: int,
) -> ElectronicHamiltonian:
    """Return the integrals in arrays; `spins` is None for orbitals of both spins."""
    if spins is None:
        h = _one_body(table.rows(is_one), m, "")
        g = _two_body(table.rows(is_two), m)
        return ElectronicHamiltonian(constant, np.stack([h, h]), np.stack([g, g, g]))
    # (β β|α α) is (α α|β β).
    swap = is_two & (spins[:, 0] > spins[:, 1])
    indices = np.where(swap[:, None], table.indices[:, [2, 3, 0, 1]], table.indices)
    table = replace(table, indices=indices)
    n_beta = spins.sum(axis=1)
    h_alpha, h_beta = (
        _one_body(table.rows(is_one & (spins[:, 0] == spin)), m, f" of {name}")
        for spin, name in enumerate("αβ")
    )
    g = np.stack(
        [
            _two_body(table.rows(is_two & (n_beta == 0)), m),
            _two_body(table.rows(is_two & (n_beta == 1)), m, exchange=False),
            _two_body(table.rows(is_two & (n_beta == 2)), m),
        ]
    )
    return ElectronicHamiltonian(constant, np.stack([h_alpha, h_beta]), g)


def _one_body(rows: Table, m: int, whose: str) -> Integrals:
    """Return h, shape (m, m), symmetric."""
    if not len(rows.values):
        raise FormatError(
            f"no one-electron integrals{whose} (lines 'value i j 0 0'): is the file truncated?",
            source=rows.source,
            line=rows.end,
        )
    _check_range(rows, m)
    i, j = rows.indices[:, 0] - 1, rows.indices[:, 1] - 1
    rows, i, j = _first_of_each(rows, _pair(i, j), i, j)
    h = np.zeros((m, m))
    h[i, j] = h[j, i] = rows.values
    return h


def _two_body(rows: Table, m: int, *, exchange: bool = True) -> Integrals:
    """Return (ij|kl), shape (m, m, m, m), with `exchange` symmetric in the pairs."""
    _check_range(rows, m)
    i, j, k, l = (rows.indices - 1).T  # noqa: E741
    left, right = _pair(i, j), _pair(k, l)
    key = _pair(left, right) if exchange else left * m * m + right
    rows, i, j, k, l = _first_of_each(rows, key, i, j, k, l)  # noqa: E741
    g = np.zeros((m, m, m, m))
    for a, b in ((i, j), (j, i)):
        for c, d in ((k, l), (l, k)):
            g[a, b, c, d] = rows.values
            if exchange:
                g[c, d, a, b] = rows.values
    return g


def _check_range(rows: Table, m: int) -> None:
    """Raise if an index is beyond the orbitals."""
    rows.refuse(
        (rows.indices > m).any(axis=1),
        f"indices {{indices}} go beyond NORB={m}: correct them, or NORB",
    )


def _pair(i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for each unordered pair."""
    high, low = np.maximum(i, j), np.minimum(i, j)
    return high * (high + 1) // 2 + low


def _first_of_each(
    rows: Table, key: NDArray[np.int64], *columns: NDArray[np.int64]
) -> tuple[Any, ...]:
    """Return rows and columns without repeated keys; raise at a contradiction."""
    unique, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    if len(unique) == len(key):
        return rows, *columns
    known = rows.values[first][inverse]
    rows.refuse(
        np.abs(rows.values - known) > _ROUNDING * np.maximum(1.0, np.abs(known)),
        "the integral {indices} = {value} is already given with another value: keep one",
    )
    chosen = np.zeros(len(key), dtype=bool)
    chosen[first] = True
    return rows.rows(chosen), *(column[chosen] for column in columns)


def _read(text: str, source: str) -> FcidumpData:
    """Return the integrals, with the electrons of the header."""
    return parse_fcidump(text, source=source)


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is an FCIDUMP file, by its header."""
    return Match.CERTAIN if _HEADER.search(text[: 1 << 20]) else Match.NO


FORMAT = Format(
    "fcidump",
    "integrals over molecular orbitals, header &FCI NORB=...",
    "integrals",
    _read,
    recognizes,
    suffixes=(".fcidump",),
)
