"""The journal of a search: what a killed run needs to go on as if it had not been killed.

A resumed run is the same deterministic run from the beginning, except that evaluations which the
journal holds are read from it. Points are compared bit for bit, so a run that differs anywhere is
told where, and the result equals that of a run never killed in everything but the seconds.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.storage.journal_differences import first_difference
from hybridq.storage.journal_facts import as_json, versions
from hybridq.storage.journal_file import FORMAT, MARK, JournalFile, Sync
from hybridq.storage.journal_search import REMEDY, JournaledSearch, is_entry, is_search


class Journal:
    """A file that holds every evaluation of one run, of one search after the other.

    The file has one JSON line each: a header (format, versions, what the run is about); for each
    search what it starts from; for each evaluation its kind, its seconds since the search began,
    the point, the value and the gradient, arrays as base64 of little-endian float64; and for each
    end of a search, or of a start by its share of the time, when that was. It is only ever appended
    to. A line that was not written to its end is dropped.

    Time counts on from where it stood: a limit of an hour is an hour of work, kills left out. A
    search that its time limit has ended stays ended. Numbers are the same to the last bit only on
    the same kind of processor.

    Args:
        path: the file.
        resume: continue the run in this file; otherwise there must be no such file.
        sync: when lines are forced to the disk, which a power cut calls for and a killed process
            does not: ``"always"`` after each, ``"interval"`` once a second and at the end, or
            ``"never"``.
        after: begin a new file only after so many seconds, so that a shorter run leaves none. A
            run that is killed before has to begin anew.

    Raises:
        ParameterError: `sync` is unknown, `after` is negative, or there is no file to resume.
        OutputError: the file cannot be written, is there already, or is in use.
        FormatError: the file to resume is no journal.
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
        """Force what was written to the disk, if that is wished, and let go of the file."""
        self._file.close()

    def seed(self, rng: RandomLike) -> RandomLike:
        """`rng`; if it is None, the seed of what is resumed, or a fresh one.

        Before `begin` that is the seed of the run, and then that of the next search.
        """
        if rng is not None:
            return rng
        line = self._next if self._begun else self._file.header
        facts = line if isinstance(line, dict) else {}
        recorded = facts.get("search", {}).get("start", {}) or facts.get("subject", {})
        seed = recorded.get("seed")
        return seed if isinstance(seed, int) else secrets.randbelow(2**31)

    def begin(self, subject: Mapping[str, Any]) -> None:
        """Write what the run is about, or compare it with what the journal says.

        Args:
            subject: plain names and values, seed included (`seed_facts`). Of a value that is a
                mapping with a ``digest`` only this is compared. A `Later` is asked for when the
                file is written.

        Raises:
            FormatError: the journal is of another run; the message names the first difference.
        """
        self._begun = True
        header = self._file.header
        if header is None:
            self._announce(
                lambda: {MARK: FORMAT, "versions": versions(), "subject": as_json(subject)}
            )
            return
        mine = {"versions": versions(), "subject": as_json(subject)}
        for part in ("versions", "subject"):
            self._compare(mine[part], header.get(part, {}), "the journal is of another run")
        self._next = self._read()

    def begin_alone(self, subject: Mapping[str, Any] | None = None) -> None:
        """`begin`, unless a larger run that this belongs to has done that."""
        if not self._begun:
            self.begin(subject or {})

    def search(self, start: Mapping[str, Any], limits: Mapping[str, Any]) -> JournaledSearch:
        """The next search of the run: the recorded one, or a new one at the end.

        Args:
            start: all that decides which points are asked for, plain values and float64 arrays.
            limits: of the search; not compared, so that a search may be given more.

        Raises:
            FormatError: the recorded search started otherwise.
        """
        self.begin_alone()
        self._searches += 1
        if self._next is None:
            self._announce(lambda: {"search": {"start": as_json(start), "limits": as_json(limits)}})
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
        """The next line, decoded; None after the last.

        Raises:
            FormatError: it is none that a journal has.
        """
        line = self._file.read()
        if line is not None and not is_search(line) and not is_entry(line):
            raise self._file.damage("this line")
        return line

    def _compare(self, mine: Any, recorded: Any, what: str) -> None:
        difference = first_difference(mine, recorded)
        if difference is not None:
            raise self._file.refusal(f"{what}: {difference}; {REMEDY}")

    def _announce(self, line: Callable[[], Mapping[str, Any]]) -> None:
        self._file.announce(lambda: json.dumps(line(), ensure_ascii=False).encode() + b"\n")


@contextmanager
def opened(
    journal: str | os.PathLike[str] | Journal | None, resume: bool
) -> Iterator[Journal | None]:
    """The journal that was given, or that of the file, which is closed at the end; or None.

    Raises:
        ParameterError: `resume` without a file that could be resumed.
    """
    if journal is None or isinstance(journal, Journal):
        if resume:
            named = "names none" if journal is None else "is open already"
            raise ParameterError(
                f"resume=True goes with the file of a journal, and journal= {named}: "
                "give the file's name"
            )
        yield journal
        return
    with Journal(journal, resume=resume) as log:
        yield log
