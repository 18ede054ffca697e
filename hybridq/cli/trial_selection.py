"""Options that select trials, columns and metrics of experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from hybridq.cli.options import finite_number
from hybridq.core.errors import ParameterError, Setting

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
        help="Conditions that make the groups, separated by commas (default: the varied ones).",
    ),
]
Metric: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        show_default=False,
        help="Metric to compare (default: the experiment's).",
    ),
]
Drawn: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        show_default=False,
        help="Metric to draw (default: the experiment's).",
    ),
]
Where: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUES",
        show_default=False,
        help="Select trials with one of these values, separated by commas; repeatable.",
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
        help="Value at which a trial counts as a success; adds time to solution.",
    ),
]


@dataclass(frozen=True)
class Selection:
    """Trials that a command applies to.

    Attributes:
        title: names of the experiments.
        trials: their finished trials, filtered.
        by: columns to compare by.
        metric, maximize: the compared metric, and True if larger is better.
    """

    title: str
    trials: Table
    by: tuple[str, ...]
    metric: str
    maximize: bool


def select_trials(
    store: Store,
    names: Sequence[str],
    *,
    by: str | None,
    metric: str | None,
    where: Sequence[str] | None,
    trials: Mapping[str, Sequence[StoredTrial]] | None = None,
) -> Selection:
    """Return the trials that the options select.

    They are read from the storage unless `trials` has them, by experiment.

    Raises:
        UnknownNameError: an experiment or a column does not exist.
        ParameterError: no trial is done or left, or the experiments have different metrics.
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
    return Selection(
        title=", ".join(one.name for one in experiments),
        trials=found,
        by=tuple(found.choices()) if columns is None else columns,
        metric=metric,
        maximize=maximized(metric, found) if own is None else own.direction == "maximize",
    )


def conditions(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Convert ``KEY=VALUE,VALUE`` of --where to columns and values, as in YAML.

    ``none`` selects trials without the condition, as screens show them.

    Raises:
        ParameterError: a text is not of this form.
    """
    from hybridq.experiments.analysis.table import frozen
    from hybridq.experiments.config.yaml_source import parse

    wanted: dict[str, list[Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not name.strip() or not values.strip():
            raise ParameterError(
                argument="where", value=text, expected="KEY=VALUE, for example ansatz.p=3"
            )
        found = parse(f"[{values}]", f"--where {text}").value
        nothing = [None] * any(isinstance(v, str) and v.lower() == "none" for v in found)
        wanted[name.strip()] = [*map(frozen, found), *nothing]
    return wanted


def _metric(experiments: Sequence[Experiment]) -> str:
    names = list(dict.fromkeys(one.metric for one in experiments))
    if len(names) > 1:
        raise ParameterError(
            f"the experiments have different metrics ({', '.join(names)})",
            remedy=("choose one with ", Setting("metric")),
        )
    return names[0]
