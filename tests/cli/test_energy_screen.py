from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hybridq.cli import result_screen as screen
from hybridq.cli.words import as_option
from hybridq.core.errors import render_text
from hybridq.operators.sector import Sector
from hybridq.presentation import Energy, OptimizerInfo, Particles, Result, energies, numbers
from hybridq.presentation.advice import Advice
from hybridq.presentation.sentences import report
from tests.helpers.energy_samples import (
    chain_result,
    done,
    grown_result,
    molecule_result,
    three_states,
)

Show = Callable[..., str]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Show:
    def show(result: Result, **options: Any) -> str:
        screen.show(result, **options)
        return capsys.readouterr().out

    return show


def block(result: Result) -> Energy:
    assert result.energy is not None
    return result.energy


def headline(result: Result) -> tuple[bool, str]:
    found = report(result)
    return found.good, render_text(found.headline, as_option)


def warnings(result: Result) -> list[str]:
    return energies.warnings(result, block(result))


def next_step(result: Result) -> str | None:
    advice = energies.next_step(result, block(result))
    return None if advice is None else render_text(advice, as_option)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("result", "good", "sentence"),
    [
        (molecule_result(1e-13), True, "That is the exact ground energy."),
        (molecule_result(1e-4), True, "0.100 mHa above the exact energy, within chemical accuracy"),
        (molecule_result(4.7e-3), False, "4.700 mHa above the exact energy, beyond chemical"),
        (molecule_result(-1e-3), False, "1.000 mHa below the lowest energy of the requested"),
        (molecule_result(None), False, "50.000 mHa below Hartree-Fock. No exact energy is"),
        (chain_result(1e-3), True, "0.00100 above the exact ground energy (0.01 % of it)"),
        (chain_result(0.3), False, "0.300 above the exact ground energy (3 % of it)"),
    ],
)
def test_the_headline_claims_exactly_what_is_known(
    result: Result, good: bool, sentence: str
) -> None:
    if sentence.startswith("50"):  # the energy without an exact one
        result = replace(result, expectation=-75.0)
    is_good, text = headline(result)
    assert is_good is good
    assert sentence in text


def test_rounding_of_single_precision_is_not_below_the_exact_energy() -> None:
    result = molecule_result(-2e-5)
    assert "below" in headline(result)[1]
    single = replace(result, engine=replace(result.engine, precision="single"))
    assert "below" not in headline(single)[1]


def test_the_screen_holds_every_number(shown: Show) -> None:
    text = words(shown(molecule_result(1e-4)))
    for part in (
        "Lowest energy found: -74.99990000 Ha.",
        "energy (Ha) error (mHa) correlation",
        "UCCSD -74.99990000 0.100 99.80 %",
        "Hartree-Fock -74.95000000 50.000 0.00 %",
        "Exact: dense diagonalization -75.00000000 0 100 %",
        "water, 10 electrons in 7 orbitals, 2S = 0, 14 qubits",
        "⟨N⟩ = 10, ⟨S²⟩ = 0.0000 (singlet)",
        "UCCSD, 48 parameters, 92 more are 0 by symmetry, started from mp2",
        "sector, double precision: the circuit conserves N: 441 of 16,384 amplitudes",
        "l-bfgs, 30 evaluations: converged",
        "0.50 s, seed 7",
    ):
        assert part in text
    assert "Try" not in text


def test_a_spin_model_has_no_columns_of_chemistry(shown: Show) -> None:
    text = words(shown(chain_result(0.3)))
    assert "HVA -9.70000000 0.300" in text
    assert not re.search("Hartree|mHa|correlation|⟨", text)


def test_a_bad_energy_comes_with_what_a_trial_found_and_nothing_else() -> None:
    result = molecule_result(0.01)
    assert result.energy is not None
    assert next_step(result) is None
    advice = Advice({"symmetry": False, "restarts": 5}, -74.9995)
    found = next_step(replace(result, energy=replace(result.energy, advice=advice)))
    assert found == "Try --no-symmetry and --restarts 5: a trial of it reached -74.99950000 Ha."


def test_a_state_of_other_electrons_or_mixed_spin_is_reported(shown: Show) -> None:
    result = molecule_result()
    assert warnings(result) == []
    assert result.energy is not None
    odd = replace(result.energy, particles=Particles(5.0, 4.5, 9.5), s_squared=0.4)
    first, second = warnings(replace(result, energy=odd))
    assert "9.5 electrons on average, not 10" in first
    assert "mixes spins" in second
    assert "9.5 electrons" in shown(replace(result, energy=odd))


@pytest.mark.parametrize(
    ("s_squared", "name"),
    [(0.0, "singlet"), (0.75, "doublet"), (2.0, "triplet"), (3.75, "quartet"), (6.0, "quintet"),
     (0.4, None), (1.0, None)],
)  # fmt: skip
def test_a_multiplet_is_named_by_its_spin(s_squared: float, name: str | None) -> None:
    assert numbers.multiplicity(s_squared) == name


def test_an_ansatz_that_grew_shows_some_of_its_steps(shown: Show) -> None:
    text = shown(grown_result(39))
    rows = re.findall(r"^ +(\d+) +-7\d\.\d{8} +\S+ +0 1 -> ", text, re.MULTILINE)
    assert rows[:3] == ["1", "2", "3"]
    assert rows[-1] == "39"
    assert len(rows) <= 11
    assert "pool gsd" in text


def test_the_limit_of_operators_is_reported_as_such(shown: Show) -> None:
    stopped = OptimizerInfo(
        "l-bfgs", 50, "max_evaluations", "4 operators are the most: raise max_operators",
        reason="max_operators",
    )  # fmt: skip
    text = words(shown(grown_result(4, optimizer=stopped)))
    assert "Stopped at 4 operators: --max-operators allows more." in text
    assert "raise --max-operators" in text


def test_an_exact_state_of_other_spin_is_reported() -> None:
    result = molecule_result(0.01)
    assert result.energy is not None
    other = replace(result, energy=replace(result.energy, exact_s_squared=2.0))
    assert warnings(other) == [
        "The exact state of this sector is a triplet; the one found is a singlet."
    ]
    degenerate = replace(molecule_result(0.0), energy=replace(other.energy, error=0.0))
    assert warnings(degenerate) == []


def test_no_deeper_circuit_is_advised_where_the_ground_state_lies_elsewhere(shown: Show) -> None:
    result = chain_result(0.3)
    assert result.energy is not None
    sector = Sector.of_weight(8, 4)
    kept = replace(result, energy=replace(result.energy, kept=sector, reachable=-9.7))
    text = words(shown(kept))
    assert "The circuit keeps 4 ones on 8 qubits, whose lowest energy is -9.70000000" in text
    assert "No deeper circuit leaves these states" in text
    short = replace(result, energy=replace(result.energy, kept=sector, reachable=-9.9))
    assert "no deeper circuit" not in words(shown(short))


def test_the_exact_energy_of_some_states_is_not_called_that_of_all() -> None:
    result = chain_result(0.0)
    assert result.energy is not None
    how = done(4, sector=Sector.of_electrons(2, 1, 1))
    text = headline(replace(result, energy=replace(result.energy, diagonalization=how)))[1]
    assert text.endswith("the exact ground energy with N_alpha = 1 and N_beta = 1.")


def test_notes_of_the_reader_are_shown(shown: Show) -> None:
    assert "Note MS2=0 is read as 1" in words(
        shown(molecule_result(), notes=["MS2=0 is read as 1"])
    )


def test_piped_output_is_plain_text_of_at_most_80_columns(shown: Show) -> None:
    result = grown_result(200)
    problem = replace(result.problem, name="a long name\x1b[2J" * 12)
    stopped = OptimizerInfo("cobyla", 10**6, "failed", "a long message " * 20)
    text = shown(replace(result, problem=problem, optimizer=stopped))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert max(map(len, text.splitlines())) <= 80


def test_quiet_is_one_line(shown: Show) -> None:
    assert shown(molecule_result(1e-4), quiet=True) == (
        "Energy -74.99990000 Ha, error 0.100 mHa (within chemical accuracy), seed 7\n"
    )
    stopped = OptimizerInfo("l-bfgs", 5, "interrupted", "")
    text = shown(molecule_result(None, optimizer=stopped), quiet=True)
    assert text == "Energy -74.99990000 Ha, no exact energy, seed 7 (interrupted)\n"


def test_excited_states_are_a_table_with_spin(capsys: pytest.CaptureFixture[str]) -> None:
    screen.show_states(three_states(1e-4))
    text = words(capsys.readouterr().out)
    for part in (
        "3 lowest states found, 0.100 mHa off the exact energy at worst: within chemical",
        "energy (Ha) exact error (mHa) ⟨N⟩ ⟨S²⟩",
        "0 -75.00000000 -75.00000000 0 10 0.0000 singlet",
        "1 -74.80000000 -74.80000000 0 10 2.0000 triplet",
        "2 -74.69990000 -74.70000000 0.100 10 0.0000 singlet",
        "subspace: H in the span of pool operators applied to the ground state",
    ):
        assert part in text


def test_excited_states_that_are_off_come_with_advice_that_was_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen.show_states(three_states(0.01))
    assert "Try" not in words(capsys.readouterr().out)  # nothing was tried
    advice = Advice({"excited_method": "vqd"}, 1e-4)
    screen.show_states(three_states(0.01, advice=advice))
    text = words(capsys.readouterr().out)
    assert "Try --excited-method vqd: a trial of it came within 0.100 mHa of the exact" in text
    screen.show_states(three_states(0.01), quiet=True)
    assert capsys.readouterr().out == (
        "Energies -75.00000000, -74.80000000, -74.69000000 Ha, largest error 10.000 mHa, seed 7\n"
    )
