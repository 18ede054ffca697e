"""Options that the commands about experiments share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hybridq.cli.options import whole_number
from hybridq.core.errors import ConfigError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hybridq.experiments.config.config import ExperimentConfig
    from hybridq.experiments.records import Planned

OVERRIDE = "--set"
"""Name of an override of a config in messages."""

_URLS = "sqlite:///FILE, journal:///FILE (a fourth slash for a path from /) or postgresql://..."

Set: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        show_default=False,
        help="Override a value of the config by its dotted name; repeatable.",
    ),
]
Storage: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="URL",
        show_default=False,
        help=f"Storage of the trials: {_URLS} (default: the config's, else hybridq.db here).",
    ),
]
StoredIn: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="URL",
        show_default=False,
        help=f"Storage of the trials: {_URLS} (default: $HYBRIDQ_STORAGE, else hybridq.db here).",
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
        help="Folder of instance files too large for the storage, over 1 MB packed "
        "(default: the current folder).",
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
    """Return the full path of ``--base``, None by default.

    Raises:
        ParameterError: it is not a folder.
    """
    if folder is None:
        return None
    if not Path(folder).is_dir():
        raise ParameterError(argument="base", value=folder, expected="an existing folder")
    return str(Path(folder).resolve())


def planned_trials(config: ExperimentConfig, *, without_limit: bool) -> Sequence[Planned]:
    """Return the trials of a config, any number of them with ``--yes``.

    Raises:
        ConfigError: the config has mistakes, or its trials exceed the limit.
    """
    from hybridq.experiments.config.errors import TooManyTrialsError
    from hybridq.experiments.config.sweep import plan

    if without_limit:
        return plan(config, None)
    try:
        return plan(config)
    except TooManyTrialsError as error:
        raise ConfigError(f"{error.summary}: shorten the sweep, or allow them with --yes") from None
