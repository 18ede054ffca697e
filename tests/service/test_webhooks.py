"""Webhooks: allowed addresses, signatures, retries, and attacks by tenants and receivers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hybridq.core.errors import ParameterError
from hybridq.service.keys import Keys
from hybridq.service.queue import outbox
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Outcome, State
from hybridq.service.store.database import Database
from hybridq.service.store.tables import DELIVERIES
from hybridq.service.webhooks.registered import MOST_WEBHOOKS, Webhooks
from hybridq.service.webhooks.sender import Sender, signature
from hybridq.service.webhooks.targets import Target, Targets, is_public
from tests.service.service_samples import DONE, Clock, finish_next, submission

HOST = "hooks.example.org"
PATIENCE = 60.0


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (f"https://{HOST}", Target(HOST, 443, "/")),
        (f"https://{HOST}:443/a?b=%20@c", Target(HOST, 443, "/a?b=%20@c")),
        ("https://local:8443/x", Target("local", 8443, "/x")),
    ],
)
def test_allowed_addresses(url, target):
    assert Targets([HOST, "local:8443"]).target(url) == target
    with pytest.raises(ParameterError, match="the operator allows"):
        Targets([]).target(url)


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/",
        f"https://{HOST}:8443/",
        f"https://{HOST}.evil.org/",
        f"https://evil.org/{HOST}",
        f"https://{HOST}@evil.org/",
        f"https://evil.org\\@{HOST}/",
        f"https://{HOST}\\@evil.org/",
        f"https://{HOST}#@evil.org/",
        f"https://{HOST}./",
        f"https://{HOST.upper()}/",
        f"https://{HOST}/\r\nX: y",
        f"https://{HOST}/\n",
        f"https://{HOST}/é",
        f"https://{HOST}/{'a' * 500}",
        "https://127.0.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://[::ffff:127.0.0.1]/",
        "https:///",
    ],
)
def test_other_addresses_are_refused(url):
    with pytest.raises(ParameterError, match="url must be an"):
        Targets([HOST, "evil.example.org"]).target(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "Hooks.org", "a b", "https://a", "a:b", ""])
def test_operators_allow_names(host):
    with pytest.raises(ParameterError, match="the name of a host"):
        Targets([host])


# Special-purpose addresses of RFC 6890 and of clouds' metadata; the last ones hold IPv4 addresses.
PRIVATE = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.1",
    "169.254.169.254", "172.16.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.9",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:a00:1::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"]
)
def test_public_addresses(address):
    assert is_public(address)


def test_signatures_are_those_of_standard_webhooks():
    """The example of the specification's reference implementation in Python (test_webhooks.py)."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = '{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class Receiver(ThreadingHTTPServer):
    """An https server that keeps what it gets, and answers as the test says."""

    def __init__(self, certificate):
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.got = []
        self.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.ended = threading.Event()
        self.arrived = threading.Condition()

    def handle_error(self, request, client_address):
        """Say nothing of clients that leave."""

    def wait(self, count):
        """Wait for so many requests, and return them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.got) >= count, PATIENCE)
            return list(self.got)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with self.server.arrived:
            self.server.got.append((self.path, dict(self.headers), body.decode()))
            self.server.arrived.notify_all()
        if self.server.answer is None:  # a byte now and then
            while not self.server.ended.wait(0.05):
                self.wfile.write(b"H")
        else:
            self.wfile.write(self.server.answer)

    do_GET = do_POST


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    files = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(["openssl", "req", *kind, *files, *subject], check=True, capture_output=True)
    return f"{folder}/cert.pem", f"{folder}/key.pem"


class Site:
    """A queue with a webhook, a sender, and the receiver that the webhook's name leads to."""

    def __init__(self, database, clock, receiver, certificate):
        self.queue, self.clock, self.receiver = Queue(database), clock, receiver
        self.keys = Keys(database)
        self.keys.add("amber")
        self.port = receiver.server_port
        self.targets = Targets([f"{HOST}:{self.port}"])
        self.hooks = Webhooks(database, self.keys.secret_of, self.targets)
        self.id, self.secret = self.hooks.add("amber", f"https://{HOST}:{self.port}/ends?a=1")
        self.context = ssl.create_default_context(cafile=certificate[0])

    def sender(self, **options):
        options = {"may_reach": lambda address: True, "context": self.context} | options
        return closing(Sender(self.queue, self.keys.secret_of, self.targets, **options))

    def settled(self, reached):
        """The webhook, once `reached(webhook)`."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            (found,) = self.hooks.list("amber")
            if reached(found):
                return found
            time.sleep(0.02)
        raise AssertionError(found)

    def attempts(self):
        with self.queue.database.reading() as connection:
            return [
                (row.id, row.attempts, row.due)
                for row in connection.execute(DELIVERIES.select().order_by(DELIVERIES.c.id))
            ]


@pytest.fixture
def site(tmp_path, certificate, monkeypatch):
    monkeypatch.setattr("hybridq.service.webhooks.sender._LOOK_SECONDS", 0.02)
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda host, port, *_, **__: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))],
    )
    clock, receiver = Clock(), Receiver(certificate)
    thread = threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    with Database(f"sqlite:///{tmp_path}/jobs.db", clock=clock) as database:
        yield Site(database, clock, receiver, certificate)
    receiver.ended.set()
    receiver.shutdown()
    receiver.server_close()
    thread.join()


def test_every_end_of_a_job_is_delivered_signed(site):
    queue = site.queue
    leader, joined = queue.submit("amber", [submission(1), submission(1)])
    finish_next(queue)
    (reused,) = queue.submit("amber", [submission(1)])
    (cancelled, failed) = queue.submit("amber", [submission(), submission()])
    queue.cancel("amber", cancelled)
    finish_next(queue, Outcome(State.FAILED, error={"code": "toy", "detail": "x"}))
    with site.sender():
        got = site.receiver.wait(5)
        site.settled(lambda hook: hook.waiting == 0)
    secret = base64.b64decode(site.secret.removeprefix("whsec_"))
    told = {}
    for path, headers, body in got:
        assert path == "/ends?a=1"
        assert headers["Host"] == f"{HOST}:{site.port}"
        text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
        code = base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{code}"
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
        found = json.loads(body)
        assert found.keys() == {"type", "timestamp", "data"}
        assert found["type"] == f"job.{found['data']['status']}"
        told[found["data"]["id"]] = found["data"]["status"]
    assert told == {
        **dict.fromkeys((leader, joined, reused), "completed"),
        cancelled: "cancelled",
        failed: "failed",
    }
    assert len({headers["webhook-id"] for _, headers, _ in got}) == 5


@pytest.mark.parametrize("status", [b"500 Failed", b"302 Found\r\nLocation: /other"])
def test_failures_are_repeated_with_growing_delays_and_given_up(site, status):
    """A redirect is a failure: it could lead to an address that was not checked."""
    site.receiver.answer = b"HTTP/1.1 " + status + b"\r\n\r\n"
    site.queue.submit("amber", [submission()])
    finish_next(site.queue)
    ((name, _, _),) = site.attempts()
    with site.sender():
        for attempt, delay in enumerate(outbox.DELAYS, start=1):
            site.receiver.wait(attempt)
            claimed = site.clock.now + outbox.LEASE_SECONDS
            site.settled(lambda _, claimed=claimed: site.attempts()[0][2] != claimed)
            ((_, attempts, due),) = site.attempts()
            assert attempts == attempt
            assert delay <= due - site.clock.now <= 1.2 * delay
            site.clock.now = due
        site.receiver.wait(len(outbox.DELAYS) + 1)
        hook = site.settled(lambda hook: hook.given_up == 1)
    assert hook.error == f"the answer was {status[:3].decode()}"
    paths = {(path, headers["webhook-id"]) for path, headers, _ in site.receiver.got}
    assert paths == {("/ends?a=1", name)}
    with site.queue.writing() as (connection, _):
        outbox.forget(connection, time.time() + outbox.KEPT_SECONDS + 60)
    assert site.attempts() == []


def test_a_delivery_follows_provisional_answers(site):
    site.receiver.answer = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    site.queue.submit("amber", [submission()])
    finish_next(site.queue)
    with site.sender():
        assert site.settled(lambda hook: hook.waiting == 0).error is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, "no answer within 0.3 s"),
        (b"x" * 2**17 + b"\r\n", "the connection failed"),
        (b"SSH-2.0\r\n", "the answer is not one of HTTP/1.1"),
        (
            b"HTTP/1.1 103 Early Hints\r\n" + b"a: b\r\n" * 2**14,
            "the answer is not one of HTTP/1.1",
        ),
        (b"HTTP/1.1 20", "the answer broke off"),
    ],
)
def test_receivers_cannot_hold_up_the_sender(site, monkeypatch, answer, error):
    if answer is None:
        monkeypatch.setattr("hybridq.service.webhooks.sender.SECONDS", 0.3)
    site.receiver.answer = answer
    site.queue.submit("amber", [submission()])
    finish_next(site.queue)
    with site.sender():
        assert site.settled(lambda hook: hook.error is not None).error == error


def test_names_that_lead_to_private_addresses_are_not_connected(site, monkeypatch):
    """A name is resolved once for an attempt, so that it cannot change after the check."""
    answers = [["127.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["::ffff:10.0.0.1"]]
    asked = []

    def resolve(host, port, *_, **__):
        asked.append(host)
        return [(2, 1, 6, "", (each, port)) for each in answers[len(asked) - 1]]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    site.queue.submit("amber", [submission() for _ in answers])
    for _ in answers:
        finish_next(site.queue)
    with site.sender(may_reach=is_public):
        hook = site.settled(lambda hook: hook.error is not None and len(asked) == len(answers))
    assert hook.error == "the host has an address that webhooks may not reach"
    assert site.receiver.got == []


def test_certificates_and_the_operators_list_are_checked_at_each_attempt(site):
    site.queue.submit("amber", [submission()])
    finish_next(site.queue)
    with site.sender(context=ssl.create_default_context()):
        site.settled(lambda hook: hook.error is not None and "certificate" in hook.error)
    site.clock.now += 10 * outbox.DELAYS[0]
    site.targets = Targets(["other.example.org"])
    with site.sender():
        site.settled(lambda hook: hook.error is not None and "does not allow" in hook.error)
    assert site.receiver.got == []


def test_notices_survive_a_server_that_dies_over_them(site):
    site.queue.submit("amber", [submission()])
    finish_next(site.queue)
    with site.queue.writing() as (connection, now):
        assert outbox.claim(connection, now, ()) is not None
        assert outbox.claim(connection, now, ()) is None
    site.clock.now += outbox.LEASE_SECONDS
    with site.sender():
        site.settled(lambda hook: hook.waiting == 0)
    assert len(site.receiver.got) == 1


def test_webhooks_of_a_tenant_are_few_and_its_own(site):
    url = f"https://{HOST}:{site.port}/"
    added = [site.hooks.add("amber", url)[0] for _ in range(MOST_WEBHOOKS - 1)]
    with pytest.raises(ParameterError, match="may have 10 webhooks"):
        site.hooks.add("amber", url)
    site.keys.add("birch")
    assert not site.hooks.delete("birch", site.id)
    (job,) = site.queue.submit("amber", [submission()])
    finish_next(site.queue)
    assert len(site.attempts()) == MOST_WEBHOOKS
    for name in (site.id, *added):
        assert site.hooks.delete("amber", name)
    assert site.attempts() == []
    site.queue.submit("amber", [submission()])
    finish_next(site.queue, DONE)
    assert site.attempts() == []
    assert site.queue.job("amber", job).state is State.COMPLETED


def test_servers_share_an_outbox(database_url):
    """Each of them claims other notices, and none of a webhook that is busy."""
    with Database(database_url) as database:
        queue, keys = Queue(database), Keys(database)
        keys.add("amber")
        hooks = Webhooks(database, keys.secret_of, Targets([HOST]))
        names = {hooks.add("amber", f"https://{HOST}/")[0] for _ in range(2)}
        queue.submit("amber", [submission(1), submission(1)])
        finish_next(queue)
        with ExitStack() as stack:
            connection, now = stack.enter_context(queue.writing())
            found = [outbox.claim(connection, now, ())]
            if database.is_postgresql:  # the lock of the first one is passed over
                connection, now = stack.enter_context(queue.writing())
            found.append(outbox.claim(connection, now, ()))
        busy = found[0].webhook
        with queue.writing() as (connection, now):
            while (each := outbox.claim(connection, now, [busy])) is not None:
                assert each.webhook in names - {busy}
                found.append(each)
        assert len({each.id for each in found}) == len(found)
        with queue.writing() as (connection, now):
            outbox.settle(connection, found[0], now, None)
        waiting = {hook.id: hook.waiting for hook in hooks.list("amber")}
        assert waiting == {**dict.fromkeys(names, 2), busy: 1}
