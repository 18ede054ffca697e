"""Settings files of the working folder, which the commands keep from libraries.

Numba reads ``.numba_config.yaml`` in the working folder, which can name a folder of pickled
machine code; Matplotlib reads ``matplotlibrc`` there, which can have it run LaTeX. A script of
one's own may rely on them. A command that is started in somebody else's folder must not.
(PySCF executes ``.pyscf_conf.py``; `hybridq.problems._pyscf` always keeps it from doing so.)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

_isolated = False


def isolate() -> None:
    """Ignore settings files of the working folder in this process from now on."""
    global _isolated
    _isolated = True
    for library in ("numba", "matplotlib"):
        if library in sys.modules:
            forget_settings(sys.modules[library])


def forget_settings(library: Any) -> None:
    """Undo what a library has read in the working folder, if this process is isolated.

    Args:
        library: the module numba or matplotlib, just imported.
    """
    if not _isolated:
        return
    if library.__name__ == "numba":
        _forget_numba(library.core.config)
    else:
        _forget_matplotlib(library)


def _forget_numba(config: Any) -> None:
    config._config_fname = ""  # no file has this name; Numba looks before every compilation
    config.reload_config()


def _forget_matplotlib(matplotlib: Any) -> None:
    if os.path.isabs(matplotlib.matplotlib_fname()):
        return
    matplotlib.rcdefaults()
    named = os.environ.get("MATPLOTLIBRC")
    folders = [Path(named)] if named else []
    for folder in [*folders, Path(matplotlib.get_configdir())]:
        for path in (folder, folder / "matplotlibrc"):
            if path.is_file():
                matplotlib.rc_file(path.resolve())
                return
