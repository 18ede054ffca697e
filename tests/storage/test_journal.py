from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hybridq.core.errors import FormatError, OutputError, ParameterError
from hybridq.optimizers import Journal, minimize
from hybridq.storage import journal_file
from hybridq.storage.journal_differences import first_difference
from hybridq.storage.journal_facts import bits, decoded, encoded
from tests.optimizers.optimizer_functions import Plain, Quadratic

X0 = [0.3, -0.2, 0.9]


def quadratic():
    return Quadratic([0.7, -1.1, 0.2])


def search(journal, *, objective=None, resume=False, **changes):
    arguments = {"method": "nelder-mead", "rng": 7, "max_evaluations": 60} | changes
    objective = quadratic() if objective is None else objective
    return minimize(objective, arguments.pop("x0", X0), journal=journal, resume=resume, **arguments)


def facts(solution):
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in vars(solution).items()
        if name != "seconds"
    }


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.jsonl"


def cut(path, lines, tail=b""):
    """Leave so many lines, and the beginning of another one."""
    kept = path.read_bytes().splitlines(keepends=True)[:lines]
    path.write_bytes(b"".join(kept) + tail)


@settings(deadline=None)
@given(hnp.arrays(np.float64, st.integers(1, 9)))
def test_arrays_come_back_to_the_last_bit(array):
    assert decoded(encoded(bits(array))).tobytes() == array.tobytes()


@pytest.mark.parametrize("lines", [0, 1, 2, 3, 30])
@pytest.mark.parametrize("tail", [b"", b'["value",0.01,"mpmZ'])
def test_a_cut_journal_is_continued_to_the_same_end(path, lines, tail):
    whole = search(path)
    written = path.read_bytes()
    cut(path, lines, tail if lines else b'{"hybridq-jour')
    objective = quadratic()
    assert facts(search(path, objective=objective, resume=True)) == facts(whole)
    assert len(objective.seen) == 60 - max(lines - 2, 0)
    # All is there again, with the same points and values.
    both = [written.splitlines(), path.read_bytes().splitlines()]
    lines = [[json.loads(line) for line in text] for text in both]
    assert [line[2:] for line in lines[0][2:]] == [line[2:] for line in lines[1][2:]]


def test_a_finished_journal_is_replayed_without_an_evaluation(path):
    whole = search(path, method="l-bfgs")
    written = path.read_bytes()
    objective = quadratic()
    again = search(path, method="l-bfgs", objective=objective, resume=True)
    assert facts(again) == facts(whole)
    assert again.seconds == pytest.approx(whole.seconds, abs=1e-6)
    assert objective.seen == []
    assert path.read_bytes() == written


def test_values_that_are_not_finite_are_kept(path):
    numbers = [np.nan, 1.0, np.inf, -np.inf, 0.5]
    left = iter(numbers)
    whole = search(path, objective=lambda x: next(left), max_evaluations=5)
    again = search(path, objective=lambda x: next(left), max_evaluations=5, resume=True)
    np.testing.assert_array_equal(again.values, numbers)
    assert again.value == whole.value == 0.5


def test_the_callback_gets_replayed_evaluations_too(path):
    told, again = [], []
    search(path, callback=lambda record: told.append((record.evaluation, record.value)))
    search(
        path, resume=True, callback=lambda record: again.append((record.evaluation, record.value))
    )
    assert again == told


def test_a_search_may_go_on_with_a_larger_budget(path):
    search(path, max_evaluations=20)
    objective = quadratic()
    longer = search(path, objective=objective, max_evaluations=50, resume=True)
    assert facts(longer) == facts(search(None, max_evaluations=50))
    assert len(objective.seen) == 30
    assert facts(search(path, max_evaluations=50, resume=True)) == facts(longer)


def test_a_smaller_budget_leaves_the_rest_unread(path):
    search(path, max_evaluations=50)
    written = path.read_bytes()
    shorter = search(path, max_evaluations=20, resume=True)
    assert facts(shorter) == facts(search(None, max_evaluations=20))
    assert path.read_bytes() == written


def test_a_drawn_seed_is_that_of_the_resumed_search(path):
    whole = search(path, method="differential-evolution", rng=None, bounds=[(-2, 2)] * 3)
    cut(path, 3)
    again = search(
        path, method="differential-evolution", rng=None, bounds=[(-2, 2)] * 3, resume=True
    )
    assert facts(again) == facts(whole)


def test_an_objective_with_a_memory_gets_it_back(path):
    class Counting(Quadratic):
        count = 0

        def __call__(self, x):
            self.count += 1
            return super().__call__(x) + 1e-3 * self.count

        def checkpoint(self):
            return {"count": self.count}

        def restore(self, memory):
            self.count = memory["count"]

    counting = lambda: Counting([0.7, -1.1, 0.2])  # noqa: E731
    whole = search(path, objective=counting())
    for lines in (20, 1000):
        cut(path, lines)
        objective = counting()
        assert facts(search(path, objective=objective, resume=True)) == facts(whole)
        assert objective.count == 60


def test_a_search_ended_by_its_time_limit_ends_there_again(path):
    ticks = []
    starts = [X0, [1.0, 1.0, 1.0]]
    slow = Plain(lambda x: sum(float(x @ x) for _ in range(2000)))
    whole = search(path, objective=slow, x0=starts, time_limit=0.1, max_evaluations=10**6)
    assert whole.status == "time_limit"
    fast = Plain(lambda x: ticks.append(1) or 0.0)
    again = search(
        path, objective=fast, x0=starts, time_limit=0.1, max_evaluations=10**6, resume=True
    )
    assert facts(again) == facts(whole)
    assert ticks == []


def test_time_before_a_kill_counts(path):
    slow = Plain(lambda x: sum(float(x @ x) for _ in range(2000)))
    search(path, objective=slow, time_limit=0.1, max_evaluations=10**6)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]))  # without the ends of the start and of the search
    again = search(path, objective=slow, time_limit=0.05, max_evaluations=10**6, resume=True)
    assert again.status == "time_limit"
    assert again.evaluations == len(lines) - 4
    assert again.seconds >= 0.05


def test_several_searches_share_a_journal(path):
    def ladder(journal):
        first = search(journal, max_evaluations=20)
        return first, search(journal, x0=first.x, method="cobyla")

    with Journal(path) as journal:
        whole = ladder(journal)
    length = len(path.read_bytes().splitlines())
    for lines in (5, 22, 23, 24, 30, length):
        cut(path, lines)
        with Journal(path, resume=True) as journal:
            again = ladder(journal)
        assert list(map(facts, again)) == list(map(facts, whole))
        assert len(path.read_bytes().splitlines()) == length


def test_a_shorter_search_before_another_one_is_refused(path):
    with Journal(path) as journal:
        search(journal)
        search(journal, method="cobyla")
    with Journal(path, resume=True) as journal:
        search(journal, max_evaluations=30)
        with pytest.raises(FormatError, match="more evaluations of search 1"):
            search(journal, method="cobyla")
    with (
        Journal(path, resume=True) as journal,
        pytest.raises(FormatError, match=r"evaluation 61 of search 1.*journal has ended.*was 60"),
    ):
        search(journal, max_evaluations=70)


class Named(Quadratic):
    def __init__(self, name):
        super().__init__([0.7, -1.1, 0.2])
        self.identity = {"digest": name, "name": f"graph {name}"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rng": 8}, "seed is 8 in this run and 7 in the journal"),
        ({"method": "cobyla"}, 'method is "cobyla" in this run and "nelder-mead"'),
        ({"tolerance": 0.1}, "options tolerance is 0.1 in this run and null"),
        ({"x0": [0.3, -0.25, 0.9]}, r"x0\[0, 1\] is -0.25 in this run and -0.2 in the journal"),
        ({"x0": [0.3]}, r"the shape of x0 is \[1, 1\] in this run and \[1, 3\]"),
        ({"bounds": [(-2, 2)] * 3}, r"bounds is an array of shape \[3, 2\].* and null"),
        ({"objective": Named("b")}, r"objective is graph b \(b\) in this run and graph a \(a\)"),
        ({"objective": Plain(lambda x: 0.0)}, "objective is null in this run and graph a"),
    ],
)
def test_the_journal_of_another_search_is_refused_and_the_difference_named(path, changes, message):
    objective = Named("a")
    search(path, objective=objective)
    written = path.read_bytes()
    with pytest.raises(FormatError, match=message) as refusal:
        search(path, **{"objective": objective, "resume": True} | changes)
    assert "name another file to start again" in str(refusal.value)
    assert len(objective.seen) == 60
    assert path.read_bytes() == written


def test_a_point_that_differs_in_one_bit_is_reported(path):
    search(path)
    lines = path.read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[5])
    x = decoded(entry[2])
    here = float(x[1])
    x[1] = np.nextafter(x[1], np.inf)
    entry[2] = encoded(bits(x))
    lines[5] = json.dumps(entry).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(FormatError) as refusal:
        search(path, resume=True)
    for part in ("line 6", "evaluation 4 of search 1", f"parameter 1 is {here!r}", repr(x[1])):
        assert part.replace("np.float64(", "").rstrip(")") in str(refusal.value)


def test_another_version_is_refused(path):
    search(path)
    path.write_bytes(path.read_bytes().replace(b'"hybridq": "', b'"hybridq": "99', 1))
    with pytest.raises(FormatError, match=r'hybridq is "0.*" in this run and "99'):
        search(path, resume=True)
    path.write_bytes(path.read_bytes().replace(b'{"hybridq-journal": 1', b'{"hybridq-journal": 9'))
    with pytest.raises(FormatError, match="format 9, and this version reads format 1"):
        search(path, resume=True)


def test_a_journal_that_is_there_is_not_overwritten(path):
    search(path)
    written = path.read_bytes()
    with pytest.raises(OutputError, match=r"exists already: continue it with resume=True, or name"):
        search(path)
    assert path.read_bytes() == written


def test_resuming_needs_a_journal(path):
    with pytest.raises(ParameterError, match="resume=True"):
        search(None, resume=True)
    with pytest.raises(ParameterError, match=r"journal .*run\.jsonl not found"):
        search(path, resume=True)
    assert not path.exists()


@pytest.mark.parametrize("content", [b"notes\n", b"{}\n", b'{"nodes": 3', b"\x00" * 50])
def test_a_file_that_is_not_a_journal_is_left_unchanged(path, content):
    path.write_bytes(content)
    with pytest.raises(FormatError, match="not a journal"):
        search(path, resume=True)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("number", "line"),
    [
        *((11, text) for text in ("[]", "3", "null", '["value"]', '{"search": {}}')),
        (11, '{"search": 3}'),
        (11, '["value", 0.1, "!!!", 1.0, null]'),
        (11, '["value", "soon", "", 1.0, null]'),
        (11, '["value", 0.1, "", "x", null]'),
        (11, '[["value"], 0.1, "", 1.0, null]'),
        (2, "[]"),
        (2, '{"search": {"start": {}}}'),
        (1, '{"hybridq-journal": 1, "versions": 3}'),
        (1, '{"hybridq-journal": 1, "versions": {}, "subject": 3}'),
    ],
)
def test_a_line_that_no_journal_has_is_named(path, number, line):
    search(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = line.encode() + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(FormatError, match=f"run.jsonl, line {number}: this .* is damaged: "):
        search(path, resume=True, rng=None)
    assert path.read_bytes() == b"".join(lines)


def test_a_damaged_line_is_named(path):
    search(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[10] = b"\x00" * 20 + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(FormatError, match=r"line 11: this line is damaged: cut the file before"):
        search(path, resume=True)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("missing/run.jsonl", "the folder .*missing does not exist; create it first"),
        ("file/run.jsonl", "file is not a folder; name a file in a folder"),
        (".", "it is a directory; name a file inside it"),
        ("a\0b", "null byte; give the name of a file"),
        ("x" * 300, "too long; give the name of a file"),
        (3, r"expected .*; give the name of a file"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_work(tmp_path, place, why, resume):
    (tmp_path / "file").write_text("notes")
    objective = quadratic()
    where = f"{tmp_path}/{place}" if isinstance(place, str) else place
    with pytest.raises(OutputError, match=f"cannot write the journal .*{why}"):
        search(where, objective=objective, resume=resume)
    assert objective.seen == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="a folder where nobody can write")
def test_a_folder_that_takes_no_files_is_refused_before_work():
    objective = quadratic()
    with pytest.raises(OutputError, match=r"/proc/run.jsonl: .*: name a file in a folder that may"):
        search("/proc/run.jsonl", objective=objective)
    assert objective.seen == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="makes a special file")
@pytest.mark.parametrize("resume", [False, True])
def test_a_device_or_pipe_is_refused_and_left_as_it_is(path, resume):
    os.mkfifo(path)
    objective = quadratic()
    with pytest.raises(OutputError, match="it is not a regular file; name another file"):
        search(path, objective=objective, resume=resume)
    assert objective.seen == []
    assert path.is_fifo()


def test_a_read_only_journal_is_refused_before_work(path, monkeypatch):
    search(path)

    def refuse(*args):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "open", refuse)
    objective = quadratic()
    with pytest.raises(OutputError, match=r"run.jsonl: Read-only file system"):
        search(path, objective=objective, resume=True)
    assert objective.seen == []


def test_a_full_disk_ends_the_search_and_the_journal_can_be_resumed(path, monkeypatch):
    whole = search(None)
    write, count = os.write, []

    def full(descriptor, line):
        count.append(1)
        if len(count) == 10:
            write(descriptor, line[:7])
            raise OSError(28, "No space left on device")
        return write(descriptor, line)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OutputError, match="No space left"):
            search(path)
    assert facts(search(path, resume=True)) == facts(whole)


def test_a_search_that_others_take_part_in_has_no_journal(path, tmp_path):
    with pytest.raises(ParameterError, match="cannot be resumed from a journal"):
        search(
            path,
            method="optuna-random",
            bounds=[(-2, 2)] * 3,
            storage=f"sqlite:///{tmp_path}/study.db",
            study_name="shared",
        )
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_search_that_did_not_begin(path):
    with pytest.raises(ParameterError), Journal(path):
        raise ParameterError("something else is wrong")
    assert not path.exists()


@pytest.mark.parametrize("changes", [{"rng": -1}, {"callback": 3}, {"max_evaluations": 0}])
def test_nothing_is_left_of_a_search_that_is_refused(path, changes):
    with pytest.raises(ParameterError):
        search(path, **changes)
    assert not path.exists()


def test_nothing_is_left_where_the_first_evaluation_fails(path):
    def broken(x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        search(path, objective=broken)
    assert not path.exists()
    path.touch()
    with pytest.raises(ZeroDivisionError):
        search(path, objective=broken)
    assert path.read_bytes() == b""  # a file that was there stays


def test_two_runs_do_not_write_into_one_journal(path):
    pytest.importorskip("fcntl")
    search(path)
    code = (
        f"from hybridq.optimizers import Journal\ntry: Journal({str(path)!r}, resume=True)\n"
        "except OSError as error: print(error)"
    )
    with Journal(path, resume=True):
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "is being written by another run" in told.stdout


@pytest.mark.parametrize(("sync", "least", "most"), [("always", 60, 70), ("never", 0, 0)])
def test_lines_are_forced_to_the_disk_by_policy(path, monkeypatch, sync, least, most):
    calls = []
    monkeypatch.setattr(os, "fsync", calls.append)
    with Journal(path, sync=sync) as journal:
        search(journal)
    assert least <= len(calls) <= most


@pytest.mark.parametrize(("step", "calls"), [(0.0, 1), (0.25, 16)])
def test_lines_are_forced_to_the_disk_once_a_second_and_at_the_end(path, monkeypatch, step, calls):
    now, synced = 0.0, []

    def objective(x):
        nonlocal now
        now += step
        return float(x @ x)

    monkeypatch.setattr(journal_file, "perf_counter", lambda: now)
    monkeypatch.setattr(os, "fsync", synced.append)
    with Journal(path, sync="interval") as journal:
        search(journal, objective=objective)
    assert len(synced) == calls  # 60 evaluations, and the end


def test_an_unknown_policy_is_refused(path):
    with pytest.raises(ParameterError, match=r"sync must be one of 'always', .* got 'daily'"):
        Journal(path, sync="daily")


def test_differences_are_found_at_any_depth():
    assert first_difference({"a": {"b": [1]}}, {"a": {"b": [1]}}) is None
    told = first_difference({"a": {"b_c": 1}}, {"a": {"b_c": 2}})
    assert told == "a b c is 1 in this run and 2 in the journal"
    assert "null in this run" in first_difference({}, {"extra": 1})
