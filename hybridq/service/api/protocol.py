"""HTTP/1.1 with limits for clients that are slow or send tiny chunks on purpose."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_MOST_HEAD = 2**16  # bytes

HEAD_SECONDS = 20.0
"""Seconds for the head of a request, and for the rest of a body after its refusal."""

_SLICE = 2**14  # bytes between two looks at what came


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, with an end to waiting, and deaf to chunked bodies.

    A chunk of one byte takes as much work as one of 64 KiB, and all of it holds up other requests.
    The application refuses a request with a chunked body by its head.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._seen: object = None
        self._is_deaf = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the waiting."""
        super().connection_lost(exc)
        if self._deadline is not None:
            self._deadline.cancel()

    def data_received(self, data: bytes) -> None:
        """Take bytes, unless they belong to a body in chunks."""
        for start in range(0, len(data), _SLICE):
            if self._is_deaf or self.transport.is_closing():
                return
            super().data_received(data[start : start + _SLICE])
            self._watch()

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are not HTTP: with them ends the request that they belong to."""
        if self.cycle is not None:
            self.cycle.disconnected = True  # its own answer would come second
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def _watch(self) -> None:
        """Notice a new head, and keep the time of what is awaited."""
        cycle = self.cycle
        if cycle is not None and cycle is not self._seen:
            self._seen = cycle
            self._is_deaf = any(name == b"transfer-encoding" for name, _ in self.headers)
            cycle.keep_alive = cycle.keep_alive and not self._is_deaf
        state = self.conn.their_state
        is_over = cycle is not None and cycle.response_complete
        if state is h11.IDLE or (state is h11.SEND_BODY and is_over):
            if self._deadline is None:
                self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)
        elif self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


BOUNDED: dict[str, Any] = {"http": BoundedProtocol, "h11_max_incomplete_event_size": _MOST_HEAD}
"""Settings of uvicorn."""
