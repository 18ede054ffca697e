"""Problem families on the command line: penalties by name, and one line for what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.problems import PROBLEMS
from tests.cli.cli_samples import Outcome

Command = Callable[..., Outcome]
KNAPSACK = '{"values": [8, 47, 10, 5, 16], "weights": [3, 11, 14, 19, 5], "capacity": 26}'
SHORT = ("--max-evaluations", 2, "--p", 1, "--quiet", "--seed", 1, "--kernels", "numpy")


def solve(
    hybridq: Command,
    tmp_path: Path,
    family: str,
    text: str,
    *options: object,
    picture: bool = True,
) -> Outcome:
    """Solve the data in a text, and see that a refusal writes nothing and is one line."""
    path = tmp_path / "data"
    path.write_text(text, encoding="utf-8")
    written = [tmp_path / name for name in ("out.json", "out.png")]
    for each in written:
        each.unlink(missing_ok=True)
    plot = ("--plot", written[1]) if picture else ()
    outcome = hybridq("solve", family, path, *SHORT, "--json", written[0], *plot, *options)
    if outcome.code:
        assert outcome.code == 2
        assert outcome.err.count("\n") == 1
    solved = outcome.code == 0
    assert [each.exists() for each in written] == [solved, solved and picture]
    return outcome


@pytest.mark.parametrize(
    ("penalty", "answer"),
    [
        ("range", ""),
        ("20.5", ""),
        ("1", "--penalty must be a number above 1.428571429, the smallest sufficient one, got 1.0"),
        ("-1", "--penalty must be a finite number above 0"),
        ("rnage", "unknown penalty 'rnage': did you mean 'range'?"),
        ("nan", "--penalty must be a finite number above 0"),
    ],
)
def test_a_penalty_is_a_rule_or_a_number(
    hybridq: Command, tmp_path: Path, penalty: str, answer: str
) -> None:
    """Items 0, 1, 2 and 4 are worth 81 and 7 too heavy, the optimum 71: (81 − 71)/7."""
    options = ("--penalty", penalty, "--mixer", "x", "--inequalities", "hinge")
    outcome = solve(hybridq, tmp_path, "knapsack", KNAPSACK, *options, picture=bool(answer))
    assert outcome.code == (2 if answer else 0)
    assert answer in outcome.err


ROWS = "Minimize\n obj: x1\nSubject To\n%sBinary\n x1 x2 x3 x4\nEnd\n"
HEAVY = " room: 2 x1 + 3 x2 + 4 x3 + 5 x4 <= 3\n two: x1 + x2 + x3 + x4 >= 2\n"


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (HEAVY, "no assignment is feasible (proven): room, two contradict one another"),
        (HEAVY + " other: x1 + x2 <= 1\n", "room, two contradict one another"),
        (
            " a: x1 + x2 >= 1\n b: x1 + x3 <= 0\n c: x2 + x3 <= 0\n",
            "a, b, c contradict one another",
        ),
        (" a: x1 + x2 >= 3\n", "constraint 'a' cannot hold"),
    ],
)
def test_constraints_that_contradict_one_another_are_named(
    hybridq: Command, tmp_path: Path, constraints: str, message: str
) -> None:
    assert message in solve(hybridq, tmp_path, "program", ROWS % constraints).err


@pytest.mark.parametrize(
    ("family", "text", "format", "message"),
    [
        ("quadratic-assignment", "2\n0 1\n1 0\n0 3\n3\n", "qaplib", "line 5: 8 numbers"),
        ("quadratic-assignment", "0\n", "qaplib", "line 1: the size is 0"),
        ("job-shop", "2 2\n0 1 1 2\n1 2 0\n", "jobshop", "line 3: 3 numbers, expected 2 pairs"),
        ("job-shop", "2 2\n0 1 1 2\n1 2 5 3\n", "jobshop", "line 3: machine 5 is outside"),
        ("bin-packing", "3\n10\n5\n6\n", "bpplib", "line 4: 3 numbers (size) have to follow"),
        ("set-cover", "2 2\n1 1\n1 1\n1\n", "scp", "line 4: 1 numbers (columns that cover row 2)"),
        ("knapsack", "2 1 0\n3 4\n5\n9\n", "mknap", "line 4: 5 numbers"),
    ],
)
def test_the_reader_that_was_asked_for_explains_the_fault(
    hybridq: Command, tmp_path: Path, family: str, text: str, format: str, message: str
) -> None:
    """Such tables of numbers may be read in other ways, which is beside the point."""
    outcome = solve(hybridq, tmp_path, family, text, "--format", format)
    assert message in outcome.err
    assert "hybridq solve" not in outcome.err


def test_a_shape_that_many_families_read_is_named_by_a_few(
    hybridq: Command, tmp_path: Path
) -> None:
    """A truncated list of items may be the edges of a graph."""
    outcome = solve(hybridq, tmp_path, "knapsack", "2 10\n3 4\n")
    graphs = sum("graph" in family.reads for family in PROBLEMS.values())
    assert (
        "use 'hybridq solve maxcut' or 'hybridq solve max-k-cut', or another of the "
        f"{graphs} families that read it, or name its format by --format"
    ) in outcome.err


@pytest.mark.parametrize("mark", [" ", ","])
def test_an_asymmetric_matrix_of_three_rows_is_not_taken_for_edges(
    hybridq: Command, tmp_path: Path, mark: str
) -> None:
    text = "0 1 2\n3 0 4\n5 6 0\n".replace(" ", mark)
    outcome = solve(hybridq, tmp_path, "maxcut", text)
    other = "edgelist" if mark == " " else "csv"
    assert f"choose with --format matrix or --format {other}" in outcome.err
    read = solve(hybridq, tmp_path, "maxcut", text, "--format", other, picture=False)
    assert read.code == 0
    outcome = solve(hybridq, tmp_path, "maxcut", text, "--format", "matrix")
    assert "the matrix is not symmetric: entry (0, 1) is 1.0, (1, 0) is 3.0" in outcome.err


@pytest.mark.parametrize(
    ("family", "text", "message"),
    [
        ("tsp", '{"distances": [[0, 1, 2],\n [-1, 0, 3],\n [2, 3, 0]]}', "line 2: entry 1"),
        ("set-cover", '{"universe": [1], "sets": [[1]],\n "costs": [-1]}', "line 2: entry 1"),
    ],
)
def test_negative_numbers_are_named_with_their_line(
    hybridq: Command, tmp_path: Path, family: str, text: str, message: str
) -> None:
    outcome = solve(hybridq, tmp_path, family, text)
    assert message in outcome.err
    assert "give at least 0" in outcome.err


def test_the_list_of_problems_has_data_and_qubits_in_80_columns(
    hybridq: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = hybridq("list", "problems").out
    assert max(map(len, shown.splitlines())) <= 80
    text = " ".join(shown.split())
    for kind, family in PROBLEMS.items():
        assert kind in text
        assert family.summary in text
        assert family.qubits, kind
        assert f"; {family.qubits}" in text
