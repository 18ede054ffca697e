"""Notices of changed jobs, in this process and in others that share the database."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from time import monotonic
from typing import Any, TypeAlias
from urllib.parse import quote

from hybridq.storage.database import BUSY_SECONDS, storage_file, storage_url

CHANNEL = "hybridq_jobs"
"""PostgreSQL's channel of notifications."""

Listener: TypeAlias = Callable[[Collection[str] | None], None]
"""Called with the identifiers of changed jobs, None for any."""

_POLL_SECONDS = 0.02  # `PRAGMA data_version` takes 10 µs
_LATEST_SECONDS = 0.2  # commits of this process may hide those of others for so long
_RETRY_SECONDS = 1.0
_LISTEN_SECONDS = 0.5


class Changes:
    """A counter of changes that threads wait for.

    A notice may come without a change; a change never comes without a notice, except from another
    process whose database connection failed, which is why waits have an end.

    Attributes:
        name: that of this process in PostgreSQL's notifications.
    """

    def __init__(self) -> None:
        self.name = secrets.token_hex(8)
        self._condition = threading.Condition()
        self._count = 0
        self._listeners: list[Listener] = []

    @property
    def count(self) -> int:
        """Number of notices so far."""
        return self._count

    def notify(self, jobs: Collection[str] | None = None) -> None:
        """Wake all waiting threads and call all listeners.

        Args:
            jobs: identifiers of those that changed, and that others may have joined; any by
                default.
        """
        with self._condition:
            self._count += 1
            listeners = list(self._listeners)
            self._condition.notify_all()
        for each in listeners:
            each(jobs)

    def wait(self, seen: int, seconds: float) -> int:
        """Wait until there are more than `seen` notices, or the time is over.

        Returns:
            the number of notices, to be `seen` of the next call.
        """
        end = monotonic() + seconds
        with self._condition:
            while self._count <= seen and (left := end - monotonic()) > 0:
                self._condition.wait(left)
            return self._count

    def add_listener(self, listener: Listener) -> None:
        """Call `listener` at every notice, in the thread that made it."""
        with self._condition:
            self._listeners.append(listener)

    def remove_listener(self, listener: Listener) -> None:
        """Do not call `listener` any more."""
        with self._condition:
            self._listeners.remove(listener)


class Watch:
    """A thread that notices changes made by other processes.

    Args:
        url: the database.
        changes: notified.
    """

    def __init__(self, url: str, changes: Changes) -> None:
        self._url, self._changes = url, changes
        self._ended = threading.Event()
        look = self._listen if storage_file(url) is None else self._poll
        self._thread = threading.Thread(target=self._repeat, args=(look,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        self._thread.join()

    def _repeat(self, look: Callable[[], None]) -> None:
        """Look for changes, again where the database fails."""
        while not self._ended.is_set():
            with suppress(Exception):  # the queue itself reports a database that fails
                look()
            self._ended.wait(_RETRY_SECONDS)

    def _poll(self) -> None:
        """Notice commits of other connections to a file of SQLite."""
        path = storage_file(self._url)
        assert path is not None
        name = f"file:{quote(str(path.absolute()))}?mode=rw"  # never made anew
        with closing(sqlite3.connect(name, timeout=BUSY_SECONDS, uri=True)) as connection:
            seen: Any = None
            own, since = 0, float("inf")
            while not self._ended.wait(_POLL_SECONDS):
                version = connection.execute("PRAGMA data_version").fetchone()
                count = self._changes.count
                is_foreign = version != seen and count == own
                if version != seen:  # after a notice of this process probably its own commit
                    seen, since = version, min(since, monotonic())
                if is_foreign or monotonic() - since > _LATEST_SECONDS:
                    since, count = float("inf"), count + 1
                    self._changes.notify()
                own = count

    def _listen(self) -> None:
        """Receive PostgreSQL's notifications."""
        import psycopg
        import sqlalchemy

        url = sqlalchemy.make_url(storage_url(self._url)).set(drivername="postgresql")
        text = url.render_as_string(hide_password=False)
        with psycopg.connect(text, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._changes.notify()  # for what came before
            while not self._ended.is_set():
                for each in connection.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                    if each.payload != self._changes.name:
                        self._changes.notify()
