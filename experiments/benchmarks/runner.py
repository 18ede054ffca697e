"""What the runner costs beside the trials: `python -m experiments.benchmarks.runner [TRIALS]`.

1. Trials of 12-node p = 1 graphs with one process, on SQLite and on a journal file: milliseconds a
   trial beside `run_trial`, and beside the search itself.
2. The commands that look at all of these trials, each in a process of its own: seconds.
3. Trials of about half a second, with one process and with two.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from experiments.benchmarks.conditions import machine
from hybridq.experiments.config.config import ExperimentConfig, parse_config, plan
from hybridq.experiments.records import Outcome, State
from hybridq.experiments.running.runner import carry_out, prepare, terms_of
from hybridq.experiments.store.store import Store
from hybridq.experiments.trial import run as trial_module

RESULTS = Path(__file__).parent / "results"

SHORT = """
name: short
problem: {kind: random-regular, nodes: 12, degree: 3, instances: 100}
ansatz: {kind: qaoa, p: 1}
seed: 1
sweep: {strategy.initial: [ramp, random]}
"""
LOOKS = {
    "list": ["list"],
    "show": ["show", "short"],
    "compare": ["compare", "short", "--by", "strategy.initial"],
    "export": ["export", "short", "--out", "short.csv"],
    "report": ["report", "short", "--out", "short.html"],
}
LONG = """
name: long
problem: {kind: random-regular, nodes: 16, degree: 3, instances: 5}
ansatz: {kind: qaoa, p: 4}
optimizer: {kind: spsa}
budget: {evaluations: 800}
repeats: 16
seed: 1
"""


def short_trials(url: str, count: int) -> dict[str, float]:
    """Milliseconds a trial: all, within `run_trial`, within its search."""
    config = parse_config(SHORT, overrides=[f"repeats={count // 200}"])
    run_trial, spent = trial_module.run_trial, [0.0, 0.0]

    def timed(*arguments: Any, **options: Any) -> Outcome:
        began = perf_counter()
        outcome = run_trial(*arguments, **options)
        spent[0] += perf_counter() - began
        spent[1] += outcome.metrics["seconds"]
        return outcome

    with Store.open(url) as store:
        began = perf_counter()
        ready = prepare(config, store)
        enqueued = perf_counter()
        trial_module.run_trial = timed
        try:
            carry_out(ready.experiment, replace(terms_of(config, store), threads=1), 1)
        finally:
            trial_module.run_trial = run_trial
        ended = perf_counter()
        assert ready.experiment.counts()[State.DONE] == count
    parts = {
        "enqueue": enqueued - began,
        "whole": ended - began,
        "run_trial": spent[0],
        "search": spent[1],
        "beside run_trial": ended - began - spent[0],
        "beside the search": ended - began - spent[1],
    }
    return {name: 1e3 * value / count for name, value in parts.items()}


def looks(url: str) -> dict[str, float]:
    """Seconds of each command of `hybridq experiments` on the short trials."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in LOOKS.items():
            command = [sys.executable, "-m", "hybridq", "experiments", *arguments, "--storage", url]
            began = perf_counter()
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
            found[name] = perf_counter() - began
    return found


def long_trials(url: str, jobs: int) -> tuple[float, float]:
    """Seconds for all trials from the first start of a process, and of one trial on average."""
    config: ExperimentConfig = parse_config(LONG)
    with Store.open(url) as store:
        experiment = prepare(config, store).experiment
        terms = replace(terms_of(config, store), threads=1)
        began = perf_counter()
        carry_out(experiment, terms, jobs)
        seconds = perf_counter() - began
        trials = experiment.trials()
    first = min(trial.started or 0.0 for trial in trials)
    last = max(trial.finished or 0.0 for trial in trials)
    single = sum(trial.outcome.metrics["seconds_total"] for trial in trials if trial.outcome)
    print(f"  {jobs} jobs: {seconds:.2f} s, {last - first:.2f} s from the first trial on")
    return last - first, single / len(trials)


def bare_trials(jobs: int) -> float:
    """Seconds for the same trials in bare processes without a store: what the machine allows."""
    conditions = [one.conditions for one in plan(parse_config(LONG))]
    context = get_context("spawn")
    with context.Pool(jobs) as pool:
        pool.map(_bare_trial, conditions[:1] * jobs * 2, chunksize=1)  # compiled, warm
        began = perf_counter()
        pool.map(_bare_trial, conditions, chunksize=1)
        return perf_counter() - began


def _bare_trial(conditions: dict[str, Any]) -> None:
    trial_module.run_trial(conditions, threads=1)


def main() -> None:
    """Measure, print, and write `results/runner.json`."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    found: dict[str, Any] = {
        "machine": machine("python -m experiments.benchmarks.runner"),
        "trials": count,
    }
    with tempfile.TemporaryDirectory() as name:
        urls = {
            "SQLite": f"sqlite:///{name}/{{}}.db",
            "journal file": f"journal:///{name}/{{}}.log",
        }
        short_trials(urls["SQLite"].format("warm"), 200)
        for kind, url in urls.items():
            found[kind] = short_trials(url.format("short"), count)
            print(f"{kind}, ms a trial:", {k: round(v, 2) for k, v in found[kind].items()})
            found[f"{kind}, commands"] = looks(url.format("short"))
            told = {k: round(v, 2) for k, v in found[f"{kind}, commands"].items()}
            print(f"{kind}, seconds of a command:", told)
        one, single = long_trials(urls["SQLite"].format("one"), 1)
        two, _ = long_trials(urls["SQLite"].format("two"), 2)
    bare = bare_trials(1) / bare_trials(2)
    found["two processes"] = {
        "one": one, "two": two, "ratio": one / two, "bare ratio": bare, "trial": single,
    }  # fmt: skip
    print(
        f"trials of {1e3 * single:.0f} ms: two processes {one / two:.2f} times as fast as one; "
        f"without a store {bare:.2f} times"
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "runner.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
