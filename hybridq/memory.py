"""Refusal before allocation: does an array fit in the memory that is free now?"""

from __future__ import annotations

import os
from pathlib import Path

from hybridq.errors import CapacityError

_GIB = 2**30
# Less than this is always there, and asking the system costs more than a small operator does.
_ALWAYS_FREE = 2**25


def available_bytes() -> int | None:
    """Memory in bytes that can be had now without swapping, or None where nobody can tell."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def require(needed: int, what: str, remedy: str) -> None:
    """Nothing, if `needed` bytes can be had.

    Raises:
        CapacityError: they cannot; the message gives both numbers and the `remedy`.
    """
    if needed <= _ALWAYS_FREE:
        return
    free = available_bytes()
    # Where nobody can tell, refuse only what no machine has.
    limit = free if free is not None else 2**46
    if needed > limit:
        stands = f"{free / _GIB:.3g} GiB are free" if free is not None else "no machine has that"
        raise CapacityError(f"{what} needs {_readable(needed)}, {stands}: {remedy}")


def _readable(size: int) -> str:
    # Thousands of qubits would overflow a float.
    if size.bit_length() > 80:
        return f"about 2**{size.bit_length() - 31} GiB"
    return f"{size / _GIB:.4g} GiB"
