"""Where a search began and how it went on, on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.cli.objective_options import sign_of
from hybridq.cli.search_rows import in_short, search_rows, time_row
from hybridq.strategies.registry import STRATEGIES
from tests.cli.cli_samples import Outcome

Run = Callable[..., Outcome]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], ""),
        (["p = 3"], "p = 3"),
        (["p = 1", "p = 2", "p = 3"], "p = 1 to 3, 3 searches"),
        (["p = 2", "p = 3, all layers"], "p = 2 to 3, 2 searches"),
        (["16 starts", "8 starts", "4 starts"], "16, 8, 4 starts"),
        (["1 starts"], "1 start"),
        (["ramp", "p = 3"], "ramp, then p = 3"),
        (["QAOA, p = 2", "multi-angle, p = 2"], "QAOA, p = 2, then multi-angle, p = 2"),
    ],
)
def test_steps_are_told_in_short(steps: list[str], words: str) -> None:
    assert in_short(steps) == words


def test_a_reason_stands_beside_the_start() -> None:
    assert search_rows({}) == []
    assert search_rows({"initial": "sk"}) == [("Start", "sk")]
    assert search_rows({"initial": "sk", "initial_reason": "a tree"}) == [("Start", "sk: a tree")]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_screen_names_the_strategy_and_the_start(
    hybridq: Run, square: Path, strategy: str
) -> None:
    out = hybridq("solve", "maxcut", square, "--p", 2, "--seed", 1, "--strategy", strategy).out
    assert max(map(len, out.splitlines())) <= 80
    assert " Start      " in out
    assert (f" Strategy   {strategy}: " in out) == (strategy != "direct")


def test_progress_shows_each_objective_with_its_own_sign() -> None:
    assert sign_of("expectation", -1.0) == sign_of("cvar", -1.0) == -1.0
    assert sign_of("gibbs", -1.0) == 1.0
    assert sign_of("success-probability", 1.0) == -1.0


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ("success-probability", "Objective  success-probability; reached "),
        ("gibbs", "(lower is better)"),
        ("cvar", "mean cut of the best 20 % of samples: reached "),
    ],
)
def test_the_objective_is_told_in_words(
    hybridq: Run, square: Path, objective: str, words: str
) -> None:
    run = ("solve", "maxcut", square, "--p", 2, "--seed", 1, "--objective", objective)
    out = hybridq(*run).out
    assert words in out
    shots = hybridq(*run, "--objective-shots", 50, "--max-evaluations", 9).out
    assert "best single estimate" in " ".join(shots.split())
    if objective == "success-probability":
        # Closed form: QAOA with p = 2 cuts the ring of four exactly.
        assert "reached 100" in out or "reached > 99.9" in out


def test_the_time_is_told_without_compiling_and_compiling_where_it_was_felt(monkeypatch):
    assert time_row(0.25, 7) == ("Time", "0.25 s, seed 7")
    assert time_row(0.25, None, "12 evaluations") == ("Time", "0.25 s, 12 evaluations")
    monkeypatch.setattr("hybridq.core.clock.compiling_seconds", lambda: 19.4)
    told = "0.25 s and 19.4 s to compile, once on this machine, seed 7"
    assert time_row(0.25, 7) == ("Time", told)
