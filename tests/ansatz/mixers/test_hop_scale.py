"""Scales of mixers on feasible spaces, and the starts that are made in their units."""

import itertools

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.angles import coupling_strength, linear_ramp
from hybridq.ansatz.mixers import BitFlip, XYComplete
from hybridq.ansatz.mixers.hop_scale import hop_scale
from hybridq.core.errors import ParameterError
from hybridq.operators import Ising
from hybridq.operators.feasible import FeasibleSpace, Group

CITIES = np.random.default_rng(3).integers(1, 50, (5, 5)).astype(float)


def share(problem, mixer, start, p):
    """Return the part of the way from the mean to the optimum that a start covers."""
    ansatz = hq.QAOA(problem, p=p, mixer=mixer)
    energies = ansatz.ising.energies(problem.space.bits())
    value = hq.Expectation(ansatz, problem, engine="subspace")(ansatz.initial_point(start))
    return (energies.mean() - value) / (energies.mean() - energies.min())


@pytest.mark.parametrize("seed", range(3))
def test_flips_of_free_bits_have_the_scale_of_the_x_mixer(seed):
    rng = np.random.default_rng(seed)
    graph = nx.complete_graph(8)
    nx.set_edge_attributes(graph, {edge: rng.normal() for edge in graph.edges}, "weight")
    ising = hq.MaxCut(graph).cost()
    scale = hop_scale(FeasibleSpace(8), "bit-flip", ising)
    assert scale.strength == pytest.approx(coupling_strength(ising), rel=1e-5)
    assert scale.rate == pytest.approx(1.0, rel=1e-5)


def test_the_scale_of_transpositions_is_that_of_all_exchanges_of_all_tours():
    problem = hq.TravelingSalesman(distances=CITIES)

    def length(tour):
        return sum(CITIES[a, b] for a, b in itertools.pairwise((0, *tour, 0)))

    tours = list(itertools.permutations(range(1, 5)))
    changes = []
    for tour in tours:
        for a, b in itertools.combinations(range(4), 2):
            other = list(tour)
            other[a], other[b] = other[b], other[a]
            changes.append(length(other) - length(tour))
    delta, variance = np.sqrt(np.mean(np.square(changes))), np.var([length(t) for t in tours])
    scale = hq.QAOA(problem, mixer="transposition").hop_scale
    assert scale.strength == pytest.approx(delta / 2, rel=1e-5)
    assert scale.rate == pytest.approx(6 * delta**2 / (2 * variance) / 4, rel=1e-5)


def test_the_grover_mixer_hops_to_any_state():
    problem = hq.TravelingSalesman(distances=CITIES)
    ansatz = hq.QAOA(problem, mixer="grover")
    deviation = ansatz.ising.energies(problem.space.bits()).std()
    assert ansatz.hop_scale.strength == pytest.approx(deviation / np.sqrt(2), rel=1e-5)
    assert ansatz.hop_scale.rate == 0.25


@pytest.mark.parametrize("blocks", [3, 30])
def test_one_hot_blocks_have_the_gap_of_a_complete_graph_listed_or_drawn(blocks):
    # One weight w on a value of d = 3: two thirds of the hops change the cost by w; the gap is d.
    space = FeasibleSpace(
        3 * blocks, groups=tuple(Group((3 * b, 3 * b + 1, 3 * b + 2)) for b in range(blocks))
    )
    cost = Ising.from_qubo({(3 * b,): 5.0 for b in range(blocks)}, n_qubits=3 * blocks)
    scale = hop_scale(space, "xy-complete", cost)
    tolerance = 1e-5 if blocks == 3 else 0.1  # of 1024 draws among 3**30 states
    assert scale.strength == pytest.approx(2.5 * np.sqrt(2 / 3), rel=tolerance)
    assert scale.rate == pytest.approx(3 / 4, rel=tolerance)


def test_drawn_states_of_a_product_are_feasible_and_the_same_each_time():
    grid = tuple(tuple(range(9 * i, 9 * i + 9)) for i in range(9))
    space = FeasibleSpace(
        100, groups=(Group(tuple(range(81, 90)), 4),), grid=grid, chains=(tuple(range(90, 95)),)
    )
    from hybridq.ansatz.mixers.hop_scale import _drawn

    rows = _drawn(space, np.random.default_rng(1))
    assert space.contains(rows).all()
    assert len(np.unique(rows, axis=0)) == len(rows)
    cost = Ising.from_qubo({(0, 10): 1.0, (95,): 2.0, (81,): 1.0}, n_qubits=100)
    assert hop_scale(space, "transposition", cost) == hop_scale(space, "transposition", cost)


def test_a_cost_that_hops_do_not_change_has_no_scale():
    space = FeasibleSpace(4, groups=(Group((0, 1)), Group((2, 3))))
    flat = Ising.from_qubo({(0,): 1.0, (1,): 1.0}, n_qubits=4)
    assert hop_scale(space, "xy-complete", flat) is None
    single = FeasibleSpace(2, groups=(Group((0,)), Group((1,))))
    assert hop_scale(single, "xy-complete", Ising.from_qubo({(0,): 1.0}, n_qubits=2)) is None
    cost = hq.MaxCut(nx.path_graph(2)).hamiltonian
    ansatz = hq.QAOA(cost, p=2, mixer=XYComplete(blocks=((0,), (1,))))
    assert ansatz.strength == coupling_strength(ansatz.ising)
    assert np.isfinite(ansatz.initial_point("auto")).all()


@pytest.mark.parametrize("mixer", ["x", "grover"])
def test_without_a_feasible_space_the_ramp_is_the_plain_one_bit_for_bit(mixer):
    problem = hq.MaxCut(nx.petersen_graph())
    ansatz = hq.QAOA(problem, p=3, mixer=mixer)
    plain = linear_ramp(ansatz.ising, 3)
    plain[3:] *= 1.0 if mixer == "x" else 2.0
    assert (ansatz.initial_point("ramp") == plain).all()
    assert ansatz.strength == coupling_strength(ansatz.ising)
    penalized = hq.QAOA(hq.TravelingSalesman(distances=CITIES), p=3, mixer="x")
    assert (penalized.initial_point("ramp") == linear_ramp(penalized.ising, 3)).all()


def test_starts_do_not_depend_on_the_unit_of_the_cost():
    small = hq.QAOA(hq.TravelingSalesman(distances=CITIES), p=2)
    large = hq.QAOA(hq.TravelingSalesman(distances=1024 * CITIES), p=2)
    expected = small.initial_point("ramp") / [1024, 1024, 1, 1]
    assert large.initial_point("ramp") == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("problem", "mixer", "start"),
    [
        (hq.TravelingSalesman(distances=CITIES), "transposition", "ramp"),
        (hq.TravelingSalesman(distances=CITIES), "adjacent-transposition", "ramp"),
        (hq.TravelingSalesman(distances=CITIES), "grover", "ramp"),
        (hq.Coloring(nx.wheel_graph(5), colors=3), "xy-complete", "ramp"),
        (hq.Coloring(nx.wheel_graph(5), colors=3), "xy-ring", "ramp"),
        (hq.IndependentSet(nx.petersen_graph()), "bit-flip", "sweep"),
        (hq.VertexCover(nx.petersen_graph()), "bit-flip", "sweep"),
    ],
)
def test_starts_on_feasible_spaces_cover_half_of_the_way_to_the_optimum_and_rise_with_depth(
    problem, mixer, start
):
    shares = [share(problem, mixer, start, p) for p in (8, 16)]
    assert shares[0] > 0.5
    assert shares[1] > shares[0]


def test_a_sweep_needs_a_mixer_that_starts_in_one_assignment():
    problem = hq.IndependentSet(nx.cycle_graph(5))
    assert hq.QAOA(problem, mixer="bit-flip").can_sweep
    for mixer in ("x", "grover", BitFlip(initial="uniform")):
        with pytest.raises(ParameterError, match="start 'sweep' is for mixers that start in one"):
            hq.QAOA(problem, mixer=mixer).initial_point("sweep")


def test_the_search_names_the_sweep_where_it_began():
    result = hq.solve(hq.VertexCover(nx.cycle_graph(7)), p=6, rng=1)
    assert result.ansatz["initial"] == "sweep"
    result = hq.solve(hq.VertexCover(nx.cycle_graph(7)), p=6, initial="ramp", rng=1)
    assert result.ansatz["initial"] == "ramp"


def test_the_bit_flip_mixer_starts_from_the_empty_set_or_the_full_cover():
    def first(problem):
        return hq.QAOA(problem, mixer="bit-flip").circuit.instructions[0].bits

    graph = nx.path_graph(4)
    assert first(hq.IndependentSet(graph)) == (0, 0, 0, 0)
    assert first(hq.VertexCover(graph)) == (1, 1, 1, 1)


def test_a_finished_ansatz_on_the_feasible_space_is_accepted():
    problem = hq.VertexCover(nx.cycle_graph(5))
    ansatz = hq.QAOA(problem, p=2, mixer=BitFlip(initial="aligned"))
    assert hq.solve(problem, ansatz=ansatz, rng=1).best.value == 3
    other = hq.VertexCover(nx.wheel_graph(5))
    with pytest.raises(ParameterError, match="another Hamiltonian"):
        hq.solve(other, ansatz=ansatz, rng=1)
