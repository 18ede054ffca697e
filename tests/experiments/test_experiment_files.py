"""The public doors: a table of trials becomes a picture, a page, a table for other programs."""

from __future__ import annotations

import pytest

import hybridq
from hybridq.core.errors import OutputError, ParameterError, UnknownNameError
from hybridq.experiments import export, plot, report, table
from tests.experiments.trial_samples import as_option, duel


@pytest.fixture
def trials():
    return table({"duel": duel(6)})


def test_the_experiments_are_reached_from_the_package():
    assert hybridq.experiments.table is table
    assert "experiments" in dir(hybridq)


def test_a_plot_is_returned_and_written(trials, tmp_path):
    figure = plot(trials, tmp_path / "box.svg", kind="box", title="duel")
    assert figure.axes[0].get_xlabel() == "ratio"
    assert "<svg" in (tmp_path / "box.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"kind": "lines", "target": 0.9},
            "--target does not apply to lines: omit it, or use --kind profile or --kind tts",
        ),
        (
            {"kind": "box", "x": "repeat"},
            "--x does not apply to box: omit it, or use --kind lines or --kind tts",
        ),
        (
            {"kind": "profile", "cost": "seconds"},
            "--cost does not apply to profile: omit it, or use --kind tts",
        ),
        (
            {"kind": "box", "against": "spsa"},
            "--against does not apply to box: omit it, or use --kind differences",
        ),
    ],
)
def test_an_option_of_another_figure_is_refused(trials, options, message):
    with pytest.raises(ParameterError) as caught:
        plot(trials, **options)
    assert caught.value.render(as_option) == message
    assert "--" not in str(caught.value)


def test_a_column_that_there_is_not_is_refused_before_anything_is_written(trials, tmp_path):
    for door, name in ((plot, "x.png"), (report, "x.html"), (export, "x.tex")):
        with pytest.raises(UnknownNameError, match=r"optimizer\.kind"):
            door(trials, tmp_path / name, by=["optimizer.kin"])
    assert not list(tmp_path.iterdir())


def test_a_report_has_its_title_and_remark(trials, tmp_path):
    report(trials, tmp_path / "x.html", title="a < b", remark="Only some.", against="spsa")
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "<h1>a &lt; b</h1>" in text
    assert "Only some." in text
    with pytest.raises(OutputError, match=r"ends in \.html"):
        report(trials, tmp_path / "x.pdf")


def test_an_export_goes_by_its_suffix(trials, tmp_path):
    assert export(trials, tmp_path / "x.csv") == 12
    assert len((tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()) == 13
    assert export(trials, tmp_path / "x.tex", against="spsa", title="duel") == 2
    text = (tmp_path / "x.tex").read_text(encoding="utf-8")
    assert r"\caption{duel: ratio. Paired on 6 instances" in text
    assert [line.split()[-2] for line in text.splitlines() if line.strip().startswith("spsa")] == [
        "--"
    ]
    with pytest.raises(OutputError, match=r"a \.tex file"):
        export(trials, tmp_path / "y.csv", by=["optimizer.kind"])
