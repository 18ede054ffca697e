"""Slots: interruption, deaths, resumption, environment, limits, and real solves."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import hybridq as hq
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import State, Submission
from hybridq.service.store.database import Database
from hybridq.service.work.claims import Claims
from hybridq.service.work.dispatcher import Dispatcher
from hybridq.service.work.slot import Slot

TOY = (sys.executable, str(Path(__file__).with_name("toy_child.py")))
RING = {"nodes": 5, "edges": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]}
POINTS = [[0.0, 0.0], [0.3, 0.4], [1.1, -0.7]]
PATIENCE = 60.0  # seconds; a test that waits ends with an event long before


@pytest.fixture
def queue(tmp_path):
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        yield queue


@pytest.fixture
def start(queue, tmp_path):
    """Start a server's workers; all are closed at the end."""
    started = []

    def begin(slots=1, command=TOY, **options):
        made = [Slot(command=command, memory=options.pop("memory", None)) for _ in range(slots)]
        one = Dispatcher(queue, made, tmp_path / "journals", **options)
        one.start()
        started.append(one)
        return one

    yield begin
    for one in started:
        one.close()


def ring_cut(gamma, beta):
    """The expected cut of a ring of five at one layer, with H = -cut and M = -ΣX.

    Wang, Hadfield, Jiang, Rieffel, Phys. Rev. A 97, 022304 (2018), eq. (14), without triangles.
    """
    return 5 / 2 * (1 + math.sin(4 * beta) * math.sin(gamma) * math.cos(gamma))


def submit(queue, circuit=None, **request):
    points = {"circuit": bytes([circuit]) * 32, "points": len(request["points"])} if circuit else {}
    kind = request.get("kind", "solve")
    (job,) = queue.submit("amber", [Submission(kind, json.dumps(request), **points)])
    return job


def wait(queue, job, reached):
    """The job, once `reached(job)`."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        seen = queue.changes.count
        found = queue.job("amber", job)
        if reached(found):
            return found
        queue.changes.wait(seen, 0.2)
    raise AssertionError(f"{found} after {PATIENCE} s")


def ended(job):
    return job.state.is_final


def progressed(job):
    return job.progress is not None


def test_jobs_are_run_and_their_journals_removed(queue, start, tmp_path):
    start(slots=2)
    jobs = [submit(queue, do="count", steps=n) for n in range(6)]
    for n, job in enumerate(jobs):
        assert wait(queue, job, ended).state is State.COMPLETED
        assert queue.result("amber", job) == str(n)
    end = time.monotonic() + PATIENCE
    while list((tmp_path / "journals").iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    assert list((tmp_path / "journals").iterdir()) == []


def test_failures_carry_their_code(queue, start):
    start()
    job = wait(queue, submit(queue, do="fail"), ended)
    assert (job.state, job.error["code"]) == (State.FAILED, "toy")


@pytest.mark.parametrize("kind", ["count", "deaf"])
def test_running_jobs_are_cancelled_also_where_sigterm_has_no_effect(
    queue, start, monkeypatch, kind, tmp_path
):
    monkeypatch.setattr("hybridq.service.work.slot.GRACE_SECONDS", 0.5)
    start()
    job = submit(queue, do=kind, pause=0.01)
    wait(queue, job, progressed)
    assert queue.cancel("amber", job)
    assert wait(queue, job, ended).state is State.CANCELLED
    # The slot is as good as before.
    assert wait(queue, submit(queue, do="count", steps=1), ended).state is State.COMPLETED
    while list((tmp_path / "journals").glob(f"{job}*")):  # removed after the state is written
        time.sleep(0.01)


def test_journals_of_jobs_that_were_cancelled_in_the_queue_are_removed(queue, start, tmp_path):
    waiting, cancelled = (queue.submit("amber", [Submission("solve", "{}")])[0] for _ in range(2))
    queue.cancel("amber", cancelled)
    folder = tmp_path / "journals"
    folder.mkdir()
    for name in (waiting, cancelled):
        (folder / f"{name}.jsonl").write_text("")
        os.utime(folder / f"{name}.jsonl", (0, 0))
    (folder / "new.jsonl").write_text("")
    start(slots=0)
    while (folder / f"{cancelled}.jsonl").exists():
        time.sleep(0.01)
    assert sorted(each.stem for each in folder.iterdir()) == sorted([waiting, "new"])


def test_a_job_over_its_time_fails(queue, start):
    start(most_seconds=0.3)
    job = wait(queue, submit(queue, do="count", pause=0.01), ended)
    assert (job.state, job.error["code"]) == (State.FAILED, "time_limit")


def test_a_job_that_kills_its_process_fails_after_three_attempts(queue, start):
    start()
    job = wait(queue, submit(queue, do="die"), ended)
    assert (job.state, job.error["code"], job.attempt) == (State.FAILED, "worker_died", 3)


def test_a_process_that_cannot_start_is_no_fault_of_a_job(queue, start, caplog):
    start(command=(sys.executable, "-c", "raise SystemExit(3)"))
    job = submit(queue, do="count", steps=1)
    while "ended while it started" not in caplog.text:
        time.sleep(0.01)
    start()
    found = wait(queue, job, ended)
    assert (found.state, found.attempt) == (State.COMPLETED, 1)


def test_a_killed_process_loses_at_most_one_evaluation(queue, start, tmp_path):
    dispatcher = start()
    job = submit(queue, do="count", steps=60, pause=0.02)
    wait(queue, job, progressed)
    os.kill(dispatcher._slots[0].pid, signal.SIGKILL)
    found = wait(queue, job, ended)
    # Each evaluation is counted once in the journal, which was resumed.
    assert (found.state, found.attempt, queue.result("amber", job)) == (State.COMPLETED, 2, "60")


def test_a_server_that_ends_returns_its_jobs(queue, start):
    first = start()
    job = submit(queue, do="count", steps=40, pause=0.02)
    wait(queue, job, progressed)
    first.close()
    assert queue.job("amber", job).state is State.QUEUED
    start()
    assert wait(queue, job, ended).state is State.COMPLETED


@pytest.fixture
def gated(queue, tmp_path):
    """A job that runs until its gate is opened, and two short ones, all to be claimed at once."""
    gate = tmp_path / "gate"
    asked = [{"do": "gate", "path": str(gate)}, *({"do": "count", "steps": n} for n in (3, 4))]
    jobs = queue.submit(
        "amber", [Submission("solve", json.dumps(each), cost=0.01) for each in asked]
    )
    return gate, jobs


def claimed_ahead(job):
    return job.state is State.RUNNING and job.started is None


def test_short_jobs_are_claimed_ahead_and_go_back_where_a_slot_stays_busy(
    queue, start, gated, monkeypatch
):
    monkeypatch.setattr("hybridq.service.work.claims._LONGEST_AHEAD", PATIENCE)
    gate, (first, *short) = gated
    start()
    for job in short:
        wait(queue, job, claimed_ahead)
    monkeypatch.setattr("hybridq.service.work.claims._LONGEST_AHEAD", 0.0)
    for job in short:
        found = wait(queue, job, lambda one: one.state is State.QUEUED)
        assert found.attempt == 1
    assert queue.job("amber", first).state is State.RUNNING
    gate.touch()
    found = [wait(queue, job, ended) for job in (first, *short)]
    assert [each.state for each in found] == [State.COMPLETED] * 3
    assert all(each.created <= each.started <= each.ended for each in found)
    assert [queue.result("amber", job) for job in short] == ["3", "4"]


def test_a_job_that_is_cancelled_while_it_waits_at_a_server_is_not_run(
    queue, start, gated, tmp_path, monkeypatch
):
    monkeypatch.setattr("hybridq.service.work.claims._LONGEST_AHEAD", PATIENCE)
    gate, (_, cancelled, other) = gated
    server = start()
    wait(queue, cancelled, claimed_ahead)
    assert queue.cancel("amber", cancelled)
    held = server._claims._held[cancelled]
    while not held.cancelled:
        time.sleep(0.01)
    gate.touch()
    found = wait(queue, cancelled, ended)
    assert (found.state, found.started) == (State.CANCELLED, None)
    assert wait(queue, other, ended).state is State.COMPLETED


def test_a_server_that_ends_returns_the_jobs_that_wait_at_it(queue, start, gated):
    _, (_, *short) = gated
    server = start()
    for job in short:
        wait(queue, job, claimed_ahead)
    server.close()
    assert [queue.job("amber", job).state for job in short] == [State.QUEUED] * 2


def test_a_slot_takes_a_claimed_job_while_a_claim_waits(queue, monkeypatch):
    """Such as for the commit of another thread."""
    ids = queue.submit("amber", [Submission("solve", "{}", cost=0.01)] * 3)
    claims = Claims(queue, 2, PATIENCE, threading.Event())
    taken = [claims.next(), claims.next()]
    waits, may_end = threading.Event(), threading.Event()

    def slow(*_, **options):
        waits.set()
        may_end.wait(PATIENCE)
        return []

    monkeypatch.setattr(queue, "claim_ahead", slow)
    other = threading.Thread(target=claims.look_ahead)
    other.start()
    assert waits.wait(PATIENCE)
    taken.append(claims.next())
    assert other.is_alive()
    may_end.set()
    other.join()
    assert [held.claimed.id for held in taken] == ids


def test_processes_have_neither_urls_nor_keys(queue, start, monkeypatch):
    monkeypatch.setenv("HYBRIDQ_DATABASE", "postgresql://user:secret@host/jobs")
    monkeypatch.setenv("HYBRIDQ_KEY", "hq_secret")
    start()
    job = submit(queue, do="environment")
    wait(queue, job, ended)
    names = set(json.loads(queue.result("amber", job)))
    assert not {name for name in names if "KEY" in name or "DATABASE" in name}
    assert "PATH" in names


def test_an_interruption_within_an_import_ends_the_process(tmp_path):
    """Modules that are half made would fail every later job."""
    (tmp_path / "slow.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    code = (
        "import signal, sys; from hybridq.service.work.child import _Child, Interrupted\n"
        "child = _Child(sys.stdout); signal.signal(signal.SIGTERM, child.interrupt)\n"
        "for work in (lambda: signal.raise_signal(signal.SIGTERM), lambda: __import__('slow')):\n"
        "    child._running = True\n"
        "    try: work()\n"
        "    except Interrupted: print('interrupted', flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{Path(__file__).parents[2]}{os.pathsep}{tmp_path}"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "interrupted\n")


def test_a_process_ends_with_its_server():
    """The child of a parent that is killed sees the end of its input."""
    code = (
        "import sys; from hybridq.service.work.slot import Slot; s = Slot(); s.start();"
        "print(s.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{child}").exists() and time.monotonic() < end:
        if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{child}").exists()


def test_a_real_solve_gives_the_result_of_the_library(queue, start):
    start(command=Slot.__init__.__kwdefaults__["command"], memory=4 * 2**30)
    problem = {"kind": "maxcut", "content": RING, "format": None, "options": {}}
    options = {"p": 1, "shots": 64}
    job = submit(queue, kind="solve", problem=problem, options=options, seed=7, pictures=True)
    text = json.dumps({"content": "not a graph"})
    circuit = {"kind": "evaluate", "problem": problem, "options": {"p": 1}}
    many = submit(queue, 1, **circuit, points=POINTS)
    pair = [submit(queue, 2, **circuit, points=part) for part in (POINTS[:1], POINTS[1:])]
    drawn = submit(
        queue,
        **{**circuit, "kind": "sample", "options": {"p": 1, "precision": "single"}},
        parameters=[0.0, 0.0],
        shots=3200,
        seed=5,
    )
    spsa = {"name": "spsa", "calibration": 2, "blocking": True}
    named = {"p": 1, "optimizer": spsa, "max_evaluations": 20, "engine": {"name": "statevector"}}
    other = submit(queue, kind="solve", problem=problem, options=named, seed=7)
    graph = [[3, 0], [1, 4], [4, 0], [2, 3], [1, 2]]  # the ring, otherwise labelled
    alike = {"kind": "solve", "options": options, "isomorphic": True}
    ring = submit(queue, **alike, problem=problem, seed=1)
    content = {"nodes": 5, "edges": graph}
    again = submit(queue, **alike, problem={**problem, "content": content}, seed=2)
    path = submit(
        queue, **alike, problem={**problem, "content": {"nodes": 5, "edges": graph[:4]}}, seed=2
    )
    short = submit(queue, 1, **circuit, points=[[0.1, 0.2], [0.1]])
    bad = submit(queue, kind="solve", problem={**problem, "content": text}, options={}, seed=1)
    assert wait(queue, job, ended).state is State.COMPLETED
    found = json.loads(queue.result("amber", job))
    expected = hq.solve(
        hq.MaxCut.from_bytes(json.dumps(RING).encode(), source="content"),
        rng=7,
        kernels="compiled",
        **options,
    )
    assert found["best"]["value"] == 4  # the largest cut of a ring of five
    assert found["expectation"] == expected.expectation
    assert found["parameters"] == list(expected.parameters)
    words, names = queue.sentences("amber", job)
    assert "4 of total weight 5. That is optimal" in json.loads(words)["headline"]
    assert {"answer", "convergence", "distribution"} <= set(names)
    assert queue.picture("amber", job, "answer").body.startswith(b"<?xml")
    usage = queue.job("amber", job).usage
    assert (usage["evaluations"] + 1, usage["shots"]) == (usage["circuits"], 64)
    assert wait(queue, many, ended).state is State.COMPLETED
    values = json.loads(queue.result("amber", many))["values"]
    assert values == pytest.approx([-ring_cut(*point) for point in POINTS], abs=1e-12)
    done = [wait(queue, each, ended) for each in pair]  # run as one
    assert [(each.usage["merged"], each.usage["circuits"]) for each in done] == [(1, 1), (1, 2)]
    parts = [json.loads(queue.result("amber", each))["values"] for each in pair]
    assert [value for part in parts for value in part] == values
    assert "merged" not in queue.job("amber", many).usage  # the other one is at fault
    assert wait(queue, drawn, ended).state is State.COMPLETED
    counts = json.loads(queue.result("amber", drawn))["counts"]
    assert sum(counts.values()) == 3200
    assert len(counts) == 2**5  # without angles all strings are equally probable
    assert max(counts.values()) < 100 + 6 * 10  # six standard deviations
    assert wait(queue, other, ended).state is State.COMPLETED
    used = json.loads(queue.result("amber", other))
    assert used["optimizer"]["options"].items() >= {"calibration": 2, "blocking": True}.items()
    assert used["engine"]["name"] == "statevector"
    short = wait(queue, short, ended)
    assert wait(queue, path, ended).source == "computed"
    assert queue.job("amber", again).source == f"relabelled:{ring}"
    assert queue.job("amber", again).usage["saved_evaluations"] > 0
    one, two = (json.loads(queue.result("amber", each)) for each in (ring, again))
    assert two["expectation"] == one["expectation"]
    bits = two["best"]["assignment"]
    assert sum(bits[str(u)] != bits[str(v)] for u, v in graph) == two["best"]["value"] == 4
    assert "2 numbers, the parameters" in short.error["detail"]
    failed = wait(queue, bad, ended)
    assert (failed.state, failed.error["code"]) == (State.FAILED, "unreadable_content")
