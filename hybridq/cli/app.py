"""The command tree: `hybridq`, and one file for each command below it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hybridq.cli.angles_learn import learn
from hybridq.cli.angles_show import show, starts
from hybridq.cli.config_commands import config
from hybridq.cli.experiments_commands import experiments
from hybridq.cli.optimizers_table import optimizers
from hybridq.cli.reproduce import reproduce
from hybridq.cli.run import run as run_experiment
from hybridq.cli.solve_hamiltonian import hamiltonian
from hybridq.cli.solve_maxcut import maxcut
from hybridq.cli.solve_molecule import molecule
from hybridq.cli.strategies_table import strategies
from hybridq.cli.worker import worker
from hybridq.core.errors import FormatError


class _Commands(TyperGroup):
    """Commands; a file that stands where one should is told which one reads it."""

    # Any: Typer's own Click and the installed one have different types here.
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        known = args[0] in self.commands
        if not known and not args[0].startswith("-"):
            from hybridq.cli.right_command import places, suggestion

            lines = places(ctx.command_path, self.commands, args[0])
            line = suggestion(args[0]) if not lines else " or ".join(lines)
            if line is not None:
                raise FormatError(f"this is no command; did you mean {line}?", source=args[0])
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="hybridq",
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    no_args_is_help=True,
)
solve = typer.Typer(cls=_Commands, no_args_is_help=True, rich_markup_mode="rich")
angles = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


def _version(asked: bool) -> None:
    if asked:
        from hybridq._version import __version__

        typer.echo(f"hybridq {__version__}")
        raise typer.Exit


@app.callback()
def hybridq(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Hybrid quantum-classical optimization on an embedded simulator: from a file to an answer.

    Example: [bold]hybridq solve maxcut graph.json[/bold]
    """


@solve.callback()
def solve_group() -> None:
    """Solve one problem, read from a file.

    Examples:

      [bold]hybridq solve maxcut graph.json --seed 7 --plot cut.png[/bold]
      [bold]hybridq solve molecule h2o.fcidump[/bold]
      [bold]hybridq solve hamiltonian tfim.json --ansatz hva --layers 6[/bold]
    """


@angles.callback()
def angles_group() -> None:
    """Angles to begin a search with: learn them, look at them.

    Examples:

      [bold]hybridq angles learn small-*.json --p 3 --out mine.json[/bold]
      [bold]hybridq solve maxcut large.json --initial mine.json[/bold]
    """


app.add_typer(solve, name="solve")
app.add_typer(angles, name="angles")
app.add_typer(experiments, name="experiments")
app.add_typer(config, name="config")
angles.command("learn")(learn)
angles.command("show")(show)
angles.command("list")(starts)
app.command("run")(run_experiment)
app.command("worker")(worker)
app.command("reproduce")(reproduce)
app.command("optimizers")(optimizers)
app.command("strategies")(strategies)
solve.command("maxcut")(maxcut)
solve.command("molecule")(molecule)
solve.command("hamiltonian")(hamiltonian)


def run(arguments: list[str]) -> int:
    """Run the command line; every exception comes through (`hybridq.cli.errors.guard`)."""
    command = typer.main.get_command(app)
    # Not `command()`, which would print errors in its own way and hide Ctrl-C.
    with command.make_context("hybridq", arguments) as context:
        return int(command.invoke(context) or 0)
