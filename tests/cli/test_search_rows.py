"""Start, steps, objective and time of a search on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.cli.result_screen import time_row
from hybridq.objectives import OBJECTIVES
from hybridq.presentation.search import start_facts, steps_line
from hybridq.strategies.registry import STRATEGIES
from tests.cli.cli_samples import Outcome

Run = Callable[..., Outcome]


def depth(p: int) -> dict[str, object]:
    return {"step": f"p = {p}", "depth": p}


def starts(count: int) -> dict[str, object]:
    return {"step": f"{count} starts", "starts": count}


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], ""),
        ([depth(3)], "p = 3"),
        ([depth(1), depth(2), depth(3)], "p = 1 to 3, 3 searches"),
        ([depth(2), {"step": "p = 3, all layers", "depth": 3}], "p = 2 to 3, 2 searches"),
        ([starts(16), starts(8), starts(4)], "16, 8, 4 starts"),
        ([starts(1)], "1 start"),
        ([{"step": "ramp"}, {"step": "p = 3"}], "ramp, then p = 3"),
        ([{"step": "QAOA, p = 2"}, {"step": "multi-angle"}], "QAOA, p = 2, then multi-angle"),
    ],
)
def test_steps_of_one_kind_are_merged(steps: list[dict[str, object]], words: str) -> None:
    assert steps_line(steps) == words


def test_a_start_is_shown_with_its_reason() -> None:
    assert start_facts({}) == []
    assert start_facts({"initial": "sk"}) == [("Start", "sk")]
    assert start_facts({"initial": "sk", "initial_reason": "a tree"}) == [("Start", "sk: a tree")]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_screen_names_the_strategy_and_the_start(
    hybridq: Run, square: Path, strategy: str
) -> None:
    p = 1 if strategy == "recursive" else 2  # it contracts by one layer
    out = hybridq("solve", "maxcut", square, "--p", p, "--seed", 1, "--strategy", strategy).out
    assert max(map(len, out.splitlines())) <= 80
    assert " Start      " in out
    assert (f" Strategy   {strategy}: " in out) == (strategy != "direct")


def test_progress_shows_each_objective_with_its_own_sign() -> None:
    signs = {name: kind.shown_sign(-1.0) for name, kind in OBJECTIVES.items()}
    # Energies take the sign of the problem, probabilities are minimized as -p.
    expected = {"expectation": -1.0, "cvar": -1.0, "gibbs": 1.0, "success-probability": -1.0}
    assert signs == expected


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ("success-probability", "Objective  success-probability; reached "),
        ("gibbs", "(lower is better)"),
        ("cvar", "mean cut of the best 20 % of samples: reached "),
    ],
)
def test_the_objective_is_shown_in_words(
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


def test_compilation_is_timed_separately_where_it_is_noticeable():
    assert time_row(0.25, 7) == ("Time", "0.25 s, seed 7")
    assert time_row(0.25, None, "12 evaluations") == ("Time", "0.25 s, 12 evaluations")
    text = "0.25 s and 19.4 s to compile and cache its kernels, seed 7"
    assert time_row(0.25, 7, compiling=19.4) == ("Time", text)


def test_a_command_names_only_its_own_compilation(hybridq, square, monkeypatch):
    compiled = iter([100.0, 100.0, 200.0, 210.0])
    monkeypatch.setattr("hybridq.core.clock.compiling_seconds", lambda: next(compiled))
    run = ("solve", "maxcut", square, "--seed", 1, "--p", 1)
    assert "to compile" not in hybridq(*run).out
    assert "10.0 s to compile and cache its kernels" in " ".join(hybridq(*run).out.split())
