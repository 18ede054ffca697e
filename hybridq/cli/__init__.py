"""The command line: talks to people, does no work."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: the arguments after the program's name; those of this process by default.

    Returns:
        0 when all went well, 1 for an unexpected failure, 2 for bad input, 130 when the user
        interrupted the work.
    """
    import gc
    import sys
    from itertools import pairwise

    # Start-up makes half a million objects that all stay: Python's default of 700 new objects
    # between two collections spends a tenth of a short solve in looking through them.
    gc.set_threshold(20_000, *gc.get_threshold()[1:])

    from hybridq.cli.app import run
    from hybridq.cli.errors import guard, notices
    from hybridq.core.isolation import isolate

    isolate()

    arguments = list(sys.argv[1:] if argv is None else argv)

    def given(option: str, value: str) -> bool:
        return f"{option}={value}" in arguments or (option, value) in pairwise(arguments)

    def work() -> int:
        if given("--engine", "distributed"):
            from hybridq.engines.distributed.launch import run_as_ranks
            from hybridq.engines.distributed.mpi import is_launched

            if is_launched():
                return run_as_ranks(lambda: run(arguments))
        if given("--executor", "mpi"):
            from hybridq.core.executors import serve_tasks

            if serve_tasks():
                return 0
        return run(arguments)

    with notices():
        return guard(work, debug="--debug" in arguments)


__all__ = ["main"]
