"""Printing, comparing, pickling and reading back of results."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import (
    FormatError,
    MissingExtraError,
    OutputError,
    ParameterError,
    UnknownNameError,
)
from hybridq.optimizers import minimize
from hybridq.presentation import Best, Energy, ExcitedStates, ProblemInfo, Result, Samples, Trace
from tests.cli.cli_samples import hand_made_result
from tests.helpers.energy_samples import chain_result, grown_result, molecule_result, three_states

CLASH = "1 and 2 are joined by an edge"


def with_problem() -> Result:
    """The square cut with labels of several types, and the problem that draws it."""
    graph = nx.Graph([("a", 1), (1, (2, 3)), ((2, 3), "b")])
    problem = hq.MaxCut(graph, name="path")
    bits = np.array([0, 1, 0, 1], dtype=np.uint8)
    result = hand_made_result(
        problem=ProblemInfo.of(problem),
        best=Best(
            3.0,
            "0101",
            problem.decode(bits),
            answer={row.title: row.entries for row in problem.answer(bits)},
        ),
    )
    return replace(result, trace=replace(result.trace, problem=problem, uniform_seed=3))


def infeasible() -> Result:
    best = Best(2.0, "1100", {}, feasible=False, answer={"In the set": (1, 2)}, violations=(CLASH,))
    return hand_made_result(best=best, samples=Samples(64, 0.0))


RESULTS = {
    "cut": hand_made_result,
    "cut with its problem": with_problem,
    "infeasible": infeasible,
    "molecule": molecule_result,
    "molecule without an exact energy": lambda: molecule_result(None),
    "spin chain": lambda: chain_result(0.1),
    "grown": lambda: grown_result(4),
}


@pytest.fixture(params=RESULTS)
def result(request: pytest.FixtureRequest) -> Result:
    made: Result = RESULTS[request.param]()
    return made


def test_a_result_prints_the_facts_and_not_the_arrays() -> None:
    # A ring of four at p = 1: expected cut 3 of 4 (Farhi, Goldstone, Gutmann 2014).
    result = hq.solve(hq.MaxCut(nx.cycle_graph(4), name="ring"), p=1, rng=7)
    first, second, third = str(result).splitlines()
    assert first == "ring: best cut 4, expected cut 3"
    assert second.startswith("classical: 4 (")
    assert second.endswith("optimal); ratios: best 1, expected 0.75")
    assert third.startswith("l-bfgs, ")
    assert third.endswith("converged, seed 7")
    assert repr(result) == "Result('ring': best=4, expectation=3, reference=4, seed=7)"


def test_a_solution_does_not_print_every_value() -> None:
    solution = minimize(lambda x: float(x @ x), np.ones(2), method="nelder-mead")
    text = repr(solution)
    assert solution.values.size > 20
    assert "values=" not in text
    assert "evaluations=" in text


def test_a_result_survives_pickling_and_deep_copies(result: Result) -> None:
    assert pickle.loads(pickle.dumps(result)) == result
    assert copy.deepcopy(result) == result
    assert pickle.loads(pickle.dumps(result)).figure() is not None


def test_a_solved_result_survives_pickling() -> None:
    solved = hq.solve(hq.MaxCut(nx.path_graph(3)), p=1, rng=1)
    again = pickle.loads(pickle.dumps(solved))
    assert again == solved
    np.testing.assert_array_equal(again.trace.uniform_values, solved.trace.uniform_values)


def test_results_are_equal_by_value(result: Result) -> None:
    assert result == replace(result, parameters=result.parameters.copy())
    assert result != replace(result, parameters=result.parameters + 1.0)
    assert result != replace(result, parameters=result.parameters[:-1])
    assert result != replace(result, seed=8)
    values = np.append(result.trace.values, 0.0)
    assert result != replace(result, trace=replace(result.trace, values=values))
    assert result != "a result"


def test_nan_equals_nan_and_a_result_has_no_hash(result: Result) -> None:
    odd = replace(result, parameters=np.array([np.nan]), expectation=float("nan"))
    assert odd == replace(odd, parameters=np.array([np.nan]), expectation=float("nan"))
    with pytest.raises(TypeError, match="unhashable"):
        hash(result)


def test_the_json_comes_back(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    text = result.to_json(path)
    for source in (text, path, str(path)):
        again = Result.from_json(source)
        assert again.to_dict() == result.to_dict()
        assert str(again) == str(result)
        assert repr(again) == repr(result)
    assert Result.from_json(text).trace.values.size == 0


def test_a_result_from_json_has_a_picture_of_its_numbers(result: Result) -> None:
    (title,) = [ax.get_title(loc="left") for ax in Result.from_json(result.to_json()).figure().axes]
    assert title == "In numbers"


def test_the_states_come_back(tmp_path: Path) -> None:
    states = three_states()
    states.to_json(tmp_path / "states.json")
    again = ExcitedStates.from_json(tmp_path / "states.json")
    assert again == states
    assert pickle.loads(pickle.dumps(states)) == states
    assert again.exact_note == "dense diagonalization of 441 states"


def test_the_json_of_an_earlier_version_loads() -> None:
    document = json.loads(hand_made_result().to_json())
    for part, names in {
        "problem": ("noun", "item", "size", "value_scale", "most", "most_name", "mean"),
        "best": ("feasible", "answer", "violations"),
        "reference": ("bound", "bound_failure", "complete"),
        "optimizer": ("reason",),
        "engine": ("threads",),
    }.items():
        for name in names:
            del document[part][name]
    del document["samples"]
    old = Result.from_json(json.dumps(document))
    assert old.best is not None
    assert old.best.value == 4.0
    assert "best cut 4" in str(old)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "holds no JSON"),
        ("{}", "not the JSON of a Result"),
        ('{"problem": 3}', "must be an object"),
        ("{" + '"a": [' * 100_000, "JSON"),
    ],
)
def test_what_is_no_result_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        Result.from_json(text)


def test_a_field_of_the_wrong_type_is_refused() -> None:
    document = json.loads(hand_made_result().to_json())
    document["expectation"] = "three"
    with pytest.raises(FormatError, match="'three' is not of type float"):
        Result.from_json(json.dumps(document))


def test_files_that_cannot_be_read_or_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="file not found"):
        Result.from_json(tmp_path / "none.json")
    (tmp_path / "list.json").write_text("[1, 2]")
    with pytest.raises(FormatError, match="JSON object"):
        Result.from_json(tmp_path / "list.json")
    with pytest.raises(OutputError):
        hand_made_result().to_json(tmp_path)


def test_the_note_of_an_exact_energy_is_made_from_its_fields() -> None:
    energy = molecule_result(None).to_dict()["energy"]
    assert energy["diagonalization"]["status"] == "too_large"
    assert energy["exact_note"] == (
        "not computed: 250,000 states take long to diagonalize; exact=True tries"
    )
    assert Energy(left_sector=True).exact_note == (
        "not asked for; the circuit does not keep these numbers, and its state has others"
    )


def test_the_answer_is_written_by_title() -> None:
    best = with_problem().to_dict()["best"]
    assert best["answer"] == {"Side 0": ["a", [2, 3]], "Side 1": [1, "b"]}
    assert best["feasible"] is True
    assert infeasible().to_dict()["best"]["violations"] == [CLASH]
    assert infeasible().to_dict()["samples"] == {
        "shots": 64,
        "feasible_share": 0.0,
        "optimal_share": None,
        "top": [],
        "feasible_mean": None,
    }


def test_the_history_of_a_search_is_a_table() -> None:
    grown = grown_result(3)
    table = grown.table()
    assert (table.name, len(table)) == ("iterations", 3)
    assert table["energy"] == tuple(step.energy for step in grown.trace.iterations)
    assert grown.table("evaluations")["evaluation"] == (1, 2, 3)
    steps = [{"step": "p = 1", "depth": 1, "expectation": 2.0}, {"step": "p = 2", "depth": 2}]
    ladder = hand_made_result(ansatz={"kind": "qaoa", "p": 2, "steps": steps}).table()
    assert list(ladder.rows()) == [steps[0], {**steps[1], "expectation": None}]
    assert three_states().table()["s_squared"] == (0.0, 2.0, 0.0)


def test_a_table_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'steps'"):
        hand_made_result().table("step")
    with pytest.raises(ParameterError, match="no iterations"):
        hand_made_result().table("iterations")


def test_pandas_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    table = three_states().table()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match="pip install pandas"):
        table.to_pandas()
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=dict))
    assert table.to_pandas()["state"] == [0, 1, 2]


def test_pandas_takes_a_table() -> None:
    pandas = pytest.importorskip("pandas")
    frame = three_states().table().to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["s_squared"].tolist() == [0.0, 2.0, 0.0]


def test_a_landscape_is_an_array_with_coordinates() -> None:
    pytest.importorskip("xarray")
    ring = hq.MaxCut(nx.cycle_graph(6), name="ring")
    found = hq.solve(ring, p=1, rng=1, landscape=True).to_xarray()
    assert (found.dims, found.name) == (("gamma", "beta"), "expected cut")
    # One layer cuts (1 + sin 4β sin 2γ / 2) / 2 of the edges of a ring, arXiv:1706.02998.
    gamma, beta = found["gamma"], found["beta"]
    expected = 3 + 1.5 * np.sin(4 * beta) * np.sin(2 * gamma)
    assert float(abs(found - expected).max()) < 1e-12


def test_a_landscape_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    result = hand_made_result()
    with pytest.raises(ParameterError, match="no landscape: solve with p=1 and landscape=True"):
        result.to_xarray()
    zeros = np.zeros(2)
    scanned = replace(result.trace, landscape=(zeros, zeros, np.zeros((2, 2))))
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(MissingExtraError, match="pip install xarray"):
        replace(result, trace=scanned).to_xarray()


@pytest.mark.parametrize(
    "graph",
    [
        nx.cycle_graph(4),
        nx.relabel_nodes(nx.path_graph(3), {0: 1, 1: "1", 2: 2.5}),
        nx.grid_2d_graph(2, 2),
        nx.relabel_nodes(nx.path_graph(3), {0: "a", 1: "b", 2: "c"}),
    ],
)
def test_labels_come_back_as_they_were(graph: nx.Graph) -> None:
    solved = hq.solve(hq.MaxCut(graph), p=1, rng=1)
    again = Result.from_json(solved.to_json())
    assert solved.best is not None
    assert again.best is not None
    assert again.best.assignment == solved.best.assignment
    assert again.to_dict() == solved.to_dict()


def test_evaluations_are_not_kept_in_json(result: Result) -> None:
    with pytest.raises(ParameterError, match="evaluations are not kept in JSON"):
        Result.from_json(result.to_json()).table()


@pytest.mark.parametrize("source", [42, {"a": 1}])
def test_what_is_neither_path_nor_text_is_refused(source: Any) -> None:
    with pytest.raises(ParameterError, match="source must be the path of a file"):
        Result.from_json(source)


def test_a_solve_without_a_source_of_randomness_names_its_seed() -> None:
    problem = hq.MaxCut(nx.cycle_graph(5))
    drawn = hq.solve(problem, p=1)
    assert drawn.seed is not None
    again = hq.solve(problem, p=1, rng=drawn.seed)
    assert again.best == drawn.best
    of_a_generator = hq.solve(problem, p=1, rng=np.random.default_rng(1))
    assert "seed" not in str(of_a_generator)
    assert "seed" not in repr(of_a_generator)


def test_uniform_values_are_those_of_feasible_assignments() -> None:
    """Of the 243 colourings of a ring of five, 30 are proper."""
    problem = hq.Coloring(nx.cycle_graph(5), colors=3, symmetry=False)
    trace = Trace(values=np.zeros(1), uniform_seed=1, problem=problem)
    values = trace.uniform_values
    assert values is not None
    assert len(values) == 20_000
    assert np.mean(values == 0.0) == pytest.approx(30 / 243, abs=0.01)
