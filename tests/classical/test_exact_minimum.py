from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from hybridq.classical import EXACT_LIMIT, elimination_minimum, exact, exact_minimum
from hybridq.core.errors import CapacityError
from hybridq.operators.ising import Ising
from tests.classical.ising_oracles import all_energies, index_of, isings, maxcut, random_ising


@given(isings(10))
@settings(deadline=None, max_examples=80)
def test_energy_is_the_minimum_over_all_states(ising: Ising) -> None:
    energies = all_energies(ising)
    found = exact_minimum(ising)
    assert found.energy == pytest.approx(energies.min(), abs=1e-10)
    assert energies[index_of(found.bits)] == pytest.approx(found.energy, abs=1e-12)
    assert found.exact
    assert found.method == "exhaustive search"


@pytest.mark.parametrize("fields", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_of_several_ground_states_the_smallest_index_is_returned(seed: int, fields: bool) -> None:
    ising = random_ising(13, seed, density=0.3, fields=fields, whole=True)
    energies = all_energies(Ising(13, 0.0, ising.linear, ising.pairs, ising.couplings))
    assert index_of(exact_minimum(ising).bits) == int(np.argmin(energies))


@pytest.mark.parametrize("fields", [True, False])
@pytest.mark.parametrize("executor", ["serial", "threads:2", "threads:5"])
@pytest.mark.parametrize(("low", "column", "mid"), [(1, 0, 1), (3, 1, 2), (4, 4, 0), (5, 2, 6)])
def test_blocks_and_chunks_do_not_change_the_answer(
    monkeypatch: pytest.MonkeyPatch, low: int, column: int, mid: int, executor: str, fields: bool
) -> None:
    ising = random_ising(12, 7, fields=fields)
    monkeypatch.setattr(exact, "_LOW_BITS", low)
    monkeypatch.setattr(exact, "_COLUMN_BITS", column)
    monkeypatch.setattr(exact, "_MID_BITS", mid)
    found = exact_minimum(ising, executor=executor)
    assert index_of(found.bits) == int(np.argmin(all_energies(ising)))
    assert found.energy == pytest.approx(all_energies(ising).min(), abs=1e-12)


@pytest.mark.parametrize("n", [4, 9, 24, 27])
def test_complete_graph_is_cut_in_halves(n: int) -> None:
    assert exact_minimum(maxcut(nx.complete_graph(n))).energy == -(n // 2) * ((n + 1) // 2)


@pytest.mark.parametrize("n", [5, 12, 25])
def test_cycle_loses_an_edge_only_when_odd(n: int) -> None:
    assert exact_minimum(maxcut(nx.cycle_graph(n))).energy == -(n - n % 2)


def test_several_chunks_of_real_couplings_agree_with_variable_elimination() -> None:
    ising = random_ising(25, 3, density=0.25)
    found = exact_minimum(ising)
    other = elimination_minimum(ising)
    assert found.energy == pytest.approx(other.energy, abs=1e-10)
    assert np.array_equal(found.bits, other.bits)


def test_terms_of_any_order_are_taken() -> None:
    rng = np.random.default_rng(5)
    higher = tuple(
        (tuple(sorted(rng.choice(9, k, replace=False).tolist())), float(rng.normal()))
        for k in (3, 3, 4, 4, 5, 6)
    )
    ising = Ising(9, 0.5, rng.normal(size=9), [[0, 1], [2, 8]], [1.0, -2.0], higher)
    found = exact_minimum(ising)
    assert index_of(found.bits) == int(np.argmin(all_energies(ising)))


def test_too_many_spins_are_refused_with_the_limit_in_the_message() -> None:
    n = EXACT_LIMIT + 1
    with pytest.raises(CapacityError, match=f"{n} spins.*limit is {EXACT_LIMIT}.*local_search"):
        exact_minimum(maxcut(nx.path_graph(n)))


def test_bits_cannot_be_changed_afterwards() -> None:
    found = exact_minimum(maxcut(nx.path_graph(3)))
    assert found.bits.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        found.bits[0] = 1
