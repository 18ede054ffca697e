"""Import PySCF without running or evaluating anything that lies in the working folder.

On import PySCF executes a file ``.pyscf_conf.py`` of the working folder, and some of its parsers
pass text to ``eval``. Every import of PySCF in hybridq goes through `load`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hybridq.errors import OutputError
from hybridq.operators.interop import load_extra

PURPOSE = "a molecule from its geometry"
_VARIABLE = "PYSCF_CONFIG_FILE"
_OWN_SETTINGS = Path(__file__).with_name("_pyscf_settings.py")


def load(module: str) -> Any:
    """Return a module of PySCF, such as ``"pyscf.gto"``.

    Settings come from the file named by the environment variable PYSCF_CONFIG_FILE, else from
    ``~/.pyscf_conf.py``, and never from the working folder.

    Raises:
        MissingExtraError: PySCF is not installed.
        OutputError: there is no folder for temporary files.
    """
    if "pyscf" in sys.modules:
        return load_extra(module, "chem", PURPOSE)
    before = os.environ.get(_VARIABLE)
    if before is None or not Path(before).is_file():  # PySCF would look in the working folder next
        os.environ[_VARIABLE] = str(_settings())
    try:
        return load_extra(module, "chem", PURPOSE)
    except FileNotFoundError as error:  # of `tempfile`, which PySCF calls on import
        text = f"PySCF needs a folder for temporary files: set TMPDIR ({error})"
        raise OutputError(text) from None
    finally:
        if before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = before


def _settings() -> Path:
    """Return the user's own settings file, or ours where there is none."""
    home = os.environ.get("HOME", "")
    own = Path(home) / ".pyscf_conf.py"
    return own if os.path.isabs(home) and own.is_file() else _OWN_SETTINGS


@contextmanager
def without_eval() -> Iterator[None]:
    """Forbid PySCF's parsers to evaluate text as Python within the block."""
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("pyscf.") and hasattr(module, "DISABLE_EVAL")
    ]
    before = [module.DISABLE_EVAL for module in modules]
    for module in modules:
        module.DISABLE_EVAL = True  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module, value in zip(modules, before, strict=True):
            module.DISABLE_EVAL = value  # type: ignore[attr-defined]
