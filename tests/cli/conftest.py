"""The small graph as a file, and the command line run inside this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.cli import main
from hybridq.presentation import Result
from tests.cli.cli_samples import SQUARE, Outcome, hand_made_result


@pytest.fixture(autouse=True)
def usual_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """As wide as a pipe is unless told, whatever the terminal of the tests says."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def nothing_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process of its own, whatever earlier tests have compiled in this one."""
    monkeypatch.setattr("hybridq.core.clock.compiling_seconds", lambda: 0.0)


@pytest.fixture
def square(tmp_path: Path) -> Path:
    path = tmp_path / "square.json"
    path.write_text(json.dumps(SQUARE), encoding="utf-8")
    return path


@pytest.fixture
def make_result() -> Callable[..., Result]:
    return hand_made_result


@pytest.fixture
def hybridq(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line on the given arguments."""

    def run(*arguments: object) -> Outcome:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run
