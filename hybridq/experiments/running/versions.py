"""Warnings about experiments of another version of hybridq."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq._version import __version__
from hybridq.core.errors import ParameterError, Setting

if TYPE_CHECKING:
    from hybridq.experiments.store.store import Experiment

POLICIES = ("warn", "refuse", "ignore")


def version_note(experiment: Experiment) -> str | None:
    """Return a warning if another version of hybridq created the experiment."""
    theirs = experiment.facts.version
    if theirs == __version__:
        return None
    return (
        f"{experiment.name!r} was created by hybridq {theirs} and this is {__version__}: "
        "its trials may differ in more than their conditions"
    )


def check_version(experiment: Experiment, policy: str) -> str | None:
    """Return the warning of `version_note` as the policy requires.

    Args:
        experiment: the experiment to work on.
        policy: one of `POLICIES`.

    Raises:
        ParameterError: the versions differ and the policy is ``refuse``.
    """
    note = None if policy == "ignore" else version_note(experiment)
    if note is not None and policy == "refuse":
        raise ParameterError(
            note,
            argument="version_policy",
            value=policy,
            remedy=(
                f"install hybridq {experiment.facts.version}, or allow it with ",
                Setting("version_policy", "warn"),
            ),
        )
    return note
