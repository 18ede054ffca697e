"""Storage of experiments: its URL, and its failures as errors of hybridq."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hybridq.core.errors import OutputError, ParameterError, Setting
from hybridq.storage.database import first_line

DEFAULT_STORAGE = "sqlite:///hybridq.db"
VARIABLE = "HYBRIDQ_STORAGE"


def choose_storage(option: str | None = None, config: str | None = None) -> str:
    """Return the URL from the option, the environment, the config or the default.

    The first of these that is set is used. The default is ``hybridq.db`` in the current folder;
    `hybridq.storage.database.connect` documents the URLs.

    Args:
        option: URL given by the caller.
        config: URL in the config.

    Raises:
        OutputError: no URL is given, and ``hybridq.db`` is a symbolic link.
    """
    named = option or os.environ.get(VARIABLE) or config
    link = Path(DEFAULT_STORAGE.partition(":///")[2])
    if not named and link.is_symlink():
        raise OutputError(
            f"{link} is a symbolic link to {link.readlink()}, which is used only by name",
            remedy=("name the storage by ", Setting("storage"), f" or {VARIABLE}"),
        )
    return named or DEFAULT_STORAGE


@contextmanager
def translate_errors(shown: str) -> Iterator[None]:
    """Convert storage exceptions within the block to errors of hybridq.

    Args:
        shown: the URL of the storage without its password.

    Raises:
        OutputError: the storage fails.
        ParameterError: the experiment or the trial has been deleted meanwhile.
    """
    import sqlalchemy
    from optuna.exceptions import StorageInternalError

    try:
        yield
    except (StorageInternalError, sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        if isinstance(error, OutputError):
            raise
        cause = error.__cause__ if isinstance(error, StorageInternalError) else error
        reason = first_line(cause or error)  # words of the database, not of hybridq
        full = "full" in reason or "space" in reason
        raise OutputError(
            f"the storage {shown} failed ({reason})",
            remedy=f"{'free some space; ' * full}the same command resumes the run with the trials "
            "that the storage still holds",
        ) from error
    except KeyError as error:
        raise ParameterError(
            f"an experiment was deleted from {shown} while it was in use",
            remedy="run its config again to start over",
        ) from error
