"""Studies made of configs: run once, begun anew or gone on with, judged, written down."""

import pytest

from hybridq.experiments.config.config import load_config
from hybridq.experiments.records import State
from hybridq.experiments.running.runner import prepare
from hybridq.experiments.store.store import Store
from hybridq.plots.style import new_axes

pytest.importorskip("experiments.from_configs", reason="needs the repository: run from its root")

from experiments.from_configs import Study
from experiments.vqe.record import Row

CONFIG = """
name: rings
problem: {kind: ring, nodes: 6}
ansatz: {kind: qaoa, p: 1}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    # As on one core: trials run in this process, which other tests do in several.
    monkeypatch.setattr("hybridq.experiments.running.runner.cores", lambda: 1)
    (tmp_path / "rings.yaml").write_text(CONFIG)
    return tmp_path


def study(folder):
    return Study(folder, "Rings", folder / "studies.db")


def test_ring_of_disagrees_is_cut_as_published_and_written_down(folder):
    (folder / "rings.yaml").write_text(f"{CONFIG}sweep: {{ansatz.p: [1, 2]}}\n")
    one = study(folder)
    trials = one.trials("rings.yaml")
    # (2p + 1) / (2p + 2): Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028.
    rows = [
        Row.near(f"p = {p}", (2 * p + 1) / (2 * p + 2), cut / 6, 1e-6)
        for (p,), cut in zip(trials.keys(["ansatz.p"]), trials.numbers("expectation"), strict=True)
    ]
    one.finish(rows, new_axes(None).figure, "What it is.")
    page = (folder / "README.md").read_text()
    assert "| p = 2 | 0.833333333 | 0.8333333" in page
    assert "2 trials" in page
    assert (folder / f"{folder.name}.png").stat().st_size > 0
    assert (folder / "rings.csv").read_text().startswith("trial,ansatz.p,expectation,")


def test_number_that_differs_ends_the_study_with_an_error_after_all_is_written(folder):
    one = study(folder)
    one.trials("rings.yaml")
    with pytest.raises(SystemExit, match="not all numbers"):
        one.finish([Row.near("p = 1", 0.8, 0.75, 1e-3)], new_axes(None).figure, "What it is.")
    assert "| NO |" in (folder / "README.md").read_text()


def test_finished_study_is_run_anew_and_an_interrupted_one_goes_on(folder):
    config = load_config(folder / "rings.yaml")
    with Store.open(f"sqlite:///{folder}/studies.db") as store:
        experiment = prepare(config, store).experiment  # stored, nothing run: interrupted
        made = experiment.facts.created
    study(folder).trials("rings.yaml")
    with Store.open(f"sqlite:///{folder}/studies.db") as store:
        assert store.experiment("rings").facts.created == made
    study(folder).trials("rings.yaml")
    with Store.open(f"sqlite:///{folder}/studies.db") as store:
        again = store.experiment("rings")
        assert again.facts.created > made
        assert {trial.state for trial in again.trials()} == {State.DONE}
