"""Optimizers with their options, handed to `solve` and its kin."""

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import FormatError, OutputError, ParameterError, UnknownNameError
from hybridq.optimizers.configure import configured_optimizer

MOLECULES = Path(__file__).parents[2] / "problems" / "molecules"
GRAPH = nx.random_regular_graph(3, 8, seed=1)


def maxcut(**options):
    return hq.solve(hq.MaxCut(GRAPH), **{"p": 2, "rng": 7, "max_evaluations": 60} | options)


def test_an_optimizer_at_its_defaults_is_the_same_as_its_name():
    for name in ("l-bfgs", "spsa", "cobyla", "optuna-random"):
        by_name, by_object = maxcut(optimizer=name), maxcut(optimizer=hq.OPTIMIZERS[name]())
        assert (by_name.parameters == by_object.parameters).all()
        assert by_name.optimizer == by_object.optimizer
        assert by_name.optimizer.options == {}


def test_options_change_the_search_and_are_told():
    narrow = maxcut(optimizer=hq.OPTIMIZERS["spsa"](initial_step=1e-3, blocking=True))
    assert narrow.optimizer.options == {"initial_step": 1e-3, "blocking": True}
    assert (narrow.parameters != maxcut(optimizer="spsa").parameters).any()
    assert json.loads(narrow.to_json())["optimizer"]["options"]["blocking"] is True


@pytest.mark.parametrize("strategy", ["direct", "interp"])
def test_a_tolerance_that_was_set_comes_before_that_of_the_solver(strategy):
    loose, tight = (
        maxcut(strategy=strategy, optimizer=hq.OPTIMIZERS["l-bfgs"](tolerance=tolerance))
        for tolerance in (1e-1, 1e-12)
    )
    assert loose.optimizer.evaluations < tight.optimizer.evaluations
    assert tight.expectation >= loose.expectation


def test_energies_adapt_and_excited_states_take_an_optimizer():
    loose = hq.OPTIMIZERS["l-bfgs"](tolerance=1e-2)
    molecule = hq.Molecule.from_fcidump(MOLECULES / "h2_sto3g.fcidump")
    for ansatz in ("uccsd", "adapt"):
        result = hq.solve(molecule, ansatz=ansatz, optimizer=loose, rng=1)
        assert result.optimizer.options == {"tolerance": 1e-2}
        assert result.optimizer.method == "l-bfgs"
    found = hq.excited_states(molecule, 2, optimizer=hq.OPTIMIZERS["bfgs"](), rng=1)
    assert len(found.states) == 2


def test_a_journal_resumes_with_the_same_options_only(tmp_path):
    path = tmp_path / "run.journal"
    spsa = hq.OPTIMIZERS["spsa"]
    whole = maxcut(optimizer=spsa(blocking=True), journal=path)
    path.write_bytes(path.read_bytes()[:-400])
    resumed = maxcut(optimizer=spsa(blocking=True), journal=path, resume=True)
    assert (resumed.parameters == whole.parameters).all()
    assert resumed.optimizer == whole.optimizer
    with pytest.raises(FormatError, match="blocking"):
        maxcut(optimizer=spsa(), journal=path, resume=True)


def test_what_is_no_optimizer_is_refused():
    for wrong in (hq.OPTIMIZERS["spsa"], 3):
        with pytest.raises(
            ParameterError, match="optimizer must be a name of OPTIMIZERS, a configured"
        ):
            maxcut(optimizer=wrong)
    with pytest.raises(UnknownNameError, match="did you mean 'spsa'"):
        maxcut(optimizer="spas")


# A study that other processes share.


def shared(folder, name="optuna-random"):
    return hq.OPTIMIZERS[name](storage=f"sqlite:///{folder}/study.db", study_name="s")


def test_two_solves_share_a_study(tmp_path):
    first = maxcut(optimizer=shared(tmp_path), max_evaluations=8)
    second = maxcut(optimizer=shared(tmp_path), max_evaluations=4, rng=8)
    assert second.expectation >= first.expectation - 1e-9


def test_a_study_of_a_solve_has_angles_by_name_and_natural_values(tmp_path):
    """Weights of 128 and more: γ is then searched in units of 1/128."""
    import optuna

    weights = {(0, 1): 130.0, (1, 2): 150.0, (2, 3): 170.0, (3, 0): 110.0}
    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, w) for (u, v), w in weights.items())
    problem = hq.MaxCut(graph)
    result = hq.solve(problem, p=2, optimizer=shared(tmp_path), max_evaluations=6, rng=1)
    (name,) = optuna.get_all_study_names(url := shared(tmp_path).storage)
    study = optuna.load_study(storage=url, study_name=name)
    assert set(study.best_params) == {"gamma_1", "gamma_2", "beta_1", "beta_2"}
    # A value is the energy, minus the expected cut, at the angles as they stand there.
    ansatz = hq.QAOA(problem, p=2)
    energy = hq.Expectation(ansatz, problem.observable)
    for trial in study.trials:
        angles = [trial.params[key] for key in ("gamma_1", "gamma_2", "beta_1", "beta_2")]
        assert trial.value == pytest.approx(energy(angles), rel=1e-9)
        assert -sum(weights.values()) <= trial.value < 0.0
    assert result.expectation >= -study.best_value - 1e-9
    graph[0][1]["weight"], graph[1][2]["weight"] = 150.0, 130.0  # with the same bounds
    with pytest.raises(ParameterError, match="is of another problem"):
        hq.solve(hq.MaxCut(graph), p=2, optimizer=shared(tmp_path), max_evaluations=6)


@pytest.mark.parametrize("strategy", ["interp", "fourier", "multistart", "multi-angle"])
def test_strategies_of_several_searches_are_refused_with_a_study(tmp_path, strategy):
    with pytest.raises(ParameterError, match=f"strategy='{strategy}' makes several searches"):
        maxcut(optimizer=shared(tmp_path), strategy=strategy)


def test_warm_starts_make_one_search(tmp_path):
    result = maxcut(optimizer=shared(tmp_path), strategy="warm-start", max_evaluations=6)
    assert result.optimizer.evaluations == 6


def test_adapt_deflation_and_journals_are_refused_with_a_study(tmp_path):
    molecule = hq.Molecule.from_fcidump(MOLECULES / "h2_sto3g.fcidump")
    with pytest.raises(ParameterError, match="a search for each operator"):
        hq.solve(molecule, ansatz="adapt", optimizer=shared(tmp_path))
    with pytest.raises(ParameterError, match="a search for each state"):
        hq.excited_states(molecule, 2, method="vqd", optimizer=shared(tmp_path))
    with pytest.raises(ParameterError, match="cannot be resumed"):
        maxcut(optimizer=shared(tmp_path), journal=tmp_path / "run.journal")


def test_a_storage_out_of_reach_is_told_before_any_evaluation(tmp_path):
    seen = []
    with pytest.raises(OutputError, match="cannot be reached"):
        maxcut(optimizer=shared(tmp_path / "nowhere"), callback=seen.append)
    assert seen == []


def test_a_password_is_not_shown():
    url = "postgresql://me:secret@host/base"
    optimizer = hq.OPTIMIZERS["optuna-tpe"](storage=url, study_name="s", batch=np.int64(2))
    told = configured_optimizer(optimizer).changed_options()
    assert told["storage"] == "postgresql://me:***@host/base"
    assert told["study_name"] == "s"
