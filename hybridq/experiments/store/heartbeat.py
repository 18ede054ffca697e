"""Signs of life of workers, and which workers are dead."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from hybridq.experiments.records import Plain


def new_worker() -> str:
    """A name for a worker that begins now: the host, the process and something random."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"


def sign_of_life() -> Plain:
    """What a worker leaves in the store: who it is, and when it was seen (seconds since 1970)."""
    pid = os.getpid()
    return {
        "host": socket.gethostname(),
        "machine": _machine(),
        "pid": pid,
        "born": _born(pid),
        "seen": time.time(),
    }


def is_dead(sign: Mapping[str, object], timeout: float) -> bool:
    """Whether the worker of this sign is gone: its process is, or it was not seen for `timeout`.

    The process is looked for only where this is the same machine, by its number and the moment it
    began, since numbers are used again. Elsewhere the clocks decide, which must agree well within
    `timeout`; a worker that is taken for dead and lives does no harm, its trials are run twice.

    Args:
        sign: its last one.
        timeout: in seconds.
    """
    if sign.get("left"):
        return True
    seen = sign["seen"]
    assert isinstance(seen, int | float)
    if time.time() - seen > timeout:
        return True
    pid, born = sign.get("pid"), sign.get("born")
    if born is None or sign.get("machine") != _machine() or not isinstance(pid, int):
        return False
    return _born(pid) != born


def _machine() -> str | None:
    """What tells apart machines, their starts, and containers that number processes anew."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return None


def _born(pid: int) -> int | None:
    """When the process began, in ticks since the machine did; None if there is no such one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name of the program, in parentheses, may hold blanks and parentheses itself.
    fields = stat.rpartition(")")[2].split()
    state, ticks = fields[0], fields[19]
    return None if state in "ZX" else int(ticks)
