"""The store: experiments in a storage of Optuna."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from types import TracebackType
from typing import TYPE_CHECKING

from hybridq._version import __version__
from hybridq.core.errors import OutputError, ParameterError, UnknownNameError
from hybridq.experiments.records import Plain, Planned
from hybridq.experiments.store import swept
from hybridq.experiments.store.contents import LARGEST, LARGEST_IN_MYSQL, add_contents
from hybridq.experiments.store.differences import differences
from hybridq.experiments.store.experiment import Claimed, Experiment
from hybridq.experiments.store.facts import FACTS, Facts
from hybridq.experiments.store.failures import told_of
from hybridq.experiments.store.heartbeat import is_dead, sign_of_life
from hybridq.experiments.store.storage import choose_storage
from hybridq.experiments.store.summary import Summary
from hybridq.experiments.store.trials import Trials
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

__all__ = ["Claimed", "Experiment", "Store", "Summary"]

_LONGEST_NAME = 200
_MAKER = "maker"  # the attribute with a sign of life of who makes an experiment
_MAKING_SECONDS = 1.0  # within which whoever begins to make an experiment has left that
_LONGEST_MAKING = 60.0


class Store:
    """The experiments in one storage; `Store.open` makes it.

    One experiment is one study of Optuna and one trial one of its trials, so that whatever reads
    Optuna's storages, `optuna-dashboard` above all, shows them. All that a trial needs stands with
    it: any number of workers anywhere may open the same storage. A process that was forked must
    open it anew.

    Args:
        url: where it is, for messages.
        storage: of Optuna.
    """

    def __init__(self, url: str, storage: BaseStorage) -> None:
        self.url = url
        self._storage = storage

    @classmethod
    def open(cls, url: str | None = None, *, make: bool = True) -> Store:
        """The store behind a URL, made if it is not there.

        Args:
            url: see `hybridq.storage.database.connect`; None: see `choose_storage`.
            make: False to refuse a file that is not there, for those who only read.

        Raises:
            OutputError: it cannot be reached.
            ParameterError: the URL cannot be read, or names a database in memory.
        """
        url = storage_url(choose_storage(url))
        if url.startswith("sqlite") and url.partition("://")[2] in ("", "/", "/:memory:"):
            raise ParameterError(
                f"storage={url!r} is in memory and would be lost: name a file, for example "
                "sqlite:///runs.db"
            )
        file = None if make else storage_file(url)
        if file is not None and not file.exists():
            raise OutputError(
                f"there is no {file}, so no experiment is in it: name the storage by --storage or "
                "HYBRIDQ_STORAGE, or go to its folder"
            )
        with quiet_optuna():
            return cls(url, connect(url))

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
        """Let go of the storage's connections."""
        from optuna.storages import RDBStorage

        if isinstance(self._storage, RDBStorage):
            self._storage.remove_session()
            self._storage.engine.dispose()

    def names(self) -> list[str]:
        """The names of the experiments, oldest first; other studies of Optuna are left out."""
        from optuna.storages import RDBStorage

        from hybridq.experiments.store.trials_sql import names_of_studies

        with self._told():
            if isinstance(self._storage, RDBStorage):
                return names_of_studies(self._storage, FACTS)
            studies = self._storage.get_all_studies()
            return [study.study_name for study in studies if FACTS in study.user_attrs]

    def summaries(self) -> list[Summary]:
        """What `hybridq experiments list` tells of each experiment, oldest first."""
        found = (self._summary(name) for name in self.names())
        return [one for one in found if one is not None]

    def experiment(self, name: str) -> Experiment:
        """The experiment of this name.

        Raises:
            UnknownNameError: there is none.
        """
        trials = self._find(name)
        if trials is not None and self._is_ours(trials):
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
        """The experiment of this name, made if it is not there; no trials are added.

        Args:
            name: at most 200 characters.
            config: all that it was asked to be, resolved.
            planned: all its trials, for what differs between them.
            metric: what tables and the dashboard look at.
            direction: ``minimize`` or ``maximize``.
            contents: name and content of the instances' files by the SHA-256 of the content.
            extend: an experiment that is there may have another config: its trials stay, and this
                config is the experiment's from now on.

        Raises:
            ParameterError: the name is empty or long, another kind of study has it, or an
                experiment with another config.
            OutputError: the storage fails.
        """
        from optuna.distributions import distribution_to_json

        _check_name(name)
        trials, there = self._made(name, direction)
        if there is not None:
            self._compare(there, config, metric, direction, extend)
        known = {} if there is None else there.distributions
        found = swept.distributions((one.swept for one in planned), known)
        facts = Facts(
            config=config,
            metric=metric,
            direction=direction,
            version=__version__ if there is None else there.facts.version,
            created=time.time() if there is None else there.facts.created,
            swept={name: distribution_to_json(kind) for name, kind in found.items()},
        )
        with self._told():
            add_contents(trials, contents or {}, self._largest_content)
            if there is None or there.facts != facts:
                self._storage.set_study_user_attr(trials.study, FACTS, asdict(facts))
            if there is None:
                self._name_metric(name, metric)
        return self._experiment(name, trials)

    def _summary(self, name: str) -> Summary | None:
        """None of an experiment that was deleted a moment ago."""
        try:
            return Summary.of(self.experiment(name))
        except ParameterError:
            if self._find(name) is None:
                return None
            raise

    def delete(self, name: str) -> int:
        """Delete an experiment with all its trials and their arrays.

        Returns:
            how many trials' arrays are not found, their folder having been moved.

        Raises:
            UnknownNameError: there is none of this name.
        """
        experiment = self.experiment(name)
        artifacts, written = experiment.artifacts, experiment.trials()
        trials = self._find(name)
        if trials is not None:
            with self._told():
                trials.delete()
        return artifacts.remove(written)

    def _made(self, name: str, direction: str) -> tuple[Trials, Experiment | None]:
        """The study of this name, and the experiment that is complete in it."""
        from optuna.exceptions import DuplicatedStudyError
        from optuna.study import StudyDirection

        wanted = StudyDirection[direction.upper()]
        try:
            with self._told(), quiet_optuna():
                return self._begun(self._trials(self._storage.create_new_study([wanted], name)))
        except DuplicatedStudyError:
            pass
        trials = self._find(name)
        until = time.monotonic() + _MAKING_SECONDS
        while trials is not None and not self._is_ours(trials):
            if self._is_anothers(trials, wanted):
                raise ParameterError(
                    f"{name!r} in {self._shown} is a study of Optuna and no experiment of hybridq: "
                    "give another name, or another storage"
                )
            # Somebody is making it right now, or was killed over it.
            with self._told():
                maker = trials.attributes(_MAKER).get(_MAKER)
            if time.monotonic() > until if maker is None else _has_left_off(maker):
                return self._begun(trials)
            time.sleep(_MAKING_SECONDS / 10)
        if trials is None:
            raise ParameterError(f"the experiment {name!r} was just deleted: try again")
        return trials, self._experiment(name, trials)

    def _begun(self, trials: Trials) -> tuple[Trials, None]:
        """A study that this process makes an experiment of, for which others wait."""
        with self._told():
            self._storage.set_study_user_attr(trials.study, _MAKER, sign_of_life())
        return trials, None

    def _compare(
        self, there: Experiment, config: Plain, metric: str, direction: str, extend: bool
    ) -> None:
        """Refuse to continue an experiment that asks for something else."""
        where = f"the experiment {there.name!r} in {self._shown}"
        if (there.metric, there.direction) != (metric, direction):
            raise ParameterError(
                f"{where} looks at {there.metric} ({there.direction}) and this config at {metric} "
                f"({direction}), which cannot be changed: give another name"
            )
        found = differences(there.config, config)
        if found and not extend:
            raise ParameterError(
                f"{where} has another config: {found}; give --extend to add the new trials to it, "
                "or another name"
            )

    def _name_metric(self, name: str, metric: str) -> None:
        """What the dashboard calls the trials' value."""
        import optuna

        with quiet_optuna():
            optuna.load_study(study_name=name, storage=self._storage).set_metric_names([metric])

    def _find(self, name: str) -> Trials | None:
        with self._told():
            try:
                return self._trials(self._storage.get_study_id_from_name(name))
            except KeyError:
                return None

    def _is_ours(self, trials: Trials) -> bool:
        with self._told():
            return bool(trials.attributes(FACTS))

    def _is_anothers(self, trials: Trials, wanted: StudyDirection) -> bool:
        """Whether a study cannot have been begun by hybridq for this experiment."""
        with self._told():
            if not self._storage.get_n_trials(trials.study) and self._storage.get_study_directions(
                trials.study
            ) == [wanted]:
                return False
            # Looked at last: who makes it now marks it first, and may have just finished.
            return not trials.attributes(_MAKER) and not trials.attributes(FACTS)

    def _trials(self, study: int) -> Trials:
        from optuna.storages import RDBStorage

        from hybridq.experiments.store.trials_sql import SqlTrials

        if isinstance(self._storage, RDBStorage):
            return SqlTrials(self._storage, study)
        return Trials(self._storage, study)

    def _experiment(self, name: str, trials: Trials) -> Experiment:
        return Experiment(name, trials, self._told, self.url)

    @property
    def _largest_content(self) -> int:
        return LARGEST_IN_MYSQL if self.url.startswith(("mysql", "mariadb")) else LARGEST

    @property
    def _shown(self) -> str:
        return without_password(self.url)

    def _told(self) -> AbstractContextManager[None]:
        """Within the block failures of the storage are told as errors of hybridq."""
        return told_of(self._shown)


def _has_left_off(maker: Plain) -> bool:
    """Whether nobody makes it any more: its maker is dead, or has failed in this process."""
    mine = {**sign_of_life(), "seen": maker["seen"]}
    return mine == maker or is_dead(maker, _LONGEST_MAKING)


def _check_name(name: str) -> None:
    usable = name.strip() not in ("", ".", "..")  # which journals' folders cannot be called
    if not usable or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ParameterError(
            f"name={name[:50]!r} cannot be an experiment's: give one to {_LONGEST_NAME} printable "
            "characters"
        )
