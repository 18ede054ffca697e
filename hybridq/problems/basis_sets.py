"""Basis sets of PySCF's own library, by name alone.

PySCF takes a basis that is not in its library for the name of a file or for basis data, and its
parser evaluates parts of such data as Python. Names are therefore checked here first, and PySCF
never receives the name of a file.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Iterable
from typing import Any

from hybridq.core.errors import ParameterError, Setting, closest
from hybridq.problems import _pyscf

_MOST_LETTERS = 60
_WRITTEN = re.compile(r"[a-z0-9+*(),.@ _-]+", re.IGNORECASE | re.ASCII)
_POLARIZATION = re.compile(r"\((?:[1-9]?[spdfg])+(?:,(?:[1-9]?[spdfg])+)?\)")
_CONTRACTION = re.compile(r"(?:[1-9]\d?[spdfghi])+")
_UNCONTRACTED = "unc"
_REMEDY = "other basis sets go through PySCF itself and Molecule.from_pyscf"


def check_basis(basis: object) -> str:
    """Return `basis` if PySCF's library has a basis set of that name.

    Case, hyphens, underscores and blanks are ignored. These forms are known as well as plain
    names: polarization functions (``"6-31G(d,p)"``), a truncated contraction (``"ano@3s2p"``) and
    the uncontracted functions (``"unc-cc-pvdz"``). Nothing is evaluated, and no file is read.

    Raises:
        ParameterError: the library has no such name; the message offers the nearest one.
        MissingExtraError: PySCF is not installed.
    """
    if not isinstance(basis, str):
        raise ParameterError(
            argument="basis", value=basis, expected="a name such as 'sto-3g'", remedy=_REMEDY
        )
    name = _library_name(basis)
    if name is None:
        raise ParameterError(
            argument="basis",
            value=_shortened(basis),
            expected="a name in PySCF's library",
            remedy=_suggestion(basis),
        )
    return basis


def load_basis(basis: str, symbols: Iterable[str]) -> dict[str, list[Any]]:
    """Return the basis functions of each element in PySCF's internal format.

    Args:
        basis: a name that `check_basis` accepts.
        symbols: chemical elements.

    Raises:
        ParameterError: no such name, or the basis set lacks an element.
        MissingExtraError: PySCF is not installed.
    """
    check_basis(basis)
    name = _library_name(basis)
    assert name is not None
    gto = _pyscf.load("pyscf.gto")
    library, contraction, uncontracted = name
    spelled = library + (f"@{contraction}" if contraction else "")
    found: dict[str, list[Any]] = {}
    for symbol in dict.fromkeys(symbols):
        try:
            with warnings.catch_warnings(), _pyscf.guarded():
                warnings.simplefilter("ignore")  # about a package that knows further sets
                functions = gto.basis.load(spelled, symbol)
        except (KeyError, RuntimeError, ValueError, AttributeError, AssertionError, OSError):
            functions = []
        if not functions:
            raise ParameterError(
                (Setting("basis", basis), f" has no functions for {symbol}"),
                argument="basis",
                value=basis,
                remedy="choose a basis set that covers all elements of the molecule",
            )
        found[symbol] = gto.uncontracted_basis(functions) if uncontracted else functions
    return found


def _library_name(basis: str) -> tuple[str, str, bool] | None:
    """Split a name into library name, contraction and an uncontracted flag, or None."""
    if len(basis) > _MOST_LETTERS or not _WRITTEN.fullmatch(basis):
        return None
    name, at, contraction = _pyscf.plain_name(basis).partition("@")
    if at and not _CONTRACTION.fullmatch(contraction):
        return None
    for stem, uncontracted in ((name, False), (name.removeprefix(_UNCONTRACTED), True)):
        if _is_known(stem) and (not uncontracted or stem != name):
            return stem, contraction, uncontracted
    return None


def _is_known(name: str) -> bool:
    """Return whether the library has a set, perhaps with polarization functions."""
    head, parenthesis, _ = name.partition("(")
    if not parenthesis:
        return name in _pyscf.library_names()
    is_pople = head.startswith(("631", "321", "431"))
    polarization = name[len(head) :]
    return (
        is_pople and head in _pyscf.library_names() and bool(_POLARIZATION.fullmatch(polarization))
    )


def _suggestion(basis: str) -> str:
    """Return the nearest names, or the way to other sets."""
    names = _pyscf.library_names()
    asked = _pyscf.plain_name(basis[:_MOST_LETTERS])
    if asked.startswith("gth"):
        return f"a GTH basis set needs a pseudopotential; {_REMEDY}"
    near = closest(asked, list(names), likeness=0.6)
    if near is None:
        return f"for example sto-3g, 6-31g or cc-pvdz; {_REMEDY}"
    others = difflib.get_close_matches(asked, list(names), n=4, cutoff=0.6)
    candidates = [near, *(other for other in others if other != near)][:3]
    return f"did you mean {' or '.join(repr(names[name]) for name in candidates)}?"


def _shortened(basis: str) -> str:
    """Return `basis`, cut to a length that fits an error message."""
    return basis if len(basis) <= 40 else f"{basis[:37]}..."
