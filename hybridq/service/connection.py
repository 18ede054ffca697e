"""Requests to a job service over HTTP, with the standard library alone."""

from __future__ import annotations

import http.client
import ipaddress
import itertools
import json
import os
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from hybridq.core.errors import HybridqError, ParameterError

PATIENCE = 60.0
"""Seconds of failures after which a request gives up."""

LONGEST_WAIT = 30
"""Seconds that one request waits for the end of a job."""

_SLACK = 30.0  # beyond that, until a silent server counts as gone
_RETRIED = (429, 502, 503, 504)
_FIRST_DELAY, _LONGEST_DELAY = 0.25, 5.0
_MOST_BYTES = 2**28


class ServiceError(HybridqError):
    """A request that the service refused, or a job that failed.

    Args:
        status: HTTP status, 0 for a failed job.
        code: the code of the refusal or of the failure, such as ``"missing_scope"``.
        detail: one sentence.
        hint: advice.
        pointer: the part at fault.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        hint: str | None = None,
        pointer: str | None = None,
    ) -> None:
        self.status, self.code, self.pointer = status, code, pointer
        super().__init__(detail, remedy=hint)


class Connection:
    """Requests of a tenant to a job service.

    Args:
        url, key, patience: see `Client`.
    """

    def __init__(
        self, url: str | None = None, key: str | None = None, *, patience: float = PATIENCE
    ) -> None:
        url = url or os.environ.get("HYBRIDQ_SERVER") or ""
        self._key = key or os.environ.get("HYBRIDQ_KEY") or ""
        self._patience = patience
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ParameterError(
                argument="url",
                value=url,
                expected="the address of a job service, such as 'http://127.0.0.1:8000'",
            )
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ParameterError(
                argument="url",
                value=url,
                expected="an https address, since http would send the key unencrypted",
            )
        if not self._key:
            raise ParameterError(
                argument="key",
                expected="an API key",
                remedy="set HYBRIDQ_KEY to what 'hybridq keys add' printed",
            )
        self.url = url.rstrip("/")
        self._https, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
    ) -> Any:
        """Return the JSON answer of one request, repeated while the server cannot answer.

        Args:
            method: of HTTP.
            path: below the address of the server.
            body: sent as JSON.
            query: parameters of the address.
            headers: further ones.
            idempotent: whether the same request twice has the effect of one; by default GET and
                DELETE do, and any with an ``Idempotency-Key``. Another one is repeated only where
                no server has read it: after a refused connection or a 429.

        Raises:
            ServiceError: the service refused it, or could not be reached for `patience` seconds.
        """
        data = None if body is None else json.dumps(body).encode()
        target = f"{self._prefix}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        sent = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        if data is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        if idempotent is None:
            idempotent = method in ("GET", "DELETE") or "Idempotency-Key" in sent
        end, delay = time.monotonic() + self._patience, _FIRST_DELAY
        for attempt in itertools.count():
            try:
                status, after, text = self._once(method, target, data, sent)
            except (OSError, http.client.HTTPException) as error:
                unread = isinstance(error, ConnectionRefusedError)
                reason = str(error) or type(error).__name__
                hint = "check the address, and that the server runs"
                if not (idempotent or unread):
                    hint = "the server may have done it: look before you repeat it"
                detail = f"{self.url} cannot be reached: {reason}"
                failure = ServiceError(0, "unreachable", detail, hint)
                after = 0.0
            else:
                if status < 400:
                    return json.loads(text) if text else None
                if method == "DELETE" and status == 404 and attempt:
                    return None  # an answer was lost
                failure = _refusal(status, text)
                unread = status == 429
                if status not in _RETRIED:
                    raise failure
            pause = max(after, delay)
            if not (idempotent or unread) or time.monotonic() + pause > end:
                raise failure
            time.sleep(pause)
            delay = min(2 * delay, _LONGEST_DELAY)
        raise AssertionError("the loop has no end")

    def _once(
        self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, float, bytes]:
        """Return status, seconds to wait before a repetition, and body of one answer."""
        timeout = LONGEST_WAIT + _SLACK
        connection: http.client.HTTPConnection
        if self._https:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=timeout, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        try:
            connection.request(method, target, data, dict(headers))
            response = connection.getresponse()
            after = response.headers.get("Retry-After", "")
            seconds = float(after) if after.isascii() and after.isdigit() else 0.0
            text = response.read(_MOST_BYTES)
            if response.length:  # the server died within its answer
                raise http.client.IncompleteRead(text, response.length)
            return response.status, seconds, text
        finally:
            connection.close()


def _refusal(status: int, text: bytes) -> ServiceError:
    """Return the error for an answer with problem details, or with anything else."""
    try:
        body = json.loads(text)
        code, detail = str(body["code"]), str(body["detail"])
    except (ValueError, KeyError, TypeError):
        return ServiceError(status, "unknown_answer", f"the server answered with status {status}")
    hint, pointer = body.get("hint"), body.get("pointer")
    return ServiceError(status, code, detail, hint, pointer)


def is_loopback(host: str) -> bool:
    """Return whether only this machine answers at the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
