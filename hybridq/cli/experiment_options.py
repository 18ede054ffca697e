"""Options that the commands about experiments share, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from hybridq.cli.options import whole_number
from hybridq.core.errors import ParameterError

_URLS = "sqlite:///FILE, journal:///FILE (a fourth slash for a path from /) or postgresql://..."

Set: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        show_default=False,
        help="Change a value of the config, by dotted name; any number of times.",
    ),
]
Storage: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="URL",
        show_default=False,
        help=f"Where trials are kept: {_URLS} (default: the config's, else hybridq.db here).",
    ),
]
StoredIn: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="URL",
        show_default=False,
        help=f"Where trials are kept: {_URLS} (default: $HYBRIDQ_STORAGE, else hybridq.db here).",
    ),
]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        parser=whole_number(1),
        metavar="INT",
        show_default=False,
        help="Trials at once (default: one for each core).",
    ),
]
Base: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="FOLDER",
        show_default=False,
        help="Where instance files are that are too large for the storage, over 1 MB packed "
        "(default: here, as the config says their paths).",
    ),
]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the traceback of errors.")]
Threads: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--threads",
        parser=whole_number(1),
        metavar="INT",
        help="Processor threads (default: all).",
        show_default=False,
    ),
]


def check_base(folder: str | None) -> str | None:
    """The full path of ``--base``, None where it was not given.

    Raises:
        ParameterError: it is no folder.
    """
    if folder is None:
        return None
    if not Path(folder).is_dir():
        raise ParameterError(f"--base {folder}: there is no such folder")
    return str(Path(folder).resolve())
