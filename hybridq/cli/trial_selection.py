"""Options that choose trials, columns and metrics of experiments, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from hybridq.cli.options import finite_number
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.experiments.analysis.table import Table
    from hybridq.experiments.records import StoredTrial
    from hybridq.experiments.store.experiment import Experiment
    from hybridq.experiments.store.store import Store

Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The experiment.")]
By: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="KEYS",
        show_default=False,
        help="Conditions that make the groups, with commas (default: what was varied).",
    ),
]
Metric: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--metric", metavar="NAME", show_default=False, help="Default: the experiment's own."
    ),
]
Where: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUES",
        show_default=False,
        help="Only trials with one of these values, with commas; any number of times.",
    ),
]
Against: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="GROUP",
        show_default=False,
        help="Group that the others are tested against (default: the best).",
    ),
]
Aim: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--target",
        parser=finite_number,
        metavar="VALUE",
        show_default=False,
        help="Metric from which a trial is a success: adds time to solution.",
    ),
]


@dataclass(frozen=True)
class Chosen:
    """The trials that a command is about.

    Attributes:
        title: the experiments' names.
        trials: what is done of them, filtered.
        by: columns to compare by.
        metric, maximize: what is compared, and whether larger is better.
    """

    title: str
    trials: Table
    by: tuple[str, ...]
    metric: str
    maximize: bool


def choose(
    store: Store,
    names: Sequence[str],
    *,
    by: str | None,
    metric: str | None,
    where: Sequence[str] | None,
    trials: Mapping[str, Sequence[StoredTrial]] | None = None,
) -> Chosen:
    """The trials of these experiments that the options choose.

    Read from the storage unless `trials` has them already, by experiment.

    Raises:
        UnknownNameError: there is no such experiment or column.
        ParameterError: no trial is done or left, or two experiments have different metrics.
    """
    from hybridq.experiments.analysis.metric_conventions import maximized
    from hybridq.experiments.analysis.table import table
    from hybridq.experiments.records import State

    experiments = [store.experiment(name) for name in dict.fromkeys(names)]
    if trials is None:
        trials = {one.name: one.trials([State.DONE]) for one in experiments}
    found = table(trials)
    if not len(found):
        raise ParameterError(
            f"{', '.join(one.name for one in experiments)}: no trial is done yet; "
            "run it with 'hybridq run CONFIG'"
        )
    found = found.where(conditions(where or []))
    metric = metric or _metric(experiments)
    columns = tuple(part.strip() for part in by.split(",") if part.strip()) if by else None
    for name in (*(columns or ()), metric):
        found.column(name)
    own = next((one for one in experiments if one.metric == metric), None)
    return Chosen(
        title=", ".join(one.name for one in experiments),
        trials=found,
        by=tuple(found.choices()) if columns is None else columns,
        metric=metric,
        maximize=maximized(metric, found) if own is None else own.direction == "maximize",
    )


def conditions(texts: Sequence[str]) -> dict[str, list[Any]]:
    """``KEY=VALUE,VALUE`` of --where as columns and their values, read as YAML has them.

    ``none``, which screens show where a trial has no such condition, stands for that too.

    Raises:
        ParameterError: a text is not of this form.
    """
    from hybridq.experiments.analysis.table import frozen
    from hybridq.experiments.config.yaml_source import parse

    wanted: dict[str, list[Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not name.strip() or not values.strip():
            raise ParameterError(f"--where {text}: write KEY=VALUE, for example ansatz.p=3")
        found = parse(f"[{values}]", f"--where {text}").value
        nothing = [None] * any(isinstance(v, str) and v.lower() == "none" for v in found)
        wanted[name.strip()] = [*map(frozen, found), *nothing]
    return wanted


def _metric(experiments: Sequence[Experiment]) -> str:
    names = list(dict.fromkeys(one.metric for one in experiments))
    if len(names) > 1:
        raise ParameterError(
            f"the experiments have different metrics ({', '.join(names)}): choose one with --metric"
        )
    return names[0]
