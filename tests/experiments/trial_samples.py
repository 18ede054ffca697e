"""Finished trials for the tests of tables, comparisons and reports, made up."""

from __future__ import annotations

from typing import Any

from hybridq.core.errors import ABSENT, Setting
from hybridq.experiments.records import Outcome, Plain, State, StoredTrial, flat, identity


def as_option(setting: Setting) -> str:
    """A reference to an argument as the command line spells it."""
    option = f"--{setting.argument.replace('_', '-')}"
    return option if setting.value is ABSENT else f"{option} {setting.value}"


def done(number: int, metrics: Plain, **conditions: Any) -> StoredTrial:
    """A finished trial; two underscores in a name stand for the dot."""
    nested: Plain = {}
    for name, value in conditions.items():
        section, _, key = name.partition("__")
        if key:
            nested.setdefault(section, {})[key] = value
        else:
            nested[section] = value
    reached = metrics.get("ratio", 0.6)
    return StoredTrial(
        number=number,
        identity=identity(nested),
        state=State.DONE,
        conditions=nested,
        swept=flat(nested),
        outcome=Outcome(
            metrics=metrics,
            parameters=[0.1],
            convergence=[(1, 0.05), (40, reached), (50, reached)],
            provenance={"host": "here", "instance": identity(nested.get("problem", {}))},
        ),
        worker="here-1",
        started=1.7e9 + number,
        finished=1.7e9 + number + 0.5,
    )


def duel(instances: int = 6, repeats: int = 1) -> list[StoredTrial]:
    """cobyla against spsa, which is worse by 0.01, 0.02 … on one instance after the other."""
    trials: list[StoredTrial] = []
    for k in range(instances):
        for repeat in range(repeats):
            for kind, behind in (("cobyla", 0.0), ("spsa", 0.01 * (k + 1))):
                metrics = {"ratio": 0.9 - 0.02 * k - behind, "status": "ok"}
                trials.append(
                    done(
                        len(trials),
                        metrics,
                        problem__instance=k,
                        optimizer__kind=kind,
                        repeat=repeat,
                    )
                )
    return trials
