"""Files that attackers would leave, and ways to run hybridq as a stranger would."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLORENTINE = ROOT / "problems/maxcut/florentine.json"
COMMAND = Path(sys.executable).with_name("hybridq")
H2 = "2\n\nH 0 0 0\nH 0 0 0.735\n"
H2_HARTREE_FOCK = -1.1169989968  # hartree, Hartree-Fock of H2 at 0.735 Å in STO-3G

_CAP_DAC_OVERRIDE = 1
_PR_CAPBSET_DROP = 24


def touching(marker: Path) -> str:
    """An expression of Python that creates a file when it is evaluated."""
    return f"__import__('pathlib').Path({str(marker)!r}).touch()"


def run(
    *arguments: object,
    cwd: Path,
    check: bool = True,
    command: Sequence[str | Path] = (COMMAND,),
    **options: object,
) -> subprocess.CompletedProcess[str]:
    """Run the command `hybridq` in a folder; a failure shows what it printed."""
    done = subprocess.run(
        [*map(str, command), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        **options,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


def json_of(*arguments: object, cwd: Path) -> dict:
    """The result of `hybridq solve ...` as JSON."""
    return json.loads(run(*arguments, "--json", "-", cwd=cwd).stdout)


def respecting_permissions() -> Callable[[], None] | None:
    """Give up root's right to write in read-only folders, in a child process."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def drop() -> None:
        libc.prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)

    return drop
