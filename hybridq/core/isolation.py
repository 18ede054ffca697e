"""Keep libraries from reading settings in the working folder.

On import Numba reads ``.numba_config.yaml`` there, which can name a folder of pickled machine code,
Matplotlib reads ``matplotlibrc``, which can have it run LaTeX, and PySCF executes
``.pyscf_conf.py``. A user's own script may rely on these files; a command or a worker that is
started in an untrusted folder must not.
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
    """Import these libraries from the root folder in this process from now on."""
    if not any(isinstance(finder, _IsolatedFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _IsolatedFinder())


class _IsolatedFinder:
    """Import finder that leaves the working folder while a library loads.

    An `importlib.abc.MetaPathFinder` without its base class, whose import takes milliseconds.
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
            if name == "matplotlib":  # it logs where its cache goes if HOME is read-only
                logging.getLogger(name).setLevel(logging.ERROR)
            with _in_root_folder():
                execute(module)
            if name == "numba":
                # Numba reads the file again before it compiles; no file has this name.
                sys.modules["numba.core.config"]._config_fname = ""  # type: ignore[attr-defined]

        loader.exec_module = exec_module
        return spec


@contextmanager
def _in_root_folder() -> Iterator[None]:
    """Change to the root folder within the block."""
    try:
        folder = os.getcwd()
    except OSError:  # a deleted folder holds no settings
        yield
        return
    os.chdir(os.path.abspath(os.sep))
    try:
        yield
    finally:
        os.chdir(folder)
