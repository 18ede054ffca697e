"""The folder backend: programs out, counts in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hybridq import Circuit
from hybridq.backends import (
    BackendError,
    Execution,
    Folder,
    Ledger,
    Outcome,
    PendingError,
    Status,
    execute,
)
from hybridq.backends.counts import bits_of_counts
from hybridq.core.errors import FormatError, ParameterError

RUN = Execution(Circuit(3).h(0).rz(1, "theta").cx(0, 2), (0.25,), 10)
GOOD = [{"110": 100}, {"000": 4, "101": 6}]


class Inbox:
    """A folder with one submitted batch, the canary first."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.backend = Folder(str(path / "jobs"), **options)
        self.ledger = Ledger(path / "ledger.db")
        with pytest.raises(PendingError, match="run the same command again") as caught:
            self.run()
        (self.job,) = caught.value.jobs
        self.folder = path / "jobs" / self.job

    def run(self) -> Outcome:
        return execute(self.backend, [RUN], ledger=self.ledger)

    def answer(self, counts: Any) -> None:
        (self.folder / "counts.json").write_text(json.dumps(counts))


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_batch_is_a_folder_of_programs(inbox: Inbox) -> None:
    manifest = json.loads((inbox.folder / "manifest.json").read_text())
    assert manifest["tag"] == inbox.job
    assert [each["shots"] for each in manifest["executions"]] == [100, 10]
    program = (inbox.folder / manifest["executions"][1]["file"]).read_text()
    assert "rz(0.25) q[1];" in program
    assert "c[2] = measure q[2];" in program
    assert "input" not in program  # values are bound


def test_counts_become_bits(inbox: Inbox) -> None:
    with pytest.raises(PendingError):
        inbox.run()
    inbox.answer(GOOD)
    (bits,) = inbox.run().bits
    assert sorted("".join(map(str, row)) for row in bits.tolist()) == ["000"] * 4 + ["101"] * 6
    assert len(list(inbox.folder.parent.iterdir())) == 1  # nothing was submitted twice


def test_the_last_qubit_may_come_first(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, order="qubit0-last")
    inbox.answer([{"011": 100}, {"001": 10}])
    (bits,) = inbox.run().bits
    assert (bits == [1, 0, 0]).all()


def test_reversed_counts_are_caught_by_the_canary(inbox: Inbox) -> None:
    reversed_counts = [{"011": 100}, {"001": 4, "111": 6}]
    inbox.answer(reversed_counts)
    for _ in range(2):
        with pytest.raises(BackendError, match=r"reversed order: correct .*counts.json, or give"):
            inbox.run()
    inbox.backend = Folder(inbox.backend.path, order="qubit0-last")
    (bits,) = inbox.run().bits
    assert bits.sum(axis=0).tolist() == [10, 6, 6]
    assert len(list(inbox.folder.parent.iterdir())) == 1  # nothing was submitted twice


def test_counts_in_another_order_can_be_corrected(inbox: Inbox) -> None:
    inbox.answer([{"011": 100}, {"001": 10}])
    with pytest.raises(BackendError, match="nothing is submitted twice"):
        inbox.run()
    inbox.answer(GOOD)
    assert inbox.run().executions == 0


def test_what_is_awaited_is_named(inbox: Inbox) -> None:
    with pytest.raises(PendingError, match=f"see .*{inbox.job}.*manifest.json, and run the same"):
        inbox.run()


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([{"110": 100}], "a list of 2 objects"),
        ([{"110": 100}, {"000": 9}], "add up to 9 shots: 10 are expected"),
        ([{"110": 100}, {"0000": 10}], "a text of 3 characters"),
        ([{"110": 100}, {"002": 10}], "a text of 3 characters"),
        ([{"110": 100}, {"000": 11, "111": -1}], "integers >= 0"),
        ([{"110": 100}, {"000": 10.0}], "integers >= 0"),
        ([{"110": 100}, [10]], "must be an object of counts"),
    ],
)
def test_counts_of_another_form_are_refused_and_can_be_corrected(
    counts: Any, words: str, inbox: Inbox
) -> None:
    inbox.answer(counts)
    with pytest.raises(FormatError, match=words):
        inbox.run()
    inbox.answer(GOOD)
    assert len(inbox.run().bits[0]) == 10


def test_text_that_is_no_json_is_refused(inbox: Inbox) -> None:
    (inbox.folder / "counts.json").write_text("{")
    with pytest.raises(FormatError, match="not JSON"):
        inbox.run()


def test_a_folder_that_is_gone_is_an_error(inbox: Inbox) -> None:
    inbox.folder.rename(inbox.folder.parent / "elsewhere")
    with pytest.raises(BackendError, match="does not know the job"):
        inbox.run()


def test_names_from_a_ledger_do_not_leave_the_folder(inbox: Inbox) -> None:
    outside = inbox.folder.parent.parent / "outside"
    outside.mkdir()
    (outside / "manifest.json").write_text("{}")
    connection = inbox.backend.connect()
    assert connection.status("../outside") is Status.UNKNOWN
    connection.cancel("../outside")
    assert not (outside / "CANCELLED").exists()


def test_other_options_are_refused() -> None:
    with pytest.raises(ParameterError, match="order must be qubit0-first or qubit0-last"):
        Folder(order="reversed")
    with pytest.raises(ParameterError, match="dialect"):
        Folder(dialect="qasm2")
    with pytest.raises(ParameterError, match="shot_price"):
        Folder(shot_price=-1.0)


def test_shuffled_counts_are_a_permutation() -> None:
    bits = bits_of_counts({"01": 3, "10": 2}, (5, 2), 1)
    assert sorted(map(tuple, bits.tolist())) == [(0, 1)] * 3 + [(1, 0)] * 2
    assert bits.dtype == np.uint8
