"""`hybridq warm-up`: compile all kernels now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.cli.options import whole_number

if TYPE_CHECKING:
    from hybridq.solver.warm_up import Part


def warm_up(
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            parser=whole_number(1),
            metavar="INT",
            help="Processes that compile at once (default: one per core).",
            show_default=False,
        ),
    ] = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
) -> int:
    """Compile all kernels now, so that no later run waits for the compiler.

    Without it the first runs are simulated in NumPy where that is quicker than to
    compile, and each kind of larger run compiles its kernels once.

    Example:

      [bold]hybridq warm-up[/bold]
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from hybridq.cli import page
    from hybridq.cli.words import plural, seconds
    from hybridq.core.clock import work_seconds
    from hybridq.solver import warm_up as kernels

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
    shown = not quiet and console.is_terminal and not console.is_dumb_terminal
    began = work_seconds()
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("compiling", total=1.0)

        def done(part: Part, share: float) -> None:
            bar.update(task, completed=share)
            if not shown and not quiet:
                print(f"{share:4.0%}  {part.title}", file=sys.stderr, flush=True)

        kernels.warm_up(workers=workers, progress=done)
    count = plural(len(kernels.PARTS), "kind")
    page.say(f"All kernels are compiled: {count} of runs, {seconds(work_seconds() - began)}.")
    return OK
