"""Cost of storing a trial, by storage, against plain Optuna: writes results/store.md.

python experiments/benchmarks/store.py [STORAGE ...]    # two minutes

Storages by URL; by default SQLite, a journal file and, where its programs are installed, a private
PostgreSQL server.

A trial is added, claimed and finished with 9 metrics, 2 parameters and 40 points of convergence.
Plain Optuna is `enqueue_trial`, `ask`, an attribute for each metric, and `tell`, on the storage as
Optuna opens it.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import optuna
from conditions import machine

from hybridq.experiments.records import Outcome, Planned, State
from hybridq.experiments.store.store import Store
from hybridq.storage.database import without_password

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.experiments.private_postgresql import PrivatePostgresql, server_programs

MANY = 10_000
RUN = 500
BLOCK = 64
METRICS = {
    "ratio": 0.9,
    "expectation": -14.4,
    "best_cut": 16.0,
    "best_probability": 0.2,
    "evaluations": 120,
    "circuit_runs": 480,
    "seconds": 0.013,
    "status": "converged",
    "shots_used": 0,
}
OUTCOME = Outcome(
    metrics=METRICS,
    parameters=[0.4, -0.6],
    convergence=[(count, -0.36 * count) for count in range(40)],
    provenance={"hybridq": "0", "commit": "0" * 40, "host": "here", "peak_memory": 2**28},
)
RESULTS = Path(__file__).parent / "results" / "store.md"


def planned() -> list[Planned]:
    """Ten thousand graphs of twelve nodes, p = 1 … 3."""
    trials = []
    for index in range(MANY):
        conditions = {
            "problem": {"kind": "random-regular", "nodes": 12, "degree": 3, "instance": index},
            "ansatz": {"kind": "qaoa", "p": 1 + index % 3},
            "objective": {"kind": "expectation"},
            "optimizer": {"kind": "l-bfgs"},
            "shots": 1024,
            "seed": 7919 * index,
        }
        swept = {"problem.instance": index, "ansatz.p": 1 + index % 3}
        trials.append(Planned(conditions, conditions, swept))
    return trials


def ours(url: str, trials: list[Planned]) -> dict[str, float]:
    """Milliseconds a trial for each step, and seconds for all of them."""
    store = Store.open(url)
    experiment = store.create("bench", {}, trials, metric="ratio", direction="maximize")
    began = perf_counter()
    experiment.enqueue(trials)
    add = (perf_counter() - began) / MANY
    experiment.beat("me")
    claim = finish = 0.0
    for _ in range(RUN):
        began = perf_counter()
        claimed = experiment.claim("me")
        claim += perf_counter() - began
        assert claimed is not None
        began = perf_counter()
        experiment.finish(claimed, OUTCOME)
        finish += perf_counter() - began
    began = perf_counter()
    for _ in range(RUN // BLOCK):
        experiment.finish_block([(one, OUTCOME) for one in experiment.claim_block("me", BLOCK)])
    block = perf_counter() - began
    began = perf_counter()
    counts = experiment.counts()
    count = perf_counter() - began
    assert counts[State.DONE] == RUN + RUN // BLOCK * BLOCK
    began = perf_counter()
    assert len(experiment.trials()) == MANY
    read = perf_counter() - began
    began = perf_counter()
    store.delete("bench")
    delete = perf_counter() - began
    store.close()
    return {
        "add": 1e3 * add,
        "claim": 1e3 * claim / RUN,
        "finish": 1e3 * finish / RUN,
        "block": 1e3 * block / (RUN // BLOCK * BLOCK),
        "count": count,
        "read": read,
        "delete": delete,
    }


def plain(url: str) -> float:
    """Milliseconds a trial of Optuna by itself."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    kind, _, path = url.partition(":///")
    storage: object = url
    if kind == "journal":
        backend = optuna.storages.journal.JournalFileBackend(path)
        storage = optuna.storages.JournalStorage(backend)
    study = optuna.create_study(storage=storage, study_name="plain", direction="maximize")
    count = RUN // 5
    began = perf_counter()
    for index in range(count):
        study.enqueue_trial({"p": index % 3})
        trial = study.ask({"p": optuna.distributions.IntDistribution(0, 2)})
        for name, value in METRICS.items():
            trial.set_user_attr(name, value)
        study.tell(trial, 0.9)
    return 1e3 * (perf_counter() - began) / count


def table(urls: list[str]) -> str:
    """Markdown with a row for each storage."""
    trials = planned()
    lines = [
        "| storage | add | claim | finish | both in blocks | a trial, ms | plain Optuna, ms "
        f"| ratio | count {MANY:,}, s | read, s | delete, s |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for url in urls:
        found = ours(url, trials)
        alone = plain(url.replace(".db", "-plain.db").replace(".log", "-plain.log"))
        whole = found["add"] + found["claim"] + found["finish"]
        lines.append(
            f"| {without_password(url).partition(':')[0]} | {found['add']:.2f} "
            f"| {found['claim']:.2f} | {found['finish']:.2f} "
            f"| {found['block']:.3f} | {whole:.1f} | {alone:.1f} "
            f"| {alone / whole:.1f} | {found['count']:.3f} | {found['read']:.2f} "
            f"| {found['delete']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    facts = machine("python experiments/benchmarks/store.py")
    with tempfile.TemporaryDirectory(dir=".") as folder, ExitStack() as stack:
        urls = sys.argv[1:]
        if not urls:
            urls = [f"sqlite:///{folder}/bench.db", f"journal:///{folder}/bench.log"]
            if server_programs() is not None:
                urls.append(stack.enter_context(PrivatePostgresql()).url)
        rows = table(urls)
    about = ", ".join(f"{name} {value}" for name, value in facts.items())
    text = f"# What storing a trial costs\n\n{rows}\n\n{about}, optuna {optuna.__version__}\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
