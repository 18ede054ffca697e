"""The workers of one server: a thread for each slot, and one that renews leases."""

from __future__ import annotations

import logging
import os
import threading
from base64 import b64decode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic, time

from hybridq.core.errors import OutputError
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Outcome, Picture, State
from hybridq.service.work.claims import Claims, Held
from hybridq.service.work.endings import RETRY_SECONDS, Endings
from hybridq.service.work.merged import ends_of, merged_request
from hybridq.service.work.relabelled import may_relabel, solve_or_relabel
from hybridq.service.work.slot import Died, Plain, Slot

_log = logging.getLogger("hybridq.service")

MOST_SECONDS = 24 * 3600.0
"""Seconds after which a job is interrupted and fails."""

_READY_SECONDS = 0.5
_IDLE_SECONDS = 5.0  # a claim without a notice, for jobs of dead workers
_CANCEL_SECONDS = 0.2
_CLEAN_SECONDS = 3600.0


class Dispatcher:
    """Claims jobs and runs them in slots.

    Args:
        queue: the jobs.
        slots: where they run, each in a thread.
        journals: folder of the journals of searches.
        most_seconds: time after which a job is interrupted and fails.
    """

    def __init__(
        self,
        queue: Queue,
        slots: list[Slot],
        journals: Path,
        *,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        self._queue, self._slots, self._journals = queue, slots, journals
        self._most_seconds = most_seconds
        self._stop = threading.Event()
        self._claims = Claims(queue, len(slots), most_seconds, self._stop)
        self._threads: list[threading.Thread] = []
        self._endings = Endings(queue, self._stop, self._claims.are_ahead)

    @property
    def running(self) -> int:
        """Number of slots with a job; the end of another may still have to be written."""
        return min(self._claims.running, len(self._slots))

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(self._slots)

    def start(self) -> None:
        """Start the threads."""
        os.makedirs(self._journals, mode=0o700, exist_ok=True)
        self._endings.start()
        for slot in self._slots:
            self._begin(self._work, slot)
        self._begin(self._keep)

    def close(self) -> None:
        """Interrupt the running jobs, return them to the queue, and end the threads."""
        self._stop.set()
        self._queue.changes.notify()
        for thread in self._threads:
            thread.join()
        self._claims.give_back()
        self._endings.close()
        for slot in self._slots:
            slot.close()

    def _begin(self, target: Callable[..., None], *arguments: Slot) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, slot: Slot) -> None:
        """Claim and run jobs in a slot until the server ends.

        A job is claimed once the process is ready: until then another server may take it, and no
        job fails over a process that cannot start.
        """
        while True:
            seen = self._queue.changes.count  # before the look at the end, which notifies
            if self._stop.is_set():
                return
            try:
                if not slot.is_ready(_READY_SECONDS):
                    continue
            except Died as died:
                _log.warning("the process of a slot ended while it started: %s", died)
                self._stop.wait(RETRY_SECONDS)
                continue
            try:
                held = self._claims.next()
            except OutputError as error:
                _log.warning("no job can be claimed: %s", error)
                self._stop.wait(RETRY_SECONDS)
                continue
            if held is None:
                self._queue.changes.wait(seen, _IDLE_SECONDS)
                continue
            try:
                self._run(slot, held)
            except Exception:  # its lease ends, and the slot goes on
                _log.exception("job %s could not be run", held.claimed.id)
                self._stop.wait(RETRY_SECONDS)

    def _run(self, slot: Slot, held: Held) -> None:
        """Run a claimed job, together with others of its circuit."""
        if held.must_end:  # it was cancelled, or lost, while it waited here
            self._end(held, self._journal_of(held), None)
            return
        for each in self._run_together(slot, [held, *self._claims.alike(held)]):
            self._run_together(slot, [each])

    def _journal_of(self, held: Held) -> Path:
        """Return the file of the journal of a job's search."""
        return self._journals / f"{held.claimed.journal}.jsonl"

    def _run_together(self, slot: Slot, helds: Sequence[Held]) -> list[Held]:
        """Run claimed jobs as one, and write their ends.

        Returns:
            jobs to be run alone, since one of several is at fault.
        """
        group = [held.claimed for held in helds]
        journal = self._journal_of(helds[0])
        for held in helds:
            held.begin()

        def report(progress: Plain) -> None:
            for held in helds:
                with suppress(OutputError):
                    held.lost |= not (held.is_over or self._queue.report(held.claimed, progress))

        def must_end() -> bool:
            if all(held.must_end for held in helds) or self._stop.is_set():
                return True
            for held in helds:  # the others of a cancelled job run on
                if held.cancelled and not held.is_over:
                    self._end(held, journal, None)
            return False

        try:

            def run(request: str) -> Plain | None:
                return slot.run(
                    request,
                    journal,
                    on_progress=report,
                    interrupt=must_end,
                    meanwhile=self._claims.look_ahead,
                )

            if may_relabel(group[0]):
                self._endings.flush()  # it looks for their results
                end = solve_or_relabel(self._queue, group[0], run)
            else:
                end = run(merged_request([each.request for each in group]))
            left = [held for held in helds if not held.is_over]
            if end is not None and end["state"] != "completed" and len(group) > 1:
                return left
            parts = ends_of(end, [each.request for each in group])
            ends = dict(zip(group, parts, strict=True))
            for held in left:
                self._end(held, journal, ends[held.claimed])
        except Died as died:
            for held in helds:
                _log.warning("a process died over job %s: %s", held.claimed.id, died)
                if not held.is_over:
                    held.is_over = True
                    self._over(held, journal, self._claims.release(held, died=True))
        except BaseException:  # their leases end, and others take them
            for held in helds:
                if not held.is_over:
                    self._claims.forget(held)
            raise
        return []

    def _end(self, held: Held, journal: Path, end: Plain | None) -> None:
        """Write the end of a job, and remove the journal of its search."""
        held.is_over = True
        outcome = self._outcome(held, end)
        if outcome is not None:
            timed = replace(outcome, seconds=held.seconds)
            self._endings.put(held.claimed, timed, lambda state: self._over(held, journal, state))
            return
        # The server ends, or another has taken the job.
        self._over(held, journal, self._claims.release(held, died=False))

    def _over(self, held: Held, journal: Path, state: State | None) -> None:
        """Forget a job that has ended, and its journal."""
        self._claims.forget(held)
        is_over = state in (State.COMPLETED, State.FAILED)
        if state is State.CANCELLED:  # its journal may go to a job that joined it
            with suppress(OutputError):
                is_over = journal.stem not in self._queue.journals()
        if is_over:
            journal.unlink(missing_ok=True)

    def _outcome(self, held: Held, end: Plain | None) -> Outcome | None:
        """Return the outcome of a job from its end, as its process reported it.

        None for a job that returns to the queue.
        """
        if end is None and held.overdue and not held.cancelled:
            detail = f"it ran for more than {self._most_seconds:g} s"
            error = {"code": "time_limit", "detail": detail}
            return Outcome(State.FAILED, error=error, reusable=False)
        if end is None:
            return Outcome(State.CANCELLED) if held.cancelled else None
        if end["state"] != "completed":
            return Outcome(State.FAILED, error=end["error"], reusable=False)
        return Outcome(
            State.COMPLETED,
            result=end["result"],
            usage=end["usage"],
            reusable=end["reusable"],
            report=end.get("report"),
            pictures=[_picture(each) for each in end.get("pictures", ())],
            shape=end.get("shape"),
            source=end.get("source"),
        )

    def _keep(self) -> None:
        """Keep the claimed jobs, and take jobs back from dead workers."""
        cleaned = float("-inf")
        while not self._stop.wait(_CANCEL_SECONDS):
            try:
                self._claims.keep()
                if monotonic() - cleaned > _CLEAN_SECONDS:
                    cleaned = monotonic()
                    self._queue.forget_keys()
                    self._remove_journals()
            except OutputError as error:
                _log.warning("leases cannot be renewed: %s", error)
                self._stop.wait(RETRY_SECONDS)

    def _remove_journals(self) -> None:
        """Remove old journals of jobs that were cancelled while they waited."""
        old = time() - _CLEAN_SECONDS
        found = [each for each in self._journals.glob("*.jsonl") if each.stat().st_mtime < old]
        needed = self._queue.journals() if found else set()
        for each in found:
            if each.stem not in needed:
                each.unlink(missing_ok=True)


def _picture(sent: Plain) -> Picture:
    """Return a picture as a process sent it."""
    return Picture(sent["name"], sent["type"], b64decode(sent["body"]))
