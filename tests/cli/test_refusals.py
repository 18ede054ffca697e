"""Errors of the library, spelled with the options of the command, and graphs too large."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.cli.spelling import option_spelling
from hybridq.core import memory
from hybridq.core.errors import CapacityError, HybridqError, ParameterError, Setting
from tests.cli.cli_samples import Outcome

GIB = 2**30
FOLDER = Path(__file__).parents[2] / "problems" / "maxcut"
OPTIONS = ("--threads", "--precision", "--engine", "--symmetry", "--no-symmetry", "--seed")


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with 24 GiB, some of which are in use."""
    monkeypatch.setattr(memory, "available_bytes", lambda: int(22.9 * GIB))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            ParameterError(argument="threads", value=0, expected="an integer >= 1"),
            "--threads must be an integer >= 1, got 0",
        ),
        (CapacityError(("use ", Setting("precision", "single"))), "use --precision single"),
        (CapacityError(("use ", Setting("engine", "auto"))), "use --engine auto"),
        (ParameterError(("give ", Setting("symmetry", False))), "give --no-symmetry"),
        (ParameterError(argument="rng", value=-1, expected=">= 0"), "--seed must be >= 0, got -1"),
        (ParameterError(("leave out ", Setting("callback"))), "leave out callback"),
    ],
)
def test_arguments_are_spelled_as_the_options_of_the_command(
    error: HybridqError, message: str
) -> None:
    assert error.render(option_spelling(OPTIONS)) == message


def test_a_graph_too_large_is_one_line_with_a_remedy_in_options(
    hybridq: Callable[..., Outcome], little_memory: None
) -> None:
    outcome = hybridq("solve", "maxcut", FOLDER / "davis.json", "--engine", "diagonal")
    assert outcome.code == 2
    assert "simulating it takes 64 GiB, 22.9 are free" in outcome.err
    assert "--precision single" in outcome.err
    assert outcome.err.count("\n") == 1


def test_the_page_of_the_graphs_names_those_that_24_gib_cannot_simulate(
    hybridq: Callable[..., Outcome], little_memory: None
) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    part = page.partition("**Which can be simulated.**")[2].partition("\n\n")[0]
    tried = set()
    for entry in json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))["instances"]:
        name = "G*.rud" if entry["file"].startswith("G") else entry["file"]
        assert (name in part) == (entry["nodes"] > 30)
        if entry["nodes"] > 30 and name not in tried:
            tried.add(name)
            of_a_state = ("--engine", "diagonal")
            assert hybridq("solve", "maxcut", FOLDER / entry["file"], *of_a_state).code == 2
