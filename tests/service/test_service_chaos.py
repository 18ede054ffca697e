"""Servers and slots are killed at random: no job is lost, none ends twice, none is stuck."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import MOST_DEATHS, State, Submission
from hybridq.service.store.database import Database
from hybridq.service.store.tables import JOBS, RESULTS

SERVER = Path(__file__).with_name("toy_server.py")
ROOT = Path(__file__).parents[2]
PATIENCE = 300.0


def start(url, folder):
    return subprocess.Popen(
        [sys.executable, str(SERVER), url, str(folder), "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=(Path(folder).parent / "log").open("ab"),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def children(pid):
    """The processes that a process has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children")
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            found += (task / "children").read_text().split()
        except OSError:
            continue
    return [int(each) for each in found] if text.parent.exists() else []


def chaos(url, folder, kills, jobs, rng):
    """Run jobs on two servers while processes are killed; return the queue."""
    database = Database(url)
    queue = Queue(database)
    queue.add_tenant("amber")
    steps = [rng.randrange(5, 40) for _ in range(jobs)]
    ids = queue.submit(
        "amber",
        [
            Submission("solve", json.dumps({"do": "count", "steps": n, "pause": 0.01}))
            for n in steps
        ],
    )
    servers = [start(url, folder) for _ in range(2)]
    try:
        end, done = time.monotonic() + PATIENCE, 0
        while time.monotonic() < end:
            counts = queue.counts()
            if not counts[State.QUEUED] and not counts[State.RUNNING]:
                break
            time.sleep(rng.uniform(0.2, 1.2))
            if done >= kills:
                continue
            number = rng.randrange(len(servers))
            if rng.random() < 0.5:
                servers[number].kill()
                servers[number].wait()
                servers[number] = start(url, folder)
                done += 1
            else:
                for child in children(servers[number].pid):
                    os.kill(child, signal.SIGKILL)
                    done += 1
    finally:
        for one in servers:
            one.kill()
            one.wait()
    return queue, ids, steps


def check(queue, ids, steps):
    """Every job has ended once, with the right result unless it died too often."""
    found = {job.id: job for job in queue.jobs("amber", limit=10_000)}
    assert found.keys() == set(ids)
    for job, expected in zip(ids, steps, strict=True):
        one = found[job]
        if one.state is State.FAILED:
            assert one.error["code"] == "worker_died"
            assert one.attempt >= MOST_DEATHS
        else:
            assert one.state is State.COMPLETED
            assert queue.result("amber", job) == str(expected)
    with queue.database.reading() as connection:
        bodies = len(connection.execute(RESULTS.select()).all())
        ended = connection.execute(JOBS.select().where(JOBS.c.state == State.COMPLETED)).all()
    assert bodies == len(ended)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_random_kills_lose_nothing(database_url, tmp_path, seed):
    queue, ids, steps = chaos(
        database_url, tmp_path / "journals", kills=40, jobs=60, rng=random.Random(seed)
    )
    check(queue, ids, steps)
