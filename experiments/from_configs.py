"""Studies that are configs: run them, hold their numbers beside published ones, write the page.

A study is a folder with configs, a `__main__.py` that judges what they found, and what it wrote:
`README.md`, a figure, and the trials as CSV.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.benchmarks.conditions import machine
from experiments.vqe.record import Row, markdown_table
from hybridq.experiments.analysis.export import columns
from hybridq.experiments.analysis.table import Table, table
from hybridq.experiments.config.config import load_config
from hybridq.experiments.records import State, StoredTrial
from hybridq.experiments.running.events import Counted, Event
from hybridq.experiments.running.runner import run
from hybridq.experiments.store.store import Store
from hybridq.plots.output import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STORAGE = Path(".cache/studies.db")
_OF_THE_RUN = (
    "seconds", "seconds_total", "worker", "host", "started", "finished", "identity", "instance",
    "attempt", "problem.sha256",
)  # fmt: skip


class Study:
    """One run of a study: `trials` runs a config, `finish` writes the page.

    Args:
        folder: of the study, where everything is written.
        title: of its page.
        storage: where trials are kept. A run that was interrupted goes on there; one that was
            finished, or of another config, is begun anew.
    """

    def __init__(self, folder: Path, title: str, storage: Path = STORAGE) -> None:
        self._folder, self._title = folder, title
        self._storage = storage
        self._machine = machine(f"python -m experiments.{folder.name}")
        self._began = time.perf_counter()
        self._configs: list[str] = []
        self._count = 0

    def trials(self, config_name: str) -> Table:
        """All trials of a config in the study's folder, run if need be, and written as CSV.

        Raises:
            SystemExit: a trial failed.
        """
        config = load_config(self._folder / config_name)
        self._storage.parent.mkdir(parents=True, exist_ok=True)
        with Store.open(f"sqlite:///{self._storage}") as store:
            if config.name in store.names():
                before = store.experiment(config.name)
                counts = before.counts()
                left = counts[State.WAITING] + counts[State.RUNNING]
                if not left or before.config != config.plain():
                    store.delete(config.name)
            experiment = run(config, store, on_event=_tell(config.name))
            found = experiment.trials()
        print(f"\r{config.name}: {len(found)} trials done{' ' * 20}", flush=True)
        failed = [trial for trial in found if trial.state is not State.DONE]
        if failed:
            reason = (failed[0].error or "stopped").strip().rpartition("\n")[2]
            raise SystemExit(
                f"{config.name}: {len(failed)} trials failed or were stopped: {reason}"
            )
        _write_csv(self._folder / f"{config.name}.csv", found)
        self._configs.append(config_name)
        self._count += len(found)
        return table({config.name: found})

    def finish(
        self, rows: list[Row], figure: Figure, introduction: str, notes: Iterable[str] = ()
    ) -> None:
        """Print the comparison; write it, with words and figure, as the folder's page.

        Raises:
            SystemExit: a number of ours is not the published one.
        """
        seconds = time.perf_counter() - self._began
        head = ["what", "published", "hybridq", "difference", "agrees"]
        numbers = markdown_table(head, [row.cells() for row in rows])
        m = self._machine
        configs = ", ".join(f"[{name}]({name})" for name in self._configs)
        image = f"{self._folder.name}.png"
        lines = [
            f"# {self._title}", "", introduction, "", *numbers, "",
            *(line for note in notes for line in (note, "")),
            f"![{self._title}]({image})", "",
            f"From {configs}: {self._count} trials, {seconds:.0f} s with `{m['command']}` on "
            f"{m['cores']} cores of {m['processor']}, {m['date']}, commit {m['commit']}. "
            "The CSV files here have the trials.",
        ]  # fmt: skip
        (self._folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        save(figure, self._folder / image)
        print("\n".join(["", *numbers, "", *notes, f"Written: {self._folder / 'README.md'}"]))
        if not all(row.agrees for row in rows):
            raise SystemExit(f"{self._folder.name}: not all numbers are the published ones")


def _tell(name: str):  # type: ignore[no-untyped-def]
    def tell(event: Event) -> None:
        if isinstance(event, Counted):
            left = event.waiting + event.running
            print(f"\r{name}: {left} trials to go ", end="", flush=True)

    return tell


def _write_csv(path: Path, trials: Sequence[StoredTrial]) -> None:
    """Write the metrics that differ between trials and repeat in another run, a row each."""
    kept = {
        name: values
        for name, values in columns(trials).items()
        if name not in _OF_THE_RUN and len(set(values)) > 1
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(kept)
        writer.writerows(zip(*kept.values(), strict=True))
