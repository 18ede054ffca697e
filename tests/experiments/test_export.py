from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace

import pytest

from hybridq.core.errors import MissingExtraError, OutputError
from hybridq.experiments.analysis.compare import compare
from hybridq.experiments.analysis.export import columns, export_trials, latex
from hybridq.experiments.analysis.table import table
from hybridq.experiments.records import State
from tests.experiments.trial_samples import done, duel


def with_a_failure():
    first, *rest = duel(2)
    return [
        replace(first, state=State.FAILED, outcome=None, error="Traceback\n  ...\nE: too large"),
        *rest,
    ]


def test_csv_has_a_row_for_every_trial(tmp_path):
    path = tmp_path / "x.csv"
    export_trials(path, "duel", {}, with_a_failure())
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [row["state"] for row in rows] == ["failed", "done", "done", "done"]
    assert rows[0]["error"] == "E: too large"
    assert rows[0]["ratio"] == ""
    assert float(rows[1]["ratio"]) == 0.89
    assert rows[1]["optimizer.kind"] == "spsa"
    assert rows[1]["finished"] == "2023-11-14T22:13:21.500+00:00"


def test_no_cell_of_a_csv_is_a_formula(tmp_path):
    path = tmp_path / "x.csv"
    texts = ["=1+1", "+1", "-cmd", "@x", "plain", "a=b"]
    trials = [
        done(k, {"ratio": -1.5}, problem__path=text, repeat=k) for k, text in enumerate(texts)
    ]
    export_trials(path, "odd", {}, trials)
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    found = [row["problem.path"] for row in rows]
    assert found == ["'=1+1", "'+1", "'-cmd", "'@x", "plain", "a=b"]
    assert {float(row["ratio"]) for row in rows} == {-1.5}


def test_columns_have_one_length_and_plain_cells():
    found = columns([done(0, {"ratio": float("nan"), "ok": True}, problem__active=[2, 2])])
    assert {len(column) for column in found.values()} == {1}
    assert found["problem.active"] == ["[2,2]"]
    assert (found["ratio"], found["ok"]) == ([None], [True])


def test_json_has_everything(tmp_path):
    path = tmp_path / "x.json"
    export_trials(path, "duel", {"name": "duel"}, with_a_failure())
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["config"] == {"name": "duel"}
    assert found["trials"][0]["error"].startswith("Traceback")
    assert found["trials"][1]["outcome"]["parameters"] == [0.1]
    assert found["trials"][1]["outcome"]["convergence"][0] == [1, 0.05]


def test_parquet_gives_the_columns_back(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    mixed = [*with_a_failure(), done(9, {"ratio": 1}, optimizer__kind=3)]
    export_trials(path, "duel", {}, mixed)
    found = parquet.read_table(path).to_pydict()
    assert found["ratio"] == [None, *[pytest.approx(r) for r in (0.89, 0.88, 0.86)], 1.0]
    assert found["optimizer.kind"][-1] == "3"


def test_parquet_without_pyarrow_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="pip install pyarrow"):
        export_trials(tmp_path / "x.parquet", "duel", {}, [])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x.xls", r"ends in one of \.csv, \.json, .*x\.xls"),
        ("x", r"ends in one of \.csv, \.json, .*/x'$"),
        ("no/x.csv", "folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(tmp_path, name, reason):
    with pytest.raises(OutputError, match=reason):
        export_trials(tmp_path / name, "duel", {}, [])


def test_latex_marks_the_best_and_escapes():
    found = compare(table({"a": duel(6)}), ["optimizer.kind"], "ratio", maximize=True)
    text = latex(found, "50 % of a_b")
    assert r"\caption{50 \% of a\_b}" in text
    assert r"\textbf{0.850}" in text
    assert text.count(r"\\") == 3
    assert [line.count("&") for line in text.splitlines() if "&" in line] == [6, 6, 6]


def test_latex_marks_all_that_tie_with_the_best():
    trials = [
        done(3 * k + j, {"ratio": 0.9 - 0.01 * k - behind}, problem__instance=k,
             optimizer__kind=kind)
        for k in range(6)
        for j, (kind, behind) in enumerate((("a", 0.0), ("b", 1e-9), ("c", 0.1)))
    ]  # fmt: skip
    text = latex(compare(table({"x": trials}), ["optimizer.kind"], "ratio"), "x")
    bold = [line.split()[0] for line in text.splitlines() if "textbf" in line]
    assert bold == ["a", "b"]
