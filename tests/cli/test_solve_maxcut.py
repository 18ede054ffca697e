"""The command in this process; `solve` itself is stood in for, since its own tests cover it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hybridq.core.errors import CapacityError
from hybridq.presentation import OptimizerInfo, Result
from tests.cli.cli_samples import SQUARE, Outcome, hand_made_result

Run = Callable[..., Outcome]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every call of `solve`, which answers at once with the result made by hand."""
    seen: list[dict[str, Any]] = []

    def solve(problem: Any, **options: Any) -> Result:
        seen.append({"problem": problem, **options})
        return hand_made_result(seed=options["rng"])

    _stand_in(monkeypatch, solve)
    return seen


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every evaluation of a search."""
    seen: list[Any] = []
    monkeypatch.setattr(
        "hybridq.presentation.progress.ProgressBar.__call__",
        lambda self, record: seen.append(record),
    )
    return seen


def _stand_in(monkeypatch: pytest.MonkeyPatch, solve: Callable[..., Result]) -> None:
    """Replace `hybridq.solve`; options are read from the original's signature."""
    from hybridq import solver

    monkeypatch.setattr(solver, "solve", functools.wraps(solver.solve)(solve))


def test_without_options_the_solver_chooses(
    hybridq: Run, square: Path, calls: list[dict[str, Any]]
) -> None:
    outcome = hybridq("solve", "maxcut", square)
    assert outcome.code == 0
    assert outcome.err == ""
    assert "Best cut found: 4 of total weight 4." in outcome.out
    (call,) = calls
    assert call["problem"].name == "square"
    assert call["initial"] == "auto"
    chosen = {"p", "optimizer", "restarts", "shots", "precision", "max_evaluations", "threads"}
    assert not chosen & call.keys()
    assert call["landscape"] is False


def test_every_option_reaches_the_solver(
    hybridq: Run, square: Path, calls: list[dict[str, Any]]
) -> None:
    hybridq(
        *("solve", "maxcut", square, "--p", 3, "--optimizer", "Nelder_Mead", "--restarts", 2),
        *("--max-evaluations", 50, "--time-limit", 1.5, "--shots", 10, "--initial", "ramp"),
        *("--precision", "single", "--threads", 1, "--seed", 7, "--format", "json"),
    )
    (call,) = calls
    expected = {
        "p": 3,
        "optimizer": "Nelder_Mead",
        "restarts": 2,
        "max_evaluations": 50,
        "time_limit": 1.5,
        "shots": 10,
        "initial": "ramp",
        "precision": "single",
        "threads": 1,
        "rng": 7,
    }
    assert {name: call[name] for name in expected} == expected


def test_a_run_without_a_seed_gets_one_and_shows_it(
    hybridq: Run, square: Path, calls: list[dict[str, Any]]
) -> None:
    outcome = hybridq("solve", "maxcut", square)
    assert f"seed {calls[0]['rng']}" in outcome.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--p", "0"], "--p must be an integer >= 1, got 0"),
        (["--p", "-2"], "--p must be an integer >= 1, got -2"),
        (["--p", "2.5"], "--p must be an integer, got '2.5'"),
        (["--p", "two"], "--p must be an integer, got 'two'"),
        (["--shots", "0"], "--shots must be an integer >= 1, got 0"),
        (["--restarts", "-1"], "--restarts must be an integer >= 0, got -1"),
        (["--threads", "0"], "--threads must be an integer >= 1, got 0"),
        (["--seed", "-1"], "--seed must be an integer >= 0, got '-1'"),
        (["--max-evaluations", "0"], "--max-evaluations must be an integer >= 1"),
        (["--time-limit", "0"], "--time-limit must be a positive number of seconds"),
        (["--time-limit", "nan"], "--time-limit must be a number, got 'nan'"),
        (
            ["--optimizer", "cobylla"],
            "unknown optimizer 'cobylla': did you mean 'cobyla'",
        ),
        (
            ["--precision", "doubel"],
            "--precision must be 'double' or 'single', got 'doubel'",
        ),
        (["--initial", "rampp"], "unknown initial point 'rampp': did you mean 'ramp'"),
        (["--format", "jsn"], "unknown graph format 'jsn': did you mean 'json'"),
        (["--json", "/no/such/folder/out.json"], "the folder /no/such/folder does not exist"),
        (["--plot", "/no/such/folder/out.png"], "/no/such/folder"),
        (["--plot", "out.xyz"], "out.xyz"),
        (["--shot", "3"], "--shots"),
        (["more.json"], "unexpected extra argument"),
        (["--p"], "'--p' requires an argument"),
    ],
)
def test_a_bad_option_is_one_line_before_any_work(
    hybridq: Run,
    square: Path,
    evaluations: list[Any],
    options: list[str],
    message: str,
) -> None:
    outcome = hybridq("solve", "maxcut", square, *options)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("hybridq: error: ")
    assert outcome.err.count("\n") == 1
    assert message in outcome.err
    assert evaluations == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solve", "maxcut"], "Missing argument 'FILE' (see hybridq solve maxcut --help)"),
        (["solve", "maxct", "g.json"], "unknown family 'maxct': did you mean 'maxcut'?"),
        (
            ["solve", "maxcut", "g.json", "--json"],
            "Option '--json' requires an argument (see hybridq solve maxcut --help)",
        ),
        (["slove"], "No such command 'slove'"),
        (["--verbose"], "No such option"),
    ],
)
def test_a_mistyped_command_is_one_line(hybridq: Run, arguments: list[str], message: str) -> None:
    outcome = hybridq(*arguments)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert message in outcome.err


def test_output_over_the_input_is_refused(
    hybridq: Run, square: Path, calls: list[dict[str, Any]]
) -> None:
    outcome = hybridq("solve", "maxcut", square, "--json", square)
    assert outcome.code == 2
    assert "the graph's own file" in outcome.err
    assert json.loads(square.read_text(encoding="utf-8")) == SQUARE
    assert calls == []


def test_two_outputs_of_one_name_are_refused(
    hybridq: Run, square: Path, tmp_path: Path, calls: list[dict[str, Any]]
) -> None:
    out = tmp_path / "out.png"
    outcome = hybridq("solve", "maxcut", square, "--json", out, "--plot", out)
    assert outcome.code == 2
    assert not out.exists()
    assert calls == []


def test_json_on_standard_output_is_nothing_but_json(
    hybridq: Run, square: Path, calls: list[dict[str, Any]]
) -> None:
    outcome = hybridq("solve", "maxcut", square, "--json", "-", "--seed", 7)
    assert outcome.err == ""
    assert json.loads(outcome.out) == hand_made_result(seed=7).to_dict()


def test_json_in_a_file_comes_beside_the_screen(
    hybridq: Run, square: Path, tmp_path: Path, calls: list[dict[str, Any]]
) -> None:
    out = tmp_path / "out.json"
    outcome = hybridq("solve", "maxcut", square, "--json", out, "--seed", 7)
    assert "Best cut found" in outcome.out
    assert outcome.out.rstrip().endswith(f"Written: {out}")
    assert json.loads(out.read_text(encoding="utf-8")) == hand_made_result(seed=7).to_dict()


def test_quiet_prints_one_line(hybridq: Run, square: Path, calls: list[dict[str, Any]]) -> None:
    outcome = hybridq("solve", "maxcut", square, "--quiet")
    assert outcome.out.count("\n") == 1
    assert "100 % of the optimum 4" in outcome.out


def test_an_interrupted_search_is_reported_with_code_130(
    hybridq: Run, square: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = OptimizerInfo("cobyla", 5, "interrupted", "Stopped by the user.")
    _stand_in(monkeypatch, lambda problem, **options: hand_made_result(optimizer=stopped))
    outcome = hybridq("solve", "maxcut", square)
    assert outcome.code == 130
    assert "You interrupted the search" in outcome.out


def test_a_refusal_of_the_solver_is_one_line_and_leaves_no_file(
    hybridq: Run, square: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(problem: Any, **options: Any) -> Result:
        raise CapacityError("n_qubits=60 needs 16 EiB: use fewer nodes")

    _stand_in(monkeypatch, refuse)
    out = tmp_path / "out.json"
    outcome = hybridq("solve", "maxcut", square, "--json", out)
    assert outcome.code == 2
    assert outcome.err == "hybridq: error: n_qubits=60 needs 16 EiB: use fewer nodes\n"
    assert list(tmp_path.iterdir()) == [square]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.json", b"", "empty"),
        ("cut-off.json", b'{"nodes": [1, 2], "edges": [[1,', "cut-off.json"),
        ("weights.txt", b"1 2 heavy\n", "weights.txt, line 1"),
        ("nan.csv", b"source,target,weight\n1,2,nan\n", "nan.csv, line 2"),
        ("loop.txt", b"1 2 1\n3 3 1\n", "loop.txt, line 2"),
        ("twice.txt", b"1 2 1\n2 1 5\n", "twice.txt, line 2"),
        ("directed.json", b'{"directed": true, "nodes": [], "links": []}', "directed"),
        ("short.rud", b"3 3\n1 2 1\n2 3 1\n", "short.rud"),
        ("outside.rud", b"3 2\n1 2 1\n2 9 1\n", "outside.rud"),
        ("bare.json", b'{"nodes": [], "edges": []}', "bare.json"),
        ("edgeless.json", b'{"nodes": [1, 2], "edges": []}', "edgeless.json"),
        ("noise.bin", bytes(range(256)), "noise.bin"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(
    hybridq: Run,
    tmp_path: Path,
    calls: list[dict[str, Any]],
    name: str,
    content: bytes,
    message: str,
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    outcome = hybridq("solve", "maxcut", path, "--json", tmp_path / "out.json")
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("hybridq: error: ")
    assert outcome.err.count("\n") == 1
    assert message in outcome.err
    assert list(tmp_path.iterdir()) == [path]
    assert calls == []


@pytest.mark.parametrize("what", ["missing.json", "."])
def test_a_missing_file_and_a_folder_are_one_line(
    hybridq: Run, tmp_path: Path, calls: list[dict[str, Any]], what: str
) -> None:
    outcome = hybridq("solve", "maxcut", tmp_path / what)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert str(tmp_path) in outcome.err


def test_help_shows_an_example_and_version_its_number(hybridq: Run) -> None:
    for arguments in (["--help"], ["solve", "--help"], ["solve", "maxcut", "--help"]):
        outcome = hybridq(*arguments)
        assert outcome.code == 0
        assert "hybridq solve maxcut graph.json" in outcome.out
    assert hybridq("--version").out.startswith("hybridq 0.")


def test_help_states_the_defaults_as_they_are(hybridq: Run) -> None:
    text = hybridq("solve", "maxcut", "--help").out
    assert "Maximum number of evaluations" in text
    assert "recognized by content and name" in " ".join(text.replace("│", " ").split())
    assert "(default: l-bfgs)" in text


def test_an_instance_of_hybridq_takes_the_place_of_a_file(
    hybridq: Run, calls: list[dict[str, Any]]
) -> None:
    assert hybridq("solve", "maxcut", "dataset:florentine").code == 0
    assert (calls[0]["problem"].name, calls[0]["problem"].n_qubits) == ("florentine", 15)
    refused = hybridq("solve", "maxcut", "dataset:florentin")
    assert refused.code == 2
    assert "unknown dataset 'florentin': did you mean 'florentine'" in refused.err
