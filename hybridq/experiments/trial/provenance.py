"""Where and with what a trial was run."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import cache

from hybridq.experiments.records import Plain

_GIT_SECONDS = 5.0


def provenance(threads: int | None) -> Plain:
    """Versions, commit, machine and the memory of this process, as plain values.

    Args:
        threads: of the simulator, None for all cores.

    Returns:
        ``versions`` by package; ``commit`` of the working directory, with ``-dirty`` where files
        differ from it, absent outside a repository; ``host``, ``platform``, ``cpus``, ``threads``;
        ``peak_memory`` in bytes, the most that the process has held since it began.
    """
    from hybridq.strategies.report import versions

    facts: Plain = {"versions": versions(), "commit": _commit(os.getcwd()), **_machine()}
    facts |= {"threads": threads or facts["cpus"], "peak_memory": _peak_memory()}
    return {name: value for name, value in facts.items() if value is not None}


@cache
def _machine() -> Plain:
    return {
        "host": platform.node(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpus": cores(),
    }


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _commit(folder: str) -> str | None:
    """The commit that is checked out in a folder, None where there is none or no git."""
    command = ["git", "-C", folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None if told.returncode == 0 else None


def _peak_memory() -> int | None:
    """Bytes, None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # elsewhere in KiB
