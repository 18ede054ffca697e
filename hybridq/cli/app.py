"""The command tree: `hybridq`, and one file for each command below it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hybridq.cli.angles_learn import learn
from hybridq.cli.angles_show import show, starts
from hybridq.cli.config_commands import config
from hybridq.cli.convert import convert
from hybridq.cli.experiments_commands import experiments
from hybridq.cli.jobs import jobs
from hybridq.cli.keys import keys
from hybridq.cli.lists import list_entries
from hybridq.cli.models import models
from hybridq.cli.optimizers_table import optimizers
from hybridq.cli.reproduce import reproduce
from hybridq.cli.run import run as run_experiment
from hybridq.cli.serve import serve
from hybridq.cli.spelling import Command
from hybridq.cli.strategies_table import strategies
from hybridq.cli.warm_up import warm_up
from hybridq.cli.worker import worker
from hybridq.core.errors import FormatError, UnknownNameError


class _Commands(TyperGroup):
    """Commands; for a file in the place of one, the error names the right command."""

    # Any: Typer's own Click and the installed one have different types here.
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command of a name."""
        known = self.get_command(ctx, args[0]) is not None
        if not known and not args[0].startswith("-"):
            from hybridq.cli.right_command import places, suggestion

            lines = places(ctx.command_path, self.commands, args[0])
            line = suggestion(args[0]) if not lines else " or ".join(lines)
            if line is not None:
                raise FormatError(f"unknown command; did you mean {line}?", source=args[0])
            self.refuse(args[0])
        return super().resolve_command(ctx, args)

    def refuse(self, name: str) -> None:
        """Raise for an unknown name; by default Typer does, with the nearest command."""


class _Families(_Commands):
    """One command per registered family, generated on request."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the kinds of all families."""
        from hybridq.problems import PROBLEMS

        return list(PROBLEMS)

    def get_command(self, ctx: Any, name: str) -> Any:
        """Return the command of a family, None for an unknown name."""
        from hybridq.problems import PROBLEMS

        if name not in PROBLEMS:
            return None
        kind = PROBLEMS.canonical(name)
        if kind not in self.commands:
            from hybridq.cli.solve import command_of

            single = typer.Typer(rich_markup_mode="rich", add_completion=False)
            single.command(kind, cls=Command)(command_of(PROBLEMS[kind]))
            self.commands[kind] = typer.main.get_command(single)
        return self.commands[kind]

    def refuse(self, name: str) -> None:
        """Raise with the nearest family.

        Raises:
            UnknownNameError: always.
        """
        from hybridq.problems import PROBLEMS

        raise UnknownNameError("family", name, PROBLEMS)


class _Later(TyperGroup):
    """A group whose commands are made from their signatures when one is asked for.

    Those of all groups take a tenth of a second, which most starts do not need.
    """

    source: typer.Typer

    @property
    def commands(self) -> Any:
        """The commands by name."""
        if "_made" not in self.__dict__:
            self._made = typer.main.get_group(self.source).commands
        return self._made

    @commands.setter
    def commands(self, empty: Any) -> None:
        """Leave out those that Typer sets at first: none."""


def _later(group: typer.Typer) -> typer.Typer:
    """Return a group with the help of another one, and its commands later."""
    kind = type("_Later", (_Later,), {"source": group})
    found = typer.Typer(cls=kind, no_args_is_help=True, rich_markup_mode="rich")
    found.registered_callback = group.registered_callback
    return found


app = typer.Typer(
    name="hybridq",
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    no_args_is_help=True,
)
solve = typer.Typer(cls=_Families, no_args_is_help=True, rich_markup_mode="rich")
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
    """Solve optimization and ground-state problems with QAOA and VQE.

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
    """Learn initial angles from small graphs, and show them.

    Examples:

      [bold]hybridq angles learn small-*.json --p 3 --out mine.json[/bold]
      [bold]hybridq solve maxcut large.json --initial mine.json[/bold]
    """


app.add_typer(solve, name="solve")
for group, name in (
    (angles, "angles"),
    (experiments, "experiments"),
    (config, "config"),
    (keys, "keys"),
    (jobs, "jobs"),
    (models, "models"),
):
    app.add_typer(_later(group), name=name)
for group, name, function in (
    (angles, "learn", learn),
    (angles, "show", show),
    (angles, "list", starts),
    (app, "run", run_experiment),
    (app, "worker", worker),
    (app, "serve", serve),
    (app, "reproduce", reproduce),
    (app, "convert", convert),
    (app, "list", list_entries),
    (app, "optimizers", optimizers),
    (app, "strategies", strategies),
    (app, "warm-up", warm_up),
):
    group.command(name, cls=Command)(function)


@cache
def _tree() -> Any:
    """Return the command `hybridq` with all commands below it but those of families."""
    return typer.main.get_command(app)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; exceptions pass (see `guard`)."""
    command = _tree()
    command.commands["solve"].commands.clear()  # families may have been registered since
    # Not `command()`, which would print errors in its own way and hide Ctrl-C.
    with command.make_context("hybridq", arguments) as context:
        return int(command.invoke(context) or 0)
