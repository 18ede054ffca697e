"""Studies of Optuna, in memory or in a database that several processes share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import OutputError, ParameterError
from hybridq.storage.database import connect, first_line, without_password

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler

Params = dict[str, float]


def open_study(
    sampler: BaseSampler, space: dict[str, Any], url: str | None, name: str | None
) -> tuple[Study, Params | None]:
    """Return a study that minimizes, and the parameters of its best trial, if any.

    Args:
        sampler: proposes the trials.
        space: the distribution of each parameter by name.
        url: the storage, None for memory.
        name: the study's name in the storage.

    Raises:
        ParameterError: the study in the storage has another search space.
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
    shown = f"the study {name!r} in {without_password(url)}"
    if study.directions != [optuna.study.StudyDirection.MINIMIZE]:
        raise ParameterError(
            f"{shown} does not minimize one value",
            argument="study_name",
            remedy="give another name",
        )
    if not done:
        return study, None
    if (found := done[-1].distributions) != space:
        raise ParameterError(
            f"{shown} {_difference(found, space)}",
            argument="study_name",
            remedy="give another name",
        )
    return study, dict(study.best_params)


def add_trial(study: Study, params: Params, space: dict[str, Any], value: float) -> None:
    """Add an evaluation to the study, as a failed trial if it is not finite."""
    from optuna.trial import TrialState, create_trial

    finite = math.isfinite(value)
    state = TrialState.COMPLETE if finite else TrialState.FAIL
    study.add_trial(
        create_trial(
            state=state, value=value if finite else None, params=params, distributions=space
        )
    )


@contextmanager
def translate_errors(url: str | None) -> Iterator[None]:
    """Convert storage errors of Optuna within the block to `OutputError`."""
    import optuna

    try:
        yield
    except optuna.exceptions.StorageInternalError as error:
        shown = without_password(url or "")
        raise OutputError(
            f"the storage {shown} failed during the search ({first_line(error)}): "
            "start again with the same storage and study_name to continue"
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
    return "has other parameters"
