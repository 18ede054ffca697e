"""The only gateway to Numba: flags, disk cache and first-compile notice."""

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
    """Return a stamp of all files with compiled code and of the vector width.

    Numba checks only the file of the function itself, so a kernel would stay stale after an edit
    of a function that is inlined into it. A stamp over all files prevents that.
    """
    digest = hashlib.sha256(os.environ.get("HYBRIDQ_SIMD", "").encode())
    for path in kernel_files():
        digest.update(path.read_bytes())
    return digest.hexdigest(), 0


def kernel_files() -> list[Path]:
    """Return all files whose text can end up in compiled code, sorted.

    These are the files that use this gateway, and those that emit code for it (`simd`, `emit`),
    which is inlined into kernels without passing through it.
    """
    marks = (b"core.jit import jit", b"import numba", b"from numba", b"llvmlite")
    paths = sorted(Path(__file__).parents[1].rglob("*.py"))
    return [path for path in paths if any(mark in path.read_bytes() for mark in marks)]


def jit(*, internal: bool = False, inline: bool = False) -> Callable[[F], F]:
    """Return a decorator that compiles on first use and caches the code on disk.

    Kernels release the interpreter lock, so that threads can run them in parallel.

    Args:
        internal: called from other kernels only. Without an entry from Python, compiling is a
            sixth faster.
        inline: inline the function into its callers, for helpers inside hot loops.
    """

    def decorate(function: F) -> F:
        options: dict[str, Any] = {"forceinline": True} if inline else {}
        if internal or inline:
            options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        options |= {"nogil": True, "fastmath": set(FASTMATH), "error_model": "numpy"}
        try:
            dispatcher = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no folder that Numba could write to
            dispatcher = numba.njit(**options)(function)
            kernel_cache.attach(dispatcher)
        kernel_cache.stamp(dispatcher, _source_stamp())
        return dispatcher

    return decorate


def is_compiled(dispatcher: Any, *marks: tuple[int, str]) -> bool:
    """Return whether a kernel is compiled here or stored for this processor.

    Args:
        dispatcher: a function that `jit` decorates.
        marks: (number of an argument, text in the name of its Numba type) of the kernel that is
            meant, where a function has several.
    """

    def fits(arguments: tuple[Any, ...]) -> bool:
        return all(text in str(arguments[number]) for number, text in marks)

    return any(map(fits, dispatcher.signatures)) or any(
        map(fits, kernel_cache.stored_signatures(dispatcher))
    )


class _ClockPauser(event.Listener):  # type: ignore[misc]
    """Pauses the work clock while Numba compiles or loads compiled code."""

    def on_start(self, event: object) -> None:
        clock.pause()

    def on_end(self, event: object) -> None:
        clock.resume()


event.register("numba:compiler_lock", _ClockPauser())


class _FirstCompile(event.Listener):  # type: ignore[misc]
    """Calls `notify` at the first compilation, not at loads from the cache."""

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._notified = False

    def on_start(self, event: object) -> None:
        if not self._notified:
            self._notified = True
            self._notify()

    def on_end(self, event: object) -> None:
        pass


@contextmanager
def on_first_compile(notify: Callable[[], None]) -> Iterator[None]:
    """Call `notify` once if a kernel is compiled within the block."""
    listener = _FirstCompile(notify)
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)
