"""The section `problem`: what it refuses, how it finds instances, and what it builds."""

import hashlib
import itertools
import math
import shutil
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hybridq.core.errors import (
    FormatError,
    MissingExtraError,
    ProblemError,
)
from hybridq.experiments.problems import PROBLEM_KINDS, problem_section
from hybridq.experiments.problems.cache import built
from hybridq.experiments.problems.families import FamilySection
from hybridq.experiments.problems.limits import MOST_OF_A_STATE
from hybridq.experiments.problems.random_graphs import chance_connected, chance_of_an_edge
from hybridq.experiments.records import canonical
from hybridq.problems import BinaryProblem, Molecule

INSTANCES = Path(__file__).parents[2] / "problems"
HERE = Path()


def build(seed=7, base=HERE, contents=None, **plain):
    (section,) = problem_section(plain).expand(base)
    return section.build(base, seed, contents or {})


# ----- every kind -----

EXAMPLES = {
    "random-regular": {"nodes": 8, "degree": 3},
    "erdos-renyi": {"nodes": 8, "probability": 0.4},
    "complete": {"nodes": 5},
    "ring": {"nodes": 6},
    "lattice": {"rows": 2, "columns": 3},
    "maxcut": {"path": "maxcut/regular_12.rud"},
    "hamiltonian": {"path": "hamiltonians/tfim_8.json"},
    "tfim": {"sites": 4},
    "heisenberg": {"sites": [2, 2]},
    "xxz": {"sites": 4, "delta": 0.5},
    "hubbard": {"sites": 2},
    "molecule": {"path": "molecules/h2_sto3g.fcidump"},
    "independent-set": {"graph": {"kind": "ring", "nodes": 6}},
    "number-partitioning": {"numbers": [4, 5, 6, 7, 8]},
}
BY_SHAPE = {
    "graph": {"kind": "ring", "nodes": 6},
    "numbers": [4, 5, 6, 7, 8],
    "polynomial": {"variables": ["a", "b"], "terms": [[1, ["a"]], [-2, ["a", "b"]]]},
    "program": {
        "variables": ["a", "b"],
        "objective": [[1, ["a"]], [2, ["b"]]],
        "constraints": [
            {"name": "one", "terms": [[1, ["a"]], [1, ["b"]]], "relation": "==", "bound": 1}
        ],
    },
    "clauses": {"clauses": [[1, -2], [2]]},
    "knapsack": {"values": [4, 3, 2], "weights": [3, 2, 1], "capacity": 4},
    "bins": {"sizes": [2, 2, 1], "capacity": 3},
    "distances": {"distances": [[0, 1, 2], [1, 0, 3], [2, 3, 0]]},
    "assignment": {"flows": [[0, 1], [1, 0]], "distances": [[0, 2], [2, 0]]},
    "jobs": {"jobs": [[[0, 1], [1, 2]], [[1, 1], [0, 2]]]},
    "sets": {"universe": [1, 2, 3], "sets": [[1, 2], [2, 3], [3]]},
    "portfolio": {"returns": [1, 2], "covariance": [[1, 0], [0, 1]], "risk": 0.5, "budget": 1},
    "size": {"n": 5},
}
for kind, section in PROBLEM_KINDS.items():  # a new family needs no line here
    if kind not in EXAMPLES and issubclass(section, FamilySection):
        EXAMPLES[kind] = {section.shape: BY_SHAPE[section.shape]}


def test_every_kind_has_an_example():
    assert set(EXAMPLES) == set(PROBLEM_KINDS)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_a_trial_keeps_says_the_same_instance(kind):
    (section,) = problem_section({"kind": kind, **EXAMPLES[kind]}).expand(INSTANCES)
    kept = section.resolved()
    assert next(iter(kept)) == "kind"
    again = problem_section(kept)
    assert again.resolved() == kept
    assert again.facts(INSTANCES, 7) == section.facts(INSTANCES, 7)
    problem, other = (each.build(INSTANCES, 7, {}) for each in (section, again))
    assert problem.hamiltonian.to_json() == other.hamiltonian.to_json()
    assert problem.name == other.name
    assert section.over_bits == isinstance(problem, BinaryProblem)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_defaults_that_are_spelled_out_change_no_fact(kind):
    (section,) = problem_section({"kind": kind, **EXAMPLES[kind]}).expand(INSTANCES)
    spelled = problem_section({**section.resolved(), **EXAMPLES[kind]})
    assert spelled.facts(INSTANCES, 1) == section.facts(INSTANCES, 1)


# ----- generators -----


@given(
    nodes=st.integers(3, 12), degree=st.integers(2, 6), seed=st.integers(0, 5), k=st.integers(0, 9)
)
@settings(max_examples=40, deadline=None)
def test_random_regular_graphs_are_regular_connected_and_numbered(nodes, degree, seed, k):
    assume(degree < nodes and nodes * degree % 2 == 0)
    problem = build(seed, kind="random-regular", nodes=nodes, degree=degree, instance=k)
    assert list(problem.graph) == list(range(nodes))
    assert set(dict(problem.graph.degree).values()) == {degree}
    assert nx.is_connected(problem.graph)


def test_instances_differ_and_are_the_same_in_every_run():
    section = problem_section({"kind": "random-regular", "nodes": 10, "instances": 5})
    parts = section.expand(HERE)
    assert [part.instance for part in parts] == [0, 1, 2, 3, 4]
    edges = [part.build(HERE, 7, {}).edges.tolist() for part in parts]
    assert len({canonical(each) for each in edges}) == 5
    again = problem_section({"kind": "random-regular", "nodes": 10, "instances": 3}).expand(HERE)
    assert [part.build(HERE, 7, {}).edges.tolist() for part in again] == edges[:3]
    assert parts[0].build(HERE, 8, {}).edges.tolist() != edges[0]


def test_a_drawn_instance_is_decided_by_the_seed_and_a_ring_is_not():
    (drawn,) = problem_section({"kind": "random-regular", "nodes": 8}).expand(HERE)
    assert drawn.facts(HERE, 1) != drawn.facts(HERE, 2)
    ring = problem_section({"kind": "ring", "nodes": 8})
    assert ring.facts(HERE, 1) == ring.facts(HERE, 2)


def test_kinds_of_weights_are_compared_on_the_same_graphs():
    plain, *weighted = (
        build(kind="random-regular", nodes=10, weights=weights)
        for weights in ("none", "uniform", "normal", "sign")
    )
    assert all(np.array_equal(each.edges, plain.edges) for each in weighted)
    uniform, normal, sign = weighted
    assert (plain.weights == 1).all()
    assert ((uniform.weights > 0) & (uniform.weights <= 1)).all()
    assert (normal.weights < 0).any()
    assert set(np.abs(sign.weights)) == {1.0}


def test_sparse_random_graphs_are_drawn_until_they_are_connected():
    for k in range(5):
        problem = build(kind="erdos-renyi", nodes=8, probability=0.25, instance=k)
        assert nx.is_connected(problem.graph)
    loose = [
        build(kind="erdos-renyi", nodes=8, probability=0.1, connected=False, instance=k)
        for k in range(10)
    ]
    assert all(len(each.edges) for each in loose)
    assert not all(nx.is_connected(each.graph) for each in loose)


def test_a_graph_that_is_hardly_ever_connected_is_refused_with_a_remedy():
    with pytest.raises(ProblemError, match="connected: false"):
        build(kind="erdos-renyi", nodes=30, probability=0.01)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9, 1.0])
def test_the_chance_of_a_graph_is_that_of_all_graphs_counted(probability):
    pairs = list(itertools.combinations(range(5), 2))
    connected = with_edges = 0.0
    for chosen in itertools.product([False, True], repeat=len(pairs)):
        graph = nx.Graph(list(itertools.compress(pairs, chosen)))
        graph.add_nodes_from(range(5))
        count = sum(chosen)
        chance = probability**count * (1 - probability) ** (len(pairs) - count)
        connected += chance * nx.is_connected(graph)
        with_edges += chance * (count > 0)
    assert chance_connected(5, probability) == pytest.approx(connected, rel=1e-12)
    assert chance_of_an_edge(5, probability) == pytest.approx(with_edges, rel=1e-12)


def test_the_chance_of_a_very_sparse_graph_is_that_of_its_spanning_trees():
    p, n = 1e-7, 34
    assert chance_connected(n, p) == pytest.approx(n ** (n - 2) * p ** (n - 1), rel=1e-3)  # Cayley


def test_the_probability_of_connection_of_large_graphs_tends_to_its_limit():
    exact, limit = chance_connected(200, 0.03), chance_connected(201, 0.03)
    assert exact == pytest.approx(math.exp(-200 * 0.97**199), rel=1e-3)
    assert limit == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("probability", [1e-12, 1e-300])
def test_a_chance_below_all_digits_is_none_and_not_negative(probability):
    assert chance_connected(34, probability) == 0.0


def test_lattice_and_ring_have_the_edges_of_their_shape():
    assert len(build(kind="ring", nodes=7).edges) == 7
    grid = build(kind="lattice", rows=3, columns=4)
    assert len(grid.edges) == 3 * 3 + 2 * 4
    assert [0, 4] in grid.edges.tolist()  # row by row
    assert len(build(kind="lattice", rows=3, columns=4, periodic=True).edges) == 24
    assert len(build(kind="complete", nodes=6).edges) == 15


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"kind": "random-regular", "nodes": 7, "degree": 3}, "odd.*even number of nodes"),
        ({"kind": "random-regular", "nodes": 4, "degree": 4}, "give a degree below 4"),
        ({"kind": "random-regular", "nodes": 4, "degree": 1}, "connected: false"),
        ({"kind": "random-regular", "degree": 3}, "nodes"),
        ({"kind": "erdos-renyi", "nodes": 4, "probability": 1.5}, "probability"),
        ({"kind": "erdos-renyi", "nodes": 4, "probability": 0.0}, "probability"),
        ({"kind": "ring", "nodes": 2}, "nodes"),
        ({"kind": "ring", "nodes": 5, "instances": 3}, "all instances are the same.*draw weights"),
        ({"kind": "ring", "nodes": 5, "instance": 2}, "all instances are the same"),
        ({"kind": "complete", "nodes": 5, "instances": 3, "instance": 1}, "give one of them"),
        ({"kind": "complete", "nodes": 5, "weights": "unit"}, "weights"),
        ({"kind": "lattice", "rows": 1, "columns": 1}, "at least two nodes"),
        ({"kind": "lattice", "rows": 2, "columns": 3, "periodic": True}, "at least 3 nodes"),
        ({"kind": "tfim", "sites": 2, "periodic": True}, "at least 3 sites"),
        ({"kind": "tfim", "sites": [2, 2, 2]}, "sites"),
        ({"kind": "heisenberg", "sites": 1}, "at least 2"),
        ({"kind": "hubbard", "sites": 2, "n_alpha": 3}, "give 0 to 2"),
        ({"kind": "maxcut"}, "path"),
        ({"kind": "maxcut", "path": "a.rud", "format": "rudi"}, "did you mean 'rudy'"),
        ({"kind": "maxcut", "path": "a.rud", "sha256": "12"}, "sha256"),
        ({"kind": "molecule"}, "path or a geometry, and neither"),
        ({"kind": "molecule", "path": "a.xyz", "geometry": "H 0 0 0"}, "both are given"),
        ({"kind": "molecule", "path": "a.xyz", "bond": 1.0}, "bond is for a geometry"),
        ({"kind": "molecule", "path": "a.fcidump", "basis": "sto-3g"}, "computed already"),
        ({"kind": "molecule", "geometry": "H 0 0 0; H 0 0 1", "bond": 0.7}, r"has no \{bond\}"),
        ({"kind": "molecule", "geometry": "H 0 0 0; H 0 0 {bond}"}, "bond is missing"),
        ({"kind": "molecule", "geometry": "Hy 0 0 0; H 0 0 1"}, "not a chemical element"),
        (
            {"kind": "molecule", "geometry": "H 0 0 0; H 0 0 {bnd}", "bond": 1.0},
            r"'\{bnd\}': only \{bond\}",
        ),
        (
            {"kind": "molecule", "geometry": "H 0 0 0", "active": [2, 2], "frozen_core": True},
            "exclude each other",
        ),
        (
            {"kind": "molecule", "geometry": "H 0 0 0", "active": [2, 2], "active_orbitals": [0]},
            "active and active_orbitals exclude each other",
        ),
        ({"kind": "molecule", "path": "a.fcidump", "active_orbitals": [-1]}, "active_orbitals"),
        ({"kind": "square"}, "random-regular"),
    ],
)
def test_what_cannot_be_built_is_refused_before_anything_runs(plain, message):
    with pytest.raises(ValidationError, match=f"(?s){message}"):
        problem_section(plain)


# ----- files -----


def test_a_pattern_stands_for_its_files_in_order(tmp_path):
    for name in ("regular_16.mtx", "regular_12.rud"):
        shutil.copy(INSTANCES / "maxcut" / name, tmp_path)
    parts = problem_section({"kind": "maxcut", "path": "regular_*"}).expand(tmp_path)
    assert [part.path for part in parts] == ["regular_12.rud", "regular_16.mtx"]
    assert [part.build(tmp_path, 0, {}).n_qubits for part in parts] == [12, 16]
    with pytest.raises(FormatError, match=r"no file in .* matches this pattern"):
        problem_section({"kind": "maxcut", "path": "*.graphml"}).expand(tmp_path)
    with pytest.raises(FormatError, match="file not found"):
        problem_section({"kind": "maxcut", "path": "regular_20.col"}).expand(tmp_path)


def test_a_name_with_brackets_is_that_file(tmp_path):
    shutil.copy(INSTANCES / "maxcut" / "regular_12.rud", tmp_path / "a[1].rud")
    (part,) = problem_section({"kind": "maxcut", "path": "a[1].rud"}).expand(tmp_path)
    assert part.path == "a[1].rud"


@pytest.mark.parametrize("kind", ["maxcut", "hamiltonian", "molecule"])
def test_a_file_is_known_by_its_content(kind, tmp_path):
    plain = {"kind": kind, **EXAMPLES[kind]}
    (here,) = problem_section(plain).expand(INSTANCES)
    moved = tmp_path / Path(here.path).name
    shutil.copy(INSTANCES / here.path, moved)
    (there,) = problem_section({**plain, "path": moved.name}).expand(tmp_path)
    assert here.facts(INSTANCES, 0) == there.facts(tmp_path, 0)
    (name, data), *_ = here.contents(INSTANCES).values()
    assert here.contents(INSTANCES) == {here.sha256: (moved.name, moved.read_bytes())}
    # Elsewhere, without the file:
    alone = problem_section(here.resolved()).build(
        tmp_path / "nowhere", 0, {hashlib.sha256(data).hexdigest(): data}
    )
    assert alone.name == there.build(tmp_path, 0, {}).name
    assert name == moved.name


def test_a_file_that_changed_since_is_refused(tmp_path):
    file = tmp_path / "graph.edgelist"
    file.write_text("a b\nb c\n")
    (section,) = problem_section({"kind": "maxcut", "path": file.name}).expand(tmp_path)
    file.write_text("a b\nb c\nc a\n")
    with pytest.raises(FormatError, match="content has changed"):
        section.build(tmp_path, 0, {})
    with pytest.raises(FormatError, match="content has changed"):
        section.expand(tmp_path)


def test_an_active_space_of_a_file_of_integrals():
    problem = build(
        base=INSTANCES, kind="molecule", path="molecules/lih_sto3g.fcidump", active=[2, 3]
    )
    assert (problem.n_electrons, problem.n_orbitals) == (2, 3)


def test_active_orbitals_of_a_file_and_of_a_geometry_are_the_same():
    pytest.importorskip("pyscf")
    file = {"path": "molecules/lih_sto3g.fcidump"}
    for source in (file, {"geometry": "Li 0 0 0; H 0 0 1.6"}):
        problem = build(base=INSTANCES, kind="molecule", active_orbitals=[1, 2, 5], **source)
        assert (problem.n_electrons, problem.n_orbitals, problem.frozen_orbitals) == (2, 3, 1)


def test_the_scan_of_lithium_hydride_compares_two_hamiltonians():
    pytest.importorskip("pyscf")
    plain = {"kind": "molecule", "geometry": "Li 0 0 0; H 0 0 {bond}", "bond": 1.6}
    sizes = [build(**plain, frozen_core=frozen).n_qubits for frozen in (False, True)]
    assert sizes == [12, 10]


# ----- molecules from a geometry -----


def test_the_bond_length_is_filled_in_with_its_factors():
    section = problem_section(
        {
            "kind": "molecule",
            "geometry": "H 0 0 {-bond}; H 0 0 0; H 0 0 { bond }; H 0 0 {2.0*bond}",
            "bond": 0.9,
        }
    )
    assert [place[2] for _, place in section.atoms()] == pytest.approx([-0.9, 0, 0.9, 1.8])


def test_a_length_filled_in_and_written_out_is_the_same_molecule():
    plain = {"kind": "molecule", "basis": "sto-3g"}
    filled = problem_section({**plain, "geometry": "H 0 0 0; H 0 0 {bond}", "bond": 0.5})
    written = problem_section({**plain, "geometry": "H 0 0 0\nH 0 0 0.50"})
    assert filled.facts(HERE, 0) == written.facts(HERE, 0)
    assert filled.resolved() != written.resolved()


def test_a_molecule_is_calculated_once_in_a_process(monkeypatch):
    pytest.importorskip("pyscf")
    calls = []
    original = Molecule.from_geometry.__func__

    def counted(cls, *args, **kwargs):
        calls.append(args)
        return original(cls, *args, **kwargs)

    monkeypatch.setattr(Molecule, "from_geometry", classmethod(counted))
    section = problem_section(
        {"kind": "molecule", "geometry": "H 0 0 0; H 0 0 {bond}", "bond": 0.7357}
    )
    first = built(section, HERE, 1, {})
    assert built(section, HERE, 1, {}).problem is first.problem
    assert len(calls) == 1
    # Hartree-Fock energy of H2 in STO-3G: Szabo and Ostlund 1996, table 3.11 (R = 1.4 bohr)
    short = build(kind="molecule", geometry="H 0 0 0; H 0 0 {bond}", bond=1.4, unit="bohr")
    assert math.isclose(short.hartree_fock_energy, -1.1167, abs_tol=1e-4)


def test_without_pyscf_the_extra_is_named(monkeypatch):
    def absent(*_):
        raise MissingExtraError("pyscf", "chem", "a molecule from its geometry")

    monkeypatch.setattr("hybridq.problems._pyscf.load_extra", absent)
    with pytest.raises(MissingExtraError, match="pip install pyscf"):
        build(kind="molecule", geometry="H 0 0 0; H 0 0 0.7")


# ----- models -----


def test_models_are_those_of_python():
    from hybridq.operators import spin_models

    pairs = [
        (
            build(kind="tfim", sites=[2, 3], h=0.5),
            spin_models.tfim((2, 3), h=0.5),
        ),
        (
            build(kind="heisenberg", sites=4, J=2.0, h=1, periodic=True),
            spin_models.heisenberg(4, J=2.0, h=1.0, periodic=True),
        ),
        (build(kind="xxz", sites=3, delta=-1.0), spin_models.xxz(3, -1.0)),
        (build(kind="hubbard", sites=2, U=2.0), spin_models.fermi_hubbard(2, U=2.0).hamiltonian),
    ]
    for problem, hamiltonian in pairs:
        assert problem.hamiltonian.to_json() == hamiltonian.to_json()


def test_electrons_of_a_hubbard_model():
    problem = build(kind="hubbard", sites=3, n_beta=0)
    assert (problem.n_alpha, problem.n_beta) == (2, 0)


# ----- what cannot be run, told before it is built -----


def check(base=HERE, **plain):
    for section in problem_section(plain).expand(base):
        section.check(base)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_can_be_built_passes_the_check(kind):
    check(INSTANCES, kind=kind, **EXAMPLES[kind])


def test_the_limit_of_a_state_is_that_of_the_engines():
    from hybridq.engines.diagonal.engine import DiagonalEngine
    from hybridq.engines.statevector.engine import StatevectorEngine

    assert MOST_OF_A_STATE == DiagonalEngine.MOST_QUBITS == StatevectorEngine.MOST_QUBITS
