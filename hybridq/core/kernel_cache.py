"""Kernel cache for read-only installations.

Where neither the package nor the user's cache folder is writable, Numba refuses to cache at all.
Here kernels that came compiled with the package are still read, and new ones go to a private
temporary folder, or nowhere if there is none.
"""

from __future__ import annotations

import os
import stat
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from numba.core import caching, config

# Numba made the name public in one of its versions.
_InTree: Any = getattr(caching, "InTreeCacheLocator", None) or caching._InTreeCacheLocator
_REMEDY = "set NUMBA_CACHE_DIR to a writable folder to keep them there"


def attach(dispatcher: Any) -> None:
    """Attach the best possible cache to a dispatcher that Numba cannot cache.

    Args:
        dispatcher: made by ``numba.njit`` without ``cache=True``.
    """
    compiled = _Packaged(dispatcher.py_func)
    folder = temporary_folder()
    if folder is None:
        dispatcher._cache = compiled
        return
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        dispatcher._cache = _Temporary(dispatcher.py_func, compiled)
    finally:
        config.CACHE_DIR = before


@cache
def temporary_folder() -> Path | None:
    """Return a private folder for compiled kernels, None if there is none.

    Kernels are stored as pickles, which run code when they are read, so a folder that another
    user could have filled, or one in the working folder, is never used.
    """
    try:
        base = Path(tempfile.gettempdir())
        if _is_last_resort(base):
            return None
        if not hasattr(os, "geteuid"):  # Windows: temporary folders are private
            folder = base / "hybridq-kernels"
            folder.mkdir(exist_ok=True)
            return folder
        folder = base / f"hybridq-kernels-{os.geteuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder if _is_private(folder) else None
    except OSError:
        return None


def _is_last_resort(base: Path) -> bool:
    """Return whether `tempfile` fell back to the working folder."""
    named = {os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")}
    usual = {"/tmp", "/var/tmp", "/usr/tmp", *named}
    return base.resolve() == Path.cwd().resolve() and str(base) not in usual


def _is_private(folder: Path) -> bool:
    found = folder.lstat()
    mode = stat.S_IMODE(found.st_mode)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not mode & 0o077


class _InPackage(_InTree):  # type: ignore[misc]
    """Cache folder next to the source file, accepted even if it is read-only."""

    def ensure_cache_path(self) -> None:
        """Accept the folder: it is only read from."""


class _PackagedImpl(caching.CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = [_InPackage]  # noqa: RUF012  # as its base declares it


class _Packaged(caching.FunctionCache):  # type: ignore[misc]
    """Kernels that came compiled with the package, read only."""

    _impl_class = _PackagedImpl

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kernel for a signature, None if none can be read."""
        try:
            return super().load_overload(sig, target_context)
        except OSError:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store nothing and warn once."""
        _notify("they are compiled again in every process")


class _Temporary(caching.FunctionCache):  # type: ignore[misc]
    """Kernels in the temporary folder, after those that came with the package."""

    def __init__(self, py_func: Any, compiled: _Packaged) -> None:
        super().__init__(py_func)
        self._compiled = compiled

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kernel for a signature, the packaged one if it exists."""
        found = self._compiled.load_overload(sig, target_context)
        return super().load_overload(sig, target_context) if found is None else found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store a kernel for a signature; ignore a full disk."""
        _notify(f"they are kept in {temporary_folder()}")
        try:
            super().save_overload(sig, data)
        except OSError:
            return


@cache
def _notify(kept: str) -> None:
    warnings.warn(
        f"compiled kernels cannot be stored in the package or in the user's cache folder: {kept}; "
        f"{_REMEDY}",
        stacklevel=2,
    )


def stamp(dispatcher: Any, source: tuple[str, int]) -> None:
    """Tie a dispatcher's cache to one state of the kernels' source."""
    found = getattr(dispatcher, "_cache", None)
    for each in (found, getattr(found, "_compiled", None)):
        file: Any = getattr(each, "_cache_file", None)
        if hasattr(file, "_source_stamp"):
            file._source_stamp = source


def stored_signatures(dispatcher: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the argument types of each kernel that is stored for this processor."""
    from numba.core.registry import cpu_target

    processor = cpu_target.target_context.codegen().magic_tuple()
    found = getattr(dispatcher, "_cache", None)
    for each in (found, getattr(found, "_compiled", None)):
        file: Any = getattr(each, "_cache_file", None)
        if file is None:
            continue
        try:
            keys = list(file._load_index())
        except Exception:  # unreadable, or of types that no longer exist
            continue
        yield from (key[0] for key in keys if key[1] == processor)


__all__ = ["attach", "stamp", "stored_signatures", "temporary_folder"]
