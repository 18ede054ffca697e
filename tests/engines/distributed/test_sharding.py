"""Layouts of a state over ranks: every amplitude is somewhere, and every rank knows its cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridq.core.errors import EngineError, ParameterError
from hybridq.engines.distributed.sharding import Sharding, checked_ranks
from hybridq.operators.ising import Ising


@st.composite
def shardings(draw):
    symmetric = draw(st.booleans())
    rank_bits = draw(st.integers(0, 3))
    least = max(2 * (rank_bits + symmetric), 2) if rank_bits else 2
    return Sharding(draw(st.integers(least, max(least, 8))), rank_bits, symmetric)


@st.composite
def energies(draw, bits):
    """Draw an energy with terms of up to four spins, where there are so many."""
    terms = {(): draw(st.floats(-2, 2))}
    for _ in range(draw(st.integers(1, 6))):
        order = draw(st.integers(1, min(4, bits)))
        spins = draw(st.permutations(range(bits)))[:order]
        terms[tuple(sorted(spins))] = draw(st.floats(-2, 2))
    return Ising.from_terms(terms, bits)


def _bits(index, width):
    return index[:, np.newaxis] >> np.arange(width) & 1


def _indices(sharding, layout, rank):
    return sharding.global_index(np.arange(1 << sharding.local_bits), layout, rank)


@given(shardings())
def test_each_layout_has_every_amplitude_once(sharding):
    for layout in range(2):
        found = [_indices(sharding, layout, rank) for rank in range(sharding.ranks)]
        assert np.array_equal(np.sort(np.concatenate(found)), np.arange(1 << sharding.bits))


@given(st.data(), shardings())
def test_the_cost_of_a_rank_is_that_of_its_amplitudes(data, sharding):
    ising = data.draw(energies(sharding.bits))
    local = np.arange(1 << sharding.local_bits)
    for layout in range(2 if sharding.rank_bits else 1):
        for rank in range(sharding.ranks):
            cost = sharding.local_cost(ising, layout, rank)
            expected = ising.energies(_bits(_indices(sharding, layout, rank), sharding.bits))
            found = cost.energies(_bits(local, sharding.local_bits))
            np.testing.assert_allclose(found, expected, atol=1e-12)


@given(shardings().filter(lambda sharding: sharding.rank_bits > 0), st.integers(0, 1))
def test_an_exchange_brings_every_amplitude_to_its_place(sharding, layout):
    starts, columns = sharding.starts(), 1 << sharding.column_bits
    before = [_indices(sharding, layout, rank) for rank in range(sharding.ranks)]
    ones = np.empty(1 << sharding.bits, dtype=np.int64)
    for index in before:
        ones[index] = np.bitwise_count(np.arange(len(index)))
    for rank in range(sharding.ranks):
        after = np.full(1 << sharding.local_bits, -1)
        quarters = np.empty_like(after)
        for peer in range(sharding.ranks):
            for source, target in zip(
                sharding.outgoing(rank), sharding.incoming(peer), strict=True
            ):
                at, to = starts[source], starts[target]
                after[to : to + columns] = before[peer][at : at + columns]
                quarters[to : to + columns] = sharding.quarters(rank)[target]
        assert np.array_equal(after, _indices(sharding, 1 - layout, rank))
        # Amplitudes are kept times i to the ones of the local index, in either layout.
        now = np.bitwise_count(np.arange(len(after))).astype(np.int64)
        assert np.array_equal((now - ones[after]) & 3, quarters)


@given(shardings())
def test_the_flip_of_all_bits_stays_within_a_rank_where_it_is_a_symmetry(sharding):
    if not sharding.symmetric:
        return
    for layout in range(2):
        for rank in range(sharding.ranks):
            index = _indices(sharding, layout, rank)
            assert np.array_equal(index[::-1], index ^ ((1 << sharding.bits) - 1))


def test_ranks_that_cannot_be_are_refused():
    with pytest.raises(ParameterError, match="power of two, got 6: use 4 or 8"):
        checked_ranks(6)
    with pytest.raises(EngineError, match="8 ranks are too many for 7 qubits: use ranks=4 at most"):
        Sharding(6, 3, symmetric=True)
    with pytest.raises(EngineError, match="use ranks=4 at most"):
        Sharding(5, 3, symmetric=False)
