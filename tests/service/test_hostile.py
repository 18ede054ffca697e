"""Hostile requests: bombs, lies about lengths, chunks, odd texts, and clients that are slow."""

from __future__ import annotations

import json
import socket
import time

import pytest

from experiments.fuzz.corpus import SOLVE, Hostile, corpus
from experiments.fuzz.hostile import sent
from hybridq.service.api import context, protocol
from hybridq.service.api.protocol import BOUNDED
from hybridq.service.queue.jobs import Queue
from hybridq.service.store.database import Database
from tests.service.test_client import Running

PATIENCE = 60.0
USUAL = Hostile("usual", json.dumps({**SOLVE, "seed": 8}).encode(), (202,))


@pytest.fixture
def running(tmp_path):
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        one = Running(Queue(database), **BOUNDED)
        yield one
        one.close()


def port_of(running):
    return int(running.url.rpartition(":")[2])


def test_hostile_requests_are_refused_each_with_the_right_status(running, caplog):
    """Those that are accepted, 200 and 202, the process of a slot refuses."""
    wrong = []
    for each in corpus():
        status, _ = sent(port_of(running), each.raw(running.key))
        if status not in each.statuses:
            wrong.append((each.name, status, each.statuses))
    assert wrong == []
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []
    assert sent(port_of(running), USUAL.raw(running.key))[0] == 202


@pytest.mark.parametrize("head", ["", "GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_come_ends_the_connection(running, head, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port_of(running)), timeout=PATIENCE) as one:
        one.sendall(head.encode())
        assert one.recv(100) == b""


def test_a_body_that_comes_slowly_is_refused(running, monkeypatch):
    monkeypatch.setattr(context, "_BODY_SECONDS", 0.2)
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    whole = USUAL.raw(running.key)
    with socket.create_connection(("127.0.0.1", port_of(running)), timeout=PATIENCE) as one:
        one.sendall(whole[:-10])
        assert one.recv(4096).startswith(b"HTTP/1.1 408")
        one.settimeout(0.05)
        ended = time.monotonic() + PATIENCE
        while time.monotonic() < ended:  # the rest, byte by byte, has an end too
            try:
                one.sendall(b" ")
                if one.recv(4096) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            raise AssertionError("the connection is still open")
