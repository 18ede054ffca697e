"""`hybridq config check|schema`."""

import importlib.util
import json

import pytest

GOOD = """\
name: depths
problem: {kind: random-regular, nodes: 8, instances: 5}
ansatz: qaoa
sweep:
  ansatz.p: {from: 1, to: 20, step: 1}
  optimizer: [cobyla, {kind: spsa, blocking: true}]
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(GOOD)
    return path


def test_check_says_what_would_run(hybridq, config):
    outcome = hybridq("config", "check", config, "--storage", "journal:///tmp/runs.log")
    assert outcome.code == 0
    assert outcome.err == ""
    assert "depths: 200 trials, no mistakes found" in outcome.out
    assert "ansatz.p: 1, 2, 3, 4, ..., 20 (20 values)" in outcome.out
    assert "optimizer: cobyla, spsa (blocking true)" in outcome.out
    assert "ratio, to maximize" in outcome.out
    assert "journal:///tmp/runs.log" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_check_tells_each_mistake_on_a_line_of_its_own(hybridq, config):
    config.write_text("name: x\nproblem: {kind: rng, nodes: 5}\nshtos: 3\n")
    outcome = hybridq("config", "check", config)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.splitlines() == [
        f"hybridq: error: {config}:2:17: unknown kind of problem 'rng': did you mean 'ring'?",
        f"hybridq: error: {config}:3:1: unknown key 'shtos': did you mean 'shots'?",
    ]


def test_check_takes_overrides_and_says_how_to_allow_many(hybridq, config):
    few = hybridq("config", "check", config, "--set", "ansatz.p=2", "--set", "optimizer=cobyla")
    assert "depths: 5 trials" in few.out
    many = hybridq("config", "check", config, "--set", "repeats=1000")
    assert many.code == 2
    assert "200,000 trials" in many.err
    assert "--yes" in many.err


def test_a_config_that_is_not_there_is_refused(hybridq, tmp_path):
    outcome = hybridq("config", "check", tmp_path / "nothere.yaml")
    assert outcome.code == 2
    assert outcome.err.strip().endswith("the file does not exist: check the name")


def test_schema_is_printed_or_written(hybridq, tmp_path):
    printed = json.loads(hybridq("config", "schema").out)
    out = tmp_path / "hybridq.schema.json"
    outcome = hybridq("config", "schema", "--out", out)
    assert f"$schema={out}" in outcome.out
    assert json.loads(out.read_text()) == printed
    assert hybridq("config", "schema", "--out", tmp_path / "no" / "folder").code == 2


def test_check_shows_lists_as_yaml_has_them(hybridq, tmp_path):
    path = tmp_path / "lists.yaml"
    path.write_text(
        "name: x\nproblem: {kind: ring, nodes: 4}\nansatz: hardware-efficient\n"
        "sweep: {ansatz.rotations: [[ry], [ry, rz]]}\n"
    )
    assert "ansatz.rotations: [ry], [ry, rz]\n" in hybridq("config", "check", path).out


def test_a_package_that_is_missing_is_told_once_and_not_for_every_bond_length(
    hybridq, tmp_path, monkeypatch
):
    path = tmp_path / "scan.yaml"
    path.write_text(
        "name: scan\n"
        'problem: {kind: molecule, geometry: "H 0 0 0; H 0 0 {bond}"}\n'
        "sweep: {problem.bond: [0.5, 0.7, 0.9], problem.basis: [sto-3g, 6-31g]}\n"
    )
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *rest: None if name == "pyscf" else find_spec(name, *rest),
    )
    outcome = hybridq("config", "check", path)
    assert outcome.code == 2
    assert outcome.err == (
        f"hybridq: error: {path}:2:10: a molecule from its geometry needs pyscf, which is not "
        "installed: pip install pyscf (or '.[chem]' in the folder of hybridq)\n"
    )
