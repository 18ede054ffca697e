"""ADAPT-VQE: published energies, stop rules, resumption."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import FormatError, OutputError, ParameterError, UnknownNameError
from hybridq.operators import spin_models
from hybridq.problems.hubbard_problem import HubbardProblem
from hybridq.problems.molecule import Molecule
from hybridq.strategies.adapt import adapt_vqe

MOLECULES = Path(__file__).parents[2] / "problems/molecules"
# Grimsley, Economou, Barnes, Mayhall 2019, arXiv:1812.11173, authors' output: H6 chain at 1.5 Å,
# STO-3G, singlet generalized singles and doubles, energy after n operators.
H6_PUBLISHED = [-2.771116692, -2.796675847, -2.857521628, -2.882731214, -2.908796026]
H6_EXACT = -2.9955654258


def molecule(name: str) -> Molecule:
    return Molecule.from_fcidump(MOLECULES / f"{name}_sto3g.fcidump")


def test_the_first_five_energies_of_the_hydrogen_chain_are_those_published():
    grown = adapt_vqe(molecule("h6"), "gsd", max_operators=5)
    energies = [iteration.energy for iteration in grown.iterations]
    assert energies == pytest.approx(H6_PUBLISHED, abs=2e-9)
    assert [iteration.n_params for iteration in grown.iterations] == [1, 2, 3, 4, 5]
    assert grown.solution.status == "max_evaluations"
    assert "max_operators" in grown.solution.message


@pytest.mark.slow
def test_the_hydrogen_chain_reaches_chemical_accuracy_with_39_operators():
    grown = adapt_vqe(molecule("h6"), "gsd", accuracy=1.6e-3)
    errors = [iteration.energy - H6_EXACT for iteration in grown.iterations]
    assert len(errors) == 39
    assert errors[38] < 1.6e-3 < errors[37]
    assert grown.solution.status == "target"


@pytest.mark.parametrize("pool", ["sd", "gsd", "spin-orbital-gsd", "qubit-sd", "qubit-gsd"])
def test_every_pool_finds_the_ground_state_of_hydrogen(pool):
    grown = adapt_vqe(molecule("h2"), pool)
    assert grown.energy == pytest.approx(-1.1373060358, abs=1e-8)
    assert grown.solution.status == "converged"


def test_energies_fall_and_never_below_the_exact_one():
    grown = adapt_vqe(molecule("lih"), accuracy=1e-4)
    energies = np.array([iteration.energy for iteration in grown.iterations])
    assert (np.diff(energies) < 1e-9).all()
    assert -7.8823243789 - 1e-9 < energies[-1] < -7.8823243789 + 1e-4
    gradients = [iteration.gradient_norm for iteration in grown.iterations]
    assert all(g >= i.gradient for g, i in zip(gradients, grown.iterations, strict=True))
    assert grown.objective(grown.solution.x) == pytest.approx(grown.energy)


def test_a_run_that_is_stopped_goes_on_as_if_it_had_not_been(tmp_path):
    path = tmp_path / "run.jsonl"
    whole = adapt_vqe(molecule("lih"), max_operators=5)
    adapt_vqe(molecule("lih"), max_operators=2, journal=path)
    count = len(path.read_bytes().splitlines())
    resumed = adapt_vqe(molecule("lih"), max_operators=5, journal=path, resume=True)
    assert len(path.read_bytes().splitlines()) > count
    assert resumed.ansatz.names == whole.ansatz.names
    assert (resumed.solution.x == whole.solution.x).all()
    assert resumed.energy == whole.energy
    assert resumed.solution.evaluations == whole.solution.evaluations
    assert (resumed.solution.values == whole.solution.values).all()


def test_a_run_that_is_interrupted_or_cut_goes_on_too(tmp_path):
    path = tmp_path / "run.jsonl"
    whole = adapt_vqe(molecule("lih"), max_operators=3)

    def interrupt(record):
        if record.evaluation == 4:
            raise KeyboardInterrupt

    stopped = adapt_vqe(molecule("lih"), journal=path, callback=interrupt)
    assert stopped.solution.status == "interrupted"
    assert len(stopped.iterations) == 1
    assert stopped.energy < molecule("lih").hartree_fock_energy
    for lines in (6, 4, 12):
        resumed = adapt_vqe(molecule("lih"), max_operators=3, journal=path, resume=True)
        assert (resumed.solution.values == whole.solution.values).all()
        assert resumed.ansatz.names == whole.ansatz.names
        kept = path.read_bytes().splitlines(keepends=True)[:lines]
        path.write_bytes(b"".join(kept) + b'["gradient",0.1,"torn')


def test_the_journal_of_another_run_is_refused(tmp_path):
    path = tmp_path / "run.jsonl"
    adapt_vqe(molecule("h2"), max_operators=1, journal=path)
    written = path.read_bytes()
    for grow, difference in [
        (lambda: adapt_vqe(molecule("lih"), journal=path, resume=True), "problem is .*lih"),
        (lambda: adapt_vqe(molecule("h2"), "sd", journal=path, resume=True), 'pool is "sd" in'),
        (lambda: adapt_vqe(molecule("h2"), rng=3, journal=path, resume=True), "seed is 3 in"),
    ]:
        with pytest.raises(FormatError, match=difference):
            grow()
    with pytest.raises(OutputError, match="exists already"):
        adapt_vqe(molecule("h2"), journal=path)
    with pytest.raises(ParameterError, match="resume=True"):
        adapt_vqe(molecule("h2"), resume=True)
    assert path.read_bytes() == written


def test_the_energy_tolerance_stops_a_run():
    grown = adapt_vqe(molecule("lih"), energy_tolerance=1e-3)
    gains = -np.diff([iteration.energy for iteration in grown.iterations])
    assert gains[-1] < 1e-3
    assert (gains[:-1] >= 1e-3).all()
    assert grown.solution.status == "converged"


def test_evaluations_are_limited_in_all():
    grown = adapt_vqe(molecule("lih"), max_evaluations=12)
    assert grown.solution.evaluations <= 12
    assert grown.solution.status == "max_evaluations"


def test_a_hubbard_model_grows_too():
    grown = adapt_vqe(HubbardProblem(spin_models.fermi_hubbard(2, U=4.0)), "gsd")
    assert grown.energy == pytest.approx(2.0 - np.sqrt(8.0), abs=1e-8)  # U/2 − √(U²/4 + 4)


def test_solve_grows_an_ansatz_by_name():
    result = hq.solve(molecule("h2"), ansatz="adapt", pool="sd", rng=1)
    assert result.ansatz["kind"] == "adapt"
    assert result.ansatz["pool"] == "sd"
    assert len(result.ansatz["operators"]) == len(result.parameters)
    assert result.trace.iterations[-1].energy == result.expectation
    assert result.energy.chemical_accuracy
    json.loads(result.to_json())


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"pool": "gssd"}, UnknownNameError, "did you mean"),
        ({"optimizer": "lbfsg"}, UnknownNameError, "unknown optimizer"),
        (
            {"gradient_tolerance": 0.0},
            ParameterError,
            "gradient_tolerance must be a positive number, got 0.0",
        ),
        ({"energy_tolerance": -1.0}, ParameterError, "energy_tolerance"),
        ({"accuracy": float("nan")}, ParameterError, "accuracy"),
        ({"max_operators": 0}, ParameterError, r"max_operators must be .*, got 0"),
    ],
)
def test_bad_arguments_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        adapt_vqe(molecule("h2"), **options)


def test_a_spin_model_has_no_electrons_to_excite():
    with pytest.raises(ParameterError, match="'hva'"):
        adapt_vqe(spin_models.tfim(4))
