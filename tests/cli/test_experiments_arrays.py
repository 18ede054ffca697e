"""Arrays that an experiment keeps, by command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hybridq.experiments.analysis.export_arrays import export_arrays
from hybridq.experiments.store.store import Store
from tests.cli.cli_samples import Outcome

Run = Callable[..., Outcome]

CONFIG = """
name: kept
problem: {kind: random-regular, nodes: 6, degree: 3}
optimizer: {kind: cobyla}
budget: {evaluations: 12}
sweep: {ansatz.p: [1, 2]}
"""


@pytest.fixture
def stored(hybridq: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYBRIDQ_ARTIFACTS", raising=False)
    (tmp_path / "kept.yaml").write_text(CONFIG + "output: {arrays: [points]}\n", encoding="utf-8")
    assert hybridq("run", "kept.yaml", "--jobs", "1").code == 0
    return hybridq


def test_they_are_shown_with_their_shapes_and_copied_by_number(stored: Run) -> None:
    shown = stored("experiments", "show", "kept", "1").out
    assert "points  12 x 4" in shown
    assert "hybridq.db.artifacts" in shown
    done = stored("experiments", "export", "kept", "--arrays", "searches")
    assert (done.code, done.out) == (0, "searches: arrays of 2 trials\n")
    with np.load("searches/trial-1.npz") as arrays:
        assert arrays["points"].shape == (12, 4)
    both = ("--arrays", "searches", "--out", "trials.csv")
    assert stored("experiments", "export", "kept", *both).code == 0
    assert len(Path("trials.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_the_names_of_files_are_the_numbers_whatever_the_largest_is(
    stored: Run, tmp_path: Path
) -> None:
    with Store.open(make=False) as store:
        experiment = store.experiment("kept")
        first, second = experiment.trials()
        later = [replace(first, number=9), replace(second, number=10)]
        assert export_arrays(experiment, later, tmp_path / "out") == (2, [])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"trial-9.npz", "trial-10.npz"}


def test_they_go_with_the_experiment(stored: Run) -> None:
    assert Path("hybridq.db.artifacts").is_dir()
    assert stored("experiments", "delete", "kept", "--yes").code == 0
    assert not Path("hybridq.db.artifacts").exists()


def test_an_export_to_nothing_or_of_nothing_is_refused(hybridq: Run, stored: Run) -> None:
    nowhere = hybridq("experiments", "export", "kept")
    assert nowhere.code == 2
    assert "nothing to export" in nowhere.err
    Path("bare.yaml").write_text(CONFIG.replace("kept", "bare"), encoding="utf-8")
    assert hybridq("run", "bare.yaml", "--jobs", "1").code == 0
    nothing = hybridq("experiments", "export", "bare", "--arrays", "none")
    assert nothing.code == 2
    assert "output.arrays" in nothing.err
    assert not Path("none").exists()


def test_a_damaged_file_does_not_keep_the_others_from_being_exported(stored: Run) -> None:
    damaged = sorted(Path("hybridq.db.artifacts").iterdir())[0]
    damaged.write_bytes(b"half")
    done = stored("experiments", "export", "kept", "--arrays", "searches")
    assert (done.code, done.out) == (1, "searches: arrays of 1 trial\n")
    assert f"{damaged} is damaged" in done.err
    assert len(list(Path("searches").iterdir())) == 1
