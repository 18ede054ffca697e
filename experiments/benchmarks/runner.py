"""Cost of the runner without its trials: `python -m experiments.benchmarks.runner [TRIALS]`.

1. Trials of 12-node p = 1 graphs with one process, on SQLite and on a journal file: milliseconds a
   trial beside `run_trial`, and beside the search itself.
2. The commands that look at all of these trials, each in a process of its own: seconds.
3. Trials of about half a second by `hybridq run`, with one process and with two.
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
from hybridq.experiments.config.config import parse_config, plan
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
engine: {threads: 1}
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


def long_trials(folder: Path, jobs: int) -> dict[str, float]:
    """Seconds of `hybridq run` with so many jobs: the command, all trials, one on average."""
    file, url = folder / "long.yaml", f"sqlite:///{folder}/long-{jobs}.db"
    file.write_text(LONG, encoding="utf-8")
    command = [sys.executable, "-m", "hybridq", "run", str(file), "--storage", url]
    began = perf_counter()
    subprocess.run([*command, "--jobs", str(jobs)], check=True, capture_output=True)
    seconds = perf_counter() - began
    with Store.open(url) as store:
        trials = store.experiment("long").trials()
    first = min(trial.started or 0.0 for trial in trials)
    last = max(trial.finished or 0.0 for trial in trials)
    each = sum(trial.outcome.metrics["seconds"] for trial in trials if trial.outcome)
    found = {"command": seconds, "trials": last - first, "a trial": each / len(trials)}
    print(f"  {jobs} jobs:", {name: round(value, 3) for name, value in found.items()})
    return found


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
    if count < 200 or count % 200:
        sys.exit(f"{count} trials: give a multiple of 200, two starts on 100 graphs")
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
        one, two = (long_trials(Path(name), jobs) for jobs in (1, 2))
    bare = bare_trials(1) / bare_trials(2)
    ratios = {what: one[what] / two[what] for what in ("command", "trials")}
    found["two processes"] = {"one": one, "two": two, "ratios": ratios, "bare ratio": bare}
    print(
        f"trials of {1e3 * one['a trial']:.0f} ms: two processes {ratios['trials']:.2f} times as "
        f"fast as one from the first trial to the last, {ratios['command']:.2f} times with the "
        f"start of the command; without a store {bare:.2f} times"
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "runner.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
