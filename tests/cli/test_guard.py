from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hybridq.cli import main
from hybridq.cli.errors import guard
from hybridq.core.errors import FormatError


def failing(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (
            FormatError("no edges", source="a\nb.json", line=3),
            2,
            "hybridq: error: a b.json, line 3: no edges",
        ),
        (KeyboardInterrupt(), 130, "hybridq: interrupted"),
        (ZeroDivisionError("oh"), 1, "hybridq: error: ZeroDivisionError: oh (this should not"),
        (MemoryError("no room"), 2, "hybridq: error: this command ran out of memory (no room), "),
    ],
)
def test_every_failure_is_one_line_and_a_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard(lambda: failing(error)) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(line)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(("error", "code"), [(FormatError("x"), 2), (ZeroDivisionError("x"), 1)])
def test_debug_adds_the_traceback(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard(lambda: failing(error), debug=True) == code
    captured = capsys.readouterr()
    assert "Traceback (most recent call last)" in captured.err
    assert captured.err.splitlines()[-1].startswith("hybridq: error:")


def test_a_closed_pipe_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hybridq", "--help"],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 1


def test_a_command_of_a_notebook_moves_no_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-color")
    monkeypatch.setenv("JPY_PARENT_PID", "1")  # of every process that a kernel starts
    assert main(["--version"]) == 0
    assert os.environ["TERM"] == "dumb"
