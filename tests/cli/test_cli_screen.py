from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hybridq.cli import screen
from hybridq.cli.verdict import headline, quiet_line
from hybridq.result import Best, OptimizerInfo, Ratio, Reference, Result

MakeResult = Callable[..., Result]
ANSWER = "Best cut found: 4 of total weight 4."


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def show(result: Result, *, quiet: bool = False) -> str:
        screen.show(result, quiet=quiet)
        return capsys.readouterr().out

    return show


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
        f"{ANSWER} There is no classical reference to hold it against.",
    )
    assert quiet_line(result).endswith("no ratio")


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
        "2 nodes: a, c",
        "2 nodes: b, d",
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
        best=Best(4.0, "01" * 150, nodes),
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
    assert all(f"{angle:.4f}" in text for angle in angles)


def test_an_encoding_without_the_label_is_no_failure(
    make_result: MakeResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    screen.show(make_result(best=Best(4.0, "0101", {"Zürich": 0, "京都": 1, "c": 0, "d": 1})))
    sys.stdout.flush()
    text = buffer.getvalue().decode("ascii")
    assert "Z\\xfcrich" in text
    assert "gamma" in text


def test_quiet_is_one_line_with_cut_and_ratio(
    make_result: MakeResult, shown: Callable[..., str]
) -> None:
    text = shown(make_result(), quiet=True)
    assert text == "Best cut found: 4 of total weight 4, 100 % of the optimum 4\n"


def test_an_interrupted_search_says_so(make_result: MakeResult, shown: Callable[..., str]) -> None:
    stopped = OptimizerInfo("cobyla", 5, "interrupted", "Stopped by the user.")
    assert "You interrupted the search" in shown(make_result(optimizer=stopped))
    assert shown(make_result(optimizer=stopped), quiet=True).endswith("(interrupted)\n")
