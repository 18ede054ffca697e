"""Large arrays: kept where asked for, found again, the same after a kill, gone with the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from hybridq.core.errors import ConfigError, OutputError, ParameterError
from hybridq.experiments.arrays import ARRAYS
from hybridq.experiments.config.config import parse_config, plan
from hybridq.experiments.records import Outcome, State
from hybridq.experiments.running.reproduce import reproduce
from hybridq.experiments.running.runner import prepare, run
from hybridq.experiments.running.worker import Terms, work
from hybridq.experiments.store.store import Store
from hybridq.experiments.trial.run import run_trial
from tests.experiments.run_samples import small

ALL = "output={arrays: [values, points, samples]}"


@pytest.fixture(autouse=True)
def no_folder_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYBRIDQ_ARTIFACTS", raising=False)


def outcome(text: str, **options: object) -> Outcome:
    (trial,) = plan(parse_config(text))
    return run_trial(trial.conditions, arrays=list(ARRAYS), **options)  # type: ignore[arg-type]


QAOA = "{name: t, problem: {kind: random-regular, nodes: 8, degree: 3}, ansatz: {p: 2}, shots: 500}"


def test_the_arrays_are_what_the_search_passed_through() -> None:
    found = outcome(QAOA)
    values, points = found.arrays["values"], found.arrays["points"]
    assert values.shape == (found.metrics["evaluations"],)
    assert points.shape == (found.metrics["evaluations"], 4)
    assert values.max() == found.metrics["expectation"]
    np.testing.assert_array_equal(points[values.argmax()], found.parameters)
    assert found.convergence[-1] == (len(values), values.max())


def test_samples_are_distinct_values_with_their_counts() -> None:
    found = outcome(QAOA)
    values, counts = found.arrays["sample_values"], found.arrays["sample_counts"]
    assert counts.sum() == 500
    assert (np.diff(values) > 0).all()
    assert values[-1] == found.metrics["best"]


def test_a_ladder_of_depths_tells_points_of_the_whole_circuit() -> None:
    ladder = outcome(QAOA.replace("shots: 500", "strategy: interp"))
    assert ladder.arrays["points"].shape == (ladder.metrics["evaluations"], 4)
    assert np.isfinite(ladder.arrays["points"]).all()


def test_a_circuit_that_grows_leaves_open_what_it_had_not() -> None:
    found = outcome(
        "{name: t, problem: {kind: molecule, path: problems/molecules/lih_sto3g.fcidump}, "
        "ansatz: {kind: adapt, max_operators: 2}}"
    )
    points = found.arrays["points"]
    lengths = np.isfinite(points).sum(axis=1)
    assert points.shape == (found.metrics["evaluations"], 2)
    assert set(lengths) == {1, 2}
    assert (np.diff(lengths) >= 0).all()


def test_energies_have_no_samples() -> None:
    found = outcome("{name: t, problem: {kind: tfim, sites: 3}, budget: {evaluations: 20}}")
    assert set(found.arrays) == {"values", "points"}


def test_a_search_that_goes_on_from_its_journal_has_the_whole_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hybridq.experiments.trial.run.JOURNAL_AFTER", 0.0)
    whole = outcome(QAOA, journal_path=tmp_path / "search.jsonl")
    lines = (tmp_path / "search.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "half.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    again = outcome(QAOA, journal_path=tmp_path / "half.jsonl")
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)


def test_every_storage_keeps_them_and_gives_them_back(storage: str, tmp_path: Path) -> None:
    folder = tmp_path / "arrays"
    config = small("repeats=1", f"output={{arrays: [values, points], folder: {folder}}}")
    with Store.open(storage) as store:
        experiment = run(config, store, 1)
        for trial in experiment.trials():
            assert trial.outcome is not None
            again = run_trial(trial.conditions, arrays=["values", "points"])
            kept = experiment.arrays(trial)
            assert set(kept) == {"values", "points"} == set(trial.arrays)
            for name, array in kept.items():
                np.testing.assert_array_equal(array, again.arrays[name])
                assert trial.arrays[name] == {"shape": list(array.shape), "dtype": "float64"}
        assert len(list(folder.iterdir())) == 4
        store.delete(config.name)
    assert not folder.exists()


def test_optuna_finds_them_as_artifacts(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = run(small("repeats=1", ALL), store, 1)
        expected = experiment.arrays(experiment.trials()[0])
    study = optuna.load_study(study_name=experiment.name, storage=f"sqlite:///{tmp_path}/runs.db")
    (meta,) = optuna.artifacts.get_all_artifact_meta(study.trials[0], storage=study._storage)
    optuna.artifacts.download_artifact(
        artifact_store=optuna.artifacts.FileSystemArtifactStore(tmp_path / "runs.db.artifacts"),
        artifact_id=meta.artifact_id,
        file_path=str(tmp_path / meta.filename),
    )
    with np.load(tmp_path / meta.filename) as found:
        assert set(found.files) == set(expected)
        for name in found.files:
            np.testing.assert_array_equal(found[name], expected[name])


def test_a_trial_that_two_workers_ran_leaves_one_file(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = prepare(small("repeats=1", ALL), store).experiment
        first = experiment.claim("first")
        assert first is not None
        found = run_trial(first.conditions, arrays=["values"])
        experiment.release(first)
        claims = [experiment.claim(f"worker {number}") for number in range(4)]
        (second,) = [one for one in claims if one is not None and one.identity == first.identity]
        assert experiment.finish(second, found)
        assert not experiment.finish(first, found)
    assert len(list((tmp_path / "runs.db.artifacts").iterdir())) == 1


def test_a_folder_that_cannot_be_written_loses_no_trial(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = prepare(small("repeats=1", ALL), store).experiment
        (tmp_path / "runs.db.artifacts").write_text("a file where the folder should be")
        claimed = experiment.claim("worker")
        assert claimed is not None
        found = run_trial(claimed.conditions, arrays=["values"])
        with pytest.raises(OutputError, match=r"folder of arrays .*runs\.db\.artifacts"):
            experiment.finish(claimed, found)
        assert experiment.counts()[State.DONE] == 0
        (tmp_path / "runs.db.artifacts").unlink()
        assert experiment.finish(claimed, found)


def test_what_is_kept_makes_no_other_trials(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        first = run(small("repeats=1"), store, 1)
        again = run(small("repeats=1", ALL), store, 1)
        assert [one.finished for one in first.trials()] == [one.finished for one in again.trials()]
        more = run(small("repeats=2", ALL), store, 1, extend=True)
        assert [bool(one.arrays) for one in more.trials()] == [False] * 4 + [True] * 4


def test_reproducing_compares_the_arrays_too(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = run(small("repeats=1", ALL), store, 1)
        assert reproduce(experiment, 1).identical
        trial = experiment.trials()[1]
        path = experiment.artifacts.find(trial)
        other = experiment.arrays(trial)
        other["values"][0] += 1e-12
        with path.open("wb") as file:
            np.savez(file, **other)
        assert reproduce(experiment, 1).differences == ["the array values differs"]
        path.write_bytes(b"no arrays")
        blind = reproduce(experiment, 1)
        assert blind.identical
        assert "is damaged" in blind.note
        path.unlink()
        assert "HYBRIDQ_ARTIFACTS" in reproduce(experiment, 1).note
        run(small("repeats=1", "output={arrays: [samples]}"), store, 1)
        assert "not compared" in reproduce(experiment, 1).note
        assert reproduce(experiment, 2).note == ""


def test_another_folder_is_for_trials_to_come(tmp_path: Path) -> None:
    def kept_in(folder: str, repeats: int) -> list[str]:
        return [f"repeats={repeats}", f"output={{arrays: [values], folder: {tmp_path / folder}}}"]

    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        run(small(*kept_in("first", 1)), store, 1)
        experiment = run(small(*kept_in("second", 2)), store, 1, extend=True)
        assert all("values" in experiment.arrays(trial) for trial in experiment.trials())
        assert len(list((tmp_path / "first").iterdir())) == 4
        assert store.delete("small") == 0
    assert not (tmp_path / "first").exists()
    assert not (tmp_path / "second").exists()


def test_who_is_late_does_not_touch_the_arrays_of_who_was_first(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = prepare(small("repeats=1", ALL), store).experiment
        first = experiment.claim("first")
        assert first is not None
        experiment.release(first)
        claims = [experiment.claim(f"worker {number}") for number in range(4)]
        (second,) = [one for one in claims if one is not None and one.identity == first.identity]
        one, other = (Outcome({"ratio": x}, arrays={"values": np.array([x])}) for x in (0.9, 0.5))
        assert experiment.finish(second, one)
        assert not experiment.finish(first, other)
        (done,) = experiment.trials([State.DONE])
        assert experiment.arrays(done)["values"] == [0.9]


def test_what_a_kill_left_goes_with_the_experiment(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = run(small("repeats=1", ALL), store, 1)
        folder = tmp_path / "runs.db.artifacts"
        half = folder / f".{experiment.artifacts.name(experiment.trials()[0].identity)}.ab12"
        half.write_bytes(b"half")
        assert store.delete("small") == 0
        assert not folder.exists()


def test_deleting_tells_of_arrays_that_are_not_found(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        run(small("repeats=1", ALL), store, 1)
        (tmp_path / "runs.db.artifacts").rename(tmp_path / "moved")
        assert store.delete("small") == 4


def test_a_worker_that_could_not_keep_arrays_claims_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = prepare(small("repeats=1", ALL), store).experiment
        monkeypatch.setenv("HYBRIDQ_ARTIFACTS", "relative")
        with pytest.raises(ParameterError, match="full path"):
            work(Terms(store.url, "small"))
        assert experiment.counts()[State.WAITING] == 4


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        with pytest.raises(OutputError, match="is a file; name a folder"):
            prepare(small(f"output={{arrays: [values], folder: {tmp_path}/file/x}}"), store)
        assert store.names() == []


def test_samples_of_problems_that_have_none_are_refused(tmp_path: Path) -> None:
    text = "name: t\nproblem: {kind: tfim, sites: 3}\noutput: {arrays: [samples]}\n"
    with (
        Store.open(f"sqlite:///{tmp_path}/runs.db") as store,
        pytest.raises(ConfigError, match="over bits"),
    ):
        prepare(parse_config(text), store)


def test_a_server_needs_a_folder_before_anything_is_stored(postgresql) -> None:
    with Store.open(postgresql.emptied()) as store:
        with pytest.raises(ParameterError, match=r"output\.folder"):
            prepare(small(ALL), store)
        assert store.names() == []


def test_the_environment_names_the_folder_before_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYBRIDQ_ARTIFACTS", str(tmp_path / "mounted here"))
    config = small("repeats=1", f"output={{arrays: [values], folder: {tmp_path}/there}}")
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as store:
        experiment = run(config, store, 1)
    assert len(list((tmp_path / "mounted here").iterdir())) == len(experiment.trials())
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize(
    ("output", "what"),
    [
        ("{arrays: []}", "at least 1"),
        ("{arrays: [value]}", "one of values, points, samples"),
        ("{arrays: [values], folder: relative}", "full path"),
        ("{folder: /tmp}", "'output' needs the key 'arrays'"),
        ("{arrays: [values], fold: /tmp}", "did you mean 'folder'"),
        ("[values]", "output must be a mapping"),
    ],
)
def test_mistakes_are_told_with_their_place(output: str, what: str) -> None:
    with pytest.raises(ConfigError, match=rf"^config:3:\d+: .*{what}"):
        parse_config(f"name: t\nproblem: {{kind: tfim, sites: 3}}\noutput: {output}\n")


def test_arrays_do_not_change_what_a_trial_is() -> None:
    (plain,) = plan(parse_config(QAOA))
    (kept,) = plan(parse_config(QAOA, overrides=[ALL]))
    assert plain.identity == kept.identity
    bare, full = run_trial(plain.conditions), run_trial(kept.conditions, arrays=list(ARRAYS))
    assert not bare.arrays
    assert replace(full, arrays={}).parameters == bare.parameters
