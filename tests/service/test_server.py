"""A server as a process of its own: start, a real solve, its death, bindings, logs."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

import hybridq as hq
from hybridq.core.errors import OutputError, ParameterError
from hybridq.service.connection import ServiceError
from hybridq.service.keys import Keys
from hybridq.service.logs import JsonLines
from hybridq.service.server import ServerSettings, _bound
from hybridq.service.store.database import Database
from tests.cli.conftest import hybridq

__all__ = ["hybridq"]

ROOT = Path(__file__).parents[2]
RING = {"nodes": 5, "edges": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]}
SLOW = {
    "kind": "solve",
    "problem": {"kind": "maxcut", "content": RING, "format": None},
    "options": {"p": 2, "optimizer": "spsa", "max_evaluations": 400_000, "shots": 16},
    "seed": 7,
}
PATIENCE = 120.0


class Process:
    """`hybridq serve` on a free port, with a key."""

    def __init__(self, folder):
        self.database = f"sqlite:///{folder}/jobs.db"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "hybridq"]
        added = subprocess.run(
            [*command, "keys", "add", "me", "--database", self.database],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        self.key = added.stdout.split()[-1]
        self.process = subprocess.Popen(
            [*command, "serve", "--port", "0", "--slots", "1", "--database", self.database],
            stdout=subprocess.PIPE,
            stderr=(Path(folder) / "log").open("ab"),
            text=True,
            env=environment,
        )
        self.url = self.process.stdout.readline().split()[0]
        self.client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=PATIENCE
        )

    def wait(self, job, reached):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.client.get(f"/v1/jobs/{job}", params={"wait": 1}).json()
            if reached(found):
                return found
            if found.get("ended"):  # it will not change any more
                break
        raise AssertionError(found)

    def end(self, number=signal.SIGTERM):
        self.client.close()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def start(tmp_path):
    """Start servers on one database; none is left at the end."""
    started = []

    def begin():
        started.append(Process(tmp_path))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.communicate()


def test_a_killed_server_loses_nothing(start, tmp_path):
    """A job that ran when SIGKILL came runs in the next server, with the first one's journal."""
    first = start()
    job = first.client.post("/v1/jobs", json=SLOW).json()["id"]
    first.wait(job, lambda found: (found["progress"] or {}).get("evaluations", 0) > 0)
    first.end(signal.SIGKILL)
    second = start()
    found = second.wait(job, lambda found: found["attempt"] == 2 and found["progress"])
    assert (found["status"], found["error"]) == ("running", None)
    second.client.post(f"/v1/jobs/{job}/cancel")
    assert second.wait(job, lambda found: found["ended"])["status"] == "cancelled"
    quick = {**SLOW, "options": {"p": 1, "shots": 16}}
    answer = second.client.post("/v1/jobs", json=quick, headers={"Prefer": "wait=30"}).json()
    second.wait(answer["id"], lambda found: found["status"] == "completed")
    families = second.client.get("/v1/families").json()["families"]
    assert {"maxcut", "molecule"} <= {family["name"] for family in families}
    result = second.client.get(f"/v1/jobs/{answer['id']}/result").json()
    assert result["best"]["value"] == 4  # the largest cut of a ring of five
    assert second.end() == 0
    lines = (tmp_path / "log").read_text().splitlines()
    assert {"answered"} <= {json.loads(line)["message"] for line in lines if line[:1] == "{"}
    assert second.key not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_keys_never_cross_a_network_unencrypted(host):
    with pytest.raises(ParameterError, match="a loopback address"):
        ServerSettings(host=host)
    assert ServerSettings(host=host, behind_proxy=True).host == host
    assert ServerSettings(host=host, tls_cert="a", tls_key="b").host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_may_connect_without_tls(host):
    assert ServerSettings(host=host).host == host


def test_the_command_line_loads_nothing_of_the_service_before_it_is_used():
    code = (
        "import sys, hybridq, hybridq.cli.app;"
        "print([name for name in ('fastapi', 'uvicorn', 'sqlalchemy', 'alembic', 'pydantic',"
        " 'hybridq.service') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_server_with_a_certificate_speaks_tls_only(tmp_path, monkeypatch):
    """A certificate of its own hand is accepted where the client is told to trust it."""
    files = ["-keyout", f"{tmp_path}/key.pem", "-out", f"{tmp_path}/cert.pem"]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(["openssl", "req", *kind, *files, *subject], check=True, capture_output=True)
    url = f"sqlite:///{tmp_path}/jobs.db"
    with Database(url) as database:
        key = Keys(database).add("me")
    command = [sys.executable, "-m", "hybridq", "serve", "--port", "0", "--slots", "0"]
    command += ["--tls-cert", f"{tmp_path}/cert.pem", "--tls-key", f"{tmp_path}/key.pem"]
    server = subprocess.Popen(
        [*command, "--database", url],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        address = server.stdout.readline().split()[0]
        assert address.startswith("https://127.0.0.1:")
        with pytest.raises(ServiceError, match="certificate"):
            hq.Client(address, key, patience=0.0).usage()
        with pytest.raises(ServiceError, match="cannot be reached"):
            hq.Client(address.replace("https", "http"), key, patience=0.0).usage()
        monkeypatch.setenv("SSL_CERT_FILE", f"{tmp_path}/cert.pem")
        assert hq.Client(address, key).usage() == []
    finally:
        server.kill()
        server.communicate()


def test_a_certificate_needs_its_key():
    with pytest.raises(ParameterError, match="must be given together"):
        ServerSettings(tls_cert="a")


def test_log_lines_cannot_be_broken():
    text = "a\nb\x1b[31m\x00\u2028"
    record = logging.makeLogRecord({"msg": text, "name": "x", "levelname": "INFO", "label": text})
    line = JsonLines().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["label"] == text


def test_checks_and_keys_on_the_command_line(hybridq, tmp_path):
    def run(*arguments):
        return hybridq(*arguments, "--database", f"sqlite:///{tmp_path}/jobs.db")

    assert "can be used" in run("serve", "--check", "--port", 0).out
    key = run("keys", "add", "me").out.split()[-1]
    listed, name = run("keys", "list").out, key.split("_")[1]
    assert name in listed
    assert key not in listed
    run("keys", "revoke", name)
    assert "revoked" in run("keys", "list").out
    shown = run("keys", "quota", "me", "--weight", 2, "--running", 4).out
    assert shown == "me: weight 2, at most 10,000 jobs wait and 4 run\n"
    assert run("keys", "quota", "me").out == shown
    assert "and 5 circuits a day" in run("keys", "quota", "me", "--circuits", 5).out
    assert run("keys", "quota", "me", "--circuits", "none").out == shown
    assert run("keys", "quota", "me", "--circuits", "all").code == 2
    assert "an existing tenant" in run("keys", "quota", "you").err
    assert run("keys", "quota", "me", "--weight", 0).code == 2
    bad = run("keys", "add", "Me!")
    assert (bad.code, "1 to 64 lower-case" in bad.err) == (2, True)
    refused = run("serve", "--host", "0.0.0.0")
    assert refused.code == 2
    assert "--host must be a loopback address" in refused.err
    assert "--behind-proxy" in refused.err
    refused = run("serve", "--webhook-host", "10.0.0.1")
    assert (refused.code, "--webhook-host must be the name of a host" in refused.err) == (2, True)


def test_answers_do_not_wait_for_acknowledgements():
    """Without TCP_NODELAY an answer of two writes waits 40 ms for the client's delayed ACK."""
    with _bound("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_addresses_in_use_are_refused_with_a_remedy():
    with _bound("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OutputError, match="choose another port"):
            _bound("127.0.0.1", port)
