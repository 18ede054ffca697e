"""Commands `hybridq jobs`: executions on machines, and jobs of a job service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from hybridq.cli import page, remote_jobs
from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK, PENDING
from hybridq.cli.options import whole_number
from hybridq.cli.spelling import Command
from hybridq.cli.words import plural
from hybridq.core.errors import FormatError, ParameterError
from hybridq.core.text import one_line

if TYPE_CHECKING:
    from hybridq.backends.base import Connection
    from hybridq.backends.ledger import Batch, Ledger

jobs = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

LedgerFile = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="FILE",
        help="File that keeps every execution (default: hybridq-jobs.db).",
        show_default=False,
    ),
]
Name = Annotated[
    str | None,
    typer.Argument(
        metavar="NUMBER",
        show_default=False,
        help="Number or identifier in 'hybridq jobs list'; all open ones by default.",
    ),
]


@jobs.callback()
def jobs_group() -> None:
    """List, fetch and cancel executions on machines, and add up what they cost.

    With --server or HYBRIDQ_SERVER the same commands speak to a job service, where
    'hybridq jobs submit' sends problems.

    Examples:

      [bold]hybridq jobs list[/bold]
      [bold]hybridq jobs fetch[/bold]
      [bold]hybridq jobs submit maxcut graph.json --server http://127.0.0.1:8000[/bold]
    """


jobs.command(cls=Command)(remote_jobs.submit)


@jobs.command("list", cls=Command)
def list_(
    ledger: LedgerFile = None, server: remote_jobs.Server = None, debug: shared.Debug = False
) -> int:
    """List all batches of executions in a ledger, or all jobs of a service.

    Example: [bold]hybridq jobs list[/bold]
    """
    if server and ledger is None:
        return remote_jobs.list_jobs(server)
    with _opened(ledger) as book:
        batches = book.batches()
        if not batches:
            page.say(f"no jobs in {book.path}")
            return OK
        page.show_parts([_table(batches)])
    return OK


@jobs.command(cls=Command)
def fetch(
    name: Name = None,
    ledger: LedgerFile = None,
    server: remote_jobs.Server = None,
    wait: Annotated[bool, typer.Option("--wait", help="Of a service: wait for the end.")] = False,
    json: shared.Json = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
) -> int:
    """Fetch results that are ready, and settle interrupted submissions.

    Example: [bold]hybridq jobs fetch[/bold]
    """
    if server and ledger is None:
        return remote_jobs.fetch_job(server, name, json, quiet, wait)
    number = None if name is None else whole_number(1)(name)
    from hybridq.backends.recovery import Clock, recover

    with _opened(ledger) as book:
        chosen = [each for each in _chosen(book, number) if each.is_open]
        seen = set()
        for batch in chosen:
            if batch.machine not in seen:
                seen.add(batch.machine)
                connection = _connected(batch)
                recover(connection, book, batch.machine, Clock())
        settled = [book.batch(each.id) for each in chosen]
        left = sum(each is not None and each.is_open for each in settled)
        page.say(f"{plural(len(chosen) - left, 'job')} settled, {left} without results yet")
    return PENDING if left else OK


@jobs.command(cls=Command)
def cancel(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NUMBER",
            show_default=False,
            help="Number or identifier in 'hybridq jobs list'.",
        ),
    ],
    ledger: LedgerFile = None,
    server: remote_jobs.Server = None,
    debug: shared.Debug = False,
) -> int:
    """Cancel a job that has no results, or give up one that its machine has lost.

    Example: [bold]hybridq jobs cancel 3[/bold]
    """
    if server and ledger is None:
        return remote_jobs.cancel_job(server, name)
    number = whole_number(1)(name)
    from hybridq.backends.base import Status
    from hybridq.backends.ledger import BatchState

    with _opened(ledger) as book:
        (batch,) = _chosen(book, number)
        if not batch.is_open:
            raise ParameterError(
                f"job {batch.id} is {batch.state}, and only open ones can be cancelled"
            )
        connection = _connected(batch)
        names = [batch.job] if batch.job else connection.find(batch.tag)
        for each in names:
            if connection.status(each) is Status.DONE:
                raise ParameterError(
                    f"job {batch.id} has results already",
                    remedy="get them with 'hybridq jobs fetch'",
                )
            if connection.status(each) is Status.WAITING:
                connection.cancel(each)
        book.close_batch(batch.id, BatchState.CANCELLED, "cancelled by 'hybridq jobs cancel'")
        page.say(f"job {batch.id} is cancelled")
    return OK


@jobs.command(cls=Command)
def cost(
    ledger: LedgerFile = None, server: remote_jobs.Server = None, debug: shared.Debug = False
) -> int:
    """Add up executions, shots and prices by machine, or the work of a service.

    Example: [bold]hybridq jobs cost[/bold]
    """
    if server and ledger is None:
        return remote_jobs.show_usage(server)
    with _opened(ledger) as book:
        batches = [each for each in book.batches() if each.was_submitted]
        if not batches:
            page.say(f"no jobs in {book.path}")
            return OK
        table = _columns("machine", "jobs", "runs", "shots", "price")
        for title in dict.fromkeys(each.title for each in batches):
            mine = [each for each in batches if each.title == title]
            table.add_row(
                one_line(title),
                f"{len(mine):,}",
                f"{sum(each.executions for each in mine):,}",
                f"{sum(each.shots for each in mine):,}",
                _price(mine),
            )
        page.show_parts([table])
    return OK


def _opened(path: str | None) -> Ledger:
    """Return an existing ledger.

    Raises:
        FormatError: there is none.
    """
    from pathlib import Path

    from hybridq.backends.ledger import DEFAULT_LEDGER, Ledger

    name = DEFAULT_LEDGER if path is None else path
    if not Path(name).is_file():
        raise FormatError(
            "it does not exist: solve with --backend NAME first, or name one with --ledger",
            source=name,
        )
    return Ledger(name)


def _chosen(book: Ledger, number: int | None) -> list[Batch]:
    """Return the batch of a number, or all.

    Raises:
        ParameterError: no batch of that number.
    """
    if number is None:
        return book.batches()
    batch = book.batch(number)
    if batch is None:
        raise ParameterError(f"{book.path} has no job {number}", remedy="see 'hybridq jobs list'")
    return [batch]


def _connected(batch: Batch) -> Connection:
    """Return a connection to the machine of a batch.

    Raises:
        ParameterError: its machine was an object in Python.
    """
    from hybridq.backends.registry import resolve_backend

    try:
        return resolve_backend(batch.spec).connect()
    except ParameterError as error:
        raise ParameterError(
            f"the machine of job {batch.id}, {one_line(batch.title)}, cannot be made: {error}",
            remedy="if it was an object in Python, repeat the call there",
        ) from None


def _table(batches: Iterable[Batch]) -> Table:
    """Return a row for each batch."""
    table = _columns("", "machine and job", "state", "runs", "shots", "price", "begun (UTC)")
    for each in batches:
        begun = datetime.fromtimestamp(each.intended, UTC).strftime("%Y-%m-%d %H:%M")
        table.add_row(
            str(each.id),
            f"{one_line(each.title)}\n{one_line(each.job or each.tag)}",
            str(each.state),
            f"{each.executions:,}",
            f"{each.shots:,}",
            _price([each]),
            begun,
        )
    return table


def _columns(*titles: str) -> Table:
    """Return an empty table; numbers are aligned to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        right = title in ("", "jobs", "runs", "shots", "price")
        long = title.startswith("machine")
        table.add_column(
            title, justify="right" if right else "left", overflow="fold", no_wrap=not long
        )
    return table


def _price(batches: list[Batch]) -> str:
    """Return the prices of batches by currency."""
    found: dict[str, float] = {}
    for each in batches:
        if each.cost is not None:
            found[each.currency] = found.get(each.currency, 0.0) + each.cost
    parts = [f"{total:.6g} {currency}" for currency, total in found.items() if total]
    if any(each.cost is None for each in batches):
        parts.append("not known")
    return " + ".join(parts) or "0"
