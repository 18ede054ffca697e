"""The only gateway to Numba: flags, disk cache and the notice of a compilation."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numba
from numba.core import event

from hybridq.core import clock, kernel_cache
from hybridq.core.kernel_compiler import InternalCompiler

F = TypeVar("F", bound=Callable[..., Any])

# "contract" lets a*b + c become one rounding, "reassoc" lets sums use vector lanes, "nsz" drops
# the sign of zero. NaN and infinity keep their meaning: no "nnan", no "ninf".
FASTMATH = frozenset({"contract", "reassoc", "nsz"})


_IMPORT = re.compile(
    rb"^[ \t]*(?:from|import) (hybridq[\w.]*)(?: import (\([^)]*\)|.+))?", re.MULTILINE
)
_PACKAGE = Path(__file__).parents[1]


# Text of files that can end up in compiled code: they use this gateway, or emit code for it.
_MARKS = (b"core.jit import", b"import numba", b"from numba", b"llvmlite")


@cache
def _stamp(module: str) -> tuple[str, int]:
    """Return a stamp of the compiled code of a module and of what it imports.

    Numba checks only the file of the function itself, so a kernel would stay stale after an edit
    of a function that is inlined into it. The stamp, which covers the vector width too, prevents
    that; an edit of one engine's kernels leaves those of the others as they are.
    """
    digest = hashlib.sha256(os.environ.get("HYBRIDQ_SIMD", "").encode())
    for _, source in sorted(_inlined(module).items()):
        digest.update(source)
    return digest.hexdigest(), 0


def _inlined(module: str) -> dict[str, bytes]:
    """Return the text of a module and of those with compiled code that it imports."""
    found: dict[str, bytes] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        source = None if name in found else _kernel_source(name)
        if source is not None:
            found[name] = source
            waiting += _imported(source)
    return found


@cache
def _kernel_source(module: str) -> bytes | None:
    """Return the text of a module, None if none of it can end up in compiled code."""
    try:
        source = _PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py").read_bytes()
    except OSError:  # a package, or a name in a module
        return None
    return source if any(mark in source for mark in _MARKS) else None


@cache
def _imported(source: bytes) -> list[str]:
    """Return the modules that the text of a module may import."""
    found = []
    for imported, names in _IMPORT.findall(source):
        parent = imported.decode()
        found += [parent, *(f"{parent}.{each.decode()}" for each in re.findall(rb"\w+", names))]
    return found


def jit(*, internal: bool = False, inline: bool = False) -> Callable[[F], F]:
    """Return a decorator that compiles on first use and caches the code on disk.

    Kernels release the interpreter lock, so that threads can run them in parallel.

    Args:
        internal: called from other kernels only, never from Python; optimized within its callers
            and not stored by itself.
        inline: as `internal`, and inlined into its callers, for helpers inside hot loops.
    """

    def decorate(function: F) -> F:
        options: dict[str, Any] = {
            "nogil": True,
            "fastmath": set(FASTMATH),
            "error_model": "numpy",
            "no_cfunc_wrapper": True,  # for callers in C, of which there are none
        }
        if internal or inline:
            options |= {"no_cpython_wrapper": True, "pipeline_class": InternalCompiler}
            return numba.njit(forceinline=inline, **options)(function)
        try:
            dispatcher = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no folder that Numba could write to
            dispatcher = numba.njit(**options)(function)
            kernel_cache.attach(dispatcher)
        kernel_cache.stamp(dispatcher, _stamp(function.__module__))
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


_logger = logging.getLogger("hybridq")

Notify: TypeAlias = Callable[[str], None]

# Modules and packages whose kernels compile slowly, with words for them and seconds.
_slow: dict[str, tuple[str, int]] = {}


def compiles_slowly(module: str, what: str, *, seconds: int) -> None:
    """Have the first compilation of a kernel of a module announced.

    Args:
        module: name of the module, or of the package whose modules have the kernels.
        what: whose kernels they are, in words.
        seconds: time that a usual run compiles for, on a core of an AMD EPYC.
    """
    _slow[module] = (what, seconds)


class _Announcer(event.Listener):  # type: ignore[misc]
    """Announces once that kernels of a kind compile; loads from the cache are silent."""

    def __init__(self) -> None:
        self.receivers: list[Notify] = []
        self._announced: set[str] = set()

    def on_start(self, event: Any) -> None:
        module = str(event.data["dispatcher"].py_func.__module__)
        for beginning, (what, seconds) in _slow.items():
            if module.startswith(beginning) and what not in self._announced:
                self._announced.add(what)
                text = (
                    f"Compiling the kernels of {what}, once on this machine (about {seconds} s on "
                    "a core of an AMD EPYC) ..."
                )
                (self.receivers[-1] if self.receivers else _logger.warning)(text)

    def on_end(self, event: object) -> None:
        pass


_announcer = _Announcer()
event.register("numba:compile", _announcer)


@contextmanager
def announcing_compilation(notify: Notify) -> Iterator[None]:
    """Call `notify` with a line about each kind of kernels that compiles.

    Elsewhere the logger ``hybridq`` gets the line as a warning, which Python shows on standard
    error unless logging is configured otherwise.
    """
    _announcer.receivers.append(notify)
    try:
        yield
    finally:
        _announcer.receivers.remove(notify)
