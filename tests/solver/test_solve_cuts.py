"""From a problem to an answer, end to end."""

import json
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import CapacityError, DimensionError, ParameterError, UnknownNameError
from hybridq.objectives.landscape import scan_landscape
from hybridq.solver import default_depth

QUICK = ["l-bfgs", "nelder-mead", "cobyla", "optuna", "differential-evolution"]


@pytest.fixture(scope="module")
def graph():
    graph = nx.random_regular_graph(3, 10, seed=4)
    rng = np.random.default_rng(2)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.uniform(0.5, 2.0))
    return graph


def brute_force(graph):
    nodes = list(graph)
    best = 0.0
    for index in range(1 << (len(nodes) - 1)):
        side = {node: index >> k & 1 for k, node in enumerate(nodes)}
        cut = sum(w for u, v, w in graph.edges.data("weight", default=1) if side[u] != side[v])
        best = max(best, cut)
    return best


@pytest.mark.parametrize("optimizer", QUICK)
def test_every_kind_of_optimizer_finds_the_optimum_of_a_small_graph(graph, optimizer):
    result = hq.solve(hq.MaxCut(graph), p=3, optimizer=optimizer, max_evaluations=150, rng=7)
    optimum = brute_force(graph)
    assert result.reference.exact
    assert result.reference.value == pytest.approx(optimum)
    assert result.best.value == pytest.approx(optimum)
    assert 0.7 < result.ratio.expectation < 1.0
    assert result.optimizer.evaluations <= 150


def test_the_answer_is_consistent_with_itself(graph):
    problem = hq.MaxCut(graph)
    result = hq.solve(problem, p=2, rng=1)
    sides = result.best.assignment
    cut = sum(w for u, v, w in graph.edges.data("weight") if sides[u] != sides[v])
    assert result.best.value == pytest.approx(cut)
    assert result.best.bits == "".join(str(sides[node]) for node in problem.nodes)
    objective = hq.Expectation(hq.QAOA(problem.hamiltonian, 2), problem.hamiltonian)
    assert result.expectation == pytest.approx(-objective(result.parameters))
    assert result.trace.sample_counts.sum() == 1024
    assert result.expectation <= result.reference.value


def test_a_seed_repeats_the_run(graph):
    first, second = (
        hq.solve(hq.MaxCut(graph), p=2, optimizer="optuna", max_evaluations=20, rng=5)
        for _ in range(2)
    )
    assert (first.parameters == second.parameters).all()
    assert first.best == second.best
    assert first.seed == 5


def test_restarts_share_the_budget_and_never_hurt(graph):
    problem = hq.MaxCut(graph)
    alone = hq.solve(problem, p=1, initial="random", rng=3)
    more = hq.solve(problem, p=1, initial="random", restarts=5, rng=3)
    assert more.expectation >= alone.expectation - 1e-9
    limited = hq.solve(problem, p=1, restarts=5, max_evaluations=30, rng=3)
    assert limited.optimizer.evaluations <= 30


@pytest.mark.parametrize("unit", [1e-8, 1e5])
def test_the_unit_of_the_weights_changes_neither_the_answer_nor_its_quality(graph, unit):
    scaled = graph.copy()
    for _, _, data in scaled.edges(data=True):
        data["weight"] *= unit
    seen = []
    first = hq.solve(hq.MaxCut(graph), p=3, rng=1)
    second = hq.solve(hq.MaxCut(scaled), p=3, rng=1, callback=seen.append)
    assert second.expectation / unit == pytest.approx(first.expectation, rel=1e-3)
    assert second.best.bits in (first.best.bits, first.best.bits.translate({48: 49, 49: 48}))
    assert min(record.value for record in seen) == pytest.approx(-second.expectation)
    assert second.trace.values.max() == pytest.approx(second.expectation)


def test_auto_names_its_start_and_says_why(graph):
    regular = hq.MaxCut(nx.petersen_graph())
    chosen = hq.solve(regular, p=3, max_evaluations=3, rng=1).ansatz
    assert chosen["initial"] == "fixed-angles"
    assert "3-regular" in chosen["initial_reason"]
    assert hq.solve(regular, p=12, max_evaluations=3, rng=1).ansatz["initial"] == "transfer"
    compared = hq.solve(hq.MaxCut(graph), p=3, rng=1).ansatz
    assert compared["initial"] == "transfer"
    assert "mean degree 3" in compared["initial_reason"]
    complete = hq.solve(hq.MaxCut(nx.complete_graph(8)), p=3, rng=1).ansatz
    assert complete["initial"] == "ramp"
    assert "better here than transfer" in complete["initial_reason"]


def test_an_ansatz_of_another_hamiltonian_is_refused(graph):
    cut, chosen = hq.MaxCut(graph), hq.IndependentSet(graph)
    for ansatz in (hq.QAOA(cut, p=1), hq.MultiAngleQAOA(cut, p=1)):
        with pytest.raises(ParameterError, match="another Hamiltonian than that of") as caught:
            hq.solve(chosen, ansatz=ansatz, max_evaluations=2)
        assert caught.value.argument == "ansatz"
    # Its circuit is a circuit like any other.
    assert hq.solve(chosen, ansatz=hq.QAOA(cut, p=1).circuit, max_evaluations=2, rng=1)


def test_an_ansatz_in_other_units_is_that_of_the_problem(graph):
    problem = hq.MaxCut(graph)
    for ansatz in (problem.hamiltonian * 0.25, problem.hamiltonian, problem.cost()):
        assert hq.solve(problem, ansatz=hq.QAOA(ansatz, p=1), max_evaluations=2, rng=1)


def test_given_angles_set_the_depth(tmp_path):
    problem = hq.MaxCut(nx.cycle_graph(6))
    path = tmp_path / "angles.txt"
    path.write_text("0.3 0.6 0.5 0.2")
    assert hq.solve(problem, initial=path, rng=1).ansatz["p"] == 2
    assert hq.solve(problem, initial=np.zeros(6), max_evaluations=2, rng=1).ansatz["p"] == 3
    assert hq.solve(problem, p=3, initial=path, max_evaluations=2, rng=1).ansatz["p"] == 3
    with pytest.raises(DimensionError, match="2 angles in one list"):
        hq.solve(problem, p=1, initial=path)


def test_an_interrupt_reports_the_best_so_far(graph):
    def interrupt(record):
        if record.evaluation == 5:
            raise KeyboardInterrupt

    result = hq.solve(hq.MaxCut(graph), p=3, optimizer="nelder-mead", callback=interrupt, rng=1)
    assert result.optimizer.status == "interrupted"
    assert result.best.value > 0
    assert result.optimizer.evaluations == 5


def test_negative_weights_and_isolated_nodes_are_answered_honestly():
    graph = nx.Graph()
    graph.add_nodes_from("abcd")
    graph.add_edge("a", "b", weight=-2.0)
    graph.add_edge("b", "c", weight=-1.0)
    result = hq.solve(hq.MaxCut(graph), p=1, rng=1)
    assert result.reference.value == 0.0
    assert result.best.value == 0.0
    assert result.ratio.best is None
    assert set(result.best.assignment) == set("abcd")


def test_the_landscape_holds_the_expectation_at_its_angles():
    problem = hq.MaxCut(nx.cycle_graph(5))
    ansatz = hq.QAOA(problem.hamiltonian, 1)
    objective = hq.Expectation(ansatz, problem.hamiltonian)
    gammas, betas, values = scan_landscape(objective, ansatz, points=9, sign=-1.0)
    assert values[2, 7] == pytest.approx(-objective([gammas[2], betas[7]]))
    assert hq.solve(problem, p=1, landscape=True, rng=1).trace.landscape is not None
    with pytest.raises(ParameterError, match="p must be 1, got 2"):
        scan_landscape(objective, hq.QAOA(problem.hamiltonian, 2))


def test_json_speaks_plain_types_and_the_fixed_names(graph, tmp_path):
    result = hq.solve(hq.MaxCut(graph), p=1, rng=2)
    document = json.loads(result.to_json(tmp_path / "out.json"))
    assert document == json.loads((tmp_path / "out.json").read_text())
    fixed = "problem ansatz engine optimizer parameters expectation best reference ratio energy"
    further = "samples objective controls execution measured seed seconds versions"
    assert set(f"{fixed} {further}".split()) == set(document)
    answer = {"value", "bits", "assignment", "feasible", "answer", "violations", "labels"}
    assert set(document["best"]) == answer | {"method", "seconds", "classical"}
    assert document["parameters"] == result.parameters.tolist()


def test_labels_that_only_differ_in_type_stay_apart_in_json():
    graph = nx.Graph([(1, "1"), ("1", 2)])
    document = hq.solve(hq.MaxCut(graph), p=1, rng=1).to_dict()
    assert len(document["best"]["assignment"]) == 3


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"p": 0}, ParameterError, "p must be an integer >= 1, got 0"),
        ({"optimizer": "coblya"}, UnknownNameError, "did you mean 'cobyla'"),
        ({"shots": 0}, ParameterError, r"shots must be .*, got 0"),
        ({"restarts": -1}, ParameterError, r"restarts must be .*, got \-1"),
        ({"initial": "rmap"}, UnknownNameError, "did you mean 'ramp'"),
        ({"precision": "quad"}, ParameterError, "got 'quad'"),
        ({"max_evaluations": 0}, ParameterError, "max_evaluations"),
        ({"time_limit": 0.0}, ParameterError, "time_limit"),
        ({"rng": -3}, ParameterError, "rng must be .*, got -3"),
    ],
)
def test_bad_arguments_are_refused_before_the_work(options, error, match):
    with pytest.raises(error, match=match):
        hq.solve(hq.MaxCut(nx.cycle_graph(4)), **options)


def test_a_bare_graph_is_told_how_to_become_a_problem():
    with pytest.raises(ParameterError, match=r"hybridq.MaxCut\(graph\)"):
        hq.solve(nx.cycle_graph(4))


def test_an_interrupt_after_the_search_loses_nothing(monkeypatch):
    from hybridq.objectives import landscape
    from hybridq.solver import answers

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(answers, "_reference", interrupted)
    monkeypatch.setattr(landscape, "scan_landscape", interrupted)
    result = hq.solve(hq.MaxCut(nx.cycle_graph(6)), p=1, landscape=True, rng=1)
    assert result.best.value == 6
    assert result.reference is None
    assert result.ratio is None
    assert result.trace.landscape is None


def test_a_graph_too_large_is_refused_with_the_limit():
    with pytest.raises(
        CapacityError, match=r"500 qubits.*fit: use engine='p1', which keeps no state"
    ):
        hq.solve(hq.MaxCut(nx.cycle_graph(500)), engine="diagonal")


def test_the_default_depth_falls_with_size():
    depths = [default_depth(n) for n in range(8, 34)]
    assert default_depth(2) == 2
    assert depths[0] == 8
    assert depths[30 - 8] == 2
    assert depths[-1] == 1  # beyond simulated states one layer has a closed form
    assert depths == sorted(depths, reverse=True)


def test_importing_the_package_loads_nothing_heavy():
    heavy = ["numpy", "scipy", "numba", "optuna", "matplotlib", "networkx"]
    script = f"import sys, hybridq; print([m for m in {heavy} if m in sys.modules])"
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert output.stdout.strip() == "[]"


def test_every_public_name_resolves():
    for name in hq.__all__:
        assert getattr(hq, name) is not None
    assert set(hq.__all__) <= set(dir(hq))
    with pytest.raises(AttributeError, match="no attribute 'sovle'"):
        _ = hq.sovle
