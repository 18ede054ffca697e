"""Several processes on one storage at once, from its very creation."""

import json
import subprocess
import sys
import time
from pathlib import Path

from hybridq.experiments.records import State
from hybridq.experiments.store.store import Store
from tests.experiments.store_crowd import COUNT
from tests.experiments.store_samples import planned

_HERE = Path(__file__).parent
_LIMIT = 300.0  # seconds


def test_processes_share_the_trials_and_none_is_run_twice(storage, tmp_path):
    size = 3 if storage.startswith("postgresql") else 2
    crowd = [
        subprocess.Popen(
            [sys.executable, _HERE / "store_crowd.py", storage, str(number), str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(size)
    ]
    until = time.monotonic() + _LIMIT
    while len(list(tmp_path.glob("ready-*"))) < size:  # all have imported what they need
        assert time.monotonic() < until
        time.sleep(0.01)
    (tmp_path / "go").touch()
    told = []
    for one in crowd:
        output, errors = one.communicate(timeout=_LIMIT)
        assert one.returncode == 0, errors
        told.append(json.loads(output))
    done = [index for one in told for index in one["done"]]
    assert sorted(done) == list(range(COUNT))
    experiment = Store.open(storage).experiment("runs")
    trials = experiment.trials()
    assert len(trials) == COUNT
    assert all(trial.state is State.DONE for trial in trials)
    assert {trial.identity for trial in trials} == {trial.identity for trial in planned(COUNT)}
    assert all(
        trial.outcome.metrics["ratio"] == trial.conditions["index"] / 100 for trial in trials
    )
    if not storage.startswith("journal"):
        assert sum(one["added"] for one in told) == COUNT
