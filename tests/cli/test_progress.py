from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from hybridq.cli.progress import Progress


def record(evaluation: int, best_value: float) -> Any:
    return SimpleNamespace(evaluation=evaluation, best_value=best_value)


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)


def drawn(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_terminal_sees_evaluations_and_the_best_value_in_its_natural_sign() -> None:
    console = terminal()
    with Progress("best expected cut", sign=-1.0, total=100, console=console) as progress:
        progress.stage("searching")
        progress.record(record(42, -18.3104))
    text = drawn(console)
    assert "searching" in text
    assert "42 evaluations, best expected cut 18.3104" in text


def test_a_pipe_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("best expected cut") as progress:
        progress.stage("searching")
        progress.record(record(1, -1.0))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_compilation_is_told_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress("best expected cut") as progress:
        progress.compiling("Compiling kernels ...")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "Compiling kernels ...\n"


def test_quiet_is_quiet_even_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal()
    with Progress("best expected cut", quiet=True, console=console) as progress:
        progress.compiling("Compiling kernels ...")
        progress.record(record(1, -1.0))
    assert drawn(console) == ""
    assert capsys.readouterr().err == ""
