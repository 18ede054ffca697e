"""Command `hybridq serve`, a job service over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.cli.options import whole_number

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="HYBRIDQ_DATABASE",
        show_default=False,
        help="Database of the service (default: sqlite:///hybridq-serve.db).",
    ),
]


def serve(
    host: Annotated[str, typer.Option("--host", metavar="H", help="Address.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", parser=whole_number(0), help="Port; 0: a free one."),
    ] = 8000,
    database: Database = None,
    slots: Annotated[
        int | None,
        typer.Option(
            "--slots",
            metavar="N",
            parser=whole_number(0),
            show_default=False,
            help="Jobs at a time (default: one a core); 0 only answers requests.",
        ),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(
            "--memory",
            metavar="MIB",
            parser=whole_number(256),
            show_default=False,
            help="Memory of each job in MiB (default: its share of what is free).",
        ),
    ] = None,
    rate: Annotated[
        int,
        typer.Option(
            "--rate", metavar="N", parser=whole_number(1), help="Requests a second of one key."
        ),
    ] = 50,
    burst: Annotated[
        int,
        typer.Option(
            "--burst",
            metavar="N",
            parser=whole_number(1),
            help="Requests of one key at once after a pause.",
        ),
    ] = 200,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="Another server ends TLS.")
    ] = False,
    tls_cert: Annotated[
        str | None, typer.Option("--tls-cert", metavar="FILE", help="Certificate.")
    ] = None,
    tls_key: Annotated[
        str | None, typer.Option("--tls-key", metavar="FILE", help="Key of the certificate.")
    ] = None,
    webhook_host: Annotated[
        list[str] | None,
        typer.Option(
            "--webhook-host",
            metavar="NAME",
            show_default=False,
            help="Host that webhooks may name, with :PORT if that is not 443; repeatable "
            "(default: no webhooks).",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check address and database, and exit.")
    ] = False,
    debug: shared.Debug = False,
) -> int:
    """Accept jobs over HTTP, queue them, and run them on the cores of this machine.

    Jobs survive the end of the server, planned or not. Any number of servers share
    a queue through PostgreSQL. Ctrl-C ends the server; running jobs resume later.

    Examples:

      [bold]hybridq serve[/bold]
      [bold]hybridq keys add me[/bold]
      [bold]hybridq serve --port 8080 --database postgresql://me@host/jobs[/bold]
    """
    from hybridq.service import server
    from hybridq.storage.database import without_password

    settings = server.ServerSettings(
        host=host,
        port=port,
        database=database or server.DEFAULT_DATABASE,
        slots=slots,
        memory=None if memory is None else memory * 2**20,
        rate=rate,
        burst=burst,
        behind_proxy=behind_proxy,
        tls_cert=tls_cert,
        tls_key=tls_key,
        webhook_host=tuple(webhook_host or ()),
    )
    shown = without_password(settings.database)
    if check:
        server.check(settings)
        print(f"{host}:{port} and {shown} can be used")
        return OK
    from hybridq.service.logs import write_logs

    write_logs()

    def ready(url: str) -> None:
        print(f"{url} runs {settings.slot_count} jobs at a time; database {shown}", flush=True)

    server.serve(settings, ready)
    return OK
