"""Errors of the library in the spelling of a command, and only of options that it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.cli.spelling import option_spelling
from hybridq.core.errors import ABSENT, ParameterError, Setting
from tests.cli.cli_samples import Outcome

OPTIONS = ["--precision", "--seed", "--max-evaluations", "--symmetry", "--no-symmetry", "--resume"]


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (Setting("precision", "single"), "--precision single"),
        (Setting("max_evaluations"), "--max-evaluations"),
        (Setting("rng", 7), "--seed 7"),
        (Setting("symmetry", False), "--no-symmetry"),
        (Setting("resume", True), "--resume"),
        (Setting("n_qubits", 3), "n_qubits=3"),
        (Setting("initial_step"), "initial_step"),
    ],
)
def test_settings_are_spelled_as_options_where_the_command_has_them(
    setting: Setting, text: str
) -> None:
    assert option_spelling(OPTIONS)(setting) == text


def test_an_error_reads_well_in_python_and_on_the_command_line() -> None:
    error = ParameterError(
        argument="max_evaluations",
        value=0,
        expected="an integer >= 1",
        remedy=("or set ", Setting("precision", "single")),
    )
    assert str(error) == (
        "max_evaluations must be an integer >= 1, got 0: or set precision='single'"
    )
    assert error.render(option_spelling(OPTIONS)) == (
        "--max-evaluations must be an integer >= 1, got 0: or set --precision single"
    )
    assert Setting("p").value is ABSENT


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--p", "0"), "--p must be an integer >= 1, got 0"),
        (("--p", "two"), "--p must be an integer, got 'two'"),
        (("--optimizer", "cobila"), "did you mean 'cobyla'?"),
        (("--engine", "diagnal"), "did you mean 'diagonal'?"),
        (("--mixer", "xy-ring"), "choose --mixer x or --mixer grover"),
        (("--layers", "2"), "--layers is not an option of --ansatz qaoa"),
        (("--alpha", "0.2"), "--alpha 0.2 is an option of cvar, not of expectation"),
        (("--shots", "0"), "--shots must be an integer >= 1, got 0"),
        (("--threads", "9999"), "--threads"),
        (("--resume",), "--resume requires --journal"),
    ],
)
def test_refusals_name_options(
    hybridq: Callable[..., Outcome], square: Path, arguments: tuple[str, ...], message: str
) -> None:
    outcome = hybridq("solve", "maxcut", square, *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert message in outcome.err
