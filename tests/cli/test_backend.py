"""`--backend`, `--dry-run` and `hybridq jobs`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FIXED = ("--p", 1, "--kernels", "numpy", "--shots", 200)


@pytest.fixture
def solve(hybridq, square, tmp_path, monkeypatch):
    """Return a function that solves a square on a machine, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(backend, *options):
        return hybridq("solve", "maxcut", square, *FIXED, "--backend", backend, *options)

    return run


def test_a_dry_run_shows_gates_price_and_prediction(solve):
    price = ("--backend-option", "shot_price=0.5", "--backend-option", "execution_price=2")
    out = solve("embedded:two_qubit=0.01", *price, "--dry-run").out
    assert "nothing was submitted. A run would submit 2 executions" in " ".join(out.split())
    assert "154 USD" in out  # two executions for 2 each, 300 shots for 0.5 each
    assert "4 two-qubit gates, depth" in out
    assert "Predicted with noise" in out


def test_an_answer_shows_measured_and_predicted(solve):
    outcome = solve("embedded:two_qubit=0.01", "--seed", 3)
    assert outcome.code == 0
    for words in ("Measured, on average", "Predicted with noise", "±", "free of charge"):
        assert words in " ".join(outcome.out.split())
    again = solve("embedded:two_qubit=0.01", "--seed", 3).out
    assert "nothing new was submitted, 200 shots from the ledger" in " ".join(again.split())


def test_a_run_by_hand_is_pending_listed_and_answered(solve, hybridq):
    waiting = solve("folder:jobs")
    assert waiting.code == 3
    assert "run the same command again" in waiting.err
    assert "error" not in waiting.err
    listed = hybridq("jobs", "list").out
    assert "submitted" in listed
    fetched = hybridq("jobs", "fetch")
    assert fetched.code == 3
    assert "0 jobs settled, 1 without results yet" in fetched.out
    (job,) = Path("jobs").iterdir()
    counts = [{"1100": 100}, {"0101": 200}]
    (job / "counts.json").write_text(json.dumps(counts))
    assert "1 job settled" in hybridq("jobs", "fetch").out
    answered = solve("folder:jobs", "--json", "-", "--quiet")
    result = json.loads(answered.out)
    assert result["execution"]["executions"] == 0
    assert result["execution"]["mean"] == result["best"]["value"]
    cost = " ".join(hybridq("jobs", "cost").out.split())
    assert "1 2 300 not known" in cost


def test_a_job_can_be_cancelled_once(solve, hybridq):
    solve("folder:jobs")
    assert "job 1 is cancelled" in hybridq("jobs", "cancel", 1).out
    again = hybridq("jobs", "cancel", 1)
    assert again.code == 2
    assert "only open ones" in again.err
    assert solve("folder:jobs").code == 3  # it is submitted anew


@pytest.mark.parametrize(
    ("backend", "options", "message"),
    [
        ("embeded", (), "did you mean 'embedded'?"),
        ("embedded:noise.json", (), "noise.json: file not found"),
        ("embedded", ("--max-shots", 10), "more than --max-shots 10"),
        ("embedded", ("--backend-option", "qubits=3"), "the circuit has 4 qubits"),
        ("embedded", ("--backend-option", "qubit=3"), "qubits"),
        ("embedded", ("--ledger", "missing/l.db"), "the folder missing does not exist"),
    ],
)
def test_mistakes_are_named_in_the_spelling_of_the_command(solve, backend, options, message):
    outcome = solve(backend, *options)
    assert outcome.code == 2
    assert message in outcome.err
    assert not Path("jobs").exists()


def test_commands_on_a_missing_ledger_or_job_are_refused(solve, hybridq):
    assert "it does not exist" in hybridq("jobs", "list").err
    solve("embedded")
    assert "has no job 9" in hybridq("jobs", "cancel", 9).err
