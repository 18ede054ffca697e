"""Model Hamiltonians against closed forms, published energies and their definitions."""

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError, ProblemError
from hybridq.operators import HubbardModel, PauliSum
from hybridq.operators.spin_models import fermi_hubbard, heisenberg, lattice_graph, tfim, xxz


def ground_energy(operator):
    matrix = operator.to_matrix().toarray()
    assert not matrix.imag.any()
    return np.linalg.eigvalsh(matrix.real)[0]


@pytest.mark.parametrize(
    ("n", "energy"), [(4, -5.226251860), (6, -7.727406610), (8, -10.251661791)]
)
def test_critical_ising_ring(n, energy):
    assert ground_energy(tfim(n, h=1.0, periodic=True)) == pytest.approx(energy, abs=1e-9)
    assert energy == pytest.approx(-2 / np.sin(np.pi / (2 * n)), abs=1e-9)


@pytest.mark.parametrize("h", [0.3, 1.7])
def test_ising_ring_matches_free_fermions(h):
    k = (2 * np.arange(6) + 1) * np.pi / 6
    expected = -np.sqrt(1 + h**2 - 2 * h * np.cos(k)).sum()
    assert ground_energy(tfim(6, h=h, periodic=True)) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("n", "energy"), [(4, -4.758770483), (6, -7.296229811)])
def test_critical_open_ising_chain(n, energy):
    assert ground_energy(tfim(n)) == pytest.approx(energy, abs=1e-9)
    assert energy == pytest.approx(1 - 1 / np.sin(np.pi / (4 * n + 2)), abs=1e-9)


@pytest.mark.parametrize(("n", "energy"), [(4, -8.0), (6, -11.211102551), (8, -14.604373636)])
def test_heisenberg_ring(n, energy):
    assert ground_energy(heisenberg(n, periodic=True)) == pytest.approx(energy, abs=1e-9)


@pytest.mark.parametrize("U", [0.0, 1.0, 4.0, 12.0])
def test_hubbard_dimer_at_half_filling(U):
    expected = U / 2 - np.sqrt(U**2 / 4 + 4)
    model = fermi_hubbard(2, U=U, mu=U / 2)
    assert ground_energy(model.hamiltonian) + U == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("U", "energy"), [(2, -2.875942809), (4, -1.953145309), (8, -1.117172413)])
def test_hubbard_chain_of_four_at_half_filling(U, energy):
    model = fermi_hubbard(4, U=U, mu=U / 2)
    assert ground_energy(model.hamiltonian) + 2 * U == pytest.approx(energy, abs=1e-9)


@pytest.mark.parametrize("mapping", ["parity", "bk"])
def test_hubbard_in_other_mappings(mapping):
    model = fermi_hubbard(3, U=3.0, mu=0.4, periodic=True)
    mapped = model.to_pauli_sum(mapping).to_matrix().toarray()
    expected = model.hamiltonian.to_matrix().toarray()
    np.testing.assert_allclose(np.linalg.eigvalsh(mapped), np.linalg.eigvalsh(expected), atol=1e-10)


def test_hubbard_parts():
    model = fermi_hubbard((2, 2), t=0.5, U=3.0, mu=0.25)
    assert (model.n_sites, model.n_qubits) == (4, 8)
    assert model.onsite.to_pauli_sum().is_diagonal
    assert (model.hopping + model.onsite).to_pauli_sum().isclose(model.hamiltonian)
    occupied_twice = np.array([1, 0, 0, 0, 1, 0, 0, 0])
    value = model.onsite.to_pauli_sum().diagonal_at(occupied_twice)
    assert value == pytest.approx(3.0 - 2 * 0.25)
    hops = dict(model.hopping)
    assert hops[((0, 1), (1, 0))] == hops[((5, 1), (4, 0))] == -0.5
    assert len(hops) == 4 * 2 * 2
    assert model.hamiltonian.is_hermitian()


def test_ising_terms_on_a_square_lattice():
    expected = {"ZZII": -2.0, "IIZZ": -2.0, "ZIZI": -2.0, "IZIZ": -2.0}
    expected |= {"XIII": -0.5, "IXII": -0.5, "IIXI": -0.5, "IIIX": -0.5}
    assert tfim((2, 2), h=0.5, J=2.0).to_labels() == expected
    assert len(tfim((3, 3), periodic=True)) == 18 + 9


def test_xxz_terms():
    assert xxz(2, 0.5, J=2.0, h=0.25).to_labels() == {
        "XX": 2.0,
        "YY": 2.0,
        "ZZ": 1.0,
        "ZI": -0.25,
        "IZ": -0.25,
    }
    assert xxz(3, 1.0) == heisenberg(3)


def test_graphs_keep_their_node_order_and_weights():
    graph = nx.Graph()
    graph.add_nodes_from(["b", "a", "c"])
    graph.add_edge("c", "b", weight=0.5)
    graph.add_edge("a", "b")
    assert tfim(graph, h=0.0).to_labels() == {"ZIZ": -0.5, "ZZI": -1.0}
    assert lattice_graph(graph) is graph
    hopping = dict(HubbardModel(graph).hopping.terms)
    assert hopping[((2, 1), (0, 0))] == -0.5
    assert hopping[((1, 1), (0, 0))] == -1.0


def test_lattices():
    assert list(lattice_graph(3).edges) == [(0, 1), (1, 2)]
    assert lattice_graph(5, periodic=True).number_of_edges() == 5
    grid = lattice_graph((2, 3))
    assert list(grid) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert grid.number_of_edges() == 7
    assert tfim(1, h=2.0).to_labels() == {"X": -2.0}


def test_public_names():
    assert isinstance(hq.spin_models.tfim(8, h=1.0, periodic=True), PauliSum)
    assert hq.spin_models.fermi_hubbard(2).n_qubits == 4


@pytest.mark.parametrize("lattice", [0, -3, 2.5, (2, 0), (1, 2, 3), "chain", True, None])
def test_what_is_no_lattice_is_refused(lattice):
    with pytest.raises(ParameterError, match="must be a number of sites"):
        tfim(lattice)


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match="at least 3 sites"):
        tfim(2, periodic=True)
    with pytest.raises(ParameterError, match="at least 3 sites"):
        heisenberg((2, 4), periodic=True)
    with pytest.raises(ParameterError, match="a graph has its own"):
        tfim(nx.path_graph(3), periodic=True)
    with pytest.raises(ParameterError, match=r"h must be .* got nan"):
        tfim(3, h=np.nan)
    with pytest.raises(ParameterError, match=r"U must be .* got '4'"):
        fermi_hubbard(3, U="4")
    with pytest.raises(ParameterError, match=r"delta must be .* got 1j"):
        xxz(3, 1j)
    with pytest.raises(ProblemError, match="no bonds"):
        heisenberg(1)
    with pytest.raises(ProblemError, match="no nodes"):
        tfim(nx.Graph())
    with pytest.raises(ProblemError, match="DiGraph"):
        tfim(nx.DiGraph([(0, 1)]))
    with pytest.raises(ProblemError, match="node 1 has a bond to itself"):
        tfim(nx.Graph([(0, 1), (1, 1)]))
    weighted = nx.Graph()
    weighted.add_edge(0, 1, weight="strong")
    with pytest.raises(ProblemError, match="'strong'"):
        tfim(weighted)
