"""Commands `hybridq keys add`, `list` and `revoke`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.cli.options import seconds_from_zero
from hybridq.cli.serve import Database
from hybridq.cli.spelling import Command
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.service.keys import Keys

keys = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@keys.callback()
def keys_group() -> None:
    """Add, list and revoke the API keys of a job service.

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


@contextmanager
def _opened(url: str | None) -> Iterator[Keys]:
    """Open the keys of a service's database."""
    from hybridq.service.keys import Keys
    from hybridq.service.server import DEFAULT_DATABASE
    from hybridq.service.store.database import Database

    with Database(url or DEFAULT_DATABASE) as database:
        yield Keys(database)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
