"""Commands run one after the other in one process with little memory; see `test_declared_sizes`."""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
from pathlib import Path

LIMIT = 3 * 2**30  # bytes of address space, of which libraries alone take a good part


def main() -> None:
    """Read commands from standard input, write (exit code, standard error) of each."""
    from hybridq.cli import main as hybridq

    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    found = []
    for arguments in json.load(sys.stdin):
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
            code = hybridq(arguments)
        found.append((code, errors.getvalue()))
    print(json.dumps({"found": found, "memory": most_memory()}))


def most_memory() -> int:
    """Return the most bytes in use since this program began.

    `ru_maxrss` would not do: it keeps the peak of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
