"""Which storage an experiment is kept in."""

from __future__ import annotations

import os

DEFAULT_STORAGE = "sqlite:///hybridq.db"
VARIABLE = "HYBRIDQ_STORAGE"


def choose_storage(option: str | None = None, config: str | None = None) -> str:
    """The URL of the storage: the option, else the environment, else the config, else the default.

    What URLs there are, see `hybridq.optimizers.database.connect`. Without any of these it is
    ``hybridq.db`` in the current folder.

    Args:
        option: as given on the command line.
        config: as written in the config.
    """
    return option or os.environ.get(VARIABLE) or config or DEFAULT_STORAGE
