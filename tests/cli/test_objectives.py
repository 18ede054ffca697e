"""Objectives from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hybridq.presentation import Result
from hybridq.presentation.objectives import no_gain
from tests.cli.cli_samples import Outcome

Run = Callable[..., Outcome]

LITTLE = "gained less than one estimate can resolve"
NOTHING = "ended no better than it began"


def test_the_screen_says_what_was_minimized(hybridq: Run, square: Path) -> None:
    outcome = hybridq(
        *("solve", "maxcut", square, "--p", 1, "--seed", 1, "--objective", "CVaR"),
        *("--alpha", 0.5),
    )
    assert outcome.code == 0
    assert (
        "Objective  cvar, alpha 0.5; mean cut of the best 50 % of samples: reached 4" in outcome.out
    )


def test_the_plain_screen_has_no_such_line(hybridq: Run, square: Path) -> None:
    assert "Objective" not in hybridq("solve", "maxcut", square, "--p", 1, "--seed", 1).out


def test_the_json_counts_the_shots(hybridq: Run, square: Path) -> None:
    outcome = hybridq(
        *("solve", "maxcut", square, "--p", 1, "--seed", 1, "--objective", "gibbs"),
        *("--eta", 0.5, "--objective-shots", 50, "--max-evaluations", 20, "--json", "-"),
    )
    objective = json.loads(outcome.out)["objective"]
    assert (objective["kind"], objective["eta"], objective["shots"]) == ("gibbs", 0.5, 50)
    assert objective["shots_used"] == 50 * objective["circuits"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--objective", "cvra"), "did you mean 'cvar'"),
        (("--alpha", "0.2"), "--alpha 0.2 is an option of cvar, not of expectation"),
        (
            ("--objective", "cvar", "--alpha", "2"),
            "--alpha must be a number above 0 and at most 1, got 2.0",
        ),
        (("--objective", "cvar", "--alpha", "0"), "--alpha must be a number above 0"),
        (("--objective", "gibbs", "--eta", "nan"), "--eta must be a number"),
        (("--objective-shots", "0"), "--objective-shots must be an integer >= 1, got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(
    hybridq: Run, square: Path, options: tuple[str, ...], words: str
) -> None:
    outcome = hybridq("solve", "maxcut", square, *options)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("kind", "start", "end", "told"),
    [
        ("expectation", 3.0, 3.09, f"{LITTLE} (standard error 0.1): 3 at its start, 3.09 at its"),
        ("expectation", 3.0, 3.0, f"{NOTHING} (standard error 0.1): 3 at its start, 3 at its end"),
        ("expectation", 3.0, 2.0, f"{NOTHING} (standard error 0.1): 3 at its start, 2 at its end"),
        ("gibbs", -1.0, -1.05, f"{LITTLE} (standard error 0.1): -1 at its start, -1.05 at its"),
        (
            "success-probability",  # -p is minimized, and p told
            -0.5,
            -0.55,
            f"{LITTLE} (standard error 10 %): 50.0 % at its start, 55.0 % at its end",
        ),
        (
            "success-probability",
            -0.5,
            -0.4,
            f"{NOTHING} (standard error 10 %): 50.0 % at its start, 40.0 % at its end",
        ),
    ],
)
def test_a_search_that_gained_less_than_the_standard_error_says_so(
    make_result: Callable[..., Result], kind: str, start: float, end: float, told: str
) -> None:
    assert told in str(no_gain(_searched(make_result(), kind, start, end)))


def test_without_an_error_more_shots_are_not_advised(make_result: Callable[..., Result]) -> None:
    searched = _searched(make_result(), "expectation", 3.0, 3.0)
    exact = replace(searched, objective={**searched.objective, "standard_error": 0.0})
    assert no_gain(exact) == f"From shots the search {NOTHING}: 3 at its start, 3 at its end."


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        ("expectation", 3.0, 3.11),  # a cut is maximized
        ("gibbs", -1.0, -1.11),
        ("success-probability", -0.5, -0.7),
    ],
)
def test_a_search_that_gained_more_has_no_such_note(
    make_result: Callable[..., Result], kind: str, start: float, end: float
) -> None:
    assert no_gain(_searched(make_result(), kind, start, end)) is None


def _searched(result: Result, kind: str, start: float, end: float) -> Result:
    facts = {"exact_start": start, "exact": end, "standard_error": 0.1}
    return replace(result, objective={"kind": kind, "shots": 50, **facts})


def test_the_screen_of_a_search_without_shots_has_no_such_note(
    make_result: Callable[..., Result],
) -> None:
    assert no_gain(make_result()) is None


def test_two_shots_are_too_few_to_gain_anything(hybridq: Run, square: Path) -> None:
    options = ("--p", 1, "--seed", 1, "--objective-shots", 2, "--max-evaluations", 6)
    objective = json.loads(hybridq("solve", "maxcut", square, *options, "--json", "-").out)[
        "objective"
    ]
    gain = objective["exact"] - objective["exact_start"]
    said = " ".join(hybridq("solve", "maxcut", square, *options).out.split())
    assert ("no better than it began" in said) == (gain <= 0)
    assert ("gained less than one" in said) == (0 < gain <= objective["standard_error"])
