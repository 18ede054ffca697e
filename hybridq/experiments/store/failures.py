"""Failures of a storage, told as errors of hybridq."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hybridq.core.errors import OutputError, ParameterError
from hybridq.storage.database import first_line


@contextmanager
def told_of(shown: str) -> Iterator[None]:
    """Within the block failures of the storage are told as errors of hybridq.

    Args:
        shown: the storage, without its password.

    Raises:
        OutputError: it fails.
        ParameterError: what is asked for was there before and is not any more.
    """
    import sqlalchemy
    from optuna.exceptions import StorageInternalError

    try:
        yield
    except (StorageInternalError, sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        if isinstance(error, OutputError):
            raise
        cause = error.__cause__ if isinstance(error, StorageInternalError) else error
        reason = first_line(cause or error)
        room = "make room there; " if "full" in reason or "space" in reason else ""
        raise OutputError(
            f"the storage {shown} failed ({reason}): {room}what is finished is kept, and "
            "the same command again goes on from there"
        ) from error
    except KeyError as error:
        raise ParameterError(
            f"an experiment was deleted from {shown} while it was in use: run its config again to "
            "begin anew"
        ) from error
