"""Strategies are frozen objects; their options change the search and are recorded."""

import dataclasses

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import FormatError, ParameterError
from hybridq.core.options import of_dataclass
from hybridq.optimizers.capabilities import Capability, member
from hybridq.strategies.coordinates import AffineMap, Reparametrized
from hybridq.strategies.registry import _check_strategy

CLASSES = [type(hq.STRATEGIES[name]) for name in hq.STRATEGIES]


@pytest.fixture(scope="module")
def problem():
    return hq.MaxCut(nx.random_regular_graph(3, 8, seed=2))


@pytest.mark.parametrize("kind", CLASSES)
def test_every_strategy_is_public_frozen_and_explains_its_options(kind):
    strategy = kind()
    assert strategy == hq.STRATEGIES[kind.name]
    assert getattr(hq.strategies, kind.__name__) is kind
    assert strategy.changed_options() == {}
    assert [option.name for option in of_dataclass(kind)] == list(kind.option_names())
    for option in of_dataclass(kind):
        assert option.help, option.name
    with pytest.raises(dataclasses.FrozenInstanceError):
        strategy.anything = 1


@pytest.mark.parametrize("kind", CLASSES)
def test_a_name_an_entry_and_an_object_are_the_same_strategy(problem, kind):
    settings = {"p": kind.most_layers or 2, "optimizer": "cobyla", "max_evaluations": 12, "rng": 5}
    named, entry, configured = (
        hq.solve(problem, strategy=strategy, **settings)
        for strategy in (kind.name, hq.STRATEGIES[kind.name], kind())
    )
    np.testing.assert_array_equal(named.parameters, entry.parameters)
    np.testing.assert_array_equal(named.parameters, configured.parameters)
    assert named.ansatz == entry.ansatz == configured.ansatz
    assert "strategy_options" not in named.ansatz


def test_the_number_of_random_starts_is_an_option_of_multistart(problem):
    strategy = hq.strategies.Multistart(random_starts=3)
    result = hq.solve(problem, p=1, strategy=strategy, optimizer="cobyla", rng=1)
    assert result.ansatz["steps"][0]["step"] == "4 starts"
    assert result.ansatz["strategy_options"] == {"random_starts": 3}


def test_the_direct_search_can_leave_out_the_ramp(problem):
    assert hq.STRATEGIES["direct"].try_ramp
    with_ramp = hq.solve(problem, p=2, rng=1)
    without = hq.solve(problem, p=2, rng=1, strategy=hq.strategies.Direct(try_ramp=False))
    assert without.optimizer.evaluations < with_ramp.optimizer.evaluations


def test_the_slopes_of_a_ramp_keep_to_their_evaluations(problem):
    strategy = hq.strategies.RampSearch(slope_evaluations=5)
    result = hq.solve(problem, p=2, strategy=strategy, optimizer="cobyla", rng=1)
    assert result.ansatz["steps"][0]["evaluations"] == 5


def test_a_warm_start_with_epsilon_one_half_is_plain_qaoa(problem):
    strategy = hq.strategies.WarmStart(epsilon=0.5)
    x = hq.QAOA(problem, 1).initial_point("ramp")
    result = hq.solve(problem, p=1, strategy=strategy, initial=x, max_evaluations=1, rng=1)
    plain = hq.Expectation(hq.QAOA(problem, 1), problem.hamiltonian)
    assert -result.expectation == pytest.approx(plain(result.parameters), abs=1e-10)


def test_random_starts_of_a_warm_start_repeat_with_the_seed(problem):
    first, second = (
        hq.solve(problem, p=2, strategy="warm-start", initial="random", max_evaluations=1, rng=3)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.parameters, second.parameters)


def test_a_journal_of_other_options_is_not_continued(problem, tmp_path):
    path = tmp_path / "run.journal"
    settings = {"p": 1, "optimizer": "cobyla", "max_evaluations": 20, "rng": 1}
    strategy = hq.strategies.Multistart(random_starts=3)
    hq.solve(problem, strategy=strategy, journal=path, **settings)
    hq.solve(problem, strategy=strategy, journal=path, resume=True, **settings)
    with pytest.raises(FormatError, match=r"strategy.options"):
        hq.solve(problem, strategy="multistart", journal=path, resume=True, **settings)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("interp", {"loosening": 0}, "loosening must be a positive number, got 0"),
        ("fourier", {"strength": float("nan")}, "strength must be a positive number, got nan"),
        ("direct", {"try_ramp": "yes"}, "try_ramp must be True or False, got 'yes'"),
        ("multistart", {"random_starts": -1}, "random_starts must be an integer >= 0, got -1"),
        ("multi-angle", {"nudge": -0.1}, "nudge must be a positive number, got -0.1"),
        ("multi-angle", {"nudged_starts": 1.5}, "nudged_starts must be an integer >= 0"),
        ("ramp-search", {"slope_evaluations": 0}, "slope_evaluations must be an integer >= 1"),
        ("warm-start", {"epsilon": 0.0}, "epsilon must be a number above 0 and at most 0.5"),
        ("warm-start-cut", {"sweeps": -1}, "sweeps must be an integer >= 0, got -1"),
    ],
)
def test_options_are_checked_when_a_strategy_is_made(kind, options, message):
    with pytest.raises(ParameterError, match=message):
        type(hq.STRATEGIES[kind])(**options)


def test_a_class_and_a_stranger_are_not_strategies(problem):
    with pytest.raises(ParameterError, match="call the class, which makes a strategy"):
        hq.solve(problem, strategy=hq.strategies.Interp)
    with pytest.raises(ParameterError, match="strategy must be a name of STRATEGIES or a config"):
        hq.solve(problem, strategy=hq.optimizers.SPSA())


def test_an_entry_of_another_package_is_a_class_with_defaults_and_its_own_name():
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Mine(hq.strategies.Strategy):
        name = "mine"
        summary = "nothing"

        def run(self, task):
            raise NotImplementedError

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Demanding(Mine):
        needed: int

    _check_strategy("mine", Mine)
    with pytest.raises(ParameterError, match="not 'other'"):
        _check_strategy("other", Mine)
    with pytest.raises(ParameterError, match=r"subclass of hybridq\.strategies\.base\.Strategy"):
        _check_strategy("mine", Mine())
    with pytest.raises(TypeError, match="needed"):
        _check_strategy("mine", Demanding)


def test_other_coordinates_keep_exactly_the_members_of_the_objective(problem):
    exact = hq.Expectation(hq.QAOA(problem, 2), problem.hamiltonian)
    noisy = hq.FromShots(exact, shots=10, rng=1)
    for objective in (exact, noisy):
        view = Reparametrized(objective, AffineMap(np.eye(4)))
        # A mixture of coordinates has neither the frequencies nor the periods of one.
        for capability in set(Capability) - {Capability.FREQUENCIES, Capability.PERIODS}:
            own = member(objective, capability)
            assert (member(view, capability) is None) == (own is None), capability
        assert view.identity == objective.identity
        with pytest.raises(AttributeError, match="no attribute 'config'"):
            _ = view.config
