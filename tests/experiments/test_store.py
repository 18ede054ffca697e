"""The store over every kind of storage."""

import math
import os
import threading

import optuna
import pytest

from hybridq._version import __version__
from hybridq.core.errors import OutputError, ParameterError, Setting, UnknownNameError
from hybridq.core.processes import born
from hybridq.experiments.records import Outcome, Planned, State
from hybridq.experiments.store import heartbeat
from hybridq.experiments.store.experiment_facts import FACTS
from hybridq.experiments.store.heartbeat import new_worker
from hybridq.experiments.store.store import Store, _is_abandoned
from hybridq.storage.database import connect
from tests.experiments.store_samples import DrivenClock, create, outcome, planned

_LIMIT = 120.0  # seconds to wait for an event, on a busy machine too


@pytest.fixture
def clock():
    return DrivenClock()


@pytest.fixture
def store(storage, clock):
    with Store.open(storage, clock=clock) as store:
        yield store


@pytest.fixture
def local(tmp_path, clock):
    """A store in a file, for what is decided before anything is stored."""
    with Store.open(f"sqlite:///{tmp_path}/runs.db", clock=clock) as store:
        yield store


def other(storage, clock=None, *, name="runs"):
    """The experiment as another process sees it."""
    return Store.open(storage, clock=clock or DrivenClock()).experiment(name)


def filled(store, count=3, **options):
    trials = planned(count)
    experiment = create(store, trials=trials, **options)
    experiment.enqueue(trials)
    return experiment


def no_room(*_):
    raise OSError("no room")


def counts(experiment):
    return {str(state): count for state, count in experiment.counts().items() if count}


def test_what_is_stored_is_read_back(store, storage, clock):
    experiment = filled(store)
    began = clock.now
    claimed = experiment.claim("me")
    clock.advance(2.5)
    assert experiment.finish(claimed, outcome())
    first, second, _ = other(storage).trials()
    assert (first.number, first.identity) == (0, planned(1)[0].identity)
    assert first.conditions == planned(1)[0].conditions
    assert first.swept == {"index": 0}
    assert first.outcome == outcome()
    assert (first.state, first.worker, first.attempt) == (State.DONE, "me", 1)
    assert (first.started, first.finished) == (began, began + 2.5)
    assert second.state is State.WAITING
    assert (second.outcome, second.worker, second.started, second.finished) == (None,) * 4
    assert counts(other(storage)) == {"done": 1, "waiting": 2}


def test_the_facts_of_an_experiment_are_kept(store, storage):
    content = bytes(range(256)) * 10
    create(
        store,
        config={"name": "runs", "problem": {"nodes": 12}, "description": "a test"},
        contents={"ab12": ("graphs/one.json", content)},
    )
    experiment = other(storage)
    assert experiment.config["problem"] == {"nodes": 12}
    assert (experiment.metric, experiment.direction) == ("ratio", "maximize")
    assert experiment.contents == {"ab12": content}
    assert experiment.facts.version == __version__
    (summary,) = store.summaries()
    assert (summary.name, summary.description) == ("runs", "a test")
    assert sum(summary.counts.values()) == 0


def test_only_what_is_missing_is_added(store, storage):
    experiment = create(store, trials=planned(5))
    told = []
    assert experiment.enqueue(planned(3), progress=lambda *now: told.append(now)) == 3
    assert told[0] == (0, 3)
    assert other(storage).enqueue(planned(5)) == 2
    assert experiment.enqueue(planned(5) + planned(5)) == 0
    assert [trial.number for trial in experiment.trials()] == [0, 1, 2, 3, 4]


def test_many_trials_are_added_in_portions(store):
    trials = planned(2500)
    experiment = create(store, trials=trials)
    assert experiment.enqueue(trials) == 2500
    stored = experiment.trials()
    assert [trial.number for trial in stored] == list(range(2500))
    assert [trial.conditions["index"] for trial in stored] == list(range(2500))


def test_each_trial_is_claimed_once_and_in_order(store, storage):
    experiment, second = filled(store, 4), other(storage)
    assert experiment.claim("a").conditions["index"] == 0
    taken = [one.claim(name).number for one, name in ((second, "b"), (experiment, "a"))]
    last = second.claim("b").number
    assert sorted([0, *taken, last]) == [0, 1, 2, 3]
    assert experiment.claim("a") is None
    assert second.claim("b") is None
    assert counts(experiment) == {"running": 4}


def test_a_worker_that_is_alone_claims_in_order(store):
    experiment = filled(store, 5)
    numbers = []
    while claimed := experiment.claim("me"):
        numbers.append(claimed.number)
        experiment.finish(claimed, outcome())
    assert numbers == [0, 1, 2, 3, 4]


def test_the_outcome_of_a_deleted_trial_goes_to_no_other(store):
    experiment = filled(store, 1)
    claimed = experiment.claim("a")
    store.delete("runs")
    anew = create(store, trials=planned(1, changed=True))  # SQLite gives it the same numbers
    anew.enqueue(planned(1, changed=True))
    with pytest.raises(ParameterError, match=r"deleted .* while it was in use"):
        experiment.finish(claimed, outcome())
    with pytest.raises(ParameterError, match=r"deleted .* while it was in use"):
        experiment.fail(claimed, "no", retries=1)
    with pytest.raises(ParameterError, match=r"deleted .* while it was in use"):
        experiment.release(claimed)
    assert counts(anew) == {"waiting": 1}


def test_a_failure_is_kept_and_tried_again(store):
    experiment = filled(store, 1)
    experiment.fail(experiment.claim("a"), "Traceback\nValueError: no", retries=1)
    assert counts(experiment) == {"waiting": 1}
    second = experiment.claim("b")
    assert second.attempt == 2
    experiment.fail(second, "Traceback\nValueError: again", retries=1)
    assert counts(experiment) == {"failed": 1}
    assert experiment.claim("a") is None
    (trial,) = experiment.trials()
    assert (trial.error, trial.attempt, trial.worker) == ("Traceback\nValueError: again", 2, "b")
    assert trial.started <= trial.finished
    assert [trial.attempt for trial in experiment.trials(attempts=True)] == [1, 2]


def test_the_reason_of_a_failure_outlives_the_length_of_its_traceback(store):
    experiment = filled(store, 1)
    frames = '  File "x.py", line 4, in b\n    a()\n' * 5_000
    text = f"Traceback (most recent call last):\n{frames}RecursionError: too deep\n"
    experiment.fail(experiment.claim("a"), text)
    (trial,) = experiment.trials()
    assert trial.reason == "RecursionError: too deep"
    assert len(trial.error) < 21_000 < len(text)


def test_failed_trials_are_added_again_only_when_asked(local):
    experiment = filled(local, 2)
    experiment.fail(experiment.claim("a"), "no")
    assert experiment.enqueue(planned(2)) == 0
    assert experiment.enqueue(planned(2), failed=True) == 1
    assert counts(experiment) == {"waiting": 2}
    experiment.finish(experiment.claim("a"), outcome())
    experiment.finish(experiment.claim("a"), outcome())
    assert counts(experiment) == {"done": 2}
    assert len(experiment.trials()) == 2


def test_a_worker_killed_between_retry_and_failure_costs_nothing(store, clock):
    experiment = filled(store, 1)
    claimed = experiment.claim("dead")
    experiment._retry(claimed)  # and now it is killed
    clock.advance(1.0)
    assert experiment.release_dead(0.0) == 1
    again = experiment.claim("b")
    assert again.attempt == 1
    experiment.fail(again, "no", retries=1)
    assert counts(experiment) == {"waiting": 1}
    last = experiment.claim("b")
    assert last.attempt == 2
    experiment.fail(last, "no", retries=1)
    assert counts(experiment) == {"failed": 1}


def test_trials_of_dead_workers_wait_again(store, clock):
    experiment = filled(store, 3)
    dead, left, alive = new_worker(), new_worker(), new_worker()
    for worker in (dead, left, alive):
        experiment.beat(worker)
        experiment.claim(worker)
    assert experiment.release_dead(60.0) == 0
    experiment.leave(left)
    assert experiment.release_dead(60.0) == 1
    clock.advance(61.0)
    experiment.beat(alive)
    assert experiment.release_dead(60.0) == 1
    running = experiment.trials([State.RUNNING])
    assert [trial.worker for trial in running] == [alive]


def test_a_worker_whose_process_is_gone_is_dead_at_once(store, clock):
    experiment = filled(store, 1)
    child = os.fork()
    if child == 0:
        os._exit(0)
    beat = heartbeat.heartbeat(clock.now) | {"pid": child, "born": 1}
    os.waitpid(child, 0)
    heartbeat.write_heartbeat(experiment._trials, "gone", beat)
    experiment.claim("gone")
    assert experiment.release_dead(3600.0) == 1
    assert experiment.claim("me") is not None


def test_a_worker_killed_as_it_claimed_leaves_nothing_behind(store, clock):
    experiment = filled(store, 1)
    trials = experiment._trials
    trials.storage.set_trial_state_values(
        trials.headers()[0].trial_id, optuna.trial.TrialState.RUNNING
    )
    assert experiment.release_dead(60.0) == 0
    clock.advance(_LIMIT)  # Optuna's own clock gave the time of the claim
    assert experiment.release_dead(60.0) == 1
    assert counts(experiment) == {"waiting": 1}


def test_who_is_taken_for_dead_and_lives_changes_nothing(store, storage, clock):
    experiment, second = filled(store, 1), other(storage, clock)
    slow = experiment.claim("slow")
    clock.advance(1.0)
    assert second.release_dead(0.0) == 1
    quick = second.claim("quick")
    assert second.finish(quick, outcome(0.5))
    assert not experiment.finish(slow, outcome(0.9))
    experiment.fail(slow, "too late", retries=3)
    experiment.release(slow)
    (trial,) = experiment.trials(attempts=True)
    assert (trial.state, trial.worker, trial.outcome) == (State.DONE, "quick", outcome(0.5))


def test_who_lives_may_finish_before_the_other(store, storage, clock):
    experiment, second = filled(store, 1), other(storage, clock)
    slow = experiment.claim("slow")
    clock.advance(1.0)
    second.release_dead(0.0)
    assert experiment.finish(slow, outcome())
    assert second.claim("quick") is None
    (trial,) = experiment.trials()
    assert (trial.state, trial.worker) == (State.DONE, "slow")


def test_of_duplicates_the_first_one_counts(store):
    experiment = filled(store, 1)
    twin = experiment._new(planned(1)[0])
    experiment._trials.add([twin], lambda heads, new: list(new), None)
    assert counts(experiment) == {"waiting": 1}
    experiment.finish(experiment.claim("a"), outcome())
    assert experiment.claim("a") is None
    assert counts(experiment) == {"done": 1}
    assert [trial.state for trial in experiment.trials()] == [State.DONE]


def test_an_experiment_with_another_config_is_refused(local):
    create(local, config={"ansatz": {"p": [1, 2]}, "seed": 1, "description": "x"})
    create(local, config={"ansatz": {"p": [1, 2]}, "seed": 1, "description": "y", "retries": 2})
    with pytest.raises(ParameterError, match=r"ansatz\.p is \[1,2\] there and \[1,2,3\] here") as e:
        create(local, config={"ansatz": {"p": [1, 2, 3]}, "seed": 1, "shots": 10})
    assert "shots is absent there and 10 here" in str(e.value)
    assert Setting("extend", True) in e.value.remedy
    assert e.value.argument == "extend"
    assert "secret" not in str(e.value)
    assert local.experiment("runs").config["retries"] == 2


def test_an_experiment_is_extended(store, storage):
    experiment = create(store, trials=planned(3), config={"n": 3})
    experiment.enqueue(planned(3))
    more = planned(7) + planned(1, optimizer="spsa")
    experiment = create(store, trials=more, config={"n": 7}, extend=True)
    assert experiment.enqueue(more) == 5
    assert other(storage).config == {"n": 7}
    study = optuna.load_study(study_name="runs", storage=connect(storage))
    assert study.trials[6].distributions["index"].high == 6
    assert study.trials[7].params == {"index": 0, "optimizer": "spsa"}


def test_a_metric_cannot_be_changed(local):
    create(local)
    with pytest.raises(ParameterError, match=r"ratio \(maximize\).*energy \(minimize\)"):
        local.create("runs", {}, [], metric="energy", direction="minimize", extend=True)


def test_names_are_found_and_deleted(store, storage):
    create(store, "one")
    filled(store, 3, name="two")
    store.experiment("two").finish(store.experiment("two").claim("a"), outcome())
    assert store.names() == ["one", "two"]
    with pytest.raises(UnknownNameError, match="did you mean 'two'"):
        store.experiment("tow")
    doomed = other(storage, name="two")
    claimed = doomed.claim("a")
    store.delete("two")
    assert Store.open(storage).names() == ["one"]
    with pytest.raises(ParameterError, match="was deleted"):
        doomed.enqueue(planned(4))
    with pytest.raises(ParameterError, match="was deleted"):
        doomed.finish(claimed, outcome())
    with pytest.raises(UnknownNameError):
        store.delete("two")
    assert len(filled(store, 2, name="two").trials()) == 2


def test_other_studies_of_optuna_are_left_alone(store, storage):
    study = optuna.create_study(storage=connect(storage), study_name="theirs")
    study.tell(study.ask(), 1.0)
    assert store.names() == []
    with pytest.raises(ParameterError, match="not an experiment of hybridq"):
        create(store, "theirs")
    with pytest.raises(UnknownNameError):
        store.experiment("theirs")


def test_an_experiment_whose_making_was_cut_short_is_made(store, monkeypatch):
    monkeypatch.setattr("hybridq.experiments.store.store._CREATOR_SECONDS", 0.1)
    store._storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], "runs")
    assert store.names() == []
    assert len(filled(store).trials()) == 3
    assert store.names() == ["runs"]


def test_of_two_who_make_one_experiment_the_second_waits_and_is_refused(
    store, storage, monkeypatch
):
    marked, looked_at = threading.Event(), threading.Event()
    monkeypatch.setattr("hybridq.experiments.store.store._CREATOR_SECONDS", 0.05)

    def only_when_looked_at(*_):
        marked.set()
        assert looked_at.wait(_LIMIT)

    def first():
        with Store.open(storage) as mine:
            create(mine, "runs", config={"first": 1})

    def seen_alive(creator, now):
        looked_at.set()  # the second one has found the first one's mark, and waits
        return False

    monkeypatch.setattr("hybridq.experiments.store.store.add_contents", only_when_looked_at)
    monkeypatch.setattr("hybridq.experiments.store.store._is_abandoned", seen_alive)
    thread = threading.Thread(target=first)
    thread.start()
    assert marked.wait(_LIMIT)
    with pytest.raises(ParameterError, match="first is 1 there and absent here"):
        create(store, "runs", config={})
    thread.join(_LIMIT)
    assert not thread.is_alive()


def test_who_failed_to_make_an_experiment_may_try_again_at_once(store, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("hybridq.experiments.store.store.add_contents", no_room)
        with pytest.raises(OutputError, match="no room"):
            create(store)
    assert len(filled(store).trials()) == 3


def test_an_empty_study_of_the_other_direction_is_left_alone(local):
    local._storage.create_new_study([optuna.study.StudyDirection.MINIMIZE], "runs")
    with pytest.raises(ParameterError, match="not an experiment of hybridq"):
        create(local)


def test_facts_of_other_versions_are_read_as_far_as_they_are_known(store, storage):
    trials = create(store)._trials
    facts = trials.attributes(FACTS)[FACTS]
    trials.storage.set_study_user_attr(trials.study, FACTS, {**facts, "later": 1})
    assert other(storage).metric == "ratio"
    trials.storage.set_study_user_attr(trials.study, FACTS, {"version": "0.0.1"})
    with pytest.raises(ParameterError, match=r"made by hybridq 0\.0\.1 lacks config"):
        _ = other(storage).metric


def test_an_experiment_deleted_while_all_are_listed_is_left_out(local, monkeypatch):
    create(local, "one")
    monkeypatch.setattr(Store, "names", lambda self: ["one", "gone"])
    assert [one.name for one in local.summaries()] == ["one"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201, ".", ".."])
def test_names_that_nobody_could_use_are_refused(local, name):
    with pytest.raises(ParameterError, match="name must be one to 200 printable characters"):
        create(local, name)


def test_the_dashboard_sees_names_that_people_understand(store, storage):
    sections = [{"kind": "cobyla"}, {"kind": "spsa", "calibrate": True}]
    trials = [
        Planned({"i": i}, {"i": i}, {"p": i + 1, "bond": 0.5 + i, "optimizer": section})
        for i, section in enumerate(sections)
    ]
    experiment = create(store, trials=trials)
    experiment.enqueue(trials)
    experiment.finish(experiment.claim("me"), outcome(0.5))
    study = optuna.load_study(study_name="runs", storage=connect(storage))
    assert study.metric_names == ["ratio"]
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    assert study.trials[0].params == {"p": 1, "bond": 0.5, "optimizer": "cobyla"}
    assert study.trials[1].params["optimizer"] == "spsa(calibrate=true)"
    assert study.trials[0].value == 0.5
    assert study.best_trial.user_attrs["result"]["metrics"]["ratio"] == 0.5
    assert study.trials[0].datetime_complete >= study.trials[0].datetime_start


def test_a_trial_without_the_metric_is_the_worst(store, storage):
    experiment = filled(store, 3)
    experiment.finish(experiment.claim("me"), Outcome({"ratio": math.nan, "x": math.inf}))
    assert experiment.best().number == 0
    experiment.finish(experiment.claim("me"), Outcome({}))
    experiment.finish(experiment.claim("me"), outcome(0.1))
    assert experiment.best().number == 2
    study = optuna.load_study(study_name="runs", storage=connect(storage))
    assert study.trials[0].value == -math.inf
    metrics = experiment.trials()[0].outcome.metrics
    assert math.isnan(metrics["ratio"])
    assert metrics["x"] == math.inf


def test_there_is_no_best_trial_before_one_is_done(local):
    assert filled(local).best() is None


def test_whose_creation_of_an_experiment_is_abandoned(clock):
    mine = heartbeat.heartbeat(clock.now)
    parents = mine | {"pid": os.getppid(), "born": born(os.getppid())}
    assert _is_abandoned(mine, clock.now)  # this process failed, and tries again
    assert not _is_abandoned(parents, clock.now)
    assert _is_abandoned(parents | {"born": 1}, clock.now)  # the number was given to another one
    assert _is_abandoned(parents, clock.now + 61.0)
