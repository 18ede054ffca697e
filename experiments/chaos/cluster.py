"""Kill workers of a Dask cluster during an experiment; every trial must be done once.

``python -m experiments.chaos.cluster 10000 2`` runs as many trials on a local cluster of two
processes, kills one of them with SIGKILL twice, and compares all figures with a run in this
process.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter

from distributed import LocalCluster

from hybridq.experiments.config.config import ExperimentConfig, parse_config
from hybridq.experiments.running.events import Ended, Event
from hybridq.experiments.running.runner import run
from hybridq.experiments.store.store import Experiment, Store

TEXT = """
name: {name}
problem: {{kind: random-regular, nodes: 6, degree: 3, instances: {instances}}}
ansatz: {{kind: qaoa, p: 1}}
engine: {{kind: diagonal, kernels: numpy}}
optimizer: {{kind: cobyla}}
budget: {{evaluations: 5}}
repeats: {repeats}
"""
REPEATS = 10


def config(name: str, trials: int) -> ExperimentConfig:
    return parse_config(TEXT.format(name=name, instances=trials // REPEATS, repeats=REPEATS))


def figures(experiment: Experiment) -> dict[str, object]:
    """Return what each trial found, by identity, without times and places."""
    found = {}
    for trial in experiment.trials(attempts=True):
        assert trial.outcome is not None, trial
        assert trial.identity not in found, "a trial was done twice"
        metrics = trial.outcome.metrics.items()
        found[trial.identity] = (
            {name: value for name, value in metrics if "seconds" not in name},
            trial.outcome.parameters,
            trial.outcome.convergence,
        )
    return found


def main(trials: int, kills: int) -> None:
    moments = sorted(random.sample(range(trials // 10, trials - trials // 10), kills))
    ended: Counter[int] = Counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{folder}/runs.db") as store,
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
    ):

        def count(event: Event) -> None:
            if not isinstance(event, Ended):
                return
            ended[event.number] += 1
            if moments and ended.total() >= moments[0]:
                moments.pop(0)
                worker = random.choice(list(cluster.workers.values()))
                os.kill(worker.process.pid, signal.SIGKILL)
                print(f"killed a worker after {ended.total():,} trials", flush=True)

        began = time.perf_counter()
        address = f"dask://{cluster.scheduler_address}"
        there = run(config("there", trials), store, executor=address, on_event=count)
        taken = time.perf_counter() - began
        assert not moments
        assert set(ended.values()) == {1}
        here = run(config("here", trials), store, executor="serial")
        assert figures(there) == figures(here)
        print(f"{trials:,} trials in {taken:.0f} s on Dask, each done once, figures equal")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
