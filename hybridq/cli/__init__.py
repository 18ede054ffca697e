"""The command line: talks to people, does no work."""

from __future__ import annotations

from collections.abc import Sequence

ALONE = ("worker", "serve")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: the arguments after the program's name; those of this process by default.

    Returns:
        0 when all went well, 1 for an unexpected failure, 2 for bad input, 130 when the user
        interrupted the work.
    """
    import gc
    import os
    import sys

    # The terminal of a notebook's `!command` cannot move its cursor: a bar would be many lines.
    if "JPY_PARENT_PID" in os.environ:
        os.environ["TERM"] = "dumb"

    # Start-up makes half a million objects that all stay: Python's default of 700 new objects
    # between two collections spends a tenth of a short solve in looking through them.
    gc.set_threshold(20_000, *gc.get_threshold()[1:])

    from hybridq.cli.app import run
    from hybridq.cli.errors import guard, notices
    from hybridq.core.isolation import isolate
    from hybridq.core.launch import lead

    isolate()

    arguments = list(sys.argv[1:] if argv is None else argv)

    # Every process of these is one of its own, also where a launcher of MPI starts them.
    alone = next((word for word in arguments if not word.startswith("-")), "") in ALONE

    def work() -> int:
        return run(arguments) if alone else lead(lambda: run(arguments))

    with notices():
        return guard(work, debug="--debug" in arguments)


__all__ = ["main"]
