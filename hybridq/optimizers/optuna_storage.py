"""Studies of Optuna, in memory or in a database that several processes share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hybridq.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.storages import RDBStorage

Params = dict[str, float]


def connect(url: str) -> RDBStorage:
    """The database behind `url`, its tables made if they are not there.

    Raises:
        OutputError: it cannot be reached, or its driver is not installed.
        ParameterError: the URL cannot be read.
    """
    import sqlalchemy.exc
    from optuna.storages import RDBStorage

    try:
        return RDBStorage(url)
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        raise ParameterError(
            f"storage={_shown(url)!r} is no URL that Optuna can open ({_first_line(error)}): "
            "give one such as 'sqlite:///search.db' or 'postgresql://user@host/database'"
        ) from None
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, OSError, RuntimeError) as error:
        raise OutputError(
            f"the storage {_shown(url)} cannot be reached ({_first_line(error)}): see that server "
            "or folder are there, that you may write there, and that the database's Python "
            "package is installed"
        ) from None


def open_study(
    sampler: BaseSampler, space: dict[str, Any], url: str | None, name: str | None
) -> tuple[Study, Params | None]:
    """A study that minimizes, and the parameters of its best trial if it has one.

    Args:
        sampler: proposes the trials.
        space: the distribution of each parameter by name.
        url: the storage, None for memory.
        name: the study's name in the storage.

    Raises:
        ParameterError: the study there searches something else.
        OutputError: the storage cannot be reached.
    """
    import optuna

    if url is None:
        return optuna.create_study(sampler=sampler), None
    storage = connect(url)
    study = optuna.create_study(
        storage=storage, study_name=name, sampler=sampler, load_if_exists=True
    )
    done = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    elsewhere = f"the study {name!r} in {_shown(url)}"
    if study.directions != [optuna.study.StudyDirection.MINIMIZE]:
        raise ParameterError(f"{elsewhere} does not minimize one value: give another study_name")
    if not done:
        return study, None
    if (found := done[-1].distributions) != space:
        raise ParameterError(f"{elsewhere} {_difference(found, space)}: give another study_name")
    return study, dict(study.best_params)


def add_trial(study: Study, params: Params, space: dict[str, Any], value: float) -> None:
    """Put a finished evaluation into the study; a failed one where it is not finite."""
    from optuna.trial import TrialState, create_trial

    finite = math.isfinite(value)
    state = TrialState.COMPLETE if finite else TrialState.FAIL
    study.add_trial(
        create_trial(
            state=state, value=value if finite else None, params=params, distributions=space
        )
    )


@contextmanager
def told_of_failures(url: str | None) -> Iterator[None]:
    """Within the block a storage that fails is told as an `OutputError`."""
    import optuna

    try:
        yield
    except optuna.exceptions.StorageInternalError as error:
        raise OutputError(
            f"the storage {_shown(url or '')} failed during the search ({_first_line(error)}): "
            "start again with the same storage and study_name to go on"
        ) from error


def _difference(found: dict[str, Any], space: dict[str, Any]) -> str:
    if len(found) != len(space):
        return f"has {len(found)} parameters and this search {len(space)}"
    for parameter, (name, mine) in enumerate(space.items()):
        other = found.get(name)
        if other != mine:
            low, high = getattr(other, "low", None), getattr(other, "high", None)
            return (
                f"searches parameter {parameter} within [{low}, {high}] and this search within "
                f"[{mine.low}, {mine.high}]"
            )
    return "searches other parameters"


def _shown(url: str) -> str:
    """The URL without its password."""
    import sqlalchemy

    try:
        return sqlalchemy.make_url(url).render_as_string(hide_password=True)
    except sqlalchemy.exc.ArgumentError:
        return url if "@" not in url else "(not shown: it may hold a password)"


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).strip().rstrip(".")
