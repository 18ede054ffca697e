"""Provenance of a trial: versions, commit and machine."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from functools import cache

from hybridq.core.processes import cores
from hybridq.experiments.records import Plain

_GIT_SECONDS = 5.0


def provenance(threads: int | None) -> Plain:
    """Return versions, commit, machine and memory of this process.

    Args:
        threads: threads of the simulator, None for all cores.

    Returns:
        ``versions`` by package; ``commit`` of the working directory, with ``-dirty`` where files
        differ from it, absent outside a repository; ``host``, ``platform``, ``cpus``, ``threads``;
        ``peak_memory`` in bytes, the peak of the process since its start.
    """
    from hybridq.core.versions import versions

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


@cache
def _commit(folder: str) -> str | None:
    """Return the commit of a folder, None without a repository or git.

    Git runs commands that the settings of a repository name (monitors, filters, hooks, transports);
    none of them is run here, since the folder may belong to another user.
    """
    found, commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if found != 0:
        return None
    listed = ("config", "-z", "--includes", "--show-scope", "--name-only", "--get-regexp")
    found, listing = _git(folder, *listed, r"^filter\.")
    parts = listing.split("\0")
    scoped = zip(parts[::2], parts[1::2], strict=False)
    keys = [key for scope, key in scoped if scope not in ("system", "global")]
    names = {key.removeprefix("filter.").rpartition(".")[0] for key in keys}
    # Git cannot list its filters (1: it has none), or no option can overrule a name.
    if found not in (0, 1) or any("=" in name for name in names):
        return f"{commit}-dirty"
    settings = [f"filter.{name}.{key}=" for name in names for key in ("clean", "process")]
    settings += [f"filter.{name}.required=false" for name in names]
    options = [part for setting in settings for part in ("-c", setting)]
    status = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
    clean = _git(folder, *status, options=options) == (0, "")
    return commit if clean else f"{commit}-dirty"


_INERT = (
    "--no-optional-locks",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
)


def _git(folder: str, *arguments: str, options: Sequence[str] = ()) -> tuple[int, str]:
    """Return git's exit status, -1 where it cannot be run, and its output."""
    command = ["git", "-C", folder, *_INERT, *options, *arguments]
    quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    quiet["GIT_ALLOW_PROTOCOL"] = ""  # none: git itself knows the variable above since 2.45
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_GIT_SECONDS, check=False, env=quiet
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return -1, ""
    return done.returncode, os.fsdecode(done.stdout).strip("\n")


def _peak_memory() -> int | None:
    """Return the peak memory in bytes, None where the system does not report it."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # elsewhere in KiB
