"""A state over ranks against one in one place."""

import threading

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core import memory
from hybridq.core.errors import CapacityError, EngineError, ParameterError
from hybridq.engines.distributed.comm import Loopback, RankLost
from hybridq.engines.distributed.ranks import Leader, Together
from hybridq.operators.ising import Ising

RANKS = (1, 2, 4, 8)


def weighted(n, rng, *, fields, higher=False):
    """Return an energy of random couplings, as a circuit of 3 layers."""
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n) if rng.random() < 0.5]
    terms = {pair: rng.normal() for pair in pairs}
    terms |= {(i,): rng.normal() for i in range(n) if fields}
    if higher:
        terms |= {(0, 1, 2, n - 1): 0.7, (1, 2, 3, 4): -0.4}
    return hq.QAOA(Ising.from_terms(terms, n), 3)


def bound(qaoa, **options):
    return hq.engines.Distributed(**options).bind(qaoa.circuit, qaoa.hamiltonian)


def reference(qaoa, **options):
    return hq.engines.Diagonal(**options).bind(qaoa.circuit, qaoa.hamiltonian)


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize(("n", "fields", "higher"), [
    (6, True, False), (9, False, False), (9, True, True), (9, False, True), (10, False, False),
])  # fmt: skip
def test_values_and_gradients_are_those_of_one_state(n, fields, higher, ranks):
    qaoa = weighted(n, np.random.default_rng(n), fields=fields, higher=higher)
    engine, whole = bound(qaoa, ranks=ranks, kernels="numpy"), reference(qaoa, kernels="numpy")
    for x in np.random.default_rng(1).normal(scale=2.0, size=(3, 6)):
        value, gradient = whole.expectation_and_gradient(x)
        found, slopes = engine.expectation_and_gradient(x)
        assert engine.expectation(x) == found
        scale = np.abs(gradient).max()
        np.testing.assert_allclose(found, value, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(slopes, gradient, rtol=0, atol=1e-12 * max(scale, 1.0))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("fields", [False, True])
def test_compiled_kernels_agree_with_numpy(fields, shared, monkeypatch):
    if not shared:  # as on several machines: by messages
        monkeypatch.setattr(Loopback, "share", lambda self, shape, dtype: None)
    # At 17 qubits the amplitudes of each of 4 ranks take several blocks.
    qaoa = weighted(17, np.random.default_rng(3), fields=fields)
    slow = reference(qaoa, kernels="numpy")
    for ranks in (2, 4):
        engine = bound(qaoa, ranks=ranks, kernels="compiled", threads=1)
        layer = (1 - 1 / ranks) * 2 ** (17 if fields else 16) / ranks * 16
        # Angles beyond π/4 flip bits within a rank, those of the chain, and the anchor.
        for x in ([0.3, -0.2, 0.5, 0.4, 1.3, -0.9], [2.0, 0.1, -0.4, -1.5, 3.0, 0.2]):
            value, gradient = slow.expectation_and_gradient(x)
            before = engine.sent
            found = engine.expectation(x)
            assert engine.sent - before == 3 * layer
            np.testing.assert_allclose(found, value, atol=1e-12 * np.abs(gradient).max())
            found, slopes = engine.expectation_and_gradient(x)
            np.testing.assert_allclose(found, value, atol=1e-12 * np.abs(gradient).max())
            np.testing.assert_allclose(slopes, gradient, atol=1e-12 * np.abs(gradient).max())


def test_values_do_not_depend_on_the_threads_of_a_rank():
    qaoa = weighted(17, np.random.default_rng(3), fields=False)
    x = [0.3, -0.2, 0.5, 0.4, 1.3, -0.9]
    one, two = (bound(qaoa, ranks=2, kernels="compiled", threads=each) for each in (1, 2))
    assert one.expectation(x) == two.expectation(x)


@pytest.mark.slow
@pytest.mark.parametrize("fields", [False, True])
def test_compiled_kernels_have_single_precision(fields):
    qaoa = weighted(17, np.random.default_rng(3), fields=fields)
    x = [0.3, -0.2, 0.5, 0.4, 1.3, -1.5]
    expected = reference(qaoa, kernels="numpy").expectation(x)
    engine = bound(qaoa, ranks=4, kernels="compiled", precision="single")
    assert engine.expectation(x) == pytest.approx(expected, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("ranks", RANKS[1:])
@pytest.mark.parametrize("fields", [False, True])
def test_a_layer_sends_each_amplitude_that_another_rank_needs_once(fields, ranks):
    n = 10
    qaoa = weighted(n, np.random.default_rng(0), fields=fields)
    engine = bound(qaoa, ranks=ranks, kernels="numpy")
    x = np.full(6, 0.3)
    bits = n if fields else n - 1
    layer = (1 - 1 / ranks) * 2**bits / ranks * 16
    engine.expectation(x)
    assert engine.sent == 3 * layer
    engine.expectation_and_gradient(x)
    assert engine.sent == (3 + 9) * layer


def test_single_precision_sends_half():
    qaoa = weighted(10, np.random.default_rng(0), fields=True)
    x = np.full(6, 0.3)
    double, single = (
        bound(qaoa, ranks=2, kernels="numpy", precision=each) for each in ("double", "single")
    )
    assert single.expectation(x) == pytest.approx(double.expectation(x), rel=1e-5)
    assert 2 * single.sent == double.sent


def test_samples_follow_the_distribution_and_the_seed():
    problem = hq.MaxCut(nx.random_regular_graph(3, 10, seed=2))
    qaoa = hq.QAOA(problem, 2)
    x, shots = [0.4, 0.7, 0.5, 0.2], 20_000
    expected = reference(qaoa, kernels="numpy")
    engine = bound(qaoa, ranks=4, kernels="numpy")
    values, weights = expected.distribution(x)
    same, found = engine.distribution(x)
    np.testing.assert_array_equal(same, values)
    np.testing.assert_allclose(found, weights, atol=1e-13)
    samples = engine.sample(x, shots, rng=5)
    assert np.array_equal(samples, engine.sample(x, shots, rng=5))
    counts = np.bincount(samples, minlength=1 << 10)
    probabilities = np.abs(expected.state(x)) ** 2
    spread = np.sqrt(shots * probabilities * (1 - probabilities))
    assert (np.abs(counts - shots * probabilities) <= 6 * spread + 1).all()


def test_a_solve_is_the_one_of_the_diagonal_engine():
    problem = hq.MaxCut(nx.random_regular_graph(3, 10, seed=4))
    options = {"p": 2, "rng": 3, "optimizer": "l-bfgs", "initial": "transfer"}
    found = hq.solve(problem, engine=hq.engines.Distributed(ranks=4, kernels="numpy"), **options)
    expected = hq.solve(problem, engine=hq.engines.Diagonal(kernels="numpy"), **options)
    assert found.expectation == pytest.approx(expected.expectation, abs=1e-9)
    assert found.engine.name == "distributed"


def test_threads_end_with_their_engine():
    before = threading.active_count()
    engine = bound(weighted(8, np.random.default_rng(0), fields=True), ranks=4)
    assert threading.active_count() == before + 3
    engine.expectation(np.zeros(6))
    del engine
    for thread in threading.enumerate():
        if thread.daemon and "follow" in thread.name:
            thread.join(10)
    assert threading.active_count() == before


def on_all(work, size):
    """Return what `work` of each rank's communicator returned or raised, by rank."""
    found = [None] * size

    def run(comm):
        try:
            found[comm.rank] = work(comm)
        except Exception as error:
            found[comm.rank] = error

    threads = [threading.Thread(target=run, args=(comm,)) for comm in Loopback.ring(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_ranks_that_run_the_same_program_have_the_same_results():
    qaoa = weighted(9, np.random.default_rng(0), fields=False)

    def work(comm):
        engine = bound(qaoa, comm=comm, kernels="numpy")
        return engine.expectation_and_gradient(np.full(6, 0.3)), engine.sample([0.3] * 6, 9, rng=1)

    (value, samples), *others = on_all(work, 4)
    for other, drawn in others:
        assert other[0] == value[0]
        assert np.array_equal(other[1], value[1])
        assert np.array_equal(drawn, samples)


def test_ranks_with_different_problems_or_parameters_are_refused():
    def problems(comm):
        return bound(weighted(9, np.random.default_rng(comm.rank), fields=False), comm=comm)

    qaoa = weighted(9, np.random.default_rng(0), fields=False)

    def parameters(comm):
        return bound(qaoa, comm=comm).expectation(np.full(6, float(comm.rank)))

    for work, what in ((problems, "problem"), (parameters, "parameters")):
        for found in on_all(work, 2):
            assert isinstance(found, EngineError)
            assert what in str(found)
            assert "on rank 1" in str(found)


def test_memory_is_that_of_all_ranks_of_a_machine(monkeypatch):
    qaoa = weighted(12, np.random.default_rng(0), fields=True)
    needed = 4096 * 16
    monkeypatch.setattr(memory, "available_bytes", lambda: needed)
    for found in on_all(lambda comm: bound(qaoa, comm=comm, kernels="numpy"), 2):
        assert isinstance(found, CapacityError)
        assert "the state over 2 ranks" in str(found)


def test_gradients_need_the_memory_of_a_second_state(monkeypatch):
    qaoa = weighted(12, np.random.default_rng(0), fields=True)

    def work(comm):
        engine = bound(qaoa, comm=comm, kernels="numpy")
        engine.expectation(np.full(6, 0.3))
        comm.allgather(None)  # all ranks have their state
        monkeypatch.setattr(memory, "available_bytes", lambda: 2 * 2048 * 16 - 1)
        return engine.expectation_and_gradient(np.full(6, 0.3))

    for found in on_all(work, 2):
        assert isinstance(found, CapacityError)
        assert "the second state of a gradient" in str(found)


def test_a_rank_that_ends_early_wakes_the_others():
    def work(comm):
        if comm.rank == 1:
            comm.end()
            return None
        return comm.allgather(comm.rank)

    found = on_all(work, 4)
    assert all(isinstance(found[rank], RankLost) for rank in (0, 2, 3))
    assert str(found[0]) == "rank 1 has ended"


def test_bad_ranks_and_circuits_are_refused():
    with pytest.raises(ParameterError, match="power of two"):
        hq.engines.Distributed(ranks=3)
    with pytest.raises(ParameterError, match="ranks"):
        hq.engines.Distributed(Loopback.ring(1)[0], ranks=2)
    with pytest.raises(EngineError, match="too many for 6 qubits"):
        bound(weighted(6, np.random.default_rng(0), fields=False), ranks=8)
    other = hq.QAOA(Ising.from_terms({(0, 1): 1.0}, 4), 1, "grover")
    with pytest.raises(EngineError):
        bound(other, ranks=2)


def test_a_leader_that_was_interrupted_goes_no_further():
    leader = Leader.of_threads(2)
    qaoa = weighted(8, np.random.default_rng(0), fields=True)
    engine = hq.engines.Distributed(ranks=2).bind(qaoa.circuit, qaoa.hamiltonian)

    class Interrupted:
        def energy(self, angles):
            raise KeyboardInterrupt

    number, shard = leader.build(engine.job)
    with pytest.raises(KeyboardInterrupt):
        leader.run(number, Interrupted(), "energy", np.zeros(6))
    with pytest.raises(EngineError, match="interrupted"):
        leader.run(number, shard, "energy", np.zeros(6))
    leader.stop()
    assert Together(Loopback.ring(1)[0]).size == 1
