"""Progress bars of terminals and notebooks."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

import hybridq as hq
from hybridq.presentation.progress import _NotebookBar

CUT = hq.MaxCut([(0, 1), (1, 2)])


def record(evaluation: int, best_value: float) -> Any:
    return SimpleNamespace(evaluation=evaluation, best_value=best_value)


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)


def drawn(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


class Page:
    """Contents of a notebook, in the order in which they are shown."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []

    def display(self, shown: dict[str, str], *, raw: bool, display_id: bool) -> Page:
        assert raw
        assert display_id
        return self.update(shown, raw=raw)

    def update(self, shown: dict[str, str], *, raw: bool) -> Page:
        self.shown.append(shown)
        return self


def notebook_bar(**options: Any) -> tuple[hq.ProgressBar, Page]:
    bar, page = hq.ProgressBar(**options), Page()
    bar._surface = _NotebookBar(bar, page.display)
    return bar, page


def test_a_terminal_sees_evaluations_and_the_best_value_in_its_natural_sign() -> None:
    console = terminal()
    with hq.ProgressBar(CUT, total=100, console=console) as bar:
        bar.stage("searching")
        bar(record(42, -18.3104))
    text = drawn(console)
    assert "searching" in text
    assert "42 evaluations, best expected cut 18.3104" in text


def test_the_value_of_another_objective_has_its_name() -> None:
    bar = hq.ProgressBar(CUT, objective=hq.SuccessProbability())
    bar(record(3, -0.25))
    assert bar.line().found == "3 evaluations, best probability of an optimum 0.25"


def test_an_energy_has_the_digits_of_a_millihartree() -> None:
    bar = hq.ProgressBar(hq.HamiltonianProblem(hq.PauliSum.from_labels({"Z": 1.0})))
    bar(record(1, -75.728354512))
    assert bar.line().found == "1 evaluation, energy -75.728354512"


def test_a_pipe_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with hq.ProgressBar(CUT) as bar:
        bar.stage("searching")
        bar(record(1, -1.0))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_compilation_is_announced_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with hq.ProgressBar(CUT) as bar:
        bar.compiling("Compiling kernels ...")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "Compiling kernels ...\n"


def test_quiet_is_quiet_even_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal()
    with hq.ProgressBar(CUT, quiet=True, console=console) as bar:
        bar.compiling("Compiling kernels ...")
        bar(record(1, -1.0))
    assert drawn(console) == ""
    assert capsys.readouterr().err == ""


def test_a_notebook_keeps_the_last_line_of_a_whole_search() -> None:
    square = hq.MaxCut([(0, 1), (1, 2), (2, 3), (3, 0)])  # one layer cuts 3/4 of a ring
    bar, page = notebook_bar(problem=square, total=50)
    with bar:
        found = hq.solve(square, p=1, rng=1, max_evaluations=50, callback=bar, stage=bar.stage)
    assert "<progress" in page.shown[0]["text/html"]
    last = page.shown[-1]
    assert "progress" not in last["text/html"]
    evaluations = found.optimizer.evaluations
    assert last["text/plain"].startswith(f"{evaluations} evaluations, best expected cut 3, ")


def test_a_notebook_redraws_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("hybridq.presentation.progress.time.monotonic", lambda: now[0])
    bar, page = notebook_bar(problem=CUT, total=4000)
    with bar:
        for count in range(4000):  # in two seconds
            now[0] = count / 2000
            bar(record(count, -1.0))
    assert 10 <= len(page.shown) <= 20
    assert '<progress value="250" max="4000">' in page.shown[1]["text/html"]


def test_a_notebook_escapes_the_texts_that_it_shows() -> None:
    bar, page = notebook_bar()
    with bar:
        bar.compiling("<script>&")
    assert "&lt;script&gt;&amp;" in page.shown[1]["text/html"]
    assert "<script>" not in page.shown[1]["text/html"]


def test_a_bar_loads_no_notebook_software() -> None:
    hq.ProgressBar(CUT)
    assert "IPython" not in sys.modules
