"""`--optimizer-option` with all three commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.cli.named_options import configured
from hybridq.operators import spin_models
from hybridq.optimizers.spsa import SPSA
from tests.cli.cli_samples import Outcome

Run = Callable[..., Outcome]


def test_values_are_read_by_the_type_of_the_option() -> None:
    options = ["blocking=TRUE", "initial-step=1", "calibration=7", "tolerance=None"]
    assert configured("spsa", options) == SPSA(
        blocking=True, initial_step=1.0, calibration=7, tolerance=None
    )
    assert configured("optuna", ["sampler= nsgaii "]).sampler == "nsgaii"  # type: ignore[attr-defined]


def test_the_options_are_in_the_json_and_on_the_screen(hybridq: Run, square: Path) -> None:
    run = ("solve", "maxcut", square, "--p", 1, "--seed", 1, "--optimizer", "spsa")
    options = ("--optimizer-option", "blocking=true", "-o", "resamplings=2")
    result = json.loads(hybridq(*run, *options, "--json", "-").out)
    assert result["optimizer"]["options"] == {"resamplings": 2, "blocking": True}
    assert "Options    resamplings=2, blocking=true" in hybridq(*run, *options).out
    assert json.loads(hybridq(*run, "--json", "-").out)["optimizer"]["options"] == {}


def test_without_a_name_they_are_of_the_default_optimizer(hybridq: Run, square: Path) -> None:
    run = ("solve", "maxcut", square, "--p", 1, "--quiet", "--json", "-")
    exact = json.loads(hybridq(*run, "-o", "memory=3").out)["optimizer"]
    assert (exact["method"], exact["options"]) == ("l-bfgs", {"memory": 3})
    shots = ("--objective-shots", 50, "--max-evaluations", 20, "-o", "perturbation=0.2")
    sampled = json.loads(hybridq(*run, *shots).out)["optimizer"]
    assert sampled["method"] == "adam"
    assert sampled["options"] == {"learning_rate": 0.03, "perturbation": 0.2}


def test_energies_take_them_too(hybridq: Run, tmp_path: Path) -> None:
    path = tmp_path / "tfim.json"
    path.write_text(spin_models.tfim(3).to_json())
    run = ("solve", "hamiltonian", path, "--layers", 1, "--seed", 1, "--max-evaluations", 30)
    outcome = hybridq(*run, "--optimizer", "adam", "-o", "learning_rate=0.05")
    assert outcome.code == 0
    assert "Options    learning_rate=0.05" in outcome.out


@pytest.mark.parametrize(
    ("name", "option", "words"),
    [
        ("spsa", "blockng=true", "unknown option of spsa 'blockng': did you mean 'blocking'"),
        (
            "spsa",
            "blocking=perhaps",
            "--optimizer-option blocking: must be true or false, got 'perhaps'",
        ),
        (
            "spsa",
            "calibration=2.5",
            "--optimizer-option calibration: must be an integer, got '2.5'",
        ),
        (
            "spsa",
            "initial_step=wide",
            "--optimizer-option initial_step: must be a number, got 'wide'",
        ),
        (
            "spsa",
            "initial_step=-1",
            "--optimizer-option initial_step: must be a positive number, got -1.0",
        ),
        (
            "spsa",
            "initial_step=nan",
            "--optimizer-option initial_step: must be a positive number, got nan",
        ),
        (
            "l-bfgs",
            "tolerance=x",
            "--optimizer-option tolerance: must be a number or none, got 'x'",
        ),
        ("spsa", "blocking", "--optimizer-option must be KEY=VALUE"),
        ("optuna-tpe", "storage=sqlite:///x.db", "optuna-tpe: study_name is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(
    hybridq: Run, square: Path, name: str, option: str, words: str
) -> None:
    outcome = hybridq("solve", "maxcut", square, "--optimizer", name, "-o", option)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.out == ""


def test_an_option_given_twice_is_refused(hybridq: Run, square: Path) -> None:
    options = ("-o", "memory=3", "-o", "memory=4")
    assert (
        "--optimizer-option memory: given twice" in hybridq("solve", "maxcut", square, *options).err
    )


def test_a_storage_out_of_reach_is_told_before_anything_is_read(
    hybridq: Run, tmp_path: Path
) -> None:
    storage = f"storage=sqlite:///{tmp_path}/nowhere/a.db"
    outcome = hybridq(
        *("solve", "maxcut", tmp_path / "absent.json", "--optimizer", "optuna-tpe"),
        *("-o", storage, "-o", "study_name=mine"),
    )
    assert outcome.code == 2
    assert "cannot be reached: " in outcome.err


def test_two_runs_share_a_study(hybridq: Run, square: Path, tmp_path: Path) -> None:
    storage = f"storage=sqlite:///{tmp_path}/a.db"
    run = (
        *("solve", "maxcut", square, "--p", 1, "--optimizer", "optuna-random", "--json", "-"),
        *("--max-evaluations", 5, "-o", storage, "-o", "study_name=2024"),
    )
    first, second = (json.loads(hybridq(*run, "--seed", seed).out) for seed in (1, 2))
    assert first["optimizer"]["options"]["study_name"] == "2024"
    assert second["expectation"] >= first["expectation"] - 1e-9
    refused = hybridq(*run, "--strategy", "interp")
    assert refused.code == 2
    assert "--strategy interp makes several searches" in refused.err


def test_options_of_a_strategy_decide_and_are_recorded(hybridq: Run, square: Path) -> None:
    run = ("solve", "maxcut", square, "--p", 1, "--seed", 1, "--strategy", "warm-start")
    given = json.loads(hybridq(*run, "--strategy-option", "epsilon=0.1", "--json", "-").out)
    plain = json.loads(hybridq(*run, "--json", "-").out)
    assert given["ansatz"]["strategy_options"] == {"epsilon": 0.1}
    assert given["parameters"] != plain["parameters"]
    assert "epsilon=0.1" in hybridq(*run, "--strategy-option", "epsilon=0.1").out


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("epsilon=0.9", "--strategy-option epsilon: must be a number above 0 and at most 0.5"),
        ("epsilon=x", "--strategy-option epsilon: must be a number, got 'x'"),
        ("epsilom=1", "did you mean 'epsilon'"),
        ("epsilon", "--strategy-option must be KEY=VALUE"),
    ],
)
def test_wrong_options_of_a_strategy_are_refused(
    hybridq: Run, square: Path, option: str, words: str
) -> None:
    run = ("solve", "maxcut", square, "--strategy", "warm-start", "--strategy-option", option)
    outcome = hybridq(*run)
    assert outcome.code == 2
    assert words in outcome.err
