"""`hybridq run`, `hybridq worker` and `hybridq reproduce`."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hybridq.cli.live_table import LiveTable, duration, progress_line
from hybridq.cli.run_progress import RunProgress
from hybridq.experiments.problems import cache
from hybridq.experiments.records import Outcome as TrialOutcome
from hybridq.experiments.records import Planned, State
from hybridq.experiments.running.events import Began, Counted, Ended, Note
from hybridq.experiments.running.stop_request import StopRequest
from hybridq.experiments.trial import run as trial_module
from tests.cli.cli_samples import Outcome

Run = Callable[..., Outcome]

CONFIG = """\
name: depths
problem: {kind: ring, nodes: 6}
ansatz: {kind: qaoa, p: 1}
optimizer: {kind: cobyla}
budget: {evaluations: 10}
repeats: 2
sweep:
  ansatz.p: [1, 2]
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYBRIDQ_STORAGE", raising=False)
    path = tmp_path / "depths.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def p2_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_trial(conditions: Any, **_: Any) -> TrialOutcome:
        if conditions["ansatz"]["p"] == 2:
            raise ZeroDivisionError("an unlucky depth")
        return TrialOutcome({"ratio": 0.75})

    monkeypatch.setattr(trial_module, "run_trial", run_trial)


def test_a_run_in_a_pipe_is_plain_and_narrow(config: Path, hybridq: Run, tmp_path: Path) -> None:
    outcome = hybridq("run", config, "--jobs", 1)
    assert outcome.code == 0
    assert "depths: 4 of 4 trials done" in outcome.out
    assert re.search(r"^  1 +2 +0\.\d+", outcome.out, re.MULTILINE)
    assert "hybridq experiments compare depths" in outcome.out
    assert outcome.err.startswith("depths: 4 trials, 1 at a time, to sqlite:///hybridq.db")
    for line in (outcome.out + outcome.err).splitlines():
        assert len(line) <= 80
        assert line.isprintable()
    assert (tmp_path / "hybridq.db").exists()


def test_the_summary_and_a_comparison_show_the_same_numbers(config: Path, hybridq: Run) -> None:
    sets = ("--set", "problem={kind: erdos-renyi, nodes: 6, instances: 3}")
    summary = hybridq("run", config, "--jobs", 1, *sets).out
    comparison = hybridq("experiments", "compare", "depths").out
    for p in "12":
        (told,) = (line.split() for line in summary.splitlines() if line.startswith(f"  {p} "))
        (same,) = (line.split() for line in comparison.splitlines() if line.startswith(f"  {p} "))
        assert told == same[: len(told)]
        assert len(told) == 6  # p, trials, mean, low "to" high


def test_a_second_run_finds_all_done(config: Path, hybridq: Run) -> None:
    hybridq("run", config, "--jobs", 1)
    again = hybridq("run", config)
    assert again.code == 0
    assert "4 of 4 trials done: no trials left to run, results are in" in again.out
    assert again.err == ""
    quiet = hybridq("run", config, "--quiet").out
    assert quiet.endswith("no trials left to run, results are in sqlite:///hybridq.db\n")
    assert quiet.count("\n") == 1


@pytest.mark.parametrize(
    "problem",
    [
        "{kind: ring, nodes: 40}",
        "{kind: erdos-renyi, nodes: 12, probability: 0.001}",
    ],
)
def test_what_can_never_run_is_refused_before_anything_is_stored(
    problem: str, config: Path, hybridq: Run, tmp_path: Path
) -> None:
    changes = ("--set", f"problem={problem}", "--set", "engine=diagonal")
    outcome = hybridq("run", config, *changes)
    assert outcome.code == 2
    assert "give at" in outcome.err
    assert hybridq("config", "check", config, *changes).err == outcome.err
    assert not (tmp_path / "hybridq.db").exists()


def test_a_number_that_was_tried_again_leads_to_the_latest_attempt(
    config: Path, hybridq: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = {"now": True}
    run_trial = trial_module.run_trial

    def unlucky(conditions: Any, **options: Any) -> TrialOutcome:
        if fails["now"]:
            raise ZeroDivisionError("an unlucky day")
        return run_trial(conditions, **options)

    monkeypatch.setattr(trial_module, "run_trial", unlucky)
    hybridq("run", config, "--jobs", 1, "--set", "retries=0")
    not_done = hybridq("reproduce", "depths", 0)
    assert not_done.code == 2
    assert "trial 0 of 'depths' is failed and has no outcome" in not_done.err
    fails["now"] = False
    hybridq("run", config, "--jobs", 1, "--set", "retries=0", "--retry-failed")

    again = hybridq("reproduce", "depths", 0)
    assert again.code == 0
    assert again.out.startswith("Trial 0 failed and was retried as trial 4.\n")
    assert "Trial 4 of depths is identical, bit for bit." in again.out
    first = hybridq("experiments", "show", "depths", 0).out
    assert re.search(r"Attempt +1; retried, the latest attempt is trial 4 \(done\)", first)
    assert "an unlucky day" in first
    latest = hybridq("experiments", "show", "depths", 4).out
    assert re.search(r"Attempt +2, after trial 0 \(failed\)\n", latest)


def test_failed_trials_are_told_and_may_be_tried_again(
    config: Path, hybridq: Run, p2_fails: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = hybridq("run", config, "--jobs", 1)
    assert outcome.code == 1
    assert "2 of 4 trials done" in outcome.out
    assert "2 failed" in outcome.out
    assert re.search(r"2 trials, such as \d: ZeroDivisionError: an unlucky depth\n", outcome.out)
    assert "--retry-failed" in outcome.out
    assert "trial 1 failed" in outcome.err or "trial 2 failed" in outcome.err
    monkeypatch.undo()
    monkeypatch.chdir(config.parent)
    assert hybridq("run", config, "--jobs", 1).code == 1
    assert hybridq("run", config, "--jobs", 1, "--retry-failed").code == 0


def test_a_name_with_blanks_is_quoted_wherever_a_command_is_told(
    config: Path, hybridq: Run, p2_fails: None
) -> None:
    name = "depths of a ring"
    ran = hybridq("run", config, "--jobs", 1, "--name", name).out
    assert f"hybridq experiments compare '{name}'" in ran
    for screen in (ran, hybridq("experiments", "show", name).out):
        assert "Failed: 2 trials\n" in screen
        (command,) = re.findall(r"Traceback +hybridq (experiments show .*)", screen)
        assert "ZeroDivisionError" in hybridq(*shlex.split(command)).out


def test_quiet_is_one_line(config: Path, hybridq: Run) -> None:
    outcome = hybridq("run", config, "--jobs", 1, "--quiet")
    assert outcome.out.count("\n") == 1
    assert outcome.err == ""


def test_a_dry_run_stores_nothing(config: Path, hybridq: Run, tmp_path: Path) -> None:
    outcome = hybridq("run", config, "--dry-run", "--name", "other", "--set", "repeats=10")
    assert outcome.out == "other: 20 trials, to sqlite:///hybridq.db\n"
    assert not (tmp_path / "hybridq.db").exists()


def test_another_config_of_the_same_name_is_refused_with_the_difference(
    config: Path, hybridq: Run
) -> None:
    hybridq("run", config, "--jobs", 1)
    other = hybridq("run", config, "--jobs", 1, "--set", "repeats=3")
    assert other.code == 2
    assert "repeats is 2 there and 3 here" in other.err
    extended = hybridq("run", config, "--jobs", 1, "--set", "repeats=3", "--extend")
    assert extended.code == 0
    assert "6 of 6 trials done" in extended.out


def test_ctrl_c_again_as_the_last_trial_ends_is_no_failure(
    config: Path, hybridq: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, stop: StopRequest, **__: object) -> None:
        stop.request_finish()

    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hybridq.experiments.running.runner.carry_out", stopped)
    monkeypatch.setattr("hybridq.cli.run_summary.show_summary", pressed)
    outcome = hybridq("run", config)
    assert outcome.code == 130
    assert "interrupted" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "absent.yaml"], "absent.yaml"),
        (["run", "depths.yaml", "--set", "repeats=0"], "repeats"),
        (["run", "depths.yaml", "--jobs", "0"], "--jobs must be an integer >= 1, got '0'"),
        (["run", "depths.yaml", "--storage", "sqlite:////no/such/folder/x.db"], "does not exist"),
        (["worker"], "--experiment"),
        (["worker", "--experiment", "depth"], "the storage hybridq.db does not exist"),
        (["worker", "--experiment", "x", "--version-policy", "wran"], "did you mean 'warn'"),
        (
            ["worker", "--experiment", "x", "--wait", "long"],
            "a number of seconds >= 0, got 'long'",
        ),
        (
            ["worker", "--experiment", "x", "--wait", "-1"],
            "a number of seconds >= 0, got '-1'",
        ),
        (
            ["experiments", "compare", "x", "--target", "high"],
            "must be a number such as 0.95, got 'high'",
        ),
        (["compare", "depths"], "did you mean 'hybridq experiments compare'?"),
        (["show"], "did you mean 'hybridq angles show' or 'hybridq experiments show'"),
        (["reproduce", "depths"], "number of the trial is missing"),
        (["reproduce", "depths", "0"], "the storage hybridq.db does not exist"),
    ],
)
def test_bad_input_is_refused(arguments: list[str], said: str, config: Path, hybridq: Run) -> None:
    outcome = hybridq(*arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_worker_runs_what_is_stored(config: Path, hybridq: Run, p2_fails: None) -> None:
    from hybridq.experiments.config.config import load_config
    from hybridq.experiments.running.runner import prepare
    from hybridq.experiments.store.store import Store

    with Store.open() as store:
        prepare(load_config(config), store)
    outcome = hybridq("worker", "--experiment", "depths", "--jobs", 1)
    assert outcome.code == 1
    assert "4 of 4 trials waiting, 1 at a time" in outcome.out
    assert outcome.out.rstrip().endswith("2 trials done here, 2 failed")
    assert re.search(r"2 trials, such as \d: ZeroDivisionError: an unlucky depth", outcome.out)
    assert re.search(r"traceback: hybridq experiments show depths \d\n", outcome.out)
    assert hybridq("worker", "--experiment", "depths").code == 0


def test_a_worker_counts_at_the_end_once(
    config: Path, hybridq: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hybridq.experiments.config.config import load_config
    from hybridq.experiments.running.runner import prepare
    from hybridq.experiments.store.store import Store

    monkeypatch.setattr("hybridq.cli.worker._LINE_SECONDS", 0.0)  # a line after every trial
    with Store.open() as store:
        prepare(load_config(config), store)
    lines = hybridq("worker", "--experiment", "depths", "--jobs", 1).out.splitlines()
    told = [line.split("  ", 1)[1] for line in lines if "done here" in line]
    assert told == [f"{k} trial{'s' * (k > 1)} done here" for k in range(1, 5)]


def test_a_worker_of_another_version_warns_or_refuses(
    config: Path, hybridq: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    hybridq("run", config, "--jobs", 1)
    monkeypatch.setattr("hybridq.experiments.running.versions.__version__", "99.0")
    worker = ("worker", "--experiment", "depths", "--version-policy")
    assert "this is 99.0" in hybridq(*worker, "warn").out
    assert "99.0" not in hybridq(*worker, "ignore").out
    refused = hybridq(*worker, "refuse")
    assert refused.code == 2
    assert "this is 99.0" in refused.err
    assert "this is 99.0" in hybridq("run", config).err


def test_reproduce_says_whether_a_trial_is_identical(config: Path, hybridq: Run) -> None:
    hybridq("run", config, "--jobs", 1)
    outcome = hybridq("reproduce", "depths", 3)
    assert outcome.code == 0
    assert "Trial 3 of depths is identical, bit for bit." in outcome.out
    assert hybridq("reproduce", "depths/3", "--quiet").out.count("\n") == 1


@pytest.mark.parametrize(("presses", "done"), [(1, 1), (2, 0)])
def test_ctrl_c_finishes_and_twice_abandons(
    presses: int, done: int, config: Path, hybridq: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    def interrupted(conditions: Any, **_: Any) -> TrialOutcome:
        for _ in range(presses):
            press()
        return TrialOutcome({"ratio": 0.75})

    monkeypatch.setattr(trial_module, "run_trial", interrupted)
    outcome = hybridq("run", config, "--jobs", 1)
    assert outcome.code == 130
    assert f"{done} of 4 trials done" in outcome.out
    assert "runs the remaining trials" in outcome.out


def test_ctrl_c_at_a_terminal_ends_a_run_of_two_processes(config: Path) -> None:
    command = [sys.executable, "-m", "hybridq", "run", config, "--jobs", "2"]
    command += ["--set", "repeats=1000"]
    runner = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert runner.stderr is not None
    assert "2 at a time" in runner.stderr.readline()
    runner.send_signal(signal.SIGINT)
    out, err = runner.communicate(timeout=300)
    assert runner.returncode == 130, err
    assert "finishing the running trials" in err
    assert "Stopped early" in out


# --- what is shown on the way ---


def planned(p: int, repeat: int) -> Planned:
    return Planned({}, {"p": p, "repeat": repeat}, {"ansatz.p": p, "repeat": repeat})


@pytest.fixture
def progress() -> RunProgress:
    """Two depths with two repeats; three trials are through, one of them failed."""
    made = RunProgress("ratio", maximize=True)
    trials = [planned(p, repeat) for p in (1, 2) for repeat in (0, 1)]
    made.expect(trials)
    for number, (trial, value) in enumerate(zip(trials, (0.7, 0.8, 0.9, None), strict=True)):
        made.take(Began("w", number, number, trial.identity))
        if value is not None:
            made.take(Ended("w", number, trial.identity, State.DONE, value=value))
    made.take(Ended("w", 3, trials[3].identity, State.FAILED, error="ValueError: no"))
    return made


def test_the_standing_counts_by_the_leading_condition(progress: RunProgress) -> None:
    assert progress.leading == "ansatz.p"
    one, two = progress.groups["1"], progress.groups["2"]
    assert (one.done, one.total, one.failed, one.best) == (2, 2, 0, 0.8)
    assert one.mean == pytest.approx(0.75)
    assert (two.done, two.total, two.failed, two.best) == (1, 2, 1, 0.9)
    assert progress.best == 0.9
    assert (progress.done, progress.failed, progress.total) == (3, 1, 4)


def test_a_trial_counts_once_and_an_attempt_that_is_tried_again_not_at_all() -> None:
    progress = RunProgress("ratio", maximize=True)
    trial = planned(1, 0)
    progress.expect([trial])
    progress.take(Ended("w", 0, trial.identity, State.FAILED, error="x", again=True))
    assert progress.failed == 0
    for worker in ("w", "v"):
        progress.take(Ended(worker, 0, trial.identity, State.DONE, value=0.5))
    assert progress.done == 1
    progress.take(Counted(waiting=0, running=3, done=7, failed=0))
    assert (progress.done, progress.running) == (7, 3)
    other = planned(1, 1)
    progress.expect([other])
    progress.take(Ended("w", 1, other.identity, State.DONE))  # it was among those counted
    assert progress.done == 7


def test_the_line_has_all_that_matters(progress: RunProgress) -> None:
    line = progress_line(progress)
    assert line.startswith("3/4 done, 1 failed, best ratio 0.9000, ")
    assert len(line) <= 80


def test_the_table_on_a_terminal_fits_and_shows_notes(progress: RunProgress) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=60, color_system=None)
    watch = LiveTable("depths", progress, quiet=False, console=console)
    progress.take(Note("a worker died over trial 3 (killed by SIGKILL); it is taken up again"))
    console.print(watch.table())
    text = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert re.search(r"ansatz\.p +done +failed +mean ratio +best ratio", text)
    assert re.search(r"2 +1/2 +1 +0\.9000 +0\.9000", text)
    assert "a worker died" in text
    assert max(map(len, text.splitlines())) <= 60


def test_the_same_failure_is_not_told_a_hundred_times(
    progress: RunProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    with LiveTable("depths", progress, quiet=False) as watch:
        for number in range(100):
            watch.event(Ended("w", number, str(number), State.FAILED, error="ValueError: no"))
    assert len(capsys.readouterr().err.splitlines()) <= 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "< 1 s"), (59.6, "60 s"), (600, "10 min"), (9000, "2 h 30 min"), (2e5, "2 d 7 h")],
)
def test_durations_have_two_parts_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_instances_too_large_for_the_storage_are_found_by_their_folder(
    hybridq, tmp_path, monkeypatch
):
    monkeypatch.setattr("hybridq.experiments.store.store.LARGEST", 10)
    there = tmp_path / "there"
    (there / "graphs").mkdir(parents=True)
    (there / "graphs" / "path.json").write_text('{"edges": [[0, 1], [1, 2]]}', encoding="utf-8")
    text = "name: large\nproblem: {kind: maxcut, path: graphs/path.json}\nansatz: {p: 1}\n"
    (there / "large.yaml").write_text(text, encoding="utf-8")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert hybridq("run", there / "large.yaml", "--jobs", 1).code == 0
    cache._built.clear()
    lost = hybridq("reproduce", "large", 0)
    assert lost.code == 2
    assert "--base" in lost.err
    assert hybridq("reproduce", "large", 0, "--base", there).code == 0
    nowhere = hybridq("reproduce", "large", 0, "--base", here / "nowhere")
    assert nowhere.code == 2
    assert "must be an existing folder" in nowhere.err


def test_a_job_array_of_workers_runs_the_stored_trials(
    config: Path, hybridq: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"journal:///{tmp_path}/runs.log"
    outcome = hybridq("run", str(config), "--print-sbatch", "--jobs", "3", "--storage", url)
    assert outcome.code == 0
    assert "#SBATCH --array=1-3\n" in outcome.out
    assert url not in outcome.out  # it might hold a password
    subprocess.run(["bash", "-n"], input=outcome.out, text=True, check=True)
    (command,) = re.findall(r"^exec srun hybridq (.*)$", outcome.out, re.MULTILINE)
    command = command.replace('"$SLURM_CPUS_PER_TASK"', "1").replace("--wait 60", "--wait 0")
    monkeypatch.setenv("HYBRIDQ_STORAGE", url)
    assert hybridq(*shlex.split(command)).code == 0
    assert "4/4" in hybridq("experiments", "list", "--storage", url).out
    monkeypatch.delenv("HYBRIDQ_STORAGE")
    refused = hybridq("run", str(config), "--print-sbatch", "--jobs", "3")
    assert (refused.code, "not for several machines" in refused.err) == (2, True)


def test_trials_run_on_a_named_executor(config: Path, hybridq: Run) -> None:
    assert "4 of 4 trials done" in hybridq("run", str(config), "--executor", "serial").out
    unknown = hybridq("run", str(config), "--executor", "dsk://host:1")
    assert (unknown.code, "did you mean 'dask'" in unknown.err) == (2, True)
