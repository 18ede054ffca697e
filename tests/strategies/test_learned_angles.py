"""Angles learned on small instances serve larger ones and survive a file."""

import json

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.angle_tables import fitted, median_table
from hybridq.core.errors import DimensionError, FormatError, OutputError, ParameterError
from hybridq.storage.journal import Journal


@pytest.fixture(scope="module")
def learned():
    problems = [hq.MaxCut(nx.random_regular_graph(3, 8, seed=seed)) for seed in range(5)]
    return hq.learn_angles(problems, 3, name="small cubic", source="five graphs of 8 nodes")


def test_learned_angles_know_where_they_come_from(learned):
    assert (learned.name, learned.p, learned.degree, learned.instances) == ("small cubic", 3, 3, 5)
    assert learned.schedule == pytest.approx(median_table("sparse")[3], abs=0.15)


@pytest.mark.parametrize("weight", [1.0, 250.0])
def test_learned_angles_serve_a_larger_instance_of_any_weight(learned, weight):
    graph = nx.random_regular_graph(3, 14, seed=9)
    nx.set_edge_attributes(graph, weight, "weight")
    problem = hq.MaxCut(graph)
    objective = hq.Expectation(hq.QAOA(problem.hamiltonian, 3), problem.hamiltonian)
    best = hq.solve(problem, p=3, rng=1)
    assert -objective(learned.angles(problem.ising)) >= 0.98 * best.expectation


def test_a_file_of_learned_angles_is_a_start(learned, tmp_path):
    path = tmp_path / "cubic.json"
    learned.save(path)
    again = hq.LearnedAngles.load(path)
    assert (again.schedule == learned.schedule).all()
    assert (again.name, again.degree, again.source) == (
        learned.name, learned.degree, learned.source,
    )  # fmt: skip
    problem = hq.MaxCut(nx.petersen_graph())
    result = hq.solve(problem, initial=path, rng=1)
    assert result.ansatz["p"] == 3
    assert result.ansatz["initial"] == "small cubic"
    assert "5 instances" in result.ansatz["initial_reason"]
    deeper = hq.solve(problem, p=6, initial=again, rng=1)
    assert deeper.expectation > result.expectation
    ladder = hq.solve(problem, p=4, initial=path, strategy="interp", rng=1)
    assert len(ladder.ansatz["steps"]) == 4


def test_the_median_is_taken_in_the_unit_of_each_instance():
    graph = nx.petersen_graph()
    heavy = nx.petersen_graph()
    nx.set_edge_attributes(heavy, 10.0, "weight")
    light, strong = hq.MaxCut(graph).ising, hq.MaxCut(heavy).ising
    schedule = np.array([0.3, 0.5, 0.6, 0.2])
    rows = [(i, fitted(schedule, i, 2)) for i in (light, strong)]
    learned = hq.LearnedAngles.median_of("both", rows)
    assert learned.schedule == pytest.approx(schedule)


def test_bad_learned_angles_are_refused(learned, tmp_path):
    with pytest.raises(ParameterError, match="no instances"):
        hq.learn_angles([], 2, name="none")
    with pytest.raises(ParameterError, match="name"):
        hq.LearnedAngles(" ", np.zeros(2), 3, 1)
    with pytest.raises(DimensionError, match="2p"):
        hq.LearnedAngles("odd", np.zeros(3), 3, 1)
    with pytest.raises(ParameterError, match="finite"):
        hq.LearnedAngles("nan", np.array([np.nan, 0]), 3, 1)
    with pytest.raises(OutputError):
        learned.save(tmp_path / "no" / "such" / "folder.json")
    with pytest.raises(ParameterError, match="learned angles are those of QAOA"):
        hq.solve(hq.spin_models.tfim(3), ansatz="hva", initial=learned)
    ising = hq.MaxCut(nx.cycle_graph(4)).ising
    with pytest.raises(DimensionError, match="several depths"):
        hq.LearnedAngles.median_of("mixed", [(ising, np.zeros(2)), (ising, np.zeros(4))])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"version": 9}, "version 9"),
        ({"gamma": [1.0]}, "1 gamma and 3 beta"),
        ({"gamma": None}, "broken"),
        ({"name": ""}, "name"),
        ({"format": "other"}, "the file has no learned angles"),
    ],
)
def test_broken_files_of_learned_angles_are_refused(learned, tmp_path, change, match):
    path = tmp_path / "angles.json"
    learned.save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(FormatError, match=match):
        hq.LearnedAngles.load(path)


def test_learning_continues_from_its_journal(tmp_path):
    """After a kill between two evaluations, the angles are the same bit for bit."""
    problems = [hq.MaxCut(nx.random_regular_graph(3, 6, seed=seed)) for seed in range(2)]
    expected = hq.learn_angles(problems, 2, name="cubic").describe()
    path = tmp_path / "journal.jsonl"
    with Journal(path, sync="never") as journal:
        learned = hq.learn_angles(problems, 2, name="cubic", journal=journal)
    assert learned.describe() == expected
    whole = path.read_text().splitlines(keepends=True)
    for kept in (3, len(whole) // 2, len(whole) - 1):
        path.write_text("".join(whole[:kept]))
        with Journal(path, resume=True, sync="never") as journal:
            learned = hq.learn_angles(problems, 2, name="cubic", journal=journal)
        assert learned.describe() == expected
        resumed = path.read_text().splitlines(keepends=True)
        assert (len(resumed), resumed[:kept]) == (len(whole), whole[:kept])
    with Journal(path, resume=True) as journal, pytest.raises(FormatError, match="learned"):
        hq.learn_angles(problems[:1], 2, name="cubic", journal=journal)
