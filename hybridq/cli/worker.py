"""Command `hybridq worker`, which shares an experiment through a storage."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import experiment_options as options
from hybridq.cli import page
from hybridq.cli.errors import FAILED, INTERRUPTED, OK
from hybridq.cli.failure_lines import failure_lines, traceback_command
from hybridq.cli.options import seconds_from_zero
from hybridq.cli.stop_signals import handle_stop_signals
from hybridq.cli.words import one_line, plural

if TYPE_CHECKING:
    from hybridq.experiments.running.events import Event

_LINE_SECONDS = 10.0


def worker(
    experiment: Annotated[
        str, typer.Option("--experiment", metavar="NAME", help="Name of the experiment.")
    ],
    storage: options.StoredIn = None,
    jobs: options.Jobs = None,
    wait: Annotated[
        float,
        typer.Option(
            "--wait",
            parser=seconds_from_zero,
            metavar="SECONDS",
            help="Time to wait for more trials once none is left.",
        ),
    ] = 0.0,
    version_policy: Annotated[
        str,
        typer.Option(
            "--version-policy",
            metavar="NAME",
            help="For an experiment of another hybridq version: warn, refuse or ignore.",
        ),
    ] = "warn",
    base: options.Base = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print failures only.")] = False,
    debug: options.Debug = False,
) -> int:
    """Run trials of a stored experiment until none is left.

    Start any number of workers on all machines that can reach the storage. Each
    trial runs once; if a worker dies, others take over its trials. Ctrl-C
    finishes the running trials; pressed again, it abandons them.

    Examples:

      [bold]hybridq worker --experiment sweep --storage sqlite:////shared/runs.db[/bold]
      [bold]hybridq worker --experiment sweep --storage postgresql://me@host/runs[/bold]
    """
    from hybridq.cli.options import check_name
    from hybridq.experiments.records import State
    from hybridq.experiments.running import runner
    from hybridq.experiments.running.stop_request import StopRequest
    from hybridq.experiments.running.versions import POLICIES, check_version
    from hybridq.experiments.running.worker import Terms
    from hybridq.experiments.store.store import Store

    policy = check_name("version policy", version_policy, POLICIES)
    folder = options.check_base(base)
    stop, lines = StopRequest(), _Lines(quiet)
    with Store.open(storage, make=False) as store:
        found = store.experiment(experiment)
        note = check_version(found, policy)
        if note is not None:
            lines.say(note)
        counts = found.counts()
        jobs = jobs or max(1, runner.jobs_for(found))
        lines.say(
            f"{found.name}: {counts[State.WAITING]} of {plural(sum(counts.values()), 'trial')} "
            f"waiting, {jobs} at a time"
        )
        engine = found.config.get("engine")
        threads = engine.get("threads") if isinstance(engine, dict) else None
        terms = Terms(store.url, found.name, threads=threads, base=folder, wait=wait)
        with handle_stop_signals(stop, lines.say_at_once):
            runner.carry_out(found, terms, jobs, on_event=lines.event, stop=stop)
    lines.close(found.name)
    if stop.finish:
        return INTERRUPTED
    return FAILED if lines.failed else OK


class _Lines:
    """Log of a worker on standard output, for distant machines."""

    def __init__(self, quiet: bool) -> None:
        self.done = self.failed = self.released = 0
        self._quiet = quiet
        self._printed_at = 0.0
        self._last = ""
        self._failures: list[tuple[int, str]] = []

    def event(self, event: Event) -> None:
        """Count trials; print failures, and the count now and then."""
        from hybridq.experiments.records import State
        from hybridq.experiments.running.events import Ended, Note

        if isinstance(event, Note):
            self.say(event.text)
        if not isinstance(event, Ended):
            return
        if event.state == State.FAILED:
            if not event.again:
                self.failed += 1
                self._failures.append((event.number, event.error or "no message was stored"))
            more = "; it will be retried" if event.again else ""
            self._print(f"trial {event.number} failed{more}: {event.error}")
        elif event.state == State.DONE:
            self.done += event.recorded
        if time.monotonic() - self._printed_at > _LINE_SECONDS:
            self.say(self.summary())

    def summary(self) -> str:
        """Return the counts so far."""
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{plural(self.done, 'trial')} done here{failed}"

    def say(self, text: str) -> None:
        """Print a line unless quiet."""
        self._printed_at = time.monotonic()
        if not self._quiet:
            self._print(text)

    def close(self, name: str) -> None:
        """Print the reasons of failures and the final count."""
        if self._failures and not self._quiet:
            for line in failure_lines(self._failures, page.width()):
                print(line)
            print(f"   traceback: {traceback_command(name, self._failures)}")
        if self.summary() != self._last:
            self.say(self.summary())

    def say_at_once(self, text: str) -> None:
        """Print a line from a signal handler, where `print` is not safe."""
        os.write(1, f"{text}\n".encode())

    def _print(self, text: str) -> None:
        self._last = text
        print(f"{time.strftime('%H:%M:%S')}  {one_line(text)}", flush=True)
