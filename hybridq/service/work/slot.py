"""A slot of a server: one process, in which jobs run one after the other."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, NoReturn

from hybridq.core.processes import exit_reason
from hybridq.service.work.child import INTERRUPTED

GRACE_SECONDS = 5.0
"""Seconds between SIGTERM and SIGKILL."""

COMMAND = (sys.executable, "-P", "-m", "hybridq.service.work.child")

_KEPT = (
    "HOME",
    "HYBRIDQ_KERNELS",
    "LANG",
    "LC_ALL",
    "NUMBA_CACHE_DIR",
    "NUMBA_OPT",
    "PATH",
    "SYSTEMROOT",
    "TMPDIR",
    "XDG_CACHE_HOME",
)
_THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_POLL_SECONDS = 0.05
_MOST_AT_ONCE = 2**16  # bytes of a pipe

Plain = dict[str, Any]


class Died(Exception):
    """The process ended, during a job or while it started."""


def environment(threads: int) -> dict[str, str]:
    """Return the environment of a process that works: no URL, no password."""
    found = {name: os.environ[name] for name in _KEPT if name in os.environ}
    found |= dict.fromkeys(_THREADS, str(threads))
    found["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return found


class Slot:
    """A process for jobs, started when the first one comes, and again after it ended.

    Its environment has nothing but what kernels and the system need: no URL, no password.

    Args:
        threads: threads of the simulator.
        memory: most bytes of its data; None for no limit.
        command: how the process is started.
    """

    def __init__(
        self, *, threads: int = 1, memory: int | None = None, command: Sequence[str] = COMMAND
    ) -> None:
        self._command = [*command, str(memory or 0)]
        self._environment = environment(threads)
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: _Messages
        self._ready = False

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process unless it runs."""
        if self._process is not None and self._process.poll() is None:
            return
        self._ready = False
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            start_new_session=True,  # Ctrl-C at the terminal reaches the server alone
        )
        assert self._process.stdout is not None
        self._messages = _Messages(self._process.stdout.fileno())

    def is_ready(self, seconds: float) -> bool:
        """Return whether the process takes jobs within `seconds`.

        It is started unless it runs.

        Raises:
            Died: the process ended while it started.
        """
        self.start()
        if not self._ready:
            try:
                self._ready = self._messages.next(seconds) is not None  # its first line says so
            except EOFError:
                self._raise_died()
        return self._ready

    def run(
        self,
        request: str,
        journal: Path,
        *,
        on_progress: Callable[[Plain], None],
        interrupt: Callable[[], bool],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Plain | None:
        """Run a job; return its end as the process reported it, None if interrupted.

        Args:
            request: the job as JSON text, which is not read here: it takes memory.
            journal: the file of its search.
            on_progress: called with reports of the process.
            interrupt: asked all the time whether to interrupt: by SIGTERM, and where that does not
                end it within `GRACE_SECONDS`, by SIGKILL.
            meanwhile: called once the process has the job.

        Raises:
            Died: the process ended, other than by that.
        """
        self.start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with suppress(OSError):  # it has died, and its output ends
            where = json.dumps(str(journal))
            process.stdin.write(f'{{"request": {request}, "journal": {where}}}\n'.encode())
            process.stdin.flush()
        meanwhile()
        kill_at: float | None = None
        while True:
            try:
                message = self._messages.next(_POLL_SECONDS) or {}
            except EOFError:
                if kill_at is not None:
                    process.wait()
                    return None
                self._raise_died()
            if "progress" in message:
                on_progress(message["progress"])
            if "end" in message:
                end: Plain = message["end"]
                return None if end["state"] == INTERRUPTED else end
            if kill_at is None and interrupt():
                kill_at = monotonic() + GRACE_SECONDS
                process.terminate()
            elif kill_at is not None and monotonic() > kill_at:
                process.kill()

    def _raise_died(self) -> NoReturn:
        """Forget the process, which has ended."""
        assert self._process is not None
        status = self._process.wait()
        self._process = None
        raise Died(exit_reason(status))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class _Messages:
    """Messages of a process: lines of JSON, which are read without a thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._read = bytearray()
        self._lines: deque[bytearray] = deque()

    def next(self, seconds: float) -> Plain | None:
        """Return the next message, None if there is none within `seconds`.

        Raises:
            EOFError: the process has ended; what it was writing then is lost.
        """
        end = monotonic() + seconds
        while not self._lines:
            if not self._poll.poll(1000.0 * max(0.0, end - monotonic())):
                return None
            part = os.read(self._descriptor, _MOST_AT_ONCE)
            if not part:
                raise EOFError
            self._read += part
            if b"\n" in part:
                *lines, rest = self._read.split(b"\n")
                self._lines.extend(lines)
                self._read = rest
        found: Plain = json.loads(self._lines.popleft())
        return found
