"""Arguments of the library as options and as keys of a config."""

from __future__ import annotations

import pytest

from hybridq.cli.words import as_config_keys, as_option, as_options
from hybridq.core.errors import Setting


def test_limits_of_solve_are_told_by_the_keys_of_a_config() -> None:
    told = "the budget of 3 evaluations is used up: raise max_evaluations to search on"
    assert as_config_keys(told).endswith("raise budget.evaluations to search on")
    assert as_config_keys("raise time_limit") == "raise budget.seconds"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("raise max_evaluations to search on", "raise --max-evaluations to search on"),
        ("raise time_limit to search on", "raise --time-limit to search on"),
        ("precision='single' or fewer", "--precision single or fewer"),
        ("threads=999: too many", "--threads 999: too many"),
        ("/tmp/max_evaluations.json: no list", "/tmp/max_evaluations.json: no list"),
        ("n_qubits=60 needs more", "n_qubits=60 needs more"),
    ],
)
def test_arguments_of_the_library_become_options(text: str, told: str) -> None:
    assert as_options(text) == told


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (Setting("max_evaluations"), "--max-evaluations"),
        (Setting("layers", 8), "--layers 8"),
        (Setting("exact", True), "--exact"),
        (Setting("singlet", False), "--no-singlet"),
        (Setting("shots", 1), "--shots 1"),
    ],
)
def test_an_argument_is_spelled_as_its_option(setting: Setting, text: str) -> None:
    assert as_option(setting) == text
