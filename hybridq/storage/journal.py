"""The journal of a search, from which a killed run is resumed.

A resumed run is the same deterministic run from the beginning, except that evaluations which the
journal holds are read from it. Points are compared bit for bit, so the first deviation of a run is
an error, and the result equals that of an uninterrupted run except for the seconds.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from hybridq.core.errors import ParameterError, Setting
from hybridq.core.randomness import RandomLike
from hybridq.storage.journal_differences import first_difference
from hybridq.storage.journal_facts import as_json, versions
from hybridq.storage.journal_file import FORMAT, MARK, JournalFile, Sync
from hybridq.storage.journal_search import REMEDY, JournaledSearch, is_entry, is_search


class Journal:
    """A file with every evaluation of one run, which may have several searches.

    The file has JSON lines: a header (format, versions, subject of the run); for each search its
    starting conditions; for each evaluation its kind, its seconds since the search began, the
    point, the value and the gradient, arrays as base64 of little-endian float64; and for each end
    of a search, or of a start by its share of the time, the seconds. The file is append-only. An
    incomplete last line is dropped.

    Time continues from the recorded time: a limit of an hour is an hour of work, interruptions
    excluded. A search that its time limit has ended stays ended. Numbers agree to the last bit only
    on the same kind of processor.

    Args:
        path: the file.
        resume: continue the run in this file; otherwise the file must not exist.
        sync: when lines are forced to the disk, which protects against a power cut; a killed
            process loses nothing without it: ``"always"`` after each, ``"interval"`` once a
            second and at the end, or ``"never"``.
        after: begin a new file only after so many seconds, so that a shorter run leaves none. A
            run that is killed before that starts again.

    Raises:
        ParameterError: `sync` is unknown, `after` is negative, or the file to resume is missing.
        OutputError: the file cannot be written, exists already, or is in use.
        FormatError: the file to resume is not a journal.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        resume: bool = False,
        sync: Sync = "interval",
        after: float = 0.0,
    ) -> None:
        self._file = JournalFile(path, resume=resume, sync=sync, after=after)
        self._begun = False
        self._searches = 0
        self._next: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Force the lines to the disk unless `sync` is ``"never"``; close the file."""
        self._file.close()

    def seed(self, rng: RandomLike) -> RandomLike:
        """Return `rng`, or if it is None the recorded seed or a fresh one.

        Before `begin` that is the seed of the run, afterwards that of the next search.
        """
        if rng is not None:
            return rng
        line = self._next if self._begun else self._file.header
        facts = line if isinstance(line, dict) else {}
        recorded = facts.get("search", {}).get("start", {}) or facts.get("subject", {})
        seed = recorded.get("seed")
        return seed if isinstance(seed, int) else secrets.randbelow(2**31)

    def recorded(self, name: str) -> dict[str, Any] | None:
        """Return the recorded facts of that name about the run, None of a new journal.

        An old run without such facts gives {}.
        """
        header = self._file.header
        if header is None:
            return None
        facts = header.get("subject", {}).get(name, {})
        return facts if isinstance(facts, dict) else {}

    def begin(self, subject: Mapping[str, Any]) -> None:
        """Record the subject of the run, or compare it with the recorded one.

        Args:
            subject: plain names and values, seed included (`seed_facts`). A mapping with a
                ``digest`` is compared by it only. A `Later` is found when the file is written.

        Raises:
            FormatError: the journal is of another run; the message names the first difference.
        """
        self._begun = True
        header = self._file.header
        if header is None:
            self._write_before_next(
                lambda: {MARK: FORMAT, "versions": versions(), "subject": as_json(subject)}
            )
            return
        mine = {"versions": versions(), "subject": as_json(subject)}
        for part in ("versions", "subject"):
            self._compare(mine[part], header.get(part, {}), "the journal is of another run")
        self._next = self._read()

    def begin_alone(self, subject: Mapping[str, Any] | None = None) -> None:
        """Call `begin` unless the run that this search belongs to has done so."""
        if not self._begun:
            self.begin(subject or {})

    def search(self, start: Mapping[str, Any], limits: Mapping[str, Any]) -> JournaledSearch:
        """Return the next search of the run: the recorded one, or a new one.

        Args:
            start: all facts that determine the points, plain values and float64 arrays.
            limits: limits of the search; not compared, so that they may be raised.

        Raises:
            FormatError: the recorded search started otherwise.
        """
        self.begin_alone()
        self._searches += 1
        if self._next is None:
            self._write_before_next(
                lambda: {"search": {"start": as_json(start), "limits": as_json(limits)}}
            )
            return JournaledSearch(self, self._searches, limits, limits)
        recorded = self._next.get("search") if isinstance(self._next, dict) else None
        if recorded is None:
            raise self._file.refusal(
                f"the journal has more evaluations of search {self._searches - 1}, which has "
                f"ended in this run: {REMEDY}"
            )
        what = f"search {self._searches} of the journal started otherwise"
        self._compare(as_json(start), recorded["start"], what)
        self._next = self._read()
        return JournaledSearch(self, self._searches, limits, recorded["limits"])

    def _read(self) -> Any:
        """Return the next line, decoded; None after the last.

        Raises:
            FormatError: it is not a line of a journal.
        """
        line = self._file.read()
        if line is not None and not is_search(line) and not is_entry(line):
            raise self._file.damage("this line")
        return line

    def _compare(self, mine: Any, recorded: Any, what: str) -> None:
        difference = first_difference(mine, recorded)
        if difference is not None:
            raise self._file.refusal(f"{what}: {difference}; {REMEDY}")

    def _write_before_next(self, line: Callable[[], Mapping[str, Any]]) -> None:
        self._file.write_before_next(
            lambda: json.dumps(line(), ensure_ascii=False).encode() + b"\n"
        )


@contextmanager
def opened(
    journal: str | os.PathLike[str] | Journal | None, resume: bool
) -> Iterator[Journal | None]:
    """Yield the given journal, or that of a file, closed at the end; or None.

    Raises:
        ParameterError: `resume` without the name of a file.
    """
    if journal is None or isinstance(journal, Journal):
        if resume:
            given = "is missing" if journal is None else "is open already"
            raise ParameterError(
                (Setting("resume", True), " needs the file of a journal, and ",
                 Setting("journal"), f" {given}"),
                argument="resume",
                remedy=("give the file's name as ", Setting("journal")),
            )  # fmt: skip
        yield journal
        return
    with Journal(journal, resume=resume) as log:
        yield log
