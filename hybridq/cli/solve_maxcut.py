"""`hybridq solve maxcut GRAPH`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import objective_options as goals
from hybridq.cli import shared_options as shared
from hybridq.cli.errors import INTERRUPTED, OK
from hybridq.cli.optimizer_options import OptimizerOptions, configured
from hybridq.cli.options import (
    PRECISIONS,
    check_option,
    check_start,
    whole_number,
)
from hybridq.cli.report import Outputs, report
from hybridq.cli.right_command import naming_the_right_command

if TYPE_CHECKING:
    from hybridq.optimizers import Optimizer


@dataclass(frozen=True)
class _Request:
    """The options of one run, checked."""

    graph: str
    format: str | None
    p: int | None
    optimizer: str | Optimizer | None
    strategy: str | None
    objective: str
    alpha: float | None
    eta: float | None
    objective_shots: int | None
    initial: str | Path
    restarts: int | None
    max_evaluations: int | None
    time_limit: float | None
    shots: int
    precision: str
    threads: int | None
    seed: int | None
    journal: str | None
    resume: bool
    outputs: Outputs


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
            rich_help_panel=shared.CIRCUIT,
        ),
    ] = None,
    initial: Annotated[
        str,
        typer.Option(
            "--initial",
            metavar="START",
            help="auto, ramp, sk, transfer, ... or an angle file.",
            show_default=False,
            rich_help_panel=shared.CIRCUIT,
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
            rich_help_panel=shared.CIRCUIT,
        ),
    ] = 1024,
    precision: shared.Precision = "double",
    threads: shared.Threads = None,
    optimizer: shared.Optimizer = None,
    optimizer_option: OptimizerOptions = None,
    strategy: shared.Strategy = None,
    objective: goals.Objective = "expectation",
    alpha: goals.Alpha = None,
    eta: goals.Eta = None,
    objective_shots: goals.ObjectiveShots = None,
    restarts: Annotated[
        int | None,
        typer.Option(
            "--restarts",
            parser=whole_number(0),
            metavar="INT",
            help="Further random starts (default: by strategy).",
            show_default=False,
            rich_help_panel=shared.SEARCH,
        ),
    ] = None,
    max_evaluations: Annotated[
        int | None,
        typer.Option(
            "--max-evaluations",
            parser=whole_number(1),
            metavar="INT",
            help="Stop after so many (default: by size).",
            show_default=False,
            rich_help_panel=shared.SEARCH,
        ),
    ] = None,
    time_limit: shared.TimeLimit = None,
    seed: shared.Seed = None,
    journal: shared.Journal = None,
    resume: shared.Resume = False,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Default: told by content, then by file ending.",
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    json: shared.Json = None,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Draw cut, search and samples (.png .pdf .svg).",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
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
    outputs = Outputs(graph, json, plot, quiet, store=journal)
    from hybridq.objectives import OBJECTIVES
    from hybridq.optimizers import OPTIMIZERS
    from hybridq.problems.formats import GRAPH_FORMATS
    from hybridq.strategies.registry import STRATEGIES

    method: str | Optimizer | None = None
    if optimizer is not None:
        method = check_option("--optimizer", optimizer, OPTIMIZERS)
    if optimizer_option:
        from hybridq.solver.common import default_optimizer

        method = configured(optimizer or default_optimizer(objective_shots), optimizer_option)
    return _run(
        _Request(
            graph=graph,
            format=format and check_option("--format", format, GRAPH_FORMATS),
            p=p,
            optimizer=method,
            strategy=strategy and check_option("--strategy", strategy, STRATEGIES),
            objective=check_option("--objective", objective, OBJECTIVES),
            alpha=alpha,
            eta=eta,
            objective_shots=objective_shots,
            initial=check_start(initial),
            restarts=restarts,
            max_evaluations=max_evaluations,
            time_limit=time_limit,
            shots=shots,
            precision=check_option("--precision", precision, PRECISIONS),
            threads=threads,
            seed=shared.seed_of(seed, journal, resume),
            journal=journal,
            resume=resume,
            outputs=outputs,
        )
    )


def _run(request: _Request) -> int:
    from hybridq.cli import result_screen as screen
    from hybridq.cli.progress import Progress
    from hybridq.cli.refusals import check_memory, in_words_of_options
    from hybridq.core.jit import on_first_compile
    from hybridq.problems.maxcut import MaxCut
    from hybridq.solver import solve

    with naming_the_right_command(request.graph, "maxcut"):
        problem = MaxCut.from_file(request.graph, request.format)
    check_memory(
        request.outputs.name,
        problem.n_qubits,
        request.precision,
        request.optimizer,
    )
    with (
        in_words_of_options(request.initial),
        Progress(
            f"best {goals.name_of(request.objective, problem.value_name)}",
            sign=goals.sign_of(request.objective, problem.sign),
            total=request.max_evaluations,
            quiet=request.outputs.quiet,
        ) as progress,
        on_first_compile(progress.compiling),
    ):
        result = solve(
            problem,
            p=request.p,
            optimizer=request.optimizer,
            strategy=request.strategy,
            objective=request.objective,
            alpha=request.alpha,
            eta=request.eta,
            objective_shots=request.objective_shots,
            initial=request.initial,
            restarts=request.restarts,
            max_evaluations=request.max_evaluations,
            time_limit=request.time_limit,
            shots=request.shots,
            precision=request.precision,
            threads=request.threads,
            rng=request.seed,
            journal=request.journal,
            resume=request.resume,
            landscape=request.outputs.plot is not None,
            callback=progress.record,
            stage=progress.stage,
        )
    report(
        request.outputs,
        to_json=result.to_json,
        show=lambda: screen.show(result, quiet=request.outputs.quiet),
        plot=result.plot,
    )
    return INTERRUPTED if result.optimizer.status == "interrupted" else OK
