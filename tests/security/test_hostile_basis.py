"""A basis set is a name of PySCF's library and nothing else: no file, no data, no code."""

from __future__ import annotations

import json
import string
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ConfigError, ParameterError
from hybridq.experiments.config.config import parse_config
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.trial.run import run_trial
from hybridq.problems import _pyscf
from hybridq.problems.basis_sets import check_basis, load_basis
from hybridq.problems.molecule import Molecule
from tests.security.security_samples import H2, H2_HARTREE_FOCK, json_of, touching

HYDROGEN = "H 0 0 0; H 0 0 0.735"


def hostile(marker: Path) -> dict[str, str]:
    """Texts that PySCF takes for basis data, the first of which its parser evaluates."""
    code = touching(marker)
    return {
        "data in lines": f"H S\n 1.0 {code}\n",
        "data with a header": f"#BASIS SET\nH S\n 1.0 {code}\nEND\n",
        "GTH data": f"H GTH\n 1\n 1 0 0 1 1\n {code} 1.0\n",
        "an expression": code,
        "a file": str(marker.with_suffix(".bas")),
        "a file above": "../" * 8 + str(marker.with_suffix(".bas"))[1:],
        "a polarization that is a path": "631g(/../../x)",
        "a NUL": "sto-3g\0",
    }


def test_pyscf_itself_would_run_such_data(tmp_path, monkeypatch):
    """Without this the tests below could not fail."""
    gto = _pyscf.load("pyscf.gto")
    monkeypatch.setattr("pyscf.gto.basis.parse_nwchem.DISABLE_EVAL", False)
    gto.basis.parse(hostile(tmp_path / "marker")["data in lines"], "H")
    assert (tmp_path / "marker").exists()


@pytest.mark.parametrize("kind", hostile(Path("/x")))
def test_hostile_basis_is_refused_and_not_run(kind, tmp_path):
    marker = tmp_path / "marker"
    marker.with_suffix(".bas").write_text(hostile(marker)["data with a header"])
    with pytest.raises(ParameterError, match="must be a name in PySCF's library") as caught:
        Molecule.from_geometry(HYDROGEN, basis=hostile(marker)[kind])
    assert not marker.exists()
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", hostile(Path("/x")))
def test_config_with_a_hostile_basis_is_refused_at_its_place(kind, tmp_path):
    marker = tmp_path / "marker"
    problem = {"kind": "molecule", "geometry": HYDROGEN, "basis": hostile(marker)[kind]}
    with pytest.raises(ConfigError, match=r"must be a name in PySCF|unacceptable char"):
        plan(parse_config(f"name: a\nproblem: {json.dumps(problem)}"))
    assert not marker.exists()


def test_place_of_an_unknown_basis_is_its_line_and_column():
    text = f'name: a\nproblem:\n  kind: molecule\n  geometry: "{HYDROGEN}"\n  basis: sto3\n'
    words = r"c\.yaml:5:10: basis must be a name .* 'sto3': did you mean 'sto-3g'"
    with pytest.raises(ConfigError, match=words):
        plan(parse_config(text, "c.yaml"))


@pytest.mark.parametrize("kind", hostile(Path("/x")))
def test_stored_trial_with_a_hostile_basis_is_refused_and_not_run(kind, tmp_path):
    marker = tmp_path / "marker"
    problem = {"kind": "molecule", "geometry": HYDROGEN, "basis": hostile(marker)[kind]}
    with pytest.raises(Exception, match="must be a name in PySCF's library"):
        run_trial({"problem": problem, "seed": 1, "repeat": 0})
    assert not marker.exists()


@pytest.mark.parametrize("basis", [{"H": "sto-3g"}, ["sto-3g"], b"sto-3g", 3, None])
def test_basis_that_is_no_text_is_refused(basis):
    with pytest.raises(ParameterError, match="basis must be a name such as 'sto-3g', got"):
        Molecule.from_geometry(HYDROGEN, basis=basis)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("sto3", "sto-3g"),
        ("cc-pvzd", "cc-pvdz"),
        ("6-31g(d,p", "6-31g"),
        ("def2-svpp", "def2-svp"),
        ("gth-szv", "pseudopotential"),
        ("x" * 10_000, "for example sto-3g"),
    ],
)
def test_the_nearest_name_is_offered(wrong, meant):
    with pytest.raises(ParameterError) as caught:
        check_basis(wrong)
    assert meant in str(caught.value)
    assert len(str(caught.value)) < 300


# Numbers of basis functions of carbon, from the contractions that the basis sets are defined by:
# STO-3G 2s1p; 6-31G 3s2p; 6-31G(d) with six Cartesian or five spherical d, 3s2p1d; cc-pVDZ 3s2p1d;
# the uncontracted STO-3G 6s3p; ANO cut to 3s2p.
@pytest.mark.parametrize(
    ("name", "functions"),
    [
        ("sto-3g", 2 + 3),
        ("STO_3G", 2 + 3),
        ("sto 3g", 2 + 3),
        ("6-31G", 3 + 6),
        ("6-31G(d)", 3 + 6 + 5),
        ("6-31g*", 3 + 6 + 5),
        ("6-31G(d,p)", 3 + 6 + 5),
        ("cc-pVDZ", 3 + 6 + 5),
        ("unc-sto-3g", 6 + 9),
        ("ano@3s2p", 3 + 6),
    ],
)
def test_known_spellings_give_the_functions_of_the_basis(name, functions):
    shells = load_basis(name, ["C"])["C"]
    assert sum((2 * shell[0] + 1) * (len(shell[1]) - 1) for shell in shells) == functions


def test_every_plain_name_of_the_library_is_known():
    library = _pyscf.load("pyscf.gto.basis")
    assert len(library.ALIAS) > 100
    for name in library.ALIAS:
        assert check_basis(name) == name


def test_parsed_functions_are_those_of_pyscf():
    gto = _pyscf.load("pyscf.gto")
    for name in ("sto-3g", "6-31g**", "cc-pvdz", "def2-svp"):
        for symbol in ("H", "O"):
            assert load_basis(name, [symbol])[symbol] == gto.basis.load(name, symbol)


def test_element_without_functions_is_named():
    with pytest.raises(ParameterError, match="basis='dyalldz' has no functions for H"):
        Molecule.from_geometry(HYDROGEN, basis="dyalldz")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=string.printable, max_size=80) | st.text(max_size=80))
def test_any_text_is_a_name_or_refused(text):
    with suppress(ParameterError):
        assert check_basis(text) == text
        assert "\n" not in text
        assert "/" not in text


def test_nothing_is_evaluated_while_pyscf_reads_the_library(monkeypatch):
    gto = _pyscf.load("pyscf.gto")
    monkeypatch.setattr("pyscf.gto.basis.parse_nwchem.DISABLE_EVAL", False)
    with _pyscf.guarded(), pytest.raises(ValueError, match="Failed to parse"):
        gto.basis.parse("H S\n 1.0 2*1.0\n", "H")
    assert gto.basis.parse("H S\n 1.0 2*1.0\n", "H")  # as before


def folder_with_basis(folder, name):
    """Write a geometry, and a file of other functions that is named like its basis."""
    (folder / name).write_text("#BASIS SET\nH S\n 1.0 1.0\nEND\n")
    (folder / "h2.xyz").write_text(H2)


def test_file_named_like_the_basis_changes_nothing(tmp_path):
    folder_with_basis(tmp_path, "sto-3g")
    result = json_of("solve", "molecule", "h2.xyz", "--basis", "sto-3g", cwd=tmp_path)
    assert result["energy"]["hartree_fock"] == pytest.approx(H2_HARTREE_FOCK, abs=1e-9)


@pytest.mark.parametrize("spelled", ["sto3g", "STO-3G"])
def test_file_named_like_another_spelling_changes_nothing(spelled, tmp_path, monkeypatch):
    folder_with_basis(tmp_path, spelled)
    monkeypatch.chdir(tmp_path)
    found = Molecule.from_file("h2.xyz", None, basis=spelled)
    assert found.hartree_fock_energy == pytest.approx(H2_HARTREE_FOCK, abs=1e-9)
