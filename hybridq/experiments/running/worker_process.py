"""A worker in a process of its own, started by a worker pool.

The first line of standard input holds the `Terms`. A line ``finish`` ends the process after the
running trial; the end of the input, that is the end of the parent process, ends it at once. Events
go to standard output, one line each, and everything else that is printed to standard error.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TextIO

from hybridq.core.errors import HybridqError
from hybridq.core.isolation import isolate
from hybridq.experiments.running.events import Event, Note, to_line
from hybridq.experiments.running.stop_request import (
    StopRequest,
    handle_signals,
    termination_signals,
)
from hybridq.experiments.running.worker import Terms, work

GAVE_UP = 2  # exit status; the last note holds the reason
_GRACE_SECONDS = 10.0  # for the running trial to end once the parent has ended


def main() -> int:
    """Work as standard input requests; return 0, or `GAVE_UP`."""
    isolate()
    stop = StopRequest()

    def abandon() -> None:
        stop.request_abandon()
        stop.interrupt()

    # Ctrl-C at a terminal reaches all processes; the parent decides what this one does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with handle_signals(dict.fromkeys(termination_signals(), abandon)):
        pipe = _private_stdout()

        def emit(event: Event) -> None:
            try:
                pipe.write(to_line(event) + "\n")
                pipe.flush()
            except OSError:  # the parent has ended, and so will the input
                pass

        terms = Terms.from_line(sys.stdin.readline())
        threading.Thread(target=_read_commands, args=(stop,), daemon=True).start()
        try:
            work(terms, on_event=emit, stop=stop)
        except HybridqError as error:
            emit(Note(str(error)))
            return GAVE_UP
    return 0


def _private_stdout() -> TextIO:
    """Return standard output for events; redirect other output to standard error."""
    sys.stdout.flush()
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _read_commands(stop: StopRequest) -> None:
    """Execute the commands on standard input."""
    for line in sys.stdin:
        if line.strip() == "finish":
            stop.request_finish()
    stop.request_abandon()
    signal.raise_signal(signal.SIGTERM)  # interrupts the trial of the main thread
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
