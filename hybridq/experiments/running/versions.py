"""Workers and experiments of different versions of hybridq, whose trials may not compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq._version import __version__
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.experiments.store.store import Experiment

POLICIES = ("warn", "refuse", "ignore")


def version_note(experiment: Experiment) -> str | None:
    """A warning where the experiment was begun by another version of hybridq than this one."""
    theirs = experiment.facts.version
    if theirs == __version__:
        return None
    return (
        f"{experiment.name!r} was begun by hybridq {theirs} and this is {__version__}: "
        "its trials may differ in more than their conditions"
    )


def check_version(experiment: Experiment, policy: str) -> str | None:
    """`version_note`, as far as the policy wants to know.

    Args:
        experiment: that is to be worked on.
        policy: one of `POLICIES`.

    Raises:
        ParameterError: the policy is to refuse another version.
    """
    note = None if policy == "ignore" else version_note(experiment)
    if note is not None and policy == "refuse":
        raise ParameterError(
            f"{note}; install hybridq {experiment.facts.version}, or allow it with the version "
            "policy warn or ignore"
        )
    return note
