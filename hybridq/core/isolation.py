"""Keep libraries from reading settings in the working folder, for commands and workers.

On import Numba reads ``.numba_config.yaml`` there, which can name a folder of pickled machine code,
Matplotlib ``matplotlibrc``, which can have it run LaTeX, and PySCF executes ``.pyscf_conf.py``. A
script of one's own may rely on these files; a command that is started in somebody else's folder
must not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_READERS = ("matplotlib", "numba", "pyscf")


def isolate() -> None:
    """Import these libraries from another working folder in this process from now on."""
    if not any(isinstance(finder, _FromElsewhere) for finder in sys.meta_path):
        sys.meta_path.insert(0, _FromElsewhere())


class _FromElsewhere:
    """Finder of the libraries that read settings; changes the folder while they are imported.

    A `importlib.abc.MetaPathFinder` without its base class, whose import takes milliseconds.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`."""
        if name not in _READERS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        import logging

        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            if name == "matplotlib":  # it would tell where its cache goes if HOME is read-only
                logging.getLogger(name).setLevel(logging.ERROR)
            with _elsewhere():
                execute(module)
            if name == "numba":
                # Numba looks for the file again before it compiles; no file has this name.
                sys.modules["numba.core.config"]._config_fname = ""  # type: ignore[attr-defined]

        loader.exec_module = exec_module
        return spec


@contextmanager
def _elsewhere() -> Iterator[None]:
    """Work in the root folder within the block."""
    try:
        folder = os.getcwd()
    except OSError:  # it was deleted, and holds no settings
        yield
        return
    os.chdir(os.path.abspath(os.sep))
    try:
        yield
    finally:
        os.chdir(folder)
