"""Trials of one experiment in a database, with SQL on Optuna's tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from hybridq.experiments.records import Plain, State
from hybridq.experiments.store.trial_record import TrialRecord, count_by_state
from hybridq.experiments.store.trials import (
    Ended,
    NewTrial,
    Progress,
    Trials,
    optuna_states,
    state_of,
)
from hybridq.storage.database import READS_ONLY

if TYPE_CHECKING:
    from optuna.storages import RDBStorage
    from sqlalchemy import Connection, Select, TableClause

_BATCH = 1_000  # trials added in one transaction
_TRIAL_TABLES = (
    "trial_user_attributes",
    "trial_system_attributes",
    "trial_params",
    "trial_values",
    "trial_intermediate_values",
    "trial_heartbeats",
)
_HEADER = ("identity", "attempt", "worker")


class SqlTrials(Trials):
    """Trials in a database; Optuna itself releases trials and records failures.

    Optuna takes most of a minute to add or to delete ten thousand trials and several seconds to
    read them; SQL takes a second. To claim or to finish a trial takes Optuna several transactions,
    SQL one for a block of trials. The tables are Optuna's, which rejects a database with another
    schema.
    """

    storage: RDBStorage

    def attributes(self, prefix: str = "") -> Plain:
        """Return attributes of the study; see `Trials.attributes`."""
        attributes = _tables()["study_user_attributes"]
        key = attributes.c.key
        query = (
            _select(key, attributes.c.value_json)
            .where(attributes.c.study_id == self.study)
            .where(key.startswith(prefix, autoescape=True))
        )
        with self._reading() as connection:
            return {name: json.loads(text) for name, text in connection.execute(query)}

    def headers(self, states: Collection[State] | None = None) -> list[TrialRecord]:
        """Return the headers of the trials; see `Trials.headers`."""
        with self._reading() as connection:
            rows = self._records(connection, states, _HEADER)
        return [
            # Its worker was killed just after the claim; Optuna has the time of it.
            Trials.record(self, row.trial_id)
            if row.state is State.RUNNING and "worker" not in row.attributes
            else row
            for row in rows
        ]

    def records(self, states: Collection[State] | None = None) -> list[TrialRecord]:
        """Return the records of the trials; see `Trials.records`."""
        with self._reading() as connection:
            return self._records(connection, states, None)

    def counts(self) -> dict[State, int]:
        """Return the counts; read trials only where an identity has several."""
        import sqlalchemy

        tables = _tables()
        trials, attributes = tables["trials"], tables["trial_user_attributes"]
        ours = trials.c.study_id == self.study
        by_state = _select(trials.c.state, sqlalchemy.func.count()).where(ours)
        identities = (
            _select(sqlalchemy.func.count(attributes.c.value_json.distinct()))
            .join_from(trials, attributes, trials.c.trial_id == attributes.c.trial_id)
            .where(ours, attributes.c.key == "identity")
        )
        with self._reading() as connection:
            rows = connection.execute(by_state.group_by(trials.c.state)).all()
            found = {state_of(state): number for state, number in rows}
            if sum(found.values()) != connection.execute(identities).scalar_one():
                return count_by_state(self._records(connection, None, ("identity",)))
        return dict.fromkeys(State, 0) | found

    def record(self, trial_id: int) -> TrialRecord:
        """Return one record; see `Trials.record`."""
        with self._reading() as connection:
            for row in self._records(connection, None, None, [trial_id]):
                return row
        raise KeyError(trial_id)

    def add(
        self,
        trials: Sequence[NewTrial],
        wanted: Callable[[list[TrialRecord], Sequence[NewTrial]], list[NewTrial]],
        progress: Progress | None,
    ) -> int:
        """Add trials; see `Trials.add`.

        Two processes that add at once take turns, and the second one sees the trials of the first.
        """
        left, added, count = list(trials), 0, -1
        while True:
            with self.storage.engine.begin() as connection:
                self._lock(connection)
                found = self._count(connection)
                if found != count:  # at first, and where another process adds trials too
                    left = wanted(self._records(connection, None, _HEADER), left)
                if progress is not None:
                    progress(added, added + len(left))
                some, left = left[:_BATCH], left[_BATCH:]
                self._insert(connection, some, found)
            added += len(some)
            count = found + len(some)
            if not left:
                return added

    def claim(self, trial_ids: Sequence[int], worker: str) -> list[TrialRecord]:
        """Claim trials in one transaction; see `Trials.claim`."""
        tables = _tables()
        trials = tables["trials"]
        (waiting,), (running,) = optuna_states([State.WAITING]), optuna_states([State.RUNNING])
        claim = (
            trials.update()
            .where(trials.c.trial_id.in_(trial_ids), trials.c.study_id == self.study)
            .where(trials.c.state == waiting)
            .values(state=running, datetime_start=_now())
            .returning(trials.c.trial_id)
        )
        with self.storage.engine.begin() as connection:
            ids = list(connection.execute(claim).scalars())
            if not ids:
                return []
            found = self._records(connection, None, None, ids)
            mark = {"name": worker, "since": self.clock()}
            self._replace(connection, dict.fromkeys(ids, mark), "worker")
        order = {trial_id: place for place, trial_id in enumerate(trial_ids)}
        return sorted(found, key=lambda record: order[record.trial_id])

    def finish(self, ended: Sequence[Ended]) -> list[bool]:
        """Record results in one transaction; see `Trials.finish`.

        Raises:
            KeyError: the number of a trial belongs to another one by now.
        """
        tables = _tables()
        trials, values = tables["trials"], tables["trial_values"]
        (done,) = optuna_states([State.DONE])
        results = {one.trial_id: one for one in ended}
        end = (
            trials.update()
            .where(trials.c.trial_id.in_(list(results)), trials.c.study_id == self.study)
            .where(trials.c.state.in_(optuna_states([State.WAITING, State.RUNNING])))
            .values(state=done, datetime_complete=_now())
            .returning(trials.c.trial_id)
        )
        with self.storage.engine.begin() as connection:
            ids = list(connection.execute(end).scalars())
            for record in self._records(connection, None, ("identity",), list(results)):
                if results.pop(record.trial_id).identity != record.identity:
                    raise KeyError(record.trial_id)
            if results:
                raise KeyError(next(iter(results)))
            results = {one.trial_id: one for one in ended if one.trial_id in set(ids)}
            if results:
                self._replace(
                    connection, {key: one.result for key, one in results.items()}, "result"
                )
                connection.execute(values.delete().where(values.c.trial_id.in_(ids)))
                rows = [_value_row(one) for one in results.values()]
                connection.execute(values.insert(), rows)
        return [one.trial_id in results for one in ended]

    def _replace(self, connection: Connection, of_trials: Mapping[int, Any], key: str) -> None:
        """Set one attribute of trials."""
        attributes = _tables()["trial_user_attributes"]
        old = attributes.c.trial_id.in_(list(of_trials)) & (attributes.c.key == key)
        connection.execute(attributes.delete().where(old))
        rows = [
            {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}
            for trial_id, value in of_trials.items()
        ]
        connection.execute(attributes.insert(), rows)

    def delete(self) -> None:
        """Delete the study with its trials; see `Trials.delete`."""
        tables = _tables()
        trials = tables["trials"]
        ours = _select(trials.c.trial_id).where(trials.c.study_id == self.study)
        with self.storage.engine.begin() as connection:
            self._lock(connection)
            for name in _TRIAL_TABLES:
                table = tables[name]
                connection.execute(table.delete().where(table.c.trial_id.in_(ours)))
            connection.execute(trials.delete().where(trials.c.study_id == self.study))
        super().delete()

    def _lock(self, connection: Connection) -> None:
        """Block other processes from adding trials to this study, through Optuna too."""
        studies = _tables()["studies"]
        name = studies.c.study_name
        changed = connection.execute(
            studies.update().where(studies.c.study_id == self.study).values(study_name=name)
        )
        if changed.rowcount == 0:
            raise KeyError(self.study)

    def _count(self, connection: Connection) -> int:
        import sqlalchemy

        trials = _tables()["trials"]
        query = _select(sqlalchemy.func.count()).where(trials.c.study_id == self.study)
        return int(connection.execute(query.select_from(trials)).scalar_one())

    def _insert(self, connection: Connection, new: list[NewTrial], first: int) -> None:
        from optuna.distributions import distribution_to_json

        if not new:
            return
        tables = _tables()
        trials = tables["trials"]
        (waiting,) = optuna_states([State.WAITING])
        connection.execute(
            trials.insert(),
            [
                {"study_id": self.study, "number": first + index, "state": waiting}
                for index in range(len(new))
            ],
        )
        query = (
            _select(trials.c.trial_id)
            .where(trials.c.study_id == self.study, trials.c.number >= first)
            .order_by(trials.c.number)
        )
        ids = connection.execute(query).scalars().all()
        attributes, params = [], []
        texts: dict[int, str] = {}  # texts of the few distributions by id
        for trial_id, trial in zip(ids, new, strict=True):
            attributes += [
                {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}
                for key, value in trial.attributes.items()
            ]
            for name, value in trial.params.items():
                kind = trial.distributions[name]
                if id(kind) not in texts:
                    texts[id(kind)] = distribution_to_json(kind)
                params.append(
                    {
                        "trial_id": trial_id,
                        "param_name": name,
                        "param_value": kind.to_internal_repr(value),
                        "distribution_json": texts[id(kind)],
                    }
                )
        connection.execute(tables["trial_user_attributes"].insert(), attributes)
        if params:
            connection.execute(tables["trial_params"].insert(), params)

    def _records(
        self,
        connection: Connection,
        states: Collection[State] | None,
        keys: tuple[str, ...] | None,
        trial_ids: Sequence[int] | None = None,
    ) -> list[TrialRecord]:
        tables = _tables()
        trials, attributes = tables["trials"], tables["trial_user_attributes"]
        query = (
            _select(
                trials.c.trial_id,
                trials.c.number,
                trials.c.state,
                attributes.c.key,
                attributes.c.value_json,
            )
            .join_from(trials, attributes, trials.c.trial_id == attributes.c.trial_id)
            .where(trials.c.study_id == self.study)
            .order_by(trials.c.number)
        )
        if states is not None:
            query = query.where(trials.c.state.in_(optuna_states(states)))
        if keys is not None:
            query = query.where(attributes.c.key.in_(keys))
        if trial_ids is not None:
            query = query.where(trials.c.trial_id.in_(trial_ids))
        found: dict[int, TrialRecord] = {}
        for one, number, state, key, text in connection.execute(query):
            row = found.get(one)
            if row is None:
                row = found[one] = TrialRecord(one, number, state_of(state), {})
            row.attributes[key] = json.loads(text)
        return [row for row in found.values() if "identity" in row.attributes]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.storage.engine.connect() as connection:
            yield connection.execution_options(**{READS_ONLY: True})


def names_of_studies(storage: RDBStorage, attribute: str) -> list[str]:
    """Return the names of the studies with this attribute, oldest first."""
    tables = _tables()
    studies, attributes = tables["studies"], tables["study_user_attributes"]
    query = (
        _select(studies.c.study_name)
        .join_from(studies, attributes, studies.c.study_id == attributes.c.study_id)
        .where(attributes.c.key == attribute)
        .order_by(studies.c.study_id)
    )
    with storage.engine.connect() as connection:
        return list(connection.execution_options(**{READS_ONLY: True}).execute(query).scalars())


def _now() -> datetime:
    """Return the time as Optuna stores it: universal in recent versions."""
    from optuna.storages._rdb.models import TrialModel

    universal = hasattr(TrialModel, "_datetime_start_utc")
    return datetime.now(UTC).replace(tzinfo=None) if universal else datetime.now()


def _value_row(ended: Ended) -> Plain:
    """Return the row of a value; infinities are stored by name."""
    from optuna.storages._rdb.models import TrialValueModel

    value, kind = TrialValueModel.value_to_stored_repr(ended.value)
    return {"trial_id": ended.trial_id, "objective": 0, "value": value, "value_type": kind}


def _select(*what: Any) -> Select[Any]:
    import sqlalchemy

    return sqlalchemy.select(*what)


@cache
def _tables() -> dict[str, TableClause]:
    """Return the tables of Optuna that are used here."""
    import sqlalchemy
    from optuna.storages._rdb.models import TrialValueModel
    from optuna.trial import TrialState

    columns: dict[str, list[Any]] = {
        **{name: ["trial_id"] for name in _TRIAL_TABLES},
        "studies": ["study_id", "study_name"],
        "study_user_attributes": ["study_id", "key", "value_json"],
        "trials": [
            "trial_id",
            "study_id",
            "number",
            "state",
            "datetime_start",
            "datetime_complete",
        ],
        "trial_values": ["trial_id", "objective", "value", "value_type"],
        "trial_user_attributes": ["trial_id", "key", "value_json"],
        "trial_params": ["trial_id", "param_name", "param_value", "distribution_json"],
    }
    kinds: dict[str, Any] = {
        "state": sqlalchemy.Enum(TrialState),
        "study_name": sqlalchemy.String(),
        "datetime_start": sqlalchemy.DateTime(),
        "datetime_complete": sqlalchemy.DateTime(),
        "value_type": sqlalchemy.Enum(TrialValueModel.TrialValueType),
    }
    return {
        table: sqlalchemy.table(
            table, *(sqlalchemy.column(name, kinds.get(name)) for name in names)
        )
        for table, names in columns.items()
    }
