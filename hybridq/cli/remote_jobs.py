"""Jobs of a job service on the command line: submit, list, fetch, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import page
from hybridq.cli import shared_options as shared
from hybridq.cli.errors import FAILED, OK, PENDING
from hybridq.cli.options import whole_number
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.text import one_line

if TYPE_CHECKING:
    from hybridq.service.client import Client, RemoteJob

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        envvar="HYBRIDQ_SERVER",
        show_default=False,
        help="Job service, see 'hybridq serve'; the key is read from HYBRIDQ_KEY.",
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        "-o",
        metavar="KEY=VALUE",
        show_default=False,
        help="Argument of hybridq.solve, such as p=3; repeatable.",
    ),
]
ProblemOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--problem-option",
        metavar="KEY=VALUE",
        show_default=False,
        help="Option of the family; repeatable.",
    ),
]


def submit(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="Kind of problem.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File with the problem.")],
    server: Server = None,
    option: Options = None,
    problem_option: ProblemOptions = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            parser=whole_number(0),
            show_default=False,
            help="Seed; with one, an identical job is not run again.",
        ),
    ] = None,
    format: shared.Format = None,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="Free text.")] = "",
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag", metavar="WORD", show_default=False, help="Word to find the job by; repeatable."
        ),
    ] = None,
    priority: Annotated[
        int,
        typer.Option(
            "--priority", metavar="N", parser=whole_number(0), help="From 0 to 9, 9 starts first."
        ),
    ] = 5,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the result.")] = False,
    json: shared.Json = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
) -> int:
    """Submit a problem to a job service.

    Examples:

      [bold]hybridq jobs submit maxcut graph.json --seed 7 -o p=3 --wait[/bold]
      [bold]hybridq jobs submit coloring map.json --problem-option colors=3[/bold]
    """
    from hybridq.cli.options import check_outputs, file_of

    file = Path(file_of(str(file)))
    check_outputs(str(file), json, None)
    if not file.is_file():
        raise ParameterError(argument="file", value=str(file), expected="an existing file")
    job = _client(server).submit(
        family,
        file,
        format=format,
        problem_options=_pairs("problem_option", problem_option),
        seed=seed,
        label=label,
        tags=tag or (),
        priority=priority,
        **_pairs("option", option),
    )
    if not wait:
        page.say(f"{job.id} is {job.status}; see 'hybridq jobs fetch {job.id}'")
        return OK
    return _show(job, json, quiet, wait=True)


def list_jobs(server: str) -> int:
    """List the jobs of the tenant, the latest first."""
    shown = 0
    for job in _client(server).jobs():
        facts = job.facts
        parts = [job.id, job.status, facts["kind"], facts["created"], one_line(facts["label"])]
        page.say("  ".join(part for part in parts if part))
        shown += 1
    if not shown:
        page.say(f"no jobs at {server}")
    return OK


def fetch_job(server: str, name: str | None, json: str | None, quiet: bool, wait: bool) -> int:
    """Show the result of a job, or the number of jobs without one."""
    client = _client(server)
    if name is not None:
        return _show(client.job(name), json, quiet, wait=wait)
    left = sum(1 for _ in client.jobs(status=["queued", "running"]))
    page.say(f"{left} jobs without results yet")
    return PENDING if left else OK


def cancel_job(server: str, name: str) -> int:
    """Cancel a job of the tenant."""
    job = _client(server).job(name).cancel()
    page.say(f"{job.id} is {job.status}" + (", cancelling" if not job.has_ended else ""))
    return OK


def show_usage(server: str) -> int:
    """Show the work of the last month, by day and kind."""
    for day in _client(server).usage():
        page.say(
            f"{day['day']}  {day['kind']}  {day['jobs']} jobs, {day['reused']} of them answered by "
            f"others; {day.get('evaluations', 0):,} evaluations, "
            f"{day.get('cpu_seconds', 0.0):.1f} s of work"
        )
    return OK


def _show(job: RemoteJob, json: str | None, quiet: bool, *, wait: bool) -> int:
    """Show the result of a job, or its state where it has none."""
    from hybridq.cli.report import Outputs, report
    from hybridq.cli.result_screen import show

    if not (wait or job.has_ended):
        page.say(f"{job.id} is {job.status}")
        return PENDING
    job.wait()
    if job.status != "completed":
        reason = (job.facts["error"] or {}).get("detail", "")
        page.say(one_line(f"{job.id} is {job.status}" + (f": {reason}" if reason else "")))
        return FAILED
    result = job.result()
    report(
        Outputs("-", json, None, quiet),
        to_json=result.to_json,
        show=lambda: show(result, quiet=quiet),
        plot=result.plot,
    )
    return OK


def _client(server: str | None) -> Client:
    """Return a client of the server.

    Raises:
        ParameterError: no server is named.
    """
    from hybridq.service.client import Client

    if not server:
        raise ParameterError(
            ("submitting needs a job service: ", Setting("server"), " or HYBRIDQ_SERVER"),
            argument="server",
        )
    return Client(server)


def _pairs(argument: str, texts: Sequence[str] | None) -> dict[str, Any]:
    """Return options given as ``KEY=VALUE``, each value as JSON reads it, or a text."""
    import json

    found: dict[str, Any] = {}
    for text in texts or ():
        name, sign, value = text.partition("=")
        if not (name and sign):
            raise ParameterError(argument=argument, value=text, expected="KEY=VALUE")
        try:
            found[name.replace("-", "_")] = json.loads(value)
        except ValueError:
            found[name.replace("-", "_")] = value
    return found
