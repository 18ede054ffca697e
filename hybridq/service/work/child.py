"""The process of a slot: jobs come in on standard input, and ends go out.

Both are JSON lines. The process has no URL of a database and no key. The end of the input, which
is the end of the server, ends it at once. SIGTERM interrupts the running job; the process then
waits for the next one, or ends where modules would be left half made.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import select
import signal
import sys
import threading
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any, TextIO

from hybridq.core.errors import CapacityError, FormatError, HybridqError, OutputError
from hybridq.core.isolation import isolate
from hybridq.core.memory import leave_uncollected

INTERRUPTED = "interrupted"
"""State that is reported for a job that SIGTERM interrupted."""

_REPORT_SECONDS = 0.2
_UNSAFE = ("<frozen importlib", f"{os.sep}numba{os.sep}", f"{os.sep}llvmlite{os.sep}")


class Interrupted(BaseException):
    """Interruption of a job; not an `Exception`: no handler takes it for a failure."""


class _Child:
    """State of the process that the signal handler reads."""

    def __init__(self, pipe: TextIO) -> None:
        self._pipe = pipe
        self._running = False
        self._asked = False
        self._reported_at = 0.0

    def serve(self) -> None:
        """Run jobs until the input ends."""
        threading.Thread(target=_end_with_input, daemon=True).start()
        # What every job needs; not in a thread, where imports can meet half-made modules.
        importlib.import_module("hybridq.solver.qaoa")
        self._send({"ready": True})
        modules = 0
        for line in sys.stdin:
            self._send({"end": self._run(json.loads(line))})
            if len(sys.modules) != modules:
                modules = len(sys.modules)
                leave_uncollected()

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Raise `Interrupted` if a job runs."""
        del number, frame
        self._asked = True
        self._check()

    def _check(self) -> None:
        """Interrupt the running job if that was asked for.

        Within an import or a compilation the process ends instead: an exception there would leave
        modules half made, on which every later job would fail.
        """
        if self._asked and self._running:
            self._running = False
            if _is_unsafe(sys._getframe()):
                os._exit(1)
            raise Interrupted

    def _run(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the end of a job."""
        from hybridq.service.work.tasks import run_task

        self._reported_at = monotonic()  # a job that ends at once needs no report
        self._asked = False
        try:
            try:
                self._running = True
                found = run_task(message["request"], Path(message["journal"]), self._report)
                return {"state": "completed", **found}
            finally:
                self._running = False
        except Interrupted:
            return {"state": INTERRUPTED}
        except HybridqError as error:
            return {"state": "failed", "error": _described(error)}
        except Exception as error:
            import traceback

            traceback.print_exc()
            detail = f"an unexpected {type(error).__name__}; the log of the server has the details"
            return {"state": "failed", "error": {"code": "internal", "detail": detail}}

    def _report(self, progress: dict[str, Any]) -> None:
        """Send progress, not too often."""
        now = monotonic()
        if "stage" in progress or now - self._reported_at >= _REPORT_SECONDS:
            self._reported_at = now
            self._send({"progress": progress})

    def _send(self, message: dict[str, Any]) -> None:
        running, self._running = self._running, False  # no interruption within a line
        self._pipe.write(json.dumps(message) + "\n")
        self._pipe.flush()
        self._running = running
        self._check()  # it was asked for meanwhile


def _end_with_input() -> None:
    """End the process when its input has lost its last writer, whatever it does."""
    end = select.poll()
    end.register(sys.stdin.fileno(), 0)  # that is always reported
    end.poll()
    os._exit(0)


def _is_unsafe(frame: FrameType | None) -> bool:
    """Return whether an import or a compilation is among the callers of a frame."""
    while frame is not None:
        if any(part in frame.f_code.co_filename for part in _UNSAFE):
            return True
        frame = frame.f_back
    return False


def _described(error: HybridqError) -> dict[str, Any]:
    """Return an error as data, without paths of this machine."""
    if isinstance(error, OutputError):
        detail = "the server cannot write the journal of the search"
        return {"code": "storage_failed", "detail": detail}
    code = "invalid_request"
    if isinstance(error, CapacityError):
        code = "too_large"
    elif isinstance(error, FormatError):
        code = "unreadable_content"
    return {"code": code, "detail": str(error), "argument": error.argument}


def limit_memory(most: int | None) -> None:
    """Limit the data of this process to `most` bytes, and write no core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if most is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def main() -> int:
    """Run jobs; the argument is the most bytes of memory, 0 for no limit."""
    isolate()
    limit_memory(int(sys.argv[1]) or None)
    sys.stdout.flush()
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed goes to the log
    child = _Child(pipe)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal reaches all processes
    signal.signal(signal.SIGTERM, child.interrupt)
    child.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
