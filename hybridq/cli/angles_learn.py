"""`hybridq angles learn GRAPH...`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.cli.options import check_outputs, file_of, whole_number
from hybridq.cli.right_command import naming_the_right_command
from hybridq.core.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.presentation.progress import ProgressBar
    from hybridq.problems.base import Problem
    from hybridq.problems.maxcut import MaxCut

# Each layer is searched from those before it, so the time grows with the cube of the depth.
MOST_LAYERS = 100
_SOURCE_ROOM = 200  # characters of file names in the source of the angles


def learn(
    graphs: Annotated[
        list[str], typer.Argument(metavar="GRAPH", help="Graph files to learn from.")
    ],
    p: Annotated[
        int,
        typer.Option("--p", parser=whole_number(1), metavar="INT", help="Layers of the circuit."),
    ],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Output file (JSON).")],
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="TEXT",
            help="Name of the angles (default: from --out).",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Format of the files (default: recognized by content and name).",
            show_default=False,
        ),
    ] = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
) -> int:
    """Learn initial angles from small graphs, for larger graphs of the same kind.

    Optimizes the angles of each graph layer by layer and stores their median, in
    a unit that adapts to other degrees and weights. A few graphs are enough.

    Example:

      [bold]hybridq angles learn small-*.json --p 3 --out mine.json[/bold]
      [bold]hybridq solve maxcut large.json --initial mine.json[/bold]
    """
    from hybridq.cli import page
    from hybridq.cli.angles_show import learned_parts
    from hybridq.cli.words import plural

    _check(graphs, p, out)
    title = Path(out).stem if name is None else name
    if not title.strip():
        raise ParameterError("--name must not be empty: give a name, or leave it out")
    learned = learned_from([_read(graph, format) for graph in graphs], p, title, quiet=quiet)
    learned.save(out)
    if quiet:
        layers, count = plural(learned.p, "layer"), plural(learned.instances, "graph")
        page.say(f"{out}: {layers} from {count}")
        return OK
    page.show_parts(learned_parts(learned))
    page.say(f"Written: {out}")
    page.say(f"Use them: hybridq solve maxcut GRAPH --initial {shlex.quote(out)}")
    return OK


def learned_from(problems: Sequence[Problem], p: int, name: str, *, quiet: bool) -> LearnedAngles:
    """Learn angles from problems, with progress on the screen.

    Args:
        problems: of one kind.
        p: layers.
        name: of the angles.
        quiet: whether to show no progress.
    """
    from hybridq.presentation.progress import ProgressBar
    from hybridq.strategies.transfer import learn_angles

    check_layers(p)
    with ProgressBar(quiet=quiet) as progress:
        source = _source([each.name for each in problems])
        return learn_angles(_announced(problems, progress), p, name=name, source=source)


def check_layers(p: int) -> None:
    """Raise for more layers than can be learned in reasonable time."""
    if p > MOST_LAYERS:
        raise ParameterError(
            f"--p must be at most {MOST_LAYERS}, got {p}: learn fewer layers; a run with more "
            "layers stretches them"
        )


def _check(graphs: list[str], p: int, out: str) -> None:
    """Raise before the work for options that are not accepted or cannot be written."""
    check_layers(p)
    if graphs.count("-") > 1:
        raise ParameterError("standard input (-) can only be read once")
    if out == "-":
        raise OutputError(
            "cannot write --out -: give a file, --initial cannot read standard output"
        )
    for graph in graphs:
        check_outputs(graph, None, None, store=out, store_option="--out")


def _read(graph: str, format: str | None) -> MaxCut:
    from hybridq.problems.maxcut import MaxCut

    with naming_the_right_command(graph, MaxCut):
        return MaxCut.from_file(file_of(graph), format)


def _announced(problems: Sequence[Problem], progress: ProgressBar) -> Iterator[Problem]:
    """Yield the problems and announce each on the progress bar."""
    noun = problems[0].noun
    for number, problem in enumerate(problems, start=1):
        progress.stage(f"{noun} {number} of {len(problems)}")
        yield problem


def _source(names: list[str]) -> str:
    """Return the source that the file of angles records."""
    from hybridq.cli.words import listing

    text, missing = listing(names, _SOURCE_ROOM)
    return f"{text} and {missing} more" if missing else text
