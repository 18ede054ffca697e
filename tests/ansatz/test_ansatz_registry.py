"""Ansätze by name, with plain options."""

import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.operators import spin_models
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


def test_refusals_name_what_was_meant():
    with pytest.raises(UnknownNameError, match="did you mean 'uccsd'"):
        hq.ANSATZE["ucsd"]
    with pytest.raises(UnknownNameError, match="option of hva 'layer': did you mean 'layers'"):
        hq.ANSATZE["hva"](CHAIN, layer=2)
    with pytest.raises(ParameterError, match="needs the orbitals of a molecule"):
        hq.ANSATZE["uccsd"](CHAIN)
