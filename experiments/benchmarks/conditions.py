"""Conditions of a measurement: versions and machine."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import hybridq as hq


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], capture_output=True, text=True, check=False
    ).stdout.strip()


def machine(command: str) -> dict[str, Any]:
    """Date, processor, versions, commit (with a + if the package was changed since), and load."""
    model = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    changed = _git("status", "--porcelain", "hybridq")
    return {
        "date": datetime.date.today().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": model,
        "python": platform.python_version(),
        "hybridq": hq.__version__,
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if changed else ""),
        "command": command,
        "load_before": round(os.getloadavg()[0], 2),
    }
