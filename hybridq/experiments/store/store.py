"""Experiments in a storage of Optuna."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hybridq._version import __version__
from hybridq.core.errors import OutputError, ParameterError, Setting, UnknownNameError
from hybridq.experiments.records import Plain, Planned, State
from hybridq.experiments.store import optuna_parameters
from hybridq.experiments.store.contents import LARGEST, LARGEST_IN_MYSQL, add_contents
from hybridq.experiments.store.experiment import ClaimedTrial, Experiment
from hybridq.experiments.store.experiment_facts import FACTS, Facts, differences
from hybridq.experiments.store.heartbeat import heartbeat, is_dead
from hybridq.experiments.store.storage import choose_storage, translate_errors
from hybridq.experiments.store.trials import Clock, Trials
from hybridq.storage.database import (
    connect,
    quiet_optuna,
    storage_file,
    storage_url,
    without_password,
)

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from optuna.study import StudyDirection

__all__ = ["ClaimedTrial", "Experiment", "Store", "Summary"]

_LONGEST_NAME = 200
_CREATOR = "maker"  # attribute with the heartbeat of the process that creates an experiment
_CREATOR_SECONDS = 1.0  # within which the creator of an experiment has stored its heartbeat
_LONGEST_CREATION = 60.0


@dataclass(frozen=True)
class Summary:
    """One line of a list of experiments.

    Attributes:
        counts: number of trials in each state.
        version: version of hybridq that created it.
        created: time of creation in seconds since 1970.
    """

    name: str
    description: str
    metric: str
    direction: str
    version: str
    created: float
    counts: dict[State, int]

    @classmethod
    def of(cls, experiment: Experiment) -> Self:
        """Return the present summary of an experiment."""
        return cls(
            name=experiment.name,
            description=str(experiment.config.get("description") or ""),
            metric=experiment.metric,
            direction=experiment.direction,
            version=experiment.facts.version,
            created=experiment.facts.created,
            counts=experiment.counts(),
        )


class Store:
    """The experiments in one storage; `Store.open` opens it.

    An experiment is a study of Optuna, and a trial one of its trials, so every reader of Optuna's
    storages, such as `optuna-dashboard`, shows them. A trial is stored with all that it needs: any
    number of workers on any machine may open the same storage. A forked process must reopen it.

    Args:
        url: URL of the storage, for messages.
        storage: Optuna's storage.
        clock: for the times of claims, results and heartbeats.
    """

    def __init__(self, url: str, storage: BaseStorage, clock: Clock = time.time) -> None:
        self.url = url
        self._storage = storage
        self._clock = clock

    @classmethod
    def open(cls, url: str | None = None, *, make: bool = True, clock: Clock = time.time) -> Store:
        """Open the store behind a URL, created if it does not exist.

        Args:
            url: see `hybridq.storage.database.connect`; `choose_storage` chooses for None.
            make: False to reject a missing file, for readers.
            clock: returns the time in seconds since 1970; tests pass their own.

        Raises:
            OutputError: the storage cannot be reached.
            ParameterError: the URL is malformed, or names a database in memory.
        """
        url = storage_url(choose_storage(url))
        if url.startswith("sqlite") and url.partition("://")[2] in ("", "/", "/:memory:"):
            raise ParameterError(
                argument="storage",
                value=url,
                expected="in a file or on a server, not in memory",
                remedy="name a file, for example sqlite:///runs.db",
            )
        file = None if make else storage_file(url)
        if file is not None and not file.exists():
            raise OutputError(
                f"the storage {file} does not exist",
                argument="storage",
                value=url,
                remedy=(
                    "name the storage by ",
                    Setting("storage"),
                    " or HYBRIDQ_STORAGE, or change to its folder",
                ),
            )
        with quiet_optuna():
            return cls(url, connect(url), clock)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of the storage."""
        from optuna.storages import RDBStorage

        if isinstance(self._storage, RDBStorage):
            self._storage.remove_session()
            self._storage.engine.dispose()

    def names(self) -> list[str]:
        """Return the names of the experiments, oldest first, without foreign studies."""
        from optuna.storages import RDBStorage

        from hybridq.experiments.store.trials_sql import names_of_studies

        with self._translate():
            if isinstance(self._storage, RDBStorage):
                return names_of_studies(self._storage, FACTS)
            studies = self._storage.get_all_studies()
            return [study.study_name for study in studies if FACTS in study.user_attrs]

    def summaries(self) -> list[Summary]:
        """Return a summary of each experiment, oldest first."""
        found = (self._summary(name) for name in self.names())
        return [one for one in found if one is not None]

    def experiment(self, name: str) -> Experiment:
        """Return the experiment of this name.

        Raises:
            UnknownNameError: no experiment has this name.
        """
        trials = self._find(name)
        if trials is not None and self._is_complete(trials):
            return self._experiment(name, trials)
        raise UnknownNameError(f"experiment in {self._shown}", name, self.names())

    def create(
        self,
        name: str,
        config: Plain,
        planned: Iterable[Planned],
        *,
        metric: str,
        direction: str,
        contents: Mapping[str, tuple[str, bytes]] | None = None,
        extend: bool = False,
    ) -> Experiment:
        """Return the experiment of this name, created if missing, without new trials.

        Args:
            name: at most 200 characters.
            config: the resolved config.
            planned: all its trials, to find the conditions that differ.
            metric: the metric that tables and the dashboard show.
            direction: ``minimize`` or ``maximize``.
            contents: name and content of the instances' files by the SHA-256 of the content.
            extend: accept another config than the stored one: its trials stay, and this config
                replaces the stored one.

        Raises:
            ParameterError: the name is empty or too long, or belongs to a foreign study or to an
                experiment with another config.
            OutputError: the storage fails.
        """
        from optuna.distributions import distribution_to_json

        _check_name(name)
        trials, there = self._create_or_find(name, direction)
        if there is not None:
            self._compare(there, config, metric, direction, extend)
        known = {} if there is None else there.distributions
        found = optuna_parameters.distributions((one.swept for one in planned), known)
        facts = Facts(
            config=config,
            metric=metric,
            direction=direction,
            version=__version__ if there is None else there.facts.version,
            created=self._clock() if there is None else there.facts.created,
            swept={name: distribution_to_json(kind) for name, kind in found.items()},
        )
        with self._translate():
            add_contents(trials, contents or {}, self._largest_content)
            if there is None or there.facts != facts:
                self._storage.set_study_user_attr(trials.study, FACTS, asdict(facts))
            if there is None:
                self._name_metric(name, metric)
        return self._experiment(name, trials)

    def _summary(self, name: str) -> Summary | None:
        """Return the summary, None if the experiment was deleted meanwhile."""
        try:
            return Summary.of(self.experiment(name))
        except ParameterError:
            if self._find(name) is None:
                return None
            raise

    def delete(self, name: str) -> int:
        """Delete an experiment with all its trials and their arrays.

        Returns:
            the number of trials whose arrays are missing, because their folder was moved.

        Raises:
            UnknownNameError: no experiment has this name.
        """
        experiment = self.experiment(name)
        artifacts, written = experiment.artifacts, experiment.trials()
        trials = self._find(name)
        if trials is not None:
            with self._translate():
                trials.delete()
        return artifacts.remove(written)

    def _create_or_find(self, name: str, direction: str) -> tuple[Trials, Experiment | None]:
        """Return the study of this name, and its experiment if that is complete."""
        from optuna.exceptions import DuplicatedStudyError
        from optuna.study import StudyDirection

        wanted = StudyDirection[direction.upper()]
        try:
            with self._translate(), quiet_optuna():
                return self._mark_creating(
                    self._trials(self._storage.create_new_study([wanted], name))
                )
        except DuplicatedStudyError:
            pass
        trials = self._find(name)
        until = time.monotonic() + _CREATOR_SECONDS
        while trials is not None and not self._is_complete(trials):
            if self._is_foreign(trials, wanted):
                raise ParameterError(
                    f"{name!r} in {self._shown} is a study of Optuna, not an experiment of hybridq",
                    argument="name",
                    value=name,
                    remedy="choose another name or another storage",
                )
            # Another process is creating it, or was killed while it did.
            with self._translate():
                creator = trials.attributes(_CREATOR).get(_CREATOR)
            if (
                time.monotonic() > until
                if creator is None
                else _is_abandoned(creator, self._clock())
            ):
                return self._mark_creating(trials)
            time.sleep(_CREATOR_SECONDS / 10)
        if trials is None:
            raise ParameterError(f"the experiment {name!r} was just deleted", remedy="try again")
        return trials, self._experiment(name, trials)

    def _mark_creating(self, trials: Trials) -> tuple[Trials, None]:
        """Mark a study as being made into an experiment by this process."""
        with self._translate():
            self._storage.set_study_user_attr(trials.study, _CREATOR, heartbeat(self._clock()))
        return trials, None

    def _compare(
        self, there: Experiment, config: Plain, metric: str, direction: str, extend: bool
    ) -> None:
        """Raise if the stored experiment has another goal or another config."""
        where = f"the experiment {there.name!r} in {self._shown}"
        if (there.metric, there.direction) != (metric, direction):
            raise ParameterError(
                f"{where} optimizes {there.metric} ({there.direction}) and this config {metric} "
                f"({direction}), which cannot be changed",
                argument="name",
                value=there.name,
                remedy="choose another name",
            )
        found = differences(there.config, config)
        if found and not extend:
            raise ParameterError(
                f"{where} has another config: {found}",
                argument="extend",
                value=False,
                remedy=(
                    "add the new trials to it with ",
                    Setting("extend", True),
                    ", or choose another name",
                ),
            )

    def _name_metric(self, name: str, metric: str) -> None:
        """Set the name of the trials' value in the dashboard."""
        import optuna

        with quiet_optuna():
            optuna.load_study(study_name=name, storage=self._storage).set_metric_names([metric])

    def _find(self, name: str) -> Trials | None:
        with self._translate():
            try:
                return self._trials(self._storage.get_study_id_from_name(name))
            except KeyError:
                return None

    def _is_complete(self, trials: Trials) -> bool:
        with self._translate():
            return bool(trials.attributes(FACTS))

    def _is_foreign(self, trials: Trials, wanted: StudyDirection) -> bool:
        """True if hybridq cannot have created this study for the experiment."""
        with self._translate():
            if not self._storage.get_n_trials(trials.study) and self._storage.get_study_directions(
                trials.study
            ) == [wanted]:
                return False
            # Checked last: a creator marks the study first, and may have just finished.
            return not trials.attributes(_CREATOR) and not trials.attributes(FACTS)

    def _trials(self, study: int) -> Trials:
        from optuna.storages import RDBStorage

        from hybridq.experiments.store.trials_sql import SqlTrials

        if isinstance(self._storage, RDBStorage):
            return SqlTrials(self._storage, study, self._clock)
        return Trials(self._storage, study, self._clock)

    def _experiment(self, name: str, trials: Trials) -> Experiment:
        return Experiment(name, trials, self._translate, self.url)

    @property
    def _largest_content(self) -> int:
        return LARGEST_IN_MYSQL if self.url.startswith(("mysql", "mariadb")) else LARGEST

    @property
    def _shown(self) -> str:
        return without_password(self.url)

    def _translate(self) -> AbstractContextManager[None]:
        """Convert storage exceptions within the block to errors of hybridq."""
        return translate_errors(self._shown)


def _is_abandoned(creator: Plain, now: float) -> bool:
    """True if the creator is dead, or has failed in this process."""
    mine = heartbeat(creator["seen"])
    return mine == creator or is_dead(creator, _LONGEST_CREATION, now)


def _check_name(name: str) -> None:
    usable = name.strip() not in ("", ".", "..")  # a folder of journals has this name
    if not usable or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ParameterError(
            argument="name",
            value=name,
            expected=f"one to {_LONGEST_NAME} printable characters, not only dots or blanks",
        )
