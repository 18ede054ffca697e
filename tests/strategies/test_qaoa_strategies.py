"""Ways to search for angles: what each promises, on small graphs."""

import itertools

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.warm_start import WarmStartQAOA
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from hybridq.strategies.base import Task
from hybridq.strategies.registry import STRATEGIES
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.shared_search import SharedSearch

P = 3


def layers(strategy, wanted=P):
    """Return the layers wanted, or as many as a strategy takes."""
    return min(wanted, STRATEGIES[strategy].most_layers or wanted)


def weighted_graph(seed=2, n=8):
    graph = nx.random_regular_graph(3, n, seed=seed)
    rng = np.random.default_rng(seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.uniform(0.2, 2.0))
    return graph


@pytest.fixture(scope="module")
def problem():
    return hq.MaxCut(weighted_graph())


@pytest.fixture(scope="module")
def plain(problem):
    return hq.solve(problem, p=P, rng=1)


def searched(problem, strategy, p=P, **options):
    """Return the strategy's result, and all records."""
    ansatz, records = hq.QAOA(problem.hamiltonian, p), []
    settings = {"max_evaluations": 2000, "method": "l-bfgs", "tolerance": 1e-6, **options}
    initial = settings.pop("initial", "auto")
    restarts = settings.pop("restarts", None)
    search = SharedSearch(
        settings.pop("method"),
        unit=energy_unit(ansatz),
        callback=settings.pop("callback", records.append),
        rng=np.random.default_rng(3),
        **settings,
    )
    build = lambda circuit: hq.Expectation(circuit, problem.hamiltonian)  # noqa: E731
    task = Task(ansatz, build, search, initial, restarts, np.random.default_rng(4))
    return STRATEGIES[strategy](task), records


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_keeps_honest_books(problem, strategy):
    found, records = searched(problem, strategy)
    solution = found.solution
    assert found.objective(solution.x) == pytest.approx(solution.value, rel=1e-10)
    assert solution.x.shape == (found.ansatz.n_params,)
    assert [record.evaluation for record in records] == list(range(1, len(records) + 1))
    assert solution.evaluations == len(records) == len(solution.values)
    assert solution.values == pytest.approx([record.value for record in records])
    assert records[-1].best_value == pytest.approx(solution.value, rel=1e-12)
    assert solution.value == pytest.approx(solution.values.min())
    assert solution.values[solution.best_evaluation] == pytest.approx(solution.value)
    best = [record.best_value for record in records]
    assert all(later <= sooner for sooner, later in itertools.pairwise(best))
    for record in records[:: max(1, len(records) // 10)]:
        assert found.objective(record.x) == pytest.approx(record.value, rel=1e-9)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_does_as_well_as_the_plain_search(problem, plain, strategy):
    depth = layers(strategy)
    result = hq.solve(problem, p=depth, strategy=strategy, rng=1)
    assert result.optimizer.status == "converged"
    if depth != P:
        plain = hq.solve(problem, p=depth, rng=1)
    assert result.expectation >= plain.expectation * (1 - 1e-3)
    assert result.best.value == pytest.approx(result.reference.value)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_keeps_to_a_budget_and_repeats_with_a_seed(problem, strategy):
    first, second = (
        hq.solve(
            problem,
            p=layers(strategy),
            strategy=strategy,
            max_evaluations=17,
            optimizer="cobyla",
            rng=5,
        )
        for _ in range(2)
    )
    assert first.optimizer.evaluations <= 17
    assert (first.parameters == second.parameters).all()
    assert first.best == second.best


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("method", ["differential-evolution", "optuna-random"])
def test_every_strategy_serves_methods_that_need_bounds(problem, strategy, method):
    depth = layers(strategy, 2)
    result = hq.solve(
        problem, p=depth, strategy=strategy, optimizer=method, max_evaluations=60, rng=1
    )
    assert result.optimizer.evaluations <= 60
    assert result.optimizer.method == method


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_interrupt_at_any_moment_leaves_the_best_so_far(problem, strategy):
    for stop in (1, 3, 9):
        found, _ = searched(problem, strategy, callback=lambda r, stop=stop: r.evaluation >= stop)
        assert found.solution.status == "interrupted"
        assert found.solution.evaluations == stop
        value = found.objective(found.solution.x)
        assert value == pytest.approx(found.solution.value, rel=1e-10)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_journal_cut_off_anywhere_resumes_to_the_same_result(problem, strategy, tmp_path):
    path = tmp_path / "run.journal"
    settings = {"p": layers(strategy), "strategy": strategy, "optimizer": "cobyla"}
    settings["max_evaluations"] = 90
    whole = hq.solve(problem, journal=path, rng=3, **settings)
    text = path.read_bytes()
    for part in (0.4, 0.9):
        path.write_bytes(text[: int(len(text) * part)])
        resumed = hq.solve(problem, journal=path, resume=True, rng=3, **settings)
        assert (resumed.parameters == whole.parameters).all()
        assert (resumed.optimizer, resumed.best) == (whole.optimizer, whole.best)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("objective", ["cvar", "gibbs"])
def test_every_strategy_serves_every_objective(problem, strategy, objective):
    result = hq.solve(
        problem,
        p=layers(strategy, 2),
        strategy=strategy,
        objective=objective,
        max_evaluations=100,
        rng=1,
    )
    assert result.ratio.expectation > 0.6


def test_a_short_time_limit_still_gives_an_answer(problem):
    for strategy in STRATEGIES:
        found, _ = searched(problem, strategy, time_limit=1e-6)
        assert np.isfinite(found.solution.value)
        assert found.solution.status in ("time_limit", "converged")


@pytest.mark.parametrize("strategy", ["interp", "fourier", "layerwise"])
def test_a_ladder_reports_each_depth_and_improves_with_it(problem, strategy):
    found, _ = searched(problem, strategy, p=4)
    values = [step.value for step in found.steps]
    assert [step.label[:5] for step in found.steps] == ["p = 1", "p = 2", "p = 3", "p = 4"]
    assert all(later < sooner for sooner, later in itertools.pairwise(values))


@pytest.mark.parametrize("strategy", ["interp", "fourier", "layerwise"])
def test_a_ladder_begins_at_the_depth_of_given_angles(problem, strategy):
    two = hq.solve(problem, p=2, rng=1)
    grown = hq.solve(problem, p=4, strategy=strategy, initial=two.parameters, rng=1)
    assert [step["step"][:5] for step in grown.ansatz["steps"]] == ["p = 2", "p = 3", "p = 4"]
    assert grown.expectation > two.expectation
    with pytest.raises(DimensionError, match="2 to 8 angles"):
        hq.solve(problem, p=4, strategy=strategy, initial=np.zeros(10))
    with pytest.raises(DimensionError, match="2 to 8 angles"):
        hq.solve(problem, p=4, strategy=strategy, initial=np.zeros(3))


def test_a_ladder_out_of_budget_says_how_far_it_came(problem):
    result = hq.solve(problem, p=30, strategy="interp", max_evaluations=25, rng=1)
    assert result.optimizer.status == "max_evaluations"
    assert "of 30 was reached" in result.optimizer.message
    assert len(result.parameters) == 60


def test_interp_reaches_the_ring_of_disagrees():
    """Zhou et al. 2020, arXiv:1812.01041: (2p+1)/(2p+2) at every p on an even ring."""
    found, _ = searched(hq.MaxCut(nx.cycle_graph(12)), "interp", p=4, tolerance=1e-9)
    for p, step in enumerate(found.steps[:-1], start=1):
        assert -step.value / 12 == pytest.approx((2 * p + 1) / (2 * p + 2), abs=1e-4)
    assert -found.solution.value / 12 == pytest.approx(9 / 10, abs=1e-6)


@pytest.mark.parametrize("p", [1, 3, 8])
def test_auto_never_begins_worse_than_the_ramp(p):
    graphs = [
        nx.random_regular_graph(3, 10, seed=1),
        weighted_graph(3, 10),
        nx.gnp_random_graph(9, 0.5, seed=2),
        nx.star_graph(7),
        nx.complete_graph(7),
        nx.random_labeled_tree(9, seed=3),
    ]
    for graph in graphs:
        problem = hq.MaxCut(graph)
        ansatz = hq.QAOA(problem.hamiltonian, p)
        ramp = hq.Expectation(ansatz, problem.hamiltonian)(ansatz.initial_point("ramp"))
        found, records = searched(problem, "direct", p=p, restarts=0)
        assert found.objective(found.start.x) <= ramp + 1e-12
        assert min(records[0].value, records[1].value) <= ramp + 1e-12
        end = hq.solve(problem, p=p, initial="ramp", rng=1).expectation
        assert -found.solution.value >= end * (1 - 1e-3)


def test_multistart_gives_up_the_worse_half_each_round(problem):
    found, _ = searched(problem, "multistart", restarts=7, method="cobyla", max_evaluations=400)
    assert [step.label for step in found.steps] == ["8 starts", "4 starts", "2 starts", "1 starts"]
    assert sum(step.evaluations for step in found.steps) <= 400


def test_warm_starts_at_one_layer_beat_the_plain_start(problem):
    plain = hq.solve(problem, p=1, rng=1)
    for strategy in ("warm-start", "warm-start-cut"):
        found, _ = searched(problem, strategy, p=1)
        assert isinstance(found.ansatz, WarmStartQAOA)
        assert -found.solution.value > plain.expectation + 0.1
        assert "product state" in found.start.reason


def test_bad_requests_are_refused(problem):
    with pytest.raises(UnknownNameError, match="did you mean 'interp'"):
        hq.solve(problem, strategy="intrep")
    with pytest.raises(ParameterError, match="strategy='interp' searches the angles of QAOA"):
        hq.solve(hq.spin_models.tfim(3), ansatz="hva", strategy="interp")
    with pytest.raises(ParameterError, match="max_evaluations must be an integer >= 1 or"):
        hq.solve(problem, max_evaluations=0)


@pytest.mark.parametrize(
    ("optimizer", "strategy", "p", "budget"),
    [("spsa", None, 2, 100), ("cobyla", "interp", 3, 3), ("l-bfgs", "layerwise", 2, 5)],
)
def test_the_message_names_the_budget_of_the_caller(optimizer, strategy, p, budget):
    problem = hq.MaxCut(nx.random_regular_graph(3, 8, seed=1))
    found = hq.solve(
        problem, p=p, optimizer=optimizer, strategy=strategy, max_evaluations=budget, rng=1
    ).optimizer
    assert found.evaluations == budget
    assert f"the budget of {budget} evaluations is used up" in found.message
