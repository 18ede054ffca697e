"""A reference is computed once for each problem, and is the same in every run."""

import networkx as nx

import hybridq as hq
from hybridq.circuits.digest import digest
from hybridq.classical import exact_energies as baselines
from hybridq.operators.ising import Ising
from hybridq.solver import answers, exact


def counted(monkeypatch, module, name):
    calls = []
    original = getattr(module, name)

    def call(*args, **keywords):
        calls.append((args, keywords))
        return original(*args, **keywords)

    monkeypatch.setattr(module, name, call)
    return calls


def cut():
    return hq.MaxCut(nx.random_regular_graph(3, 8, seed=1))


def test_a_proven_cut_is_looked_for_once(monkeypatch):
    import hybridq.classical

    calls = counted(monkeypatch, hybridq.classical, "reference")
    problem = cut()
    first, second = (hq.solve(problem, p=1, rng=seed).reference for seed in (1, 2))
    assert first == second == hq.solve(cut(), p=1, rng=3).reference
    assert len(calls) == 2  # one for each of the problems
    assert answers._PROVEN[problem] is first


def test_a_cut_that_is_not_proven_is_looked_for_again(monkeypatch):
    from hybridq.classical import local_search

    problem = cut()
    for seed in (1, 2):
        monkeypatch.setattr(
            "hybridq.classical.reference",
            lambda ising, rng, **_: local_search(ising, rng=rng),
        )
        assert not hq.solve(problem, p=1, rng=seed).reference.exact
    assert problem not in answers._PROVEN


def test_exact_energies_do_not_depend_on_the_seed_and_are_computed_once(monkeypatch):
    calls = counted(monkeypatch, exact, "exact_energies")
    hamiltonian = hq.spin_models.tfim(10)  # 1024 states: by iteration from a random vector
    problem = hq.HamiltonianProblem(hamiltonian)
    first, second = (
        hq.solve(problem, ansatz="hva", layers=1, max_evaluations=5, rng=seed).reference
        for seed in (1, 2)
    )
    assert "Lanczos" in first.method
    assert first == second
    assert len(calls) == 1
    other = hq.solve(hamiltonian, ansatz="hva", layers=1, max_evaluations=5, rng=3)
    assert other.reference == first


def test_what_was_refused_or_not_wanted_is_not_remembered(monkeypatch):
    monkeypatch.setattr(baselines, "QUICK_STATES", 4)
    problem = hq.HamiltonianProblem(hq.spin_models.tfim(3))
    solve = {"ansatz": "hva", "layers": 1, "max_evaluations": 5, "rng": 1}
    assert hq.solve(problem, **solve).reference is None
    assert hq.solve(problem, **solve, exact=True).reference is not None
    assert hq.solve(problem, **solve, exact=False).reference is None


def test_spins_of_a_sum_and_digests_are_made_once():
    problem = cut()
    spins = Ising.from_pauli_sum(problem.hamiltonian)
    assert Ising.from_pauli_sum(problem.hamiltonian) is spins
    again = cut()
    assert digest(problem.hamiltonian) == digest(again.hamiltonian) == digest(problem.hamiltonian)
    assert digest(2.0 * problem.hamiltonian) != digest(problem.hamiltonian)
    circuits = [hq.QAOA(each.hamiltonian, p=2).circuit for each in (problem, again)]
    assert digest(circuits[0]) == digest(circuits[1])
    assert circuits[0] == circuits[1]


def test_programs_are_held_against_all_feasible_states():
    """Of the 16 sets of the example's items 11 weigh at most 6; the best value is 8."""
    problem = hq.Knapsack.example()
    sets = [row for row in problem.space.bits() if row @ problem.data.weights[0] <= 6]
    found = hq.solve(problem, p=1, rng=1).reference
    assert (found.value, found.bound, found.exact) == (8.0, 8.0, True)
    assert len(sets) == 11
    assert found.method == "maximum over 11 feasible states"
    assert answers._PROVEN[problem] is found
