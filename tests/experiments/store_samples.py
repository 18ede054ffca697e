"""Trials and outcomes for tests of the store, small and made up."""

import time

from hybridq.experiments.records import Outcome, Planned


class DrivenClock:
    """A clock that starts at the present and moves only when a test says so."""

    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += seconds


def planned(count, **swept):
    """So many trials, which differ in `index` and in what else is given."""
    return [
        Planned(
            conditions={"problem": {"kind": "ring", "nodes": 6}, "index": index, **swept},
            facts={"index": index, **swept},
            swept={"index": index, **swept},
        )
        for index in range(count)
    ]


def outcome(ratio=0.75):
    """Return the outcome of a trial."""
    return Outcome(
        metrics={"ratio": ratio, "evaluations": 12, "status": "converged", "note": "p∈ℝ"},
        parameters=[0.1, -2.5e-17],
        convergence=[(1, -1.5), (12, -3.0)],
        provenance={"host": "here", "peak_memory": 123_456_789},
    )


def create(store, name="runs", trials=(), config=None, **options):
    """An experiment that maximizes the ratio."""
    config = {"name": name} if config is None else config
    return store.create(name, config, trials, metric="ratio", direction="maximize", **options)
