"""Runners and workers as a user would start them, found and killed by their numbers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("chaos.yaml")


def runner(
    url: str, log: Path, *options: str, limit: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    """`hybridq run` of the chaos config with two jobs."""
    command = ["run", str(CONFIG), "--jobs", "2", "--storage", url, *options]
    return _begun(command, log, limit)


def worker(url: str, log: Path, *, wait: float) -> subprocess.Popen[bytes]:
    """`hybridq worker` beside it."""
    command = ["worker", "--experiment", "chaos", "--storage", url, "--wait", str(wait)]
    return _begun(command, log, None)


def children(process: int) -> list[int]:
    """The numbers of the processes that this one has begun and that live."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == process and fields[0] != "Z":
                found.append(int(folder.name))
    return found


def kill(process: int) -> None:
    """SIGKILL, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _begun(
    arguments: list[str], log: Path, limit: Callable[[], None] | None
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "hybridq", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=limit,
        )
