"""Commands `hybridq keys add`, `list`, `revoke` and `quota`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.cli.options import finite_number, seconds_from_zero, whole_number
from hybridq.cli.serve import Database
from hybridq.cli.spelling import Command
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.service.keys import Keys
    from hybridq.service.store.database import Database as ServiceDatabase

keys = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


def _positive(text: str) -> float:
    """Return a number above 0."""
    value = finite_number(text)
    if value <= 0:
        raise typer.BadParameter(f"must be a number above 0, got {text!r}")
    return value


@keys.callback()
def keys_group() -> None:
    """Add, list and revoke the API keys of a job service; set quotas of tenants.

    Example: [bold]hybridq keys add me[/bold]
    """


@keys.command(cls=Command)
def add(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Owner of the key's jobs.")],
    database: Database = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="NAME",
            show_default=False,
            help="jobs:read, jobs:write, models:read, models:write, models:promote or admin; "
            "repeatable (default: all but admin).",
        ),
    ] = None,
    days: Annotated[
        float | None,
        typer.Option(
            "--days",
            metavar="N",
            parser=seconds_from_zero,
            show_default=False,
            help="Days until it expires (default: never).",
        ),
    ] = None,
    debug: shared.Debug = False,
) -> int:
    """Add a key and print it, which is the only time that it can be seen.

    Example: [bold]hybridq keys add me --database sqlite:///hybridq-serve.db[/bold]
    """
    from hybridq.service.keys import DEFAULT_SCOPES

    with _opened(database) as found:
        key = found.add(tenant, scopes=scope or DEFAULT_SCOPES, days=days)
    print(f"key of {tenant}, shown only now: {key}")
    return OK


@keys.command("list", cls=Command)
def list_(database: Database = None, debug: shared.Debug = False) -> int:
    """List all keys, without their secrets.

    Example: [bold]hybridq keys list[/bold]
    """
    with _opened(database) as found:
        for key in found.list():
            made = _day(key.created)
            ends = "" if key.expires is None else f", expires {_day(key.expires)}"
            state = ", revoked" if key.revoked else ""
            print(f"{key.id}  {key.tenant}  {' '.join(key.scopes)}  made {made}{ends}{state}")
    return OK


@keys.command(cls=Command)
def revoke(
    name: Annotated[str, typer.Argument(metavar="ID", help="Identifier in 'hybridq keys list'.")],
    database: Database = None,
    debug: shared.Debug = False,
) -> int:
    """Revoke a key, at once.

    Example: [bold]hybridq keys revoke 0123456789abcdef[/bold]
    """
    with _opened(database) as found:
        if not found.revoke(name):
            raise ParameterError(
                argument="id",
                value=name,
                expected="the identifier of a key",
                remedy="see 'hybridq keys list'",
            )
    print(f"{name} is revoked")
    return OK


@keys.command(cls=Command)
def quota(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Owner of keys and jobs.")],
    database: Database = None,
    weight: Annotated[
        float | None,
        typer.Option(
            "--weight",
            metavar="W",
            parser=_positive,
            show_default=False,
            help="Share of the machine among tenants with work.",
        ),
    ] = None,
    queued: Annotated[
        int | None,
        typer.Option(
            "--queued",
            metavar="N",
            parser=whole_number(0),
            show_default=False,
            help="Jobs that may wait.",
        ),
    ] = None,
    running: Annotated[
        int | None,
        typer.Option(
            "--running",
            metavar="N",
            parser=whole_number(0),
            show_default=False,
            help="Jobs that may run at a time.",
        ),
    ] = None,
    circuits: Annotated[
        str | None,
        typer.Option(
            "--circuits",
            metavar="N",
            show_default=False,
            help="Circuits that may be simulated a day (UTC); none: any number.",
        ),
    ] = None,
    debug: shared.Debug = False,
) -> int:
    """Show the share and the quotas of a tenant, or change them at once.

    Example: [bold]hybridq keys quota me --weight 2 --running 4[/bold]
    """
    from hybridq.service.queue.jobs import Queue

    changes: dict[str, float | None] = {}
    given = (("weight", weight), ("most_queued", queued), ("most_running", running))
    changes.update((name, value) for name, value in given if value is not None)
    if circuits is not None:
        changes["most_circuits"] = None if circuits == "none" else whole_number(0)(circuits)
    with _database(database) as found:
        share = Queue(found).change_share(tenant, **changes)
    if share is None:
        raise ParameterError(
            argument="tenant",
            value=tenant,
            expected="an existing tenant",
            remedy="add a key for it with 'hybridq keys add'",
        )
    limit = "" if share.most_circuits is None else f", and {share.most_circuits:,} circuits a day"
    print(
        f"{share.name}: weight {share.weight:g}, at most {share.most_queued:,} jobs wait and "
        f"{share.most_running:,} run{limit}"
    )
    return OK


@contextmanager
def _opened(url: str | None) -> Iterator[Keys]:
    """Open the keys of a service's database."""
    from hybridq.service.keys import Keys

    with _database(url) as database:
        yield Keys(database)


def _database(url: str | None) -> ServiceDatabase:
    """Return a service's database."""
    from hybridq.service.server import DEFAULT_DATABASE
    from hybridq.service.store.database import Database

    return Database(url or DEFAULT_DATABASE)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
