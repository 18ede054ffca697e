"""The client and `hybridq jobs` against a server in this process, whose jobs the test ends."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
import uvicorn

import hybridq as hq
from hybridq.angles.aliases import Promotion
from hybridq.core.errors import FormatError, ParameterError
from hybridq.service.api.app import create_app
from hybridq.service.client import problem_of_file
from hybridq.service.connection import ServiceError
from hybridq.service.keys import SCOPES, Keys
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Outcome, State
from hybridq.service.store.database import Database
from tests.angles.angle_samples import content
from tests.cli.cli_samples import SQUARE, hand_made_result
from tests.cli.conftest import hybridq
from tests.service.service_samples import finish_next

__all__ = ["hybridq"]


class Running:
    """A server on a free port of this machine."""

    def __init__(self, queue, **settings):
        self.queue = queue
        self.key = Keys(queue.database).add("amber", scopes=SCOPES)
        config = uvicorn.Config(create_app(queue, burst=1000), port=0, log_config=None, **settings)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        (socket,) = self.server.servers[0].sockets
        self.url = f"http://127.0.0.1:{socket.getsockname()[1]}"

    def finish(self, outcome=None):
        text = hand_made_result().to_json()
        finish_next(self.queue, outcome or Outcome(State.COMPLETED, text))

    def later(self, action, *arguments):
        timer = threading.Timer(0.3, action, arguments)
        timer.start()
        return timer

    def close(self):
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture
def running(tmp_path, monkeypatch):
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        one = Running(Queue(database))
        monkeypatch.setenv("HYBRIDQ_SERVER", one.url)
        monkeypatch.setenv("HYBRIDQ_KEY", one.key)
        yield one
        one.close()


def solve_request():
    return {"kind": "solve", "problem": {"kind": "maxcut", "content": SQUARE}}


@pytest.fixture
def square(tmp_path):
    path = tmp_path / "square.json"
    path.write_text(json.dumps(SQUARE))
    return path


def test_results_come_back_as_those_of_the_library(running, square):
    client = hq.Client()
    job = client.submit("maxcut", square, seed=7, p=1, label="ring")
    assert (job.status, job.source, job.facts["label"]) == ("queued", "computed", "ring")
    timer = running.later(running.finish)
    assert job.result(timeout=60) == hq.Result.from_json(hand_made_result().to_json())
    timer.join()
    again = client.submit("maxcut", square, seed=7, p=1)
    assert (again.status, again.source) == ("completed", "cache")
    assert [each.id for each in client.jobs()] == [again.id, job.id]
    assert client.usage()[0]["reused"] == 1
    again.delete()
    with pytest.raises(ServiceError, match="does not exist"):
        client.job(again.id)


def test_failed_and_cancelled_jobs_raise_with_their_code(running):
    client = hq.Client(running.url, running.key)
    job = client.submit("maxcut", SQUARE)
    running.finish(Outcome(State.FAILED, error={"code": "too_large", "detail": "40 qubits"}))
    with pytest.raises(ServiceError, match="40 qubits") as caught:
        job.result()
    assert caught.value.code == "too_large"
    job = client.submit("maxcut", SQUARE).cancel()
    with pytest.raises(ServiceError, match="is cancelled"):
        job.result()


def test_waits_have_an_end(running):
    job = hq.Client().submit("maxcut", SQUARE)
    with pytest.raises(ServiceError, match=r"is queued after 0\.2 s"):
        job.wait(timeout=0.2)


def test_refusals_name_the_part_at_fault(running):
    with pytest.raises(ServiceError) as caught:
        hq.Client().submit("maxcut", SQUARE, depth=3)
    assert (caught.value.status, caught.value.pointer) == (422, "/0/options/depth")
    with pytest.raises(ServiceError) as caught:
        hq.Client(key="hq_wrong").submit("maxcut", SQUARE)
    assert (caught.value.status, caught.value.code) == (401, "invalid_key")


def test_many_jobs_are_waited_for_with_few_requests(running, monkeypatch):
    client = hq.Client()
    jobs = client.send([{**solve_request(), "seed": seed} for seed in range(100)])
    for _ in jobs[1:]:
        running.finish()
    timer = running.later(running.finish)
    asked, ask = [], client.ask
    monkeypatch.setattr(client, "ask", lambda *a, **o: asked.append(a[1]) or ask(*a, **o))
    client.wait(jobs, timeout=60)
    timer.join()
    assert {job.status for job in jobs} == {"completed"}
    assert len(asked) <= 4
    (late,) = client.send([solve_request()])
    with pytest.raises(ServiceError, match="is queued after"):
        client.wait([*jobs, late], timeout=0.1)


@pytest.fixture
def lossy(running, monkeypatch):
    """A client that never gets the first answer of a request, and what it sent."""
    client, sent = hq.Client(), []
    once = client._once

    def lose(*arguments):
        answer = once(*arguments)
        sent.append(arguments[:2])
        if sent.count(arguments[:2]) == 1:
            raise ConnectionResetError("the answer is lost")
        return answer

    monkeypatch.setattr(client, "_once", lose)
    return client, sent


def test_a_submission_whose_answer_is_lost_submits_nothing_twice(running, lossy):
    client, sent = lossy
    job = client.submit("maxcut", SQUARE)
    assert len(sent) == 2
    assert [each.id for each in running.queue.jobs("amber")] == [job.id]
    assert job.cancel().status == "cancelled"
    job.delete()  # the second time, there is nothing left to delete
    assert len(sent) == 6


def test_moves_of_an_alias_are_sent_once(running, lossy):
    """The second of two would move the alias on, or be refused."""
    client, sent = lossy
    assert [client.models.register("cubic", content(n))[0] for n in (1, 2)] == [1, 2]
    sent.clear()
    for version in (1, 2):
        with pytest.raises(ServiceError, match="may have done it"):
            client.models.promote("cubic", Promotion(version, force=True, reason="a test"))
        sent.clear()
    with pytest.raises(ServiceError, match="may have done it"):
        client.models.roll_back("cubic")
    assert len(sent) == 1
    model = client.models.model("cubic")
    assert [move["to"] for move in reversed(model["history"])] == [1, 2, 1]


def test_a_move_waits_for_a_server_that_starts(running, monkeypatch):
    """A refused connection has moved nothing."""
    client, answers = hq.Client(), [ConnectionRefusedError("nobody listens")]
    once = client._once

    def refused(*arguments):
        if answers:
            raise answers.pop()
        return once(*arguments)

    monkeypatch.setattr(client, "_once", refused)
    with pytest.raises(ServiceError) as caught:
        client.models.roll_back("cubic")
    assert caught.value.code == "unknown_model"


@pytest.mark.parametrize("sent", [b"", b'{"usage": [{"jobs": 1}'])
def test_an_answer_that_breaks_off_is_asked_for_again(sent):
    """As it does where a server is killed after it has sent the head."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n"
    answers = [head + sent, head + b'{"usage": [{"jobs": 1}]}']
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        client = hq.Client(f"http://127.0.0.1:{server.getsockname()[1]}", "hq_key")
        assert client.usage() == [{"jobs": 1}]
        thread.join()


def test_servers_that_are_gone_are_given_up_in_time():
    client = hq.Client("http://127.0.0.1:9", "hq_key", patience=0.1)
    with pytest.raises(ServiceError, match="cannot be reached"):
        client.submit("maxcut", SQUARE)


@pytest.mark.parametrize("url", ["http://example.org", "http://192.0.2.1:8000", "ftp://x", ""])
def test_keys_are_not_sent_unencrypted(url, monkeypatch):
    monkeypatch.delenv("HYBRIDQ_SERVER", raising=False)
    with pytest.raises(ParameterError, match="url must be"):
        hq.Client(url, "hq_key")


def test_the_commands_of_jobs_speak_to_the_server(running, square, hybridq, tmp_path):
    timer = running.later(running.finish)
    done = hybridq(
        *("jobs", "submit", "maxcut", square, "--seed", 7, "-o", "p=1", "--wait"),
        *("--json", tmp_path / "out.json"),
    )
    timer.join()
    assert done.code == 0, done.err
    assert hq.Result.from_json(tmp_path / "out.json") == hq.Result.from_json(
        hand_made_result().to_json()
    )
    submitted = hybridq("jobs", "submit", "maxcut", square, "--label", "later")
    name = submitted.out.split()[0]
    assert "later" in hybridq("jobs", "list").out
    assert hybridq("jobs", "fetch").code == 3
    assert "queued" in hybridq("jobs", "fetch", name).out
    assert "cancelled" in hybridq("jobs", "cancel", name).out
    assert hybridq("jobs", "fetch", name).code == 1
    assert "2 jobs" in hybridq("jobs", "cost").out


def test_files_that_are_no_text_are_refused_before_they_are_sent(tmp_path):
    path = tmp_path / "graph.bin"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="not text"):
        problem_of_file("maxcut", path)
    path.write_bytes(b"0 1\n" * 2**19)
    with pytest.raises(FormatError, match="1,048,576"):
        problem_of_file("maxcut", path)


def test_submitting_needs_a_server(square, hybridq, monkeypatch):
    monkeypatch.delenv("HYBRIDQ_SERVER", raising=False)
    done = hybridq("jobs", "submit", "maxcut", square)
    assert (done.code, "--server" in done.err) == (2, True)
