"""Command `hybridq reproduce NAME NUMBER`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import experiment_options as options
from hybridq.cli import page
from hybridq.cli.errors import FAILED, OK
from hybridq.cli.options import whole_number
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.experiments.running.reproduce import Reproduction


def reproduce(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The experiment, or NAME/NUMBER of a trial.")
    ],
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="NUMBER",
            parser=whole_number(0),
            show_default=False,
            help="Number of the trial.",
        ),
    ] = None,
    storage: options.StoredIn = None,
    threads: options.Threads = None,
    base: options.Base = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the verdict only.")] = False,
    debug: options.Debug = False,
) -> int:
    """Run a stored trial again and compare the outcomes bit for bit.

    Nothing is stored. Differences are shown with the versions and machines that
    have changed. Exit status: 0 if the outcomes are identical, 1 if not.

    Example: [bold]hybridq reproduce depth-sweep 12[/bold]
    """
    from hybridq.experiments.running.reproduce import reproduce as again
    from hybridq.experiments.store.store import Store

    if number is None:
        name, number = _split(name)
    folder = options.check_base(base)
    with Store.open(storage, make=False) as store:
        found = again(store.experiment(name), number, base=folder, threads=threads)
    if found.trial.number != number and not quiet:
        page.say(f"Trial {number} failed and was retried as trial {found.trial.number}.")
    _show(name, found, quiet)
    return OK if found.identical else FAILED


def _split(text: str) -> tuple[str, int]:
    """Split ``NAME/NUMBER``."""
    name, slash, number = text.rpartition("/")
    if not slash:
        raise ParameterError(
            "the number of the trial is missing", remedy=f"write it after the name {text!r}"
        )
    return name, whole_number(0)(number)


def _show(name: str, found: Reproduction, quiet: bool) -> None:
    which = f"Trial {found.trial.number} of {name}"
    verdict = "is identical, bit for bit" if found.identical else "differs"
    if quiet:
        page.say(f"{which} {verdict}")
        return
    parts = page.heading(f"{which} {verdict}.", good=found.identical)
    rows = [("Difference" if not row else "", line) for row, line in enumerate(found.differences)]
    for what, (then, now) in found.changed.items():
        rows.append(("Changed", f"{what}: {_value_text(then)} then, {_value_text(now)} now"))
    if found.note:
        rows.append(("Note", found.note))
    if not found.identical and not found.changed:
        rows.append(("Changed", "none of the recorded versions, commits and machines"))
    page.show_parts([*parts, page.facts(rows)])


def _value_text(value: object) -> str:
    return "nothing" if value is None else str(value)
