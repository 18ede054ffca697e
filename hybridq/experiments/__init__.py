"""Plan, run, store and compare experiments::

    from hybridq.experiments import Store, compare, load_config, plot, run, table

    config = load_config("configs/example.yaml")
    with Store.open() as store:
        trials = run(config, store).trials()
    finished = table({config.name: trials})
    print(compare(finished, ["ansatz.p"], "ratio"))
    plot(finished, "depth.png", x="ansatz.p")

The public names are imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from hybridq.experiments.analysis.compare import compare
    from hybridq.experiments.analysis.comparison import Comparison
    from hybridq.experiments.analysis.files import export, plot, report
    from hybridq.experiments.analysis.table import Table, table
    from hybridq.experiments.config.config import ExperimentConfig, load_config, parse_config
    from hybridq.experiments.config.schema import json_schema
    from hybridq.experiments.config.sweep import plan
    from hybridq.experiments.records import Outcome, Planned, State, StoredTrial
    from hybridq.experiments.running.reproduce import reproduce
    from hybridq.experiments.running.runner import run
    from hybridq.experiments.running.trial_bar import TrialBar
    from hybridq.experiments.running.worker import Terms, work
    from hybridq.experiments.store.experiment import Experiment
    from hybridq.experiments.store.store import Store
    from hybridq.experiments.trial.run import run_trial

_HOMES = {
    "Comparison": "analysis.comparison",
    "Experiment": "store.experiment",
    "ExperimentConfig": "config.config",
    "Outcome": "records",
    "Planned": "records",
    "State": "records",
    "Store": "store.store",
    "StoredTrial": "records",
    "Table": "analysis.table",
    "Terms": "running.worker",
    "TrialBar": "running.trial_bar",
    "compare": "analysis.compare",
    "export": "analysis.files",
    "json_schema": "config.schema",
    "load_config": "config.config",
    "parse_config": "config.config",
    "plan": "config.sweep",
    "plot": "analysis.files",
    "report": "analysis.files",
    "reproduce": "running.reproduce",
    "run": "running.runner",
    "run_trial": "trial.run",
    "table": "analysis.table",
    "work": "running.worker",
}

__all__ = [
    "Comparison",
    "Experiment",
    "ExperimentConfig",
    "Outcome",
    "Planned",
    "State",
    "Store",
    "StoredTrial",
    "Table",
    "Terms",
    "TrialBar",
    "compare",
    "export",
    "json_schema",
    "load_config",
    "parse_config",
    "plan",
    "plot",
    "report",
    "reproduce",
    "run",
    "run_trial",
    "table",
    "work",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
