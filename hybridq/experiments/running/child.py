"""A worker as a process of its own: `python -m hybridq.experiments.running.child`, begun by a crew.

Its first line of standard input says what to work on (`Terms`), a line ``finish`` ends it after
the running trial, and the end of the input, which is the end of who began it, at once. Events go
to standard output, one line each; whatever else is printed goes to standard error.
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
from hybridq.experiments.running.stop import Stop, hang_ups, signals
from hybridq.experiments.running.worker import Terms, work

GAVE_UP = 2  # exit status: the reason is the last note
_PATIENCE = 10.0  # seconds for the running trial to be left once nobody listens any more


def main() -> int:
    """Work as the standard input says; the exit status is 0, or `GAVE_UP`."""
    isolate()
    stop = Stop()

    def abandon() -> None:
        stop.ask_abandon()
        stop.interrupt()

    # Ctrl-C at a terminal reaches the whole family; who began this process tells it what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with signals(dict.fromkeys(hang_ups(), abandon)):
        pipe = _private_stdout()

        def tell(event: Event) -> None:
            try:
                pipe.write(to_line(event) + "\n")
                pipe.flush()
            except OSError:  # nobody listens: the end of the input will tell
                pass

        terms = Terms.from_line(sys.stdin.readline())
        threading.Thread(target=_listen, args=(stop,), daemon=True).start()
        try:
            work(terms, on_event=tell, stop=stop)
        except HybridqError as error:
            tell(Note(str(error)))
            return GAVE_UP
    return 0


def _private_stdout() -> TextIO:
    """Standard output for events alone; what else is printed goes to standard error."""
    sys.stdout.flush()
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _listen(stop: Stop) -> None:
    """Do what is said on standard input."""
    for line in sys.stdin:
        if line.strip() == "finish":
            stop.ask_finish()
    stop.ask_abandon()
    signal.raise_signal(signal.SIGTERM)  # interrupts the trial of the main thread
    time.sleep(_PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
