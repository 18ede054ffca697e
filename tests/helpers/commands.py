"""Several commands in one new process: what each prints, and only one start of Python."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ONE_BY_ONE = """
import contextlib, io, json, sys
from hybridq.cli import main
for arguments in json.load(sys.stdin):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    err = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    out.seek(0)
    print(json.dumps((code, out.read(), err.getvalue())))
"""


def run_one_by_one(
    commands: Sequence[Sequence[object]], *, env: Mapping[str, str], cwd: Path | None = None
) -> list[tuple[str, str]]:
    """Return what each command prints on standard output and error; all have to succeed."""
    done = subprocess.run(
        [sys.executable, "-c", ONE_BY_ONE],
        input=json.dumps([[str(argument) for argument in each] for each in commands]),
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = []
    for command, line in zip(commands, done.stdout.splitlines(), strict=True):
        code, out, err = json.loads(line)
        assert code == 0, (command, err)
        found.append((out, err))
    return found
