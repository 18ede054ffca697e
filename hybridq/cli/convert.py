"""`hybridq convert`: write the data of a file in another format."""

from __future__ import annotations

from typing import Annotated

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.core.errors import HybridqError, Setting, Text

_SPELLED = {"from_format": "from", "to_format": "to", "format": "from"}


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="The file to read; - is stdin.")],
    target: Annotated[str, typer.Argument(metavar="OUT", help="The file to write.")],
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="Format of IN (default: recognized by content and name).",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="Format of OUT (default: by its suffix).",
            show_default=False,
        ),
    ] = None,
    convention: Annotated[
        str | None,
        typer.Option(
            "--convention",
            metavar="NAME",
            help="Weight of an off-diagonal entry of a quadratic file IN: once, twice or half "
            "(default: that of the format).",
            show_default=False,
        ),
    ] = None,
    debug: shared.Debug = False,
) -> int:
    """Convert a file to another format that holds the same kind of data.

    Nothing is lost: OUT is written only if it reads back to the same data. A
    program of bits without constraints is also a polynomial, and the reverse.
    'hybridq list formats' shows all formats.

    Examples:

      [bold]hybridq convert ms_03_050_002.qs ms.lp[/bold]
      [bold]hybridq convert gka1a.sparse gka1a.qubo[/bold]
      [bold]hybridq convert matrix.txt q.json --from quadratic-matrix --to json-polynomial[/bold]
    """
    from hybridq.cli import page
    from hybridq.cli.options import file_of
    from hybridq.problems.formats.conversion import convert_file

    source = file_of(source)
    try:
        done = convert_file(source, target, from_format=from_, to_format=to, convention=convention)
    except HybridqError as error:
        raise _spelled(error) from None
    page.say(
        f"Read {source} as {done.source.name}: {done.content}. "
        f"Wrote {target} as {done.target.name}."
    )
    return OK


def _spelled(error: HybridqError) -> HybridqError:
    """Return an error whose settings are options of this command."""
    if error.argument is not None:
        error.argument = _SPELLED.get(error.argument, error.argument)
    if error.message is not None:
        error.message = _renamed(error.message)
    if error.remedy is not None:
        error.remedy = _renamed(error.remedy)
    return error


def _renamed(text: Text) -> Text:
    """Return a text with its settings renamed."""
    if isinstance(text, str):
        return text
    return tuple(
        Setting(_SPELLED.get(part.argument, part.argument), part.value)
        if isinstance(part, Setting)
        else part
        for part in text
    )
