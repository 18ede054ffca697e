"""Workers and runners killed at random moments: nothing is lost, nothing is recorded twice.

The long form, with a hundred kills, a server that restarts and a full disk, is
`experiments/chaos`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hybridq.cli import main
from hybridq.core.processes import born
from hybridq.experiments.records import State, StoredTrial
from hybridq.experiments.running.runner import prepare
from hybridq.experiments.running.worker import Terms, work
from hybridq.experiments.store.store import Experiment, Store
from tests.experiments.run_samples import each_done_once, small, stored_figures, undisturbed

KILLS = 8
# 48 trials of some milliseconds.
CONFIG = ("repeats=8", "problem.instances=3", "output={arrays: [values]}")
LONGEST_LIFE = 0.25  # seconds of a worker


def begin_worker(url: str) -> int:
    """A worker in a process of its own, without the time that a new interpreter takes."""
    process = os.fork()
    if process == 0:
        try:
            work(Terms(url, "small", threads=1, base=str(Path.cwd())))
        finally:
            os._exit(0)
    return process


@pytest.fixture(params=["sqlite:///{}/runs.db", "journal:///{}/runs.log"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    return request.param.format(tmp_path)


def test_workers_killed_at_random_moments_lose_nothing_and_repeat_nothing(url: str) -> None:
    config = small(*CONFIG)
    expected = undisturbed(config)
    with Store.open(url) as store:
        prepare(config, store)
    dice = random.Random(20)
    workers = [begin_worker(url), begin_worker(url)]
    for _ in range(KILLS):
        time.sleep(dice.uniform(0, LONGEST_LIFE))
        victim = workers.pop(dice.randrange(len(workers)))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        workers.append(begin_worker(url))
    for process in workers:
        os.waitpid(process, 0)
    # What the last one killed had in its hands, were it only for a moment, is waited for.
    work(Terms(url, "small", threads=1, for_others=True))
    experiment = Store.open(url).experiment("small")
    assert stored_figures(experiment.trials()) == expected
    assert each_done_once(experiment)
    assert experiment.counts()[State.DONE] == len(expected)
    for trial in experiment.trials():
        assert trial.outcome is not None
        assert len(experiment.arrays(trial)["values"]) == trial.outcome.metrics["evaluations"]


def test_a_run_goes_on_after_a_worker_and_then_its_runner_were_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = small(*CONFIG)
    file = tmp_path / "small.yaml"
    file.write_text(config.text, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/runs.db"
    arguments = ["run", str(file), "--storage", url]
    for override in CONFIG:
        arguments += ["--set", override]
    command = [sys.executable, "-m", "hybridq", *arguments, "--jobs", "2"]
    runner = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    experiment = wait_for_trials(url)
    workers = {process_of(trial) for trial in experiment.trials() if trial.worker}
    births = {process: born(process) for process in workers}
    os.kill(workers.pop(), signal.SIGKILL)
    time.sleep(0.05)
    runner.kill()
    runner.wait()
    assert main([*arguments, "--jobs", "1"]) == 0
    assert "48 of 48 trials done" in capsys.readouterr().out
    assert stored_figures(experiment.trials()) == undisturbed(config)
    assert each_done_once(experiment)
    wait_for_the_end(births)  # workers end with their runner


def wait_for_trials(url: str) -> Experiment:
    """The experiment, as soon as the first of its trials is done."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with Store.open(url) as store:
            if "small" in store.names():
                experiment = store.experiment("small")
                if experiment.counts()[State.DONE]:
                    return experiment
        time.sleep(0.05)
    raise AssertionError("no trial was done within five minutes")


def process_of(trial: StoredTrial) -> int:
    """Of the worker that ran the trial; its number stands in its name."""
    assert trial.worker is not None
    return int(trial.worker.rsplit("-", 2)[1])


def wait_for_the_end(births: Mapping[int, int | None]) -> None:
    """Return when the processes of these numbers and births have ended, reaped or not."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if all(birth is None or born(process) != birth for process, birth in births.items()):
            return
        time.sleep(0.05)
    raise AssertionError("a worker outlives its runner by two minutes")
