from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from rich.text import Text

from hybridq.cli import page
from hybridq.cli import result_screen as screen
from hybridq.presentation import (
    Best,
    EngineInfo,
    OptimizerInfo,
    Ratio,
    Reference,
    Result,
    Samples,
)
from hybridq.presentation.answers import Standing, standing
from hybridq.presentation.sentences import report

MakeResult = Callable[..., Result]
ANSWER = "Best cut found: 4 of total weight 4."


def test_texts_from_outside_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    odd = "a\x1b[31mb\x07"
    page.show_parts([Text(f"{odd}\nsecond line"), page.facts([("name", odd)])])
    page.say(odd)
    lines = capsys.readouterr().out.splitlines()
    assert "a\\x1b[31mb\\x07" in lines
    assert "second line" in lines
    assert all(line.isprintable() for line in lines)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def show(result: Result, *, quiet: bool = False) -> str:
        screen.show(result, quiet=quiet)
        return capsys.readouterr().out

    return show


def headline(result: Result) -> tuple[bool, str]:
    found = report(result)
    return found.good, str(found.headline)


def words(text: str) -> str:
    """The text as one line, so that a claim does not depend on where lines break."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("best", "reference", "ratio", "good", "sentence"),
    [
        (4.0, Reference(4.0, "exhaustive search", True), 1.0, True, "optimal (exhaustive search)."),
        (3.0, Reference(4.0, "exhaustive search", True), 0.75, False, "75.0 % of the optimum, 4"),
        (
            4.0,
            Reference(4.0, "local search", False),
            1.0,
            True,
            "equals the best classical answer (",
        ),
        (4.0, Reference(3.0, "local search", False), 4 / 3, True, "beats the classical answer, 3"),
        (
            4.0,
            Reference(3.0, "local search, ended early", False, complete=False),
            4 / 3,
            True,
            "is better than the classical answer, 3 (local search, ended early",
        ),
        (3.0, Reference(4.0, "local search", False), 0.75, False, "75.0 % of the best classical"),
        (-1.0, Reference(0.0, "exhaustive search", True), None, False, "The optimum is 0"),
    ],
)
def test_the_headline_claims_exactly_what_is_known(
    make_result: MakeResult,
    best: float,
    reference: Reference,
    ratio: float | None,
    good: bool,
    sentence: str,
) -> None:
    result = make_result(
        best=Best(best, "0101", {"a": 0, "b": 1, "c": 0, "d": 1}),
        reference=reference,
        ratio=Ratio(ratio, ratio),
    )
    is_good, text = headline(result)
    assert is_good is good
    assert sentence in text
    assert ("not proven optimal" in text) is not reference.exact


def test_without_a_reference_nothing_is_claimed(make_result: MakeResult) -> None:
    result = make_result(reference=None, ratio=None)
    assert headline(result) == (
        False,
        f"{ANSWER} No classical reference is available.",
    )
    assert str(report(result).brief).endswith("4, no ratio, expected cut 3, seed 7")


def test_a_classical_answer_is_not_compared_with_itself(make_result: MakeResult) -> None:
    method = "simulated annealing, without the circuit"
    result = make_result(
        best=Best(3.0, "0101", {}, method=method, classical=True),
        reference=Reference(3.0, method, False, bound=4.0),
        ratio=Ratio(0.75, 1.0),
        samples=None,
    )
    good, text = headline(result)
    assert good
    assert "The circuit has no part in it" in text
    assert "It is at least 75.0 % of the largest cut (at most 4, proven)." in text
    shown = report(result)
    assert "100 %" not in str(shown.brief)
    assert not any(row.name.startswith("Classical") for row in shown.comparison.rows)
    exact = replace(result, reference=Reference(3.0, method, True, bound=3.0))
    assert "That is optimal" in headline(exact)[1]


def test_a_minimized_problem_is_worse_when_its_value_is_higher(make_result: MakeResult) -> None:
    problem = replace(make_result().problem, sense="minimize", kind="ising", value_name="energy")
    reference = Reference(-4.0, "local search", False)
    result = make_result(
        problem=problem, best=Best(-3.0, "0101", {}), reference=reference, ratio=Ratio(0.5, 0.75)
    )
    good, text = headline(result)
    assert not good
    assert "75.0 % of the best classical answer, -4" in text


def test_the_answer_comes_first_and_every_number_follows(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    text = shown(make_result())
    assert text.strip().startswith(ANSWER)
    for part in (
        "Best of 1024 samples 4 100 %",
        "Expected cut (one sample, on average) 3 75.0 %",
        "Classical: exhaustive search 4 optimal",
        "Random guess, on average 2 50.0 %",
        "Side 0 2 nodes: a, c",
        "Side 1 2 nodes: b, d",
        "square, 4 nodes, 4 edges, total weight 4",
        "diagonal, double precision: the cost is diagonal",
        "QAOA, p = 1, 2 angles",
        "l-bfgs, 12 evaluations: The gradient vanished.",
        "0.50 s, seed 7",
        "gamma 0.7854",
        "beta 0.3927",
    ):
        assert part in words(text)


def test_piped_output_is_plain_text_of_at_most_80_columns(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    nodes = {f"a node with quite a long name {i}\x1b[2J": i % 2 for i in range(300)}
    layers = 30
    result = make_result(
        best=Best(4.0, "01" * 150, nodes, answer={"Side 0": tuple(nodes)}),
        ansatz={"kind": "qaoa", "n_params": 2 * layers, "p": layers},
        parameters=np.linspace(-10, 10, 2 * layers),
        optimizer=OptimizerInfo("cobyla", 10**6, "failed", "a long message " * 20),
        reference=Reference(4.0, "local search with a very long name " * 5, False),
    )
    text = shown(result)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert max(map(len, text.splitlines())) <= 80
    assert "more (--json FILE has all)" in words(text)
    assert "6 more layers (--json FILE has all)" in words(text)


def test_every_angle_of_24_layers_is_shown(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    angles = np.arange(48) / 100
    result = make_result(ansatz={"kind": "qaoa", "n_params": 48, "p": 24}, parameters=angles)
    text = shown(result)
    assert all(f"{angle:#.4g}" in text for angle in angles)


def test_an_encoding_without_the_label_is_no_failure(
    make_result: MakeResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    sides = {"Side 0": ("Zürich", "c"), "Side 1": ("京都", "d")}
    screen.show(make_result(best=Best(4.0, "0101", {}, answer=sides)))
    sys.stdout.flush()
    text = buffer.getvalue().decode("ascii")
    assert "Z\\xfcrich" in text
    assert "gamma" in text


def test_quiet_is_one_line_with_cut_and_ratio(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    text = shown(make_result(), quiet=True)
    assert text == (
        "Best cut found: 4 of total weight 4, 100 % of the optimum 4, expected cut 3, seed 7\n"
    )


def test_an_interrupted_search_says_so(make_result: MakeResult, shown: Callable[..., str]) -> None:
    stopped = OptimizerInfo("cobyla", 5, "interrupted", "Stopped by the user.")
    assert "You interrupted the search" in shown(make_result(optimizer=stopped))
    assert shown(make_result(optimizer=stopped), quiet=True).endswith("(interrupted)\n")


@pytest.mark.parametrize(
    ("status", "sentence", "ending"),
    [
        ("max_evaluations", "limit of 5 evaluations: --max-evaluations", "(evaluation limit)\n"),
        ("time_limit", "Stopped at the time limit: --time-limit", "(time limit)\n"),
    ],
)
def test_a_search_cut_short_by_a_limit_says_so_under_the_headline(
    make_result: MakeResult, shown: Callable[..., str], status: str, sentence: str, ending: str
) -> None:
    stopped = OptimizerInfo("cobyla", 5, status, "raise max_evaluations or time_limit")
    text = shown(make_result(optimizer=stopped))
    assert sentence in text.split("\n\n")[0]
    assert "cobyla, 5 evaluations: raise --max-evaluations or --time-limit" in words(text)
    assert shown(make_result(optimizer=stopped), quiet=True).endswith(ending)


def weighing(result: Result, scale: float, **fields: float | None) -> Result:
    return replace(result, problem=replace(result.problem, value_scale=scale, **fields))


def test_a_cut_above_the_total_weight_is_not_held_against_it(make_result: MakeResult) -> None:
    result = weighing(make_result(), 5.75, most=None, mean=1.875)
    assert headline(result)[1].startswith("Best cut found: 4. That is optimal")


def test_an_optimum_of_0_has_no_ratios_and_no_noise(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    result = weighing(
        make_result(
            expectation=-7.4e-09,
            best=Best(5e-17, "0000", dict.fromkeys("abcd", 0)),
            reference=Reference(0.0, "exhaustive search", True),
            ratio=Ratio(None, None),
        ),
        *(3.0,),
        most=None,
        mean=-1.5,
    )
    text = words(shown(result))
    assert "Best cut found: 0. That is optimal" in text
    assert "no ratio: the optimum is 0" in text
    assert "Expected cut (one sample, on average) 0 Classical: exhaustive search 0 optimal" in text
    assert "e-" not in text
    assert shown(result, quiet=True).startswith("Best cut found: 0, optimum 0, expected cut 0,")


def test_small_weights_are_shown_and_told_apart(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    small = weighing(
        make_result(
            expectation=2.5e-10,
            best=Best(3e-10, "0101", {"a": 0, "b": 1, "c": 0, "d": 1}),
            reference=Reference(4e-10, "exhaustive search", True),
            ratio=Ratio(0.625, 0.75),
        ),
        *(4e-10,),
        most=4e-10,
        mean=2e-10,
    )
    text = words(shown(small))
    assert "Best cut found: 3e-10 of total weight 4e-10. That is 75.0 % of the optimum, 4e" in text
    assert "average) 2.5e-10 62.5 %" in text
    assert "Random guess, on average 2e-10 50.0 %" in text


def test_small_angles_keep_four_digits_within_80_columns(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    angles = -1.23456e-7 * np.arange(1, 33)
    result = make_result(ansatz={"kind": "qaoa", "n_params": 32, "p": 16}, parameters=angles)
    text = shown(result)
    assert all(f"{value:.3e}" in text for value in angles)
    assert max(map(len, text.splitlines())) <= 80


def test_an_engine_with_much_to_say_is_one_line_for_a_newcomer(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    reason = "phases of a diagonal cost and X mixers; half the state (3 of 4 qubits); 2 threads"
    text = shown(make_result(engine=EngineInfo("diagonal", reason, "double", 2)))
    (row,) = [line for line in text.splitlines() if line.startswith(" Engine")]
    assert words(row) == "Engine diagonal, double precision, 4 qubits on 2 threads"
    assert "phases of" not in text


# -- families with constraints ----------------------------------------------------------------

CLASH = "a and b are joined by an edge"


def infeasible(make_result: MakeResult) -> Result:
    result = make_result()
    best = Best(
        3.0, "1110", {}, feasible=False, answer={"In the set": ("a", "b", "c")}, violations=(CLASH,)
    )
    samples = Samples(1000, 0.0)
    problem = replace(result.problem, value_name="size", most=None, mean=None)
    return replace(result, best=best, samples=samples, problem=problem)


def test_an_infeasible_best_sample_is_not_held_against_the_optimum(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    result = infeasible(make_result)
    assert standing(result) is Standing.INFEASIBLE
    good, text = headline(result)
    assert not good
    assert (
        text
        == f"No sample is feasible. The best one has size 3 and violates 1 constraint: {CLASH}."
    )
    screen_text = words(shown(result))
    assert "Best of 1000 samples 3 not feasible" in screen_text
    assert f"Violated {CLASH}" in screen_text
    assert "0 of 1000 samples (0.0 %)" in screen_text
    assert "75.0 %" not in words(shown(result, quiet=True))


def test_the_share_of_feasible_samples_is_shown_where_there_are_others(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    assert "Feasible" not in shown(make_result())
    text = words(shown(make_result(samples=Samples(1000, 0.125))))
    assert "Feasible 125 of 1000 samples (12.5 %)" in text
    assert "Expected cut (penalties included)" in text


def test_nothing_beats_a_proven_optimum(make_result: MakeResult) -> None:
    reference = Reference(4.0, "exhaustive search", True)
    result = make_result(best=Best(255.0, "0101", {}), reference=reference)
    good, text = headline(result)
    assert not good
    assert "contradicts the optimum, 4 (exhaustive search)" in text
    assert "beats" not in text
    assert "not proven" not in text


def test_a_row_of_the_answer_counts_entries_from_two_on(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    rows = {"Chosen": ("a", "b"), "Left": ("c",), "Dropped": ()}
    text = words(shown(make_result(best=Best(4.0, "1101", {}, answer=rows))))
    assert "Chosen 2 nodes: a, b" in text
    assert "Left c " in text
    assert "Dropped none" in text


def test_a_large_ratio_of_a_minimized_value_is_a_factor(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    result = make_result(
        problem=replace(make_result().problem, sense="minimize", most=None, mean=50.0),
        best=Best(30.0, "0101", {}),
        reference=Reference(0.5, "exhaustive search", True),
        ratio=Ratio(6.0, 60.0),
    )
    assert headline(result) == (
        False,
        "Best cut found: 30. That is 60 times the optimum, 0.5 (exhaustive search).",
    )
