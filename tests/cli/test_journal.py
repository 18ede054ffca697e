"""`--journal` and `--resume`: a command that is killed and called again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.cli_samples import Outcome
from tests.helpers.energy_samples import H2

Run = Callable[..., Outcome]

GRAPH = "0 1\n1 2\n2 3\n3 0\n0 2\n"


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "graph.txt"
    path.write_text(GRAPH, encoding="utf-8")
    return path


def solved(hybridq: Run, *arguments: object) -> dict[str, object]:
    outcome = hybridq(*arguments, "--json", "-")
    assert outcome.code == 0, outcome.err
    result = json.loads(outcome.out)
    del result["seconds"]
    return result


@pytest.mark.parametrize("kind", ["maxcut", "molecule"])
def test_a_killed_command_goes_on_to_the_same_result(
    hybridq: Run, graph: Path, tmp_path: Path, kind: str
) -> None:
    journal = tmp_path / "run.jsonl"
    command = ("solve", kind, graph if kind == "maxcut" else H2, "--journal", journal)
    whole = solved(hybridq, *command)
    assert isinstance(whole["seed"], int)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[: len(lines) // 2]) + b'["gradient",0.0')
    assert solved(hybridq, *command, "--resume") == whole
    assert len(journal.read_bytes().splitlines()) == len(lines)


def test_a_journal_that_is_there_is_refused_in_words_of_options(
    hybridq: Run, graph: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "run.jsonl"
    command = ("solve", "maxcut", graph, "--journal", journal, "--seed", 7)
    assert hybridq(*command).code == 0
    told = hybridq(*command)
    assert told.code == 2
    assert "exists already: continue it with --resume, or name another file" in told.err
    told = hybridq(*command[:-1], 8, "--resume")
    assert told.code == 2
    assert "seed is 8 in this run and 7 in the journal" in told.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resume"], "--resume requires --journal FILE"),
        (["--journal", "none.jsonl", "--resume"], "journal none.jsonl not found"),
        (["--journal", "none/run.jsonl"], "the folder none does not exist"),
    ],
)
def test_a_journal_that_cannot_be_used_is_one_line(
    hybridq: Run, graph: Path, options: list[str], message: str
) -> None:
    told = hybridq("solve", "maxcut", graph, *options)
    assert told.code == 2
    assert message in told.err
    assert told.err.count("\n") == 1


def test_a_journal_is_not_written_over_the_graph(hybridq: Run, graph: Path) -> None:
    told = hybridq("solve", "maxcut", graph, "--journal", graph)
    assert told.code == 2
    assert "that is the graph's own file" in told.err
    assert graph.read_text(encoding="utf-8") == GRAPH
