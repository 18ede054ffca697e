"""Ansätze by name, with plain options."""

import networkx as nx
import pytest

import hybridq as hq
from hybridq.ansatz.base import Ansatz
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.operators import spin_models
from hybridq.operators.hubbard import fermi_hubbard
from hybridq.problems.hubbard_problem import HubbardProblem
from tests.ansatz.electron_samples import molecule

CHAIN = hq.HamiltonianProblem(spin_models.tfim(4))


@pytest.mark.parametrize(
    ("name", "options", "n_params"),
    [
        ("uccsd", {}, 1),
        ("UCCSD", {"symmetry": False, "repetitions": 2}, 6),
        ("k_upccgsd", {"k": 3}, 6),
        ("hardware-efficient", {"layers": 1, "rotations": "ry"}, 8),
        ("hardware_efficient", {"layers": 1, "final-rotations": False}, 8),
    ],
)
def test_ansatze_for_a_molecule(name, options, n_params):
    ansatz = hq.ANSATZE[name](molecule("h2_sto3g"), **options)
    assert ansatz.n_params == n_params
    assert ansatz.kind == hq.ANSATZE.canonical(name)
    assert ansatz.describe()["n_params"] == n_params


def test_ansatze_for_a_hamiltonian():
    assert hq.ANSATZE["hva"](CHAIN, layers=3).n_params == 6
    assert hq.ANSATZE["hardware-efficient"](CHAIN, layers=1).n_params == 16


def test_hardware_efficient_starts_from_hartree_fock():
    sample = molecule("h2_sto3g")
    ansatz = hq.ANSATZE["hardware-efficient"](sample, layers=3)
    energy = hq.Expectation(ansatz, sample.hamiltonian)(ansatz.initial_point("zero"))
    assert energy == pytest.approx(-1.1169989968, abs=1e-9)


def test_qaoa_is_an_ansatz_of_the_registry():
    problem = hq.MaxCut(nx.cycle_graph(4))
    ansatz = hq.ANSATZE["qaoa"](problem, p=2, mixer="grover")
    assert isinstance(ansatz, Ansatz)
    assert ansatz.describe() == {"kind": "qaoa", "n_params": 4, "p": 2, "mixer": "grover"}
    assert hq.ANSATZE["qaoa"].options == ("p", "mixer")
    assert ansatz.starts[0] == "ramp"
    with pytest.raises(ParameterError, match="I and Z only"):
        hq.ANSATZE["qaoa"](molecule("h2_sto3g"))


@pytest.mark.parametrize("name", hq.ANSATZE)
def test_every_family_has_a_summary_a_source_and_a_name(name):
    family = hq.ANSATZE[name]
    assert family.name == name == family.made.kind
    assert family.summary.endswith(".")
    assert "arXiv" in family.source


def test_a_lattice_model_gives_the_variational_ansatz_its_particles():
    problem = HubbardProblem(fermi_hubbard(3, t=1.0, U=4.0), 2, 1)
    assert hq.ANSATZE["hva"](problem).particles == (2, 1)


def test_refusals_name_what_was_meant():
    with pytest.raises(UnknownNameError, match="did you mean 'uccsd'"):
        hq.ANSATZE["ucsd"]
    with pytest.raises(UnknownNameError, match="option of hva 'layer': did you mean 'layers'"):
        hq.ANSATZE["hva"](CHAIN, layer=2)
    with pytest.raises(ParameterError, match="needs the orbitals of a molecule"):
        hq.ANSATZE["uccsd"](CHAIN)
