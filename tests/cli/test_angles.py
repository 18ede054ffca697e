"""Learned angles from the command line: learn, show, begin with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from tests.cli.cli_samples import Outcome

Run = Callable[..., Outcome]


def write_graph(path: Path, seed: int) -> Path:
    graph = nx.random_regular_graph(3, 6, seed=seed)
    path.write_text(json.dumps({"nodes": list(graph), "edges": [list(e) for e in graph.edges]}))
    return path


@pytest.fixture
def graphs(tmp_path: Path) -> list[Path]:
    return [write_graph(tmp_path / f"g{seed}.json", seed) for seed in (1, 2)]


def test_angles_are_learned_shown_and_begun_with(
    hybridq: Run, graphs: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "mine.json"
    outcome = hybridq("angles", "learn", *graphs, "--p", 2, "--out", out)
    assert outcome.code == 0
    assert "Learned angles 'mine': 2 layers, the median of 2 graphs." in outcome.out
    assert f"--initial {out}" in outcome.out
    learned = hq.LearnedAngles.load(out)
    problems = [hq.MaxCut.from_file(graph) for graph in graphs]
    expected = hq.learn_angles(problems, 2, name="mine")
    np.testing.assert_allclose(learned.schedule, expected.schedule, rtol=1e-12)
    assert (learned.degree, learned.instances, learned.source) == (3.0, 2, "g1, g2")
    shown = hybridq("angles", "show", out).out
    assert f"{learned.schedule[0]:.4f}" in shown
    assert max(map(len, shown.splitlines())) <= 80
    solved = hybridq("solve", "maxcut", graphs[0], "--initial", out, "--seed", 1)
    assert "Start      mine: the median of 2 instances, mean degree 3" in solved.out
    assert "p = 2" in solved.out


def test_a_name_and_one_quiet_line(hybridq: Run, graphs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    run = ("angles", "learn", graphs[0], "--p", 1, "--out", out, "--name", "cubic\x1b[31m")
    assert hybridq(*run, "--quiet").out == f"{out}: 1 layer from 1 graph\n"
    assert "Learned angles 'cubic\\x1b[31m'" in hybridq("angles", "show", out).out


def test_results_and_plain_numbers_are_shown(hybridq: Run, square: Path, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    hybridq("solve", "maxcut", square, "--p", 1, "--json", result, "--quiet")
    assert "Found on  square, by qaoa" in hybridq("angles", "show", result).out
    plain = tmp_path / "angles.txt"
    plain.write_text("0.5, 0.25")
    lines = hybridq("angles", "show", plain).out.splitlines()
    assert lines[1] == " Angles of 1 layer."
    assert " gamma      0.5000" in lines
    assert " beta       0.2500" in lines


def test_ctrl_c_leaves_no_half_learned_angles(
    hybridq: Run, graphs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hybridq.objectives.expectation import DifferentiableExpectation as Expectation

    calls = []
    whole = Expectation.value_and_gradient

    def interrupted(self: Expectation, x: np.ndarray) -> tuple[float, np.ndarray]:
        calls.append(x)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return whole(self, x)

    monkeypatch.setattr(Expectation, "value_and_gradient", interrupted)
    out = tmp_path / "mine.json"
    assert hybridq("angles", "learn", *graphs, "--p", 2, "--out", out).code == 130
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--p", "2", "--out", "o.json"], "Missing argument"),
        (["g1.json", "--out", "o.json"], "Missing option '--p'"),
        (["g1.json", "--p", "2"], "Missing option '--out'"),
        (["g1.json", "--p", "0", "--out", "o.json"], "--p must be an integer >= 1, got '0'"),
        (["g1.json", "--p", "500", "--out", "o.json"], "--p must be at most 100, got 500"),
        (["g1.json", "--p", "2", "--out", "g1.json"], "that is the graph's own file"),
        (["g1.json", "--p", "2", "--out", "no/where.json"], "does not exist"),
        (["g1.json", "--p", "2", "--out", "-"], "cannot write --out -"),
        (["g1.json", "--p", "2", "--out", "o.json", "--name", " "], "--name must not be empty"),
        (["absent.json", "--p", "2", "--out", "o.json"], "file not found"),
        (["-", "-", "--p", "2", "--out", "o.json"], "can only be read once"),
        (["bare.json", "--p", "2", "--out", "o.json"], "the graph has no edges"),
    ],
)
def test_what_makes_no_sense_is_told_before_any_search(
    hybridq: Run,
    graphs: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
) -> None:
    folder = graphs[0].parent
    (folder / "bare.json").write_text('{"nodes": [0, 1], "edges": []}')
    monkeypatch.chdir(folder)
    outcome = hybridq("angles", "learn", *arguments)
    assert outcome.code == 2
    assert words in outcome.err
    assert not (folder / "o.json").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2, 3]", "it holds 3 parameters, not the angles of layers"),
        ('{"ansatz": {"kind": "uccsd"}, "parameters": [1, 2]}', "2 parameters of uccsd"),
        ("gamma", "is not a number"),
    ],
)
def test_what_holds_no_angles_is_refused(
    hybridq: Run, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    outcome = hybridq("angles", "show", path)
    assert outcome.code == 2
    assert words in outcome.err
