from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from hybridq.experiments.records import Outcome, Planned, State
from hybridq.experiments.store.experiment import Experiment
from hybridq.experiments.store.store import Store

CONFIG = {"name": "depth", "description": "Deeper or not", "sweep": {"ansatz.p": [1, 2]}}
KINDS = ("cobyla", "spsa")


def conditions(instance: int, p: int, kind: str) -> dict:
    return {
        "problem": {"kind": "random-regular", "nodes": 12, "degree": 3, "instance": instance},
        "ansatz": {"kind": "qaoa", "p": p},
        "optimizer": {"kind": kind},
        "repeat": 0,
        "seed": 7,
    }


def outcome(instance: int, p: int, kind: str) -> Outcome:
    ratio = 0.6 + 0.1 * p + 0.003 * instance - (0.01 * (1 + instance) if kind == "spsa" else 0.0)
    return Outcome(
        metrics={"ratio": ratio, "best_ratio": 1.0, "seconds": 0.5, "status": "converged"},
        parameters=[0.1, 0.2],
        convergence=[(1, 8.0), (30, 16 * ratio)],
        provenance={"instance": f"graph{instance}", "host": "here", "peak_memory": 2.5e8},
    )


@pytest.fixture(scope="module")
def storage(tmp_path_factory) -> str:
    """An experiment of 24 trials, the last of which failed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/runs.db"
    cases = [(k, p, kind) for k in range(6) for p in (1, 2) for kind in KINDS]
    planned = [
        Planned(
            conditions(*case),
            conditions(*case),
            {"problem.instance": case[0], "ansatz.p": case[1], "optimizer.kind": case[2]},
        )
        for case in cases
    ]
    with Store.open(url) as store:
        experiment = store.create("depth", CONFIG, planned, metric="ratio", direction="maximize")
        experiment.enqueue(planned)
        for case in cases:
            claimed = experiment.claim("here-1")
            if case == cases[-1]:
                experiment.fail(claimed, "Traceback (most recent call last):\nValueError: too dark")
            else:
                experiment.finish(claimed, outcome(*case))
        store.create("empty", {"name": "empty"}, [], metric="energy", direction="minimize")
    return url


@pytest.fixture
def experiments(hybridq, storage):
    """Run `hybridq experiments` on that storage; no line may be too long."""

    def run(command: str, *arguments: object):
        found = hybridq("experiments", command, *arguments, "--storage", storage)
        if command in ("list", "show", "compare"):
            assert max(map(len, found.out.splitlines()), default=0) <= 80
        return found

    return run


def test_list_shows_how_far_each_experiment_is(experiments):
    found = experiments("list")
    assert found.code == 0
    depth, empty = (line.split() for line in found.out.splitlines()[1:])
    assert depth[:4] == ["depth", "23/24", "1", "ratio"]
    assert empty[:2] == ["empty", "0/0"]


def test_list_of_nothing_says_so(hybridq, tmp_path):
    url = f"sqlite:///{tmp_path}/none.db"
    found = hybridq("experiments", "list", "--storage", url)
    assert (found.code, list(tmp_path.iterdir())) == (2, [])
    assert "none.db does not exist" in found.err
    Store.open(url).close()
    found = hybridq("experiments", "list", "--storage", url)
    assert (found.code, found.out.split(" in ")[0]) == (0, "no experiments")


def test_show_tells_what_was_varied_and_what_failed(experiments):
    text = experiments("show", "depth").out
    assert "24: 23 done, 1 failed" in text
    assert "Deeper or not" in text
    assert "1, 2" in next(line for line in text.splitlines() if "ansatz.p" in line)
    assert "ValueError: too dark" in text


def test_show_of_a_trial_has_everything_of_it(experiments):
    text = experiments("show", "depth", 3).out
    assert "trial 3: done" in text
    for part in ("optimizer.kind", "spsa", "0.1, 0.2", "peak_memory", "250 MB", "here-1"):
        assert part in text


def test_show_of_a_failed_trial_has_its_traceback(experiments):
    text = experiments("show", "depth", 23).out
    assert "Traceback (most recent call last):\nValueError: too dark" in text


def test_show_of_a_trial_that_there_is_not(experiments):
    found = experiments("show", "depth", 99)
    assert (found.code, "no trial 99: choose from 0 to 23" in found.err) == (2, True)


def test_the_config_is_shown_to_be_run_again(experiments):
    assert yaml.safe_load(experiments("show", "depth", "--config").out) == CONFIG


def test_compare_says_which_is_better_and_how_sure_that_is(experiments):
    text = experiments("compare", "depth", "--by", "optimizer.kind").out
    assert "with cobyla; significantly better than the other (p < 0.05)" in text.replace("\n ", " ")
    assert "Paired on 6 instances" in text
    (spsa,) = (line.split() for line in text.splitlines() if line.startswith("  spsa"))
    assert spsa[1] == "11"
    assert spsa[-1] == "0.031"  # 2 / 2^6


def test_compare_filters_and_takes_another_reference(experiments):
    found = experiments(
        "compare", "depth", "--where", "ansatz.p=2", "--against", "spsa", "--by", "optimizer.kind"
    )
    assert "Difference and p-value: from spsa." in found.out
    (cobyla,) = (line.split() for line in found.out.splitlines() if line.startswith("  cobyla"))
    assert cobyla[1] == "6"


def test_the_footer_explains_the_columns_that_are_shown(experiments, monkeypatch):
    monkeypatch.setenv("COLUMNS", "64")
    text = experiments("compare", "depth", "--by", "ansatz.p,optimizer.kind").out
    assert "difference" in text.partition("No room for")[2]
    assert "Difference" not in text
    assert "P-value: from" in text


def test_compare_with_a_target_adds_the_time_to_solution(experiments):
    text = experiments("compare", "depth", "--by", "ansatz.p", "--target", "0.75").out
    assert "TTS 99 %" in text
    (first,) = (line.split() for line in text.splitlines() if line.startswith("  1"))
    assert "never" in first


def test_an_experiment_beside_itself_is_equal(experiments):
    assert experiments("compare", "depth", "depth", "--by", "ansatz.p").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing",), "unknown experiment"),
        (("depht",), "did you mean 'depth'"),
        (("empty",), "no trial is done yet"),
        (("depth", "--by", "ansatz.q"), "did you mean 'ansatz.p'"),
        (("depth", "--metric", "status"), "status is not numeric"),
        (("depth", "--where", "ansatz.p"), "must be KEY=VALUE"),
        (("depth", "--where", "ansatz.p=3"), "present values are 1, 2"),
        (("depth", "--against", "adam"), "must be the label of a group"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_remedy(experiments, arguments, message):
    found = experiments("compare", *arguments)
    assert (found.code, message in found.err) == (2, True)


def test_export_to_csv_and_latex(experiments, tmp_path):
    path = tmp_path / "trials.csv"
    assert experiments("export", "depth", "--out", path).out.startswith(str(path))
    with path.open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 24
    table = tmp_path / "table.tex"
    experiments("export", "depth", "--out", table, "--by", "optimizer.kind")
    assert r"\textbf" in table.read_text(encoding="utf-8")


def test_export_to_json_has_all(experiments, tmp_path):
    path = tmp_path / "all.json"
    experiments("export", "depth", "--out", path)
    assert json.loads(path.read_text(encoding="utf-8"))["config"] == CONFIG


def test_export_refuses_a_filter_where_it_writes_all(experiments, tmp_path):
    found = experiments("export", "depth", "--out", tmp_path / "x.csv", "--metric", "ratio")
    assert (found.code, ".tex" in found.err) == (2, True)


@pytest.mark.parametrize("kind", ["lines", "box", "differences", "convergence", "profile", "tts"])
def test_plot_writes_every_kind(experiments, tmp_path, kind):
    path = tmp_path / f"{kind}.svg"
    found = experiments("plot", "depth", "--kind", kind, "--out", path)
    assert found.code == 0, found.err
    assert "<svg" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "x.png", "--kind", "lins"), "did you mean 'lines'"),
        (("--out", "x.gif"), "not a picture format"),
        (("--out", "x.png", "--x", "ansatz.q"), "did you mean 'ansatz.p'"),
        (("--out", "x.png", "--kind", "tts", "--metric", "ratio", "--target", "2"), "--target"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_refused(
    experiments, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    found = experiments("plot", "depth", *arguments)
    assert (found.code, message in found.err) == (2, True)
    assert not list(Path().iterdir())


def test_report_is_one_page(experiments, tmp_path):
    path = tmp_path / "depth.html"
    assert experiments("report", "depth", "--out", path).code == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("<svg") == 6
    assert "ValueError: too dark" in text
    assert experiments("report", "depth", "--out", tmp_path / "x.pdf").code == 2


def test_a_report_before_anything_is_done_is_written(experiments, tmp_path):
    path = tmp_path / "empty.html"
    assert experiments("report", "empty", "--out", path, "--by", "ansatz.p").code == 0
    assert "No trial is done yet." in path.read_text(encoding="utf-8")


def test_a_report_of_some_trials_says_so_and_has_only_their_failures(experiments, tmp_path):
    path = tmp_path / "some.html"
    asked = ("--where", "ansatz.p=1", "--against", "spsa", "--target", "0.7")
    assert experiments("report", "depth", "--out", path, *asked).code == 0
    text = path.read_text(encoding="utf-8")
    assert "Only trials with ansatz.p=1." in text
    assert "12 of 12" in text
    assert "too dark" not in text
    assert "ratio ≥ 0.7" in text


def test_a_trial_that_ends_while_a_report_is_written_is_counted_once(
    experiments, tmp_path, monkeypatch
):
    read = Experiment.trials
    calls = []

    def trials(self, *arguments, **options):
        found = read(self, *arguments, **options)
        calls.append(found)
        if len(calls) > 1:
            return found
        return [replace(found[0], state=State.RUNNING, outcome=None), *found[1:]]

    monkeypatch.setattr(Experiment, "trials", trials)
    path = tmp_path / "depth.html"
    assert experiments("report", "depth", "--out", path).code == 0
    assert "22 of 24" in path.read_text(encoding="utf-8")


def test_latex_takes_another_reference(experiments, tmp_path):
    path = tmp_path / "x.tex"
    arguments = ("--by", "optimizer.kind", "--against", "spsa", "--out", path)
    assert experiments("export", "depth", *arguments).code == 0
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    # The reference has no p-value of its own.
    assert [row[-2] for row in rows if row[:1] == ["spsa"]] == ["--"]


def test_a_profile_counts_to_the_target(experiments, tmp_path):
    path = tmp_path / "profile.svg"
    arguments = ("--kind", "profile", "--target", "0.5", "--out", path)
    found = experiments("plot", "depth", *arguments)
    assert "no group reached ratio ≥ 0.5" in found.err  # these trials know no reference
    assert not path.exists()


def test_delete_asks_first(hybridq, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/runs.db"
    with Store.open(url) as store:
        store.create("gone", {}, [], metric="ratio", direction="maximize")
    refused = hybridq("experiments", "delete", "gone", "--storage", url)
    assert (refused.code, "gone: 0 trials" in refused.err) == (2, True)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda question: False)
    assert "not deleted" in hybridq("experiments", "delete", "gone", "--storage", url).out
    deleted = hybridq("experiments", "delete", "gone", "--yes", "--storage", url)
    assert deleted.out.startswith("deleted gone: 0 trials")
    assert "no experiments" in hybridq("experiments", "list", "--storage", url).out


@pytest.fixture
def mixed(tmp_path) -> str:
    """An experiment of two optimizers, only one of which has a memory, with and without shots."""
    url = f"sqlite:///{tmp_path}/mixed.db"
    planned = []
    for kind, options in (("l-bfgs", {"memory": 10}), ("spsa", {})):
        for shots in (None, 100):
            own = {
                **conditions(0, 1, kind),
                "optimizer": {"kind": kind, **options},
                "objective": {"kind": "expectation", **({"shots": shots} if shots else {})},
            }
            planned.append(Planned(own, own, {}))
    with Store.open(url) as store:
        experiment = store.create("mixed", {}, planned, metric="ratio", direction="maximize")
        experiment.enqueue(planned)
        while claimed := experiment.claim("here-1"):
            experiment.finish(claimed, outcome(0, 1, "spsa"))
    return url


def test_show_has_no_option_of_one_kind_as_none_of_another(hybridq, mixed):
    text = hybridq("experiments", "show", "mixed", "--storage", mixed).out
    told = {words[0]: " ".join(words[1:]) for line in text.splitlines() if (words := line.split())}
    assert told["optimizer.memory"] == "10 (l-bfgs)"
    assert told["objective.shots"] == "none, 100"


@pytest.mark.parametrize("none", ["none", "null", "None"])
def test_where_takes_what_a_trial_has_not(hybridq, mixed, none):
    arguments = ("--by", "optimizer.kind", "--where", f"objective.shots={none}")
    found = hybridq("experiments", "compare", "mixed", *arguments, "--storage", mixed)
    assert found.code == 0, found.err
    rows = [line.split()[:2] for line in found.out.splitlines() if line.startswith("  ")]
    assert rows[1:3] == [["l-bfgs", "1"], ["spsa", "1"]]


def test_a_pipe_is_as_wide_as_it_is_told(experiments, hybridq, storage, monkeypatch):
    arguments = ("compare", "depth", "--by", "ansatz.p,optimizer.kind", "--target", "0.7")
    narrow = experiments(*arguments).out
    assert "terminal" not in narrow
    assert "COLUMNS=160" in narrow
    monkeypatch.setenv("COLUMNS", "160")
    wide = hybridq("experiments", *arguments, "--storage", storage).out
    assert "No room" not in wide
    assert max(map(len, wide.splitlines())) > 80


def test_delete_takes_the_journals_along(hybridq, tmp_path):
    url = f"sqlite:///{tmp_path}/runs.db"
    with Store.open(url) as store:
        store.create("gone", {}, [], metric="ratio", direction="maximize")
    folder = tmp_path / "runs.db.journals" / "gone"
    folder.mkdir(parents=True)
    (folder / "x.jsonl").touch()
    assert hybridq("experiments", "delete", "gone", "--yes", "--storage", url).code == 0
    assert not folder.parent.exists()


def test_a_comparison_tells_of_trials_that_failed(experiments):
    assert "depth: 1 trial failed and is not in the means" in " ".join(
        experiments("compare", "depth").out.split()
    )
