"""Check memory before allocating.

Free memory is the least of what the machine has, what the control groups of this process leave
(containers, batch systems), and what its own limits leave (``ulimit -v``).
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hybridq.core.errors import CapacityError, Text

_GIB = 2**30
ALWAYS_FREE = 2**25
"""Bytes not worth a query, which takes longer than work on an array of this size."""

_PROC = Path("/proc")
# Address space for kernels and libraries that are loaded after the check.
_RESERVE = 2**28
_UNLIMITED = 2**60  # a control group without a limit reports a number near 2**63


class Free(NamedTuple):
    """Memory that can be allocated.

    Attributes:
        size: bytes.
        limit: the binding limit in words; empty for the machine's memory.
    """

    size: int
    limit: str


class _Group(NamedTuple):
    """Files of a control group: limits, usage and its reclaimable part."""

    folder: Path
    limits: tuple[str, ...]
    usage: str
    reclaimable: str


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the search for cycles, which goes through all objects again and again.

    For work that makes millions of small objects and no cycles, it takes half of the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def leave_uncollected() -> None:
    """Leave all present objects out of further searches for cycles.

    For processes that stay: what modules hold takes such a search 0.1 s, in which nothing else
    runs.
    """
    gc.collect()
    gc.freeze()


def available_bytes() -> int | None:
    """Return the bytes that can be allocated without swapping, None if unknown."""
    free = available()
    return None if free is None else free.size


def available() -> Free | None:
    """Return the memory that can be allocated and its limit; None if unknown."""
    found = [
        free
        for free in (_of_machine(), *map(_of_group, _groups()), *_of_process())
        if free is not None
    ]
    return min(found, key=lambda free: free.size, default=None)


def require(needed: int, what: Text, remedy: Text) -> None:
    """Raise if `needed` bytes cannot be allocated.

    Args:
        needed: bytes.
        what: the work that needs them, for the message.
        remedy: what to do.

    Raises:
        CapacityError: the message gives the bytes needed, those free, and the `remedy`.
    """
    if needed <= ALWAYS_FREE:
        return
    free = available_bytes()
    # If unknown, refuse only what no machine has.
    limit = free if free is not None else 2**46
    if needed > limit:
        found = f"{free / _GIB:.3g} GiB are free" if free is not None else "no machine has that"
        parts = (what,) if isinstance(what, str) else tuple(what)
        raise CapacityError(
            (*parts, f" needs {_readable(needed)}, {found}{limited_by()}"), remedy=remedy
        )


@contextmanager
def capacity(what: str, remedy: str = "make it smaller") -> Iterator[None]:
    """Convert a MemoryError within the block to a CapacityError.

    Args:
        what: the work, such as ``"solving"``.
        remedy: what to do.

    Raises:
        CapacityError: memory ran out.
    """
    try:
        yield
    except (MemoryError, SystemError) as error:
        if not ran_out(error):
            raise
        raise CapacityError(out_of_memory(error, what, remedy)) from error


def ran_out(error: Exception) -> bool:
    """Return whether memory ran out; Python may report that as a SystemError."""
    if isinstance(error, MemoryError):
        return True
    with suppress(MemoryError):
        free = available_bytes()
        return isinstance(error, SystemError) and free is not None and free < _RESERVE
    return True


def out_of_memory(error: Exception, what: str, remedy: str) -> str:
    """Return a message about a failed allocation, with the memory free now."""
    asked = f" ({text})" if (text := str(error).strip().rstrip(".")) else ""
    left = ""
    with suppress(MemoryError):  # there may be too little memory left to ask
        free = available_bytes()
        left = "" if free is None else f", {free / _GIB:.3g} GiB are free{limited_by()}"
    return f"{what} ran out of memory{asked}{left}: {remedy}"


def limited_by() -> str:
    """Return the binding memory limit in parentheses, empty without one."""
    free = available()
    return f" ({free.limit})" if free is not None and free.limit else ""


def _readable(size: int) -> str:
    # Thousands of qubits would overflow a float.
    if size.bit_length() > 80:
        return f"about 2**{size.bit_length() - 31} GiB"
    return f"{size / _GIB:.4g} GiB"


def _of_machine() -> Free | None:
    kib = _numbers(_PROC / "meminfo", ":").get("MemAvailable")
    if kib is not None:
        return Free(kib * 1024, "")
    try:
        return Free(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), "")
    except (AttributeError, ValueError, OSError):
        return None


def _of_process() -> Iterator[Free]:
    """Yield the memory that the limits of this process leave."""
    try:
        import resource
    except ImportError:
        return
    used = _numbers(_PROC / "self" / "status", ":")
    for limit, field, command in (
        (resource.RLIMIT_AS, "VmSize", "ulimit -v"),
        (resource.RLIMIT_DATA, "VmData", "ulimit -d"),
    ):
        soft, _ = resource.getrlimit(limit)
        if soft != resource.RLIM_INFINITY and field in used:
            yield Free(
                max(0, soft - used[field] * 1024 - _RESERVE),
                f"limit of {soft / _GIB:.3g} GiB, {command}",
            )


def _of_group(group: _Group) -> Free | None:
    limits = [number for name in group.limits if (number := _number(group.folder / name))]
    used = _number(group.folder / group.usage)
    limit = min(limits, default=_UNLIMITED)
    if used is None or limit >= _UNLIMITED:
        return None
    cached = _numbers(group.folder / "memory.stat", " ").get(group.reclaimable, 0)
    left = max(0, limit - max(0, used - cached))
    return Free(left, f"limit of {limit / _GIB:.3g} GiB, control group")


@cache
def _groups() -> tuple[_Group, ...]:
    """Return the memory control groups of this process, parents included."""
    found: list[_Group] = []
    paths: dict[str, str] = {}
    for line in _lines(_PROC / "self" / "cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            paths["cgroup2"] = path
        elif "memory" in controllers.split(","):
            paths["cgroup"] = path
    for line in _lines(_PROC / "self" / "mountinfo"):
        left, _, right = line.partition(" - ")
        before, after = left.split(" "), right.split(" ")
        if len(before) < 5 or len(after) < 3 or after[0] not in paths:
            continue
        if after[0] == "cgroup" and "memory" not in after[2].split(","):
            continue
        found += _chain(after[0], Path(before[4]), before[3], paths[after[0]])
    return tuple(found)


def _chain(kind: str, mount: Path, root: str, path: str) -> Iterator[_Group]:
    """Yield a group and its parents, up to the mounted one."""
    inside = path.removeprefix(root) if path.startswith(root) else ""
    folder = mount / inside.strip("/")
    if not folder.is_dir():  # in a container, where the group itself is the root
        folder = mount
    for each in (folder, *folder.parents):
        if kind == "cgroup2":
            yield _Group(each, ("memory.max", "memory.high"), "memory.current", "inactive_file")
        else:
            yield _Group(
                each, ("memory.limit_in_bytes",), "memory.usage_in_bytes", "total_inactive_file"
            )
        if each == mount:
            return


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _number(path: Path) -> int | None:
    """Return the number in a file, None for ``max`` or a missing file."""
    text = "".join(_lines(path)[:1]).strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _numbers(path: Path, mark: str) -> dict[str, int]:
    """Return the numbers by name in a file with lines ``VmSize:  1234 kB``."""
    found = {}
    for line in _lines(path):
        name, _, rest = line.partition(mark)
        words = rest.split()
        if words and words[0].isascii() and words[0].isdigit():
            found[name] = int(words[0])
    return found
