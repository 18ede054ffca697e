"""Delivery of notices: signed, to checked addresses, within limits."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic, time

from hybridq._version import __version__
from hybridq.core.errors import OutputError, ParameterError
from hybridq.service.queue import outbox
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.outbox import Delivery
from hybridq.service.webhooks.targets import Target, Targets, is_public

_log = logging.getLogger("hybridq.service.webhooks")

SECONDS = 5.0
"""Seconds of an attempt: name, connection, TLS, request and status together."""

MOST_BYTES = 2**16
"""Bytes of an answer up to its status."""

LANES, LANES_OF_ONE = 8, 2
"""Attempts at a time, of all webhooks and of one."""

_LOOK_SECONDS = 0.5
_RETRY_SECONDS = 5.0
_CLEAN_SECONDS = 3600.0
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r]")


class DeliveryError(Exception):
    """A failed attempt; its message hides IP addresses from the tenant."""


class Sender:
    """A thread that delivers the notices of the outbox.

    Args:
        queue: with the outbox.
        secret_of: returns the secret bytes of a webhook by its identifier.
        targets: those that are allowed now.
        context: of TLS; by default the certificates of the system are trusted.
        may_reach: whether notices may go to an IP address.
    """

    def __init__(
        self,
        queue: Queue,
        secret_of: Callable[[str], bytes],
        targets: Targets,
        *,
        context: ssl.SSLContext | None = None,
        may_reach: Callable[[str], bool] = is_public,
    ) -> None:
        self._queue, self._secret_of, self._targets = queue, secret_of, targets
        self._context = context or ssl.create_default_context()
        self._may_reach = may_reach
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the attempts that run, whose notices are delivered later, and the thread."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        """Claim and deliver notices until the thread is to end."""
        running: dict[asyncio.Task[None], str] = {}
        cleaned = float("-inf")
        while not self._stop.is_set():
            busy = Counter(running.values())
            full = [hook for hook, number in busy.items() if number >= LANES_OF_ONE]
            delivery, pause = None, _LOOK_SECONDS
            try:
                if monotonic() - cleaned > _CLEAN_SECONDS:
                    cleaned = monotonic()
                    await asyncio.to_thread(self._forget)
                if len(running) < LANES:
                    delivery = await asyncio.to_thread(self._claim, full)
            except OutputError as error:
                _log.warning("no notice can be claimed: %s", error)
                pause = _RETRY_SECONDS
            if delivery is not None:
                running[asyncio.create_task(self._deliver(delivery))] = delivery.webhook
            elif running:
                await asyncio.wait(running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            else:
                await asyncio.sleep(pause)
            running = {task: hook for task, hook in running.items() if not task.done()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _forget(self) -> None:
        with self._queue.writing(announce=False) as (connection, now):
            outbox.forget(connection, now)

    def _claim(self, full: list[str]) -> Delivery | None:
        database = self._queue.database
        with database.reading() as connection:
            if not outbox.is_any_due(connection, database.now(connection)):
                return None
        with self._queue.writing(durable=False, announce=False) as (connection, now):
            return outbox.claim(connection, now, full)

    async def _deliver(self, delivery: Delivery) -> None:
        """Make one attempt, and store its outcome."""
        error = None
        try:
            await self._attempt(delivery)
        except DeliveryError as failure:
            error = str(failure)
        except ParameterError:
            error = "the operator does not allow this address any more"
        _log.info(
            "delivered" if error is None else "not delivered",
            extra={"delivery": delivery.id, "attempt": delivery.attempts, "error": error},
        )
        try:
            await asyncio.to_thread(self._settle, delivery, error)
        except OutputError as failure:  # it is delivered again, as its lease ends
            _log.warning("the outcome of a delivery cannot be written: %s", failure)

    def _settle(self, delivery: Delivery, error: str | None) -> None:
        with self._queue.writing(announce=False) as (connection, now):
            outbox.settle(connection, delivery, now, error)

    async def _attempt(self, delivery: Delivery) -> None:
        """Deliver a notice.

        Raises:
            DeliveryError: it was not taken.
            ParameterError: its URL is not allowed.
        """
        target = self._targets.target(delivery.url)
        now = int(time())
        signed = signature(self._secret_of(delivery.webhook), delivery.id, now, delivery.body)
        body = delivery.body.encode()
        head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {target.authority}\r\n"
            f"User-Agent: hybridq/{__version__}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nwebhook-id: {delivery.id}\r\n"
            f"webhook-timestamp: {now}\r\nwebhook-signature: {signed}\r\nConnection: close\r\n\r\n"
        )
        try:
            async with asyncio.timeout(SECONDS):
                status = await self._exchange(target, head.encode() + body)
        except TimeoutError:
            raise DeliveryError(f"no answer within {SECONDS:g} s") from None
        except ssl.SSLError:
            raise DeliveryError("TLS failed: the certificate is not valid for the host") from None
        except (OSError, asyncio.LimitOverrunError):
            raise DeliveryError("the connection failed") from None
        if not 200 <= status < 300:  # a redirect, too: it could lead anywhere
            raise DeliveryError(f"the answer was {status}")

    async def _exchange(self, target: Target, request: bytes) -> int:
        """Send a request and return the status of the answer.

        The name is resolved once, and the connection goes to the address that was checked.
        """
        found = await asyncio.get_running_loop().getaddrinfo(
            target.host, target.port, type=socket.SOCK_STREAM
        )
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(map(self._may_reach, addresses)):
            raise DeliveryError("the host has an address that webhooks may not reach")
        reader, writer = await asyncio.open_connection(
            addresses[0],
            target.port,
            ssl=self._context,
            server_hostname=target.host,
            limit=MOST_BYTES,
        )
        try:
            writer.write(request)
            await writer.drain()
            status = read = 0
            while status < 200:  # provisional answers come before the answer
                line = await reader.readuntil(b"\r\n")
                read += len(line)
                if (match := _STATUS.match(line)) is not None:
                    status = int(match[1])
                if status == 0 or read > MOST_BYTES:
                    raise DeliveryError("the answer is not one of HTTP/1.1")
            return status
        except asyncio.IncompleteReadError:
            raise DeliveryError("the answer broke off") from None
        finally:
            writer.transport.abort()


def signature(secret: bytes, name: str, seconds: int, body: str) -> str:
    """Return the signature of a notice.

    Source: Standard Webhooks 1.0, https://www.standardwebhooks.com, HMAC-SHA256 of
    ``id.timestamp.body``.
    """
    code = hmac.digest(secret, f"{name}.{seconds}.{body}".encode(), hashlib.sha256)
    return f"v1,{base64.b64encode(code).decode()}"
