"""Names of workers, by which others on the same machine see that one has died."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket

from hybridq.core.processes import born, machine


def new_worker() -> str:
    """Return a new name: host, machine, process, its birth, random digits."""
    pid = os.getpid()
    host = socket.gethostname().replace("/", "-")[:40]
    return f"{host}/{_machine()}/{pid}/{born(pid)}/{secrets.token_hex(4)}"


def is_gone(worker: str) -> bool:
    """Return whether the worker ran in a process of this machine that has ended."""
    parts = worker.split("/")
    if len(parts) != 5 or not parts[2].isdigit() or parts[3] == "None":
        return False
    _, where, pid, birth, _ = parts
    return where == _machine() != "" and str(born(int(pid))) != birth


def _machine() -> str:
    """Return digits for this machine and its boot, "" where it has no identity."""
    name = machine()
    return "" if name is None else hashlib.sha256(name.encode()).hexdigest()[:12]
