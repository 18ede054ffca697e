"""The one gateway to Numba: flags, the disk cache and the first-compile notice are decided here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import event

from hybridq.core import clock, kernel_cache

F = TypeVar("F", bound=Callable[..., Any])

# "contract" lets a*b + c become one rounding, "reassoc" lets sums use vector lanes, "nsz" drops
# the sign of zero. NaN and infinity keep their meaning: no "nnan", no "ninf".
FASTMATH = frozenset({"contract", "reassoc", "nsz"})


@cache
def _source_stamp() -> tuple[str, int]:
    """A stamp of every file that holds compiled code, and of the vector width asked for.

    Numba looks only at the file of the function itself, so a kernel would stay stale after an
    edit of another one that is inlined into it; a stamp over all of them cannot.
    """
    digest = hashlib.sha256(os.environ.get("HYBRIDQ_SIMD", "").encode())
    for path in kernel_files():
        digest.update(path.read_bytes())
    return digest.hexdigest(), 0


def kernel_files() -> list[Path]:
    """Every file of the package whose text can end up in compiled code, in a fixed order.

    These are the files that use this gateway, and those that emit code for it (`simd`, `emit`),
    which are pasted into kernels without passing through it.
    """
    marks = (b"core.jit import jit", b"import numba", b"from numba", b"llvmlite")
    paths = sorted(Path(__file__).parents[1].rglob("*.py"))
    return [path for path in paths if any(mark in path.read_bytes() for mark in marks)]


def jit(*, internal: bool = False, inline: bool = False) -> Callable[[F], F]:
    """Decorator that compiles a kernel on first use and keeps the code on disk.

    Kernels release the interpreter lock, so that threads can share them.

    Args:
        internal: called from other kernels only. Leaving out the entry from Python spares a
            sixth of the compile time.
        inline: paste the function into its callers (for helpers inside hot loops).
    """

    def decorate(function: F) -> F:
        options: dict[str, Any] = {"forceinline": True} if inline else {}
        if internal or inline:
            options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        options |= {"nogil": True, "fastmath": set(FASTMATH), "error_model": "numpy"}
        try:
            dispatcher = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # there is no folder that Numba could write to
            dispatcher = numba.njit(**options)(function)
            kernel_cache.attach(dispatcher)
        kernel_cache.stamp(dispatcher, _source_stamp())
        return dispatcher

    return decorate


class _StandingClock(event.Listener):  # type: ignore[misc]
    """Lets the clock stand while Numba compiles, or loads what it has compiled before."""

    def on_start(self, event: object) -> None:
        clock.stand()

    def on_end(self, event: object) -> None:
        clock.go()


event.register("numba:compiler_lock", _StandingClock())


class _FirstCompile(event.Listener):  # type: ignore[misc]
    """Calls `notify` at the first compilation that the disk cache could not spare."""

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._told = False

    def on_start(self, event: object) -> None:
        if not self._told:
            self._told = True
            self._notify()

    def on_end(self, event: object) -> None:
        pass


@contextmanager
def on_first_compile(notify: Callable[[], None]) -> Iterator[None]:
    """Within the block, call `notify` once if any kernel has to be compiled."""
    listener = _FirstCompile(notify)
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)
