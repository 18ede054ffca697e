"""Which storage an experiment is kept in."""

from __future__ import annotations

import os
from pathlib import Path

from hybridq.core.errors import OutputError

DEFAULT_STORAGE = "sqlite:///hybridq.db"
VARIABLE = "HYBRIDQ_STORAGE"


def choose_storage(option: str | None = None, config: str | None = None) -> str:
    """The URL of the storage: the option, else the environment, else the config, else the default.

    What URLs there are, see `hybridq.storage.database.connect`. Without any of these it is
    ``hybridq.db`` in the current folder.

    Args:
        option: as given on the command line.
        config: as written in the config.

    Raises:
        OutputError: nothing is named, and ``hybridq.db`` is a link to somewhere else.
    """
    named = option or os.environ.get(VARIABLE) or config
    link = Path(DEFAULT_STORAGE.partition(":///")[2])
    if not named and link.is_symlink():
        raise OutputError(
            f"{link} is a link to {link.readlink()}, which is not taken unless it is named: "
            f"give --storage or {VARIABLE}"
        )
    return named or DEFAULT_STORAGE
