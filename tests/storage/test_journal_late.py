"""A journal that is begun only after some seconds."""

import numpy as np
import pytest

from hybridq.core.errors import OutputError, ParameterError
from hybridq.optimizers import Journal, minimize
from hybridq.storage import journal_file
from hybridq.storage.journal_facts import Later


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(journal_file, "perf_counter", clock)
    return clock


def bowl(clock=None, at=None, shown=None):
    """A quadratic; at its evaluation number `at` three seconds go by."""
    count = 0

    def function(x):
        nonlocal count
        count += 1
        if count == at:
            clock.now += 3.0
        if shown is not None:
            shown.append(count)
        return float(((x - 1.0) ** 2).sum())

    return function


def search(function, **journaled):
    return minimize(function, np.zeros(3), method="cobyla", max_evaluations=60, rng=1, **journaled)


def same(a, b):
    return np.array_equal(a.x, b.x) and np.array_equal(a.values, b.values)


def test_a_short_run_leaves_no_file(tmp_path, clock):
    path = tmp_path / "run.jsonl"
    with Journal(path, after=2.0) as journal:
        solution = search(bowl(), journal=journal)
        assert not path.exists()
    assert list(tmp_path.iterdir()) == []
    assert same(solution, search(bowl()))


def test_a_file_that_began_late_holds_all_from_the_first_evaluation(tmp_path, clock):
    late, early = tmp_path / "late.jsonl", tmp_path / "early.jsonl"
    with Journal(late, after=2.0) as journal:
        search(bowl(clock, at=30), journal=journal)
    with Journal(early) as journal:
        search(bowl(), journal=journal)

    def without_seconds(path):
        return [
            line.split(b",", 2)[::2] if line.startswith(b"[") else line
            for line in path.read_bytes().splitlines()
            if not line.startswith(b'["end"')
        ]

    assert without_seconds(late) == without_seconds(early)


@pytest.mark.parametrize("kept", [1, 2, 3, 25, 40])
def test_a_run_resumed_from_a_late_file_ends_the_same(kept, tmp_path, clock):
    path = tmp_path / "run.jsonl"
    with Journal(path, after=2.0) as journal:
        whole = search(bowl(clock, at=30), journal=journal)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:kept]) + lines[kept][:7])
    shown = []
    assert same(whole, search(bowl(shown=shown), journal=path, resume=True))
    assert len(shown) == whole.evaluations - max(kept - 2, 0)  # a header, and one for the search


def test_a_mebibyte_of_lines_does_not_wait(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(journal_file, "_MOST_HELD", 1000)
    path = tmp_path / "run.jsonl"
    with Journal(path, after=1e9) as journal:
        search(bowl(), journal=journal)
    assert len(path.read_bytes()) > 1000


def test_a_file_that_is_there_is_refused_at_once_and_one_that_comes_later_then(tmp_path, clock):
    path = tmp_path / "run.jsonl"
    path.write_text("something\n")
    with pytest.raises(OutputError, match="exists already"):
        Journal(path, after=2.0)
    path.unlink()
    with Journal(path, after=2.0) as journal:
        path.write_text("something\n")
        with pytest.raises(OutputError, match="exists already"):
            search(bowl(clock, at=5), journal=journal)
    assert path.read_text() == "something\n"


@pytest.mark.parametrize("after", [-1.0, float("inf"), float("nan"), "2", True])
def test_seconds_that_make_no_sense_are_refused(after, tmp_path):
    with pytest.raises(ParameterError, match=r"after must be a number of seconds"):
        Journal(tmp_path / "run.jsonl", after=after)


def test_what_takes_time_to_find_out_is_asked_only_for_a_file(tmp_path, clock):
    asked = []

    def find():
        asked.append(True)
        return {"digest": "abc"}

    with Journal(tmp_path / "run.jsonl", after=2.0) as journal:
        journal.begin({"problem": Later(find)})
        search(bowl(), journal=journal)
    assert asked == []
    with Journal(tmp_path / "run.jsonl", after=2.0) as journal:
        journal.begin({"problem": Later(find)})
        search(bowl(clock, at=5), journal=journal)
    assert asked == [True]
    with Journal(tmp_path / "run.jsonl", resume=True) as journal:
        journal.begin({"problem": Later(find)})
    assert len(asked) == 2
