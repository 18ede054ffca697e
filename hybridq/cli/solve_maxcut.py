"""`hybridq solve maxcut GRAPH`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli.errors import INTERRUPTED, OK
from hybridq.cli.options import (
    PRECISIONS,
    check_option,
    check_outputs,
    check_start,
    positive_seconds,
    whole_number,
)

if TYPE_CHECKING:
    from hybridq.result import Result

_SEARCH = "Search"
_CIRCUIT = "Circuit and simulation"
_OUTPUT = "Output"


@dataclass(frozen=True)
class _Request:
    """The options of one run, checked."""

    graph: str
    format: str | None
    p: int | None
    optimizer: str | None
    initial: str | Path
    restarts: int
    max_evaluations: int | None
    time_limit: float | None
    shots: int
    precision: str
    threads: int | None
    seed: int
    json: str | None
    plot: str | None
    quiet: bool


def maxcut(
    graph: Annotated[
        str, typer.Argument(metavar="GRAPH", help="Graph file, or - for standard input.")
    ],
    p: Annotated[
        int | None,
        typer.Option(
            "--p",
            parser=whole_number(1),
            metavar="INT",
            help="Layers of the circuit (default: by size).",
            show_default=False,
            rich_help_panel=_CIRCUIT,
        ),
    ] = None,
    initial: Annotated[
        str,
        typer.Option(
            "--initial",
            metavar="START",
            help="auto, ramp, fixed-angles, random or an angle file.",
            show_default=False,
            rich_help_panel=_CIRCUIT,
        ),
    ] = "auto",
    shots: Annotated[
        int,
        typer.Option(
            "--shots",
            parser=whole_number(1),
            metavar="INT",
            help="Samples drawn at the end (default: 1024).",
            show_default=False,
            rich_help_panel=_CIRCUIT,
        ),
    ] = 1024,
    precision: Annotated[
        str,
        typer.Option(
            "--precision",
            metavar="NAME",
            help="double (default), or single for half the memory.",
            show_default=False,
            rich_help_panel=_CIRCUIT,
        ),
    ] = "double",
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            parser=whole_number(1),
            metavar="INT",
            help="Processor threads (default: all).",
            show_default=False,
            rich_help_panel=_CIRCUIT,
        ),
    ] = None,
    optimizer: Annotated[
        str | None,
        typer.Option(
            "--optimizer",
            metavar="NAME",
            help="Method, e.g. cobyla (default: l-bfgs).",
            show_default=False,
            rich_help_panel=_SEARCH,
        ),
    ] = None,
    restarts: Annotated[
        int,
        typer.Option(
            "--restarts",
            parser=whole_number(0),
            metavar="INT",
            help="Further random starts (default: 0).",
            show_default=False,
            rich_help_panel=_SEARCH,
        ),
    ] = 0,
    max_evaluations: Annotated[
        int | None,
        typer.Option(
            "--max-evaluations",
            parser=whole_number(1),
            metavar="INT",
            help="Stop after so many (default: by size).",
            show_default=False,
            rich_help_panel=_SEARCH,
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            parser=positive_seconds,
            metavar="SECONDS",
            help="Stop after so long (default: no limit).",
            show_default=False,
            rich_help_panel=_SEARCH,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            parser=whole_number(0),
            metavar="INT",
            help="Repeat a run (default: drawn, and shown).",
            show_default=False,
            rich_help_panel=_SEARCH,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Default: told by content, then by file ending.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write the result as JSON; - prints it instead.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Draw cut, search and samples (.png .pdf .svg).",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="One line, no progress bar.", rich_help_panel=_OUTPUT),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show the traceback of errors.", rich_help_panel=_OUTPUT),
    ] = False,
) -> int:
    """Split a graph's nodes in two so that the edges in between weigh as much as possible.

    Reads JSON, edge lists, CSV, Gset/rudy, DIMACS, GraphML and Matrix Market.
    Shows the best cut beside a classical one, which is exact where that is
    feasible. Ctrl-C ends the search and reports the best so far.

    Examples:

      [bold]hybridq solve maxcut graph.json[/bold]
      [bold]hybridq solve maxcut graph.csv --p 3 --seed 7 --json out.json --plot out.png[/bold]
      [bold]cat graph.json | hybridq solve maxcut - --json -[/bold]
    """
    check_outputs(graph, json, plot)
    from hybridq.optimizers import OPTIMIZERS
    from hybridq.problems.formats import GRAPH_FORMATS

    return _run(
        _Request(
            graph=graph,
            format=format and check_option("--format", format, GRAPH_FORMATS),
            p=p,
            optimizer=optimizer and check_option("--optimizer", optimizer, OPTIMIZERS),
            initial=check_start(initial),
            restarts=restarts,
            max_evaluations=max_evaluations,
            time_limit=time_limit,
            shots=shots,
            precision=check_option("--precision", precision, PRECISIONS),
            threads=threads,
            seed=_fresh_seed() if seed is None else seed,
            json=json,
            plot=plot,
            quiet=quiet,
        )
    )


def _fresh_seed() -> int:
    """A seed for a run that got none, so that this one can be repeated too."""
    import secrets

    return secrets.randbelow(2**31)


def _run(request: _Request) -> int:
    from hybridq._jit import on_first_compile
    from hybridq.cli.progress import Progress
    from hybridq.cli.refusals import check_memory, in_words_of_options
    from hybridq.problems.maxcut import MaxCut
    from hybridq.solver import solve

    problem = MaxCut.from_file(request.graph, request.format)
    check_memory(
        "standard input" if request.graph == "-" else Path(request.graph).name,
        problem.n_qubits,
        request.precision,
        request.optimizer,
    )
    with (
        in_words_of_options(request.initial),
        Progress(
            f"best expected {problem.value_name}",
            sign=problem.sign,
            total=request.max_evaluations,
            quiet=request.quiet,
        ) as progress,
        on_first_compile(progress.compiling),
    ):
        result = solve(
            problem,
            p=request.p,
            optimizer=request.optimizer,
            initial=request.initial,
            restarts=request.restarts,
            max_evaluations=request.max_evaluations,
            time_limit=request.time_limit,
            shots=request.shots,
            precision=request.precision,
            threads=request.threads,
            rng=request.seed,
            landscape=request.plot is not None,
            callback=progress.record,
            stage=progress.stage,
        )
    _report(result, request)
    return INTERRUPTED if result.optimizer.status == "interrupted" else OK


def _report(result: Result, request: _Request) -> None:
    """Write the files that were asked for and show the answer."""
    from hybridq.cli import screen

    if request.json == "-":
        screen.write_plain(result.to_json())
    elif request.json is not None:
        result.to_json(request.json)
    if request.json != "-":
        screen.show(result, quiet=request.quiet)
    if request.plot is not None:
        result.plot(request.plot)
    written = [path for path in (request.json, request.plot) if path not in (None, "-")]
    if written and not request.quiet and request.json != "-":
        screen.say(f"Written: {', '.join(str(path) for path in written)}")
