"""Import and call PySCF without running or reading files of the working folder.

On import PySCF executes a file ``.pyscf_conf.py`` of the working folder. Where it loads a basis set
by name it takes a file of that name there first, also one named ``ano`` for its first guess of the
orbitals, and some of its parsers pass text to ``eval``. Every import of PySCF in hybridq goes
through `load`, and what makes PySCF read a basis set through `guarded`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from hybridq.core.errors import OutputError
from hybridq.core.extras import load_extra

PURPOSE = "a molecule from its geometry"
_VARIABLE = "PYSCF_CONFIG_FILE"
_OWN_VARIABLE = "HYBRIDQ_PYSCF_SETTINGS"  # read by the file below
_SETTINGS = Path(__file__).with_name("_pyscf_settings.py")
# No file system takes a name of more than 255 bytes, and PySCF drops hyphens.
_NO_FILE_NAME = "-" * 300


def load(module: str) -> Any:
    """Return a module of PySCF, such as ``"pyscf.gto"``.

    Settings come from the file named by the environment variable PYSCF_CONFIG_FILE, else from
    ``~/.pyscf_conf.py``, and never from the working folder; DISABLE_EVAL is set after them.

    Raises:
        MissingExtraError: PySCF is not installed.
        OutputError: no folder for temporary files exists.
    """
    if "pyscf" in sys.modules:
        return load_extra(module, "chem", PURPOSE)
    before = os.environ.get(_VARIABLE)
    own = before if before is not None and Path(before).is_file() else _in_home()
    os.environ[_VARIABLE] = str(_SETTINGS)
    os.environ[_OWN_VARIABLE] = "" if own is None else os.path.abspath(own)
    try:
        return load_extra(module, "chem", PURPOSE)
    except FileNotFoundError as error:  # of `tempfile`, which PySCF calls on import
        raise OutputError(
            f"PySCF needs a folder for temporary files ({error})", remedy="set TMPDIR"
        ) from None
    finally:
        del os.environ[_OWN_VARIABLE]
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


def _in_home() -> str | None:
    """Return the settings file in HOME, unless HOME is relative to the working folder."""
    home = os.environ.get("HOME", "")
    own = Path(home) / ".pyscf_conf.py"
    return str(own) if os.path.isabs(home) and own.is_file() else None


@contextmanager
def guarded() -> Iterator[None]:
    """Keep PySCF from evaluating text and reading basis files within the block."""
    library = load("pyscf.gto.basis")
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("pyscf.") and hasattr(module, "DISABLE_EVAL")
    ]
    settings = [module.DISABLE_EVAL for module in modules]
    read = library.load

    def load_by_name(name: Any, *arguments: Any, **options: Any) -> Any:
        """Load a set of the library under a name that no file can have."""
        if isinstance(name, str):
            head, at, contraction = name.partition("@")
            if plain_name(head).partition("(")[0] in library_names():
                name = head + _NO_FILE_NAME + at + contraction
        return read(name, *arguments, **options)

    library.load = load_by_name
    for module in modules:
        module.DISABLE_EVAL = True  # type: ignore[attr-defined]
    try:
        yield
    finally:
        library.load = read
        for module, value in zip(modules, settings, strict=True):
            module.DISABLE_EVAL = value  # type: ignore[attr-defined]


def plain_name(name: str) -> str:
    """Return the name of a basis set as PySCF's library has it."""
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


@cache
def library_names() -> dict[str, str]:
    """Map each name of PySCF's library to its usual spelling.

    For example, ``"ccpvdz"`` to ``"cc-pvdz"``.
    The Goedecker–Teter–Hutter sets are left out: they need pseudopotentials.
    """
    names: dict[str, str] = {}
    for name, file in load("pyscf.gto.basis").ALIAS.items():
        stem = str(file).rpartition("/")[2].removesuffix(".dat").lower()
        names[plain_name(name)] = stem if plain_name(stem) == plain_name(name) else name
    return names
