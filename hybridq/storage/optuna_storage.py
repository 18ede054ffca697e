"""Studies of Optuna, in memory or in a database that several processes share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import OutputError, ParameterError
from hybridq.storage.database import connect, first_line, without_password

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.trial import Trial

Params = dict[str, float]

FACTS = "hybridq"
"""Attribute of a study: what it minimizes, by plain facts."""
NOT_FINITE = "not_finite"
"""Attribute of a trial whose value was not finite, and is a penalty."""


def open_study(
    sampler: BaseSampler,
    space: dict[str, Any],
    url: str | None,
    name: str | None,
    facts: Mapping[str, Any] | None = None,
) -> tuple[Study, Params | None]:
    """Return a study that minimizes, and the parameters of its best trial, if any.

    Args:
        sampler: proposes the trials.
        space: the distribution of each parameter by name.
        url: the storage, None for memory.
        name: the study's name in the storage.
        facts: what is minimized, as plain values by name, which an attribute of the study holds.

    Raises:
        ParameterError: the study in the storage has another search space, or minimizes something
            else.
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
    difference = ""
    if study.directions != [optuna.study.StudyDirection.MINIMIZE]:
        difference = "does not minimize one value"
    elif done and (found := done[-1].distributions) != space:
        difference = _difference(found, space)
    elif facts is not None:
        difference = _other_facts(study, facts, is_new=not done)
    if difference:
        raise ParameterError(
            f"the study {name!r} in {without_password(url)} {difference}",
            argument="study_name",
            remedy="give another name",
        )
    return study, dict(study.best_params) if done else None


def add_trial(
    study: Study, params: Params, space: dict[str, Any], value: float, *, is_finite: bool = True
) -> None:
    """Add an evaluation to the study.

    Args:
        study: the study.
        params: the point by name.
        space: the distribution of each parameter by name.
        value: the value, or the penalty in place of one that is not finite.
        is_finite: the value is not a penalty.
    """
    from optuna.trial import TrialState, create_trial

    study.add_trial(
        create_trial(
            state=TrialState.COMPLETE,
            value=value,
            params=params,
            distributions=space,
            user_attrs={} if is_finite else {NOT_FINITE: True},
        )
    )


def fail_trial(study: Study, trial: Trial) -> None:
    """End a trial that was not evaluated."""
    from optuna.trial import TrialState

    study.tell(trial, state=TrialState.FAIL)


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


def _other_facts(study: Study, facts: Mapping[str, Any], *, is_new: bool) -> str:
    """Return how a study differs in what it minimizes, nothing if it does not.

    The first search of a study writes its facts there.
    """
    mine = json.loads(json.dumps(facts))
    found = study.user_attrs.get(FACTS)
    if found is None and is_new:
        study.set_user_attr(FACTS, mine)
        return ""
    if not isinstance(found, dict):
        return "does not say what it minimizes, as those of earlier versions"
    for key in [*mine, *found]:
        if found.get(key) != mine.get(key):
            return (
                f"is of another {key}: its {key} is {found.get(key)} and that of this search "
                f"{mine.get(key)}"
            )
    return ""


def _difference(found: dict[str, Any], space: dict[str, Any]) -> str:
    if len(found) != len(space):
        return f"has {len(found)} parameters and this search {len(space)}"
    for name, mine in space.items():
        other = found.get(name)
        if other is None:
            return f"has the parameters {_listed(found)} and this search {_listed(space)}"
        if other != mine:
            low, high = getattr(other, "low", None), getattr(other, "high", None)
            return (
                f"searches {name} within [{low}, {high}] and this search within "
                f"[{mine.low}, {mine.high}]"
            )
    return "has other parameters"


def _listed(names: Iterable[str]) -> str:
    """Return a few names."""
    first = list(names)
    return ", ".join(first if len(first) <= 4 else [*first[:3], "...", first[-1]])
