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
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.errors import FormatError, ParameterError
from hybridq.optimizers.journal_differences import first_difference
from hybridq.optimizers.journal_facts import as_json, decoded, encoded, versions
from hybridq.optimizers.journal_file import FORMAT, MARK, JournalFile, Sync
from hybridq.randomness import RandomLike

Vector = NDArray[np.float64]

REMEDY = "resume with what it was begun with, or name another file to begin anew"


class Answer(NamedTuple):
    """A recorded evaluation: a number, an array (float64, flat), and when it was finished."""

    value: float
    array: Vector | None
    seconds: float


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

    Raises:
        ParameterError: `sync` is unknown, or there is no file to resume.
        OutputError: the file cannot be written, is there already, or is in use.
        FormatError: the file to resume is no journal.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, resume: bool = False, sync: Sync = "interval"
    ) -> None:
        self._file = JournalFile(path, resume=resume, sync=sync)
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
                mapping with a ``digest`` only this is compared.

        Raises:
            FormatError: the journal is of another run; the message names the first difference.
        """
        mine = {"versions": versions(), "subject": as_json(subject)}
        self._begun = True
        header = self._file.header
        if header is None:
            self._write({MARK: FORMAT, **mine})
            return
        for part in ("versions", "subject"):
            self._compare(mine[part], header.get(part, {}), "the journal is of another run")
        self._next = self._file.read()

    def begin_alone(self) -> None:
        """`begin` for searches that belong to no larger run, unless that was done."""
        if not self._begun:
            self.begin({})

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
        mine = {"start": as_json(start), "limits": dict(limits)}
        if self._next is None:
            self._write({"search": mine})
            return JournaledSearch(self, self._searches, limits, limits)
        recorded = self._next.get("search") if isinstance(self._next, dict) else None
        if recorded is None:
            raise self._file.refusal(
                f"the journal has more evaluations of search {self._searches - 1}, which has "
                f"ended in this run: {REMEDY}"
            )
        what = f"search {self._searches} of the journal started otherwise"
        self._compare(mine["start"], recorded["start"], what)
        self._next = self._file.read()
        return JournaledSearch(self, self._searches, limits, recorded["limits"])

    def _compare(self, mine: Any, recorded: Any, what: str) -> None:
        difference = first_difference(mine, recorded)
        if difference is not None:
            raise self._file.refusal(f"{what}: {difference}; {REMEDY}")

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.append(json.dumps(line, ensure_ascii=False).encode() + b"\n")


class JournaledSearch:
    """One search in a journal: answers what was recorded, then records what is new.

    For each evaluation, `recall` is asked first; where it returns None the caller evaluates and
    hands the outcome to `record`.
    """

    def __init__(
        self,
        journal: Journal,
        number: int,
        limits: Mapping[str, Any],
        recorded_limits: Mapping[str, Any],
    ) -> None:
        self._journal = journal
        self._file = journal._file
        self._number = number
        self._limits, self._recorded_limits = limits, recorded_limits
        self._checkpoint: Callable[[], Any] | None = None
        self._restore: Callable[[Any], Any] | None = None
        self._memory: Any = None
        self._evaluations = 0
        self._asked = ("", "")

    def remembers(self, objective: object) -> None:
        """Keep the memory that `objective` has from one evaluation to the next, if it has one.

        A counter of shots or the state of random numbers: its ``checkpoint()`` returns it as plain
        values, and ``restore(memory)`` sets it.
        """
        self._checkpoint = getattr(objective, "checkpoint", None)
        self._restore = getattr(objective, "restore", None)

    @property
    def replaying(self) -> bool:
        """Whether the journal holds more than was asked for so far."""
        return self._journal._next is not None

    def recall(self, kind: str, x: Vector) -> Answer | None:
        """What was recorded of the evaluation of `kind` at `x`; None if it has to be done.

        Raises:
            FormatError: another evaluation was recorded; the message says where they differ.
        """
        text = encoded(x)
        line = self._journal._next
        while isinstance(line, list) and line[0] == "end":  # and now it may have more evaluations
            line = self._journal._next = self._file.read()
        if line is None:
            self.restore()
            self._asked = (kind, text)
            return None
        if not isinstance(line, list) or line[0] != kind or line[2] != text:
            raise self._disagreement(kind, x, line)
        try:
            _, seconds, _, value, array = line[:5]
            answer = Answer(
                float("nan") if value is None else float(value),
                None if array is None else decoded(array),
                float(seconds),
            )
        except (ValueError, TypeError):
            raise self._file.refusal(
                "this evaluation is damaged: cut the file before it to resume from there"
            ) from None
        self._memory = line[5] if len(line) > 5 else None
        self._evaluations += {"value": 1, "gradient": 1, "values": len(x)}.get(kind, 0)
        self._journal._next = self._file.read()
        return answer

    def record(self, seconds: float, value: float | None, array: Vector | None = None) -> None:
        """Append the outcome of the evaluation that `recall` was asked for last.

        Raises:
            OutputError: it cannot be written.
        """
        kind, x = self._asked
        number = "null" if value is None else _JSON_NUMBERS.get(text := repr(value), text)
        second = "null" if array is None else f'"{encoded(array)}"'
        memory = "" if self._checkpoint is None else f",{json.dumps(self._checkpoint())}"
        line = f'["{kind}",{seconds:.6f},"{x}",{number},{second}{memory}]\n'
        self._file.append(line.encode())

    def out_of_time(self) -> float | None:
        """When the time limit ended the recorded search, if that was here."""
        return self._take("time_limit")

    def record_out_of_time(self, seconds: float) -> None:
        """Append that the time limit ended the search here."""
        self._file.append(f'["time_limit",{seconds:.6f}]\n'.encode())

    def end(self, seconds: float) -> float:
        """Write that the search has ended by itself or by a limit.

        Returns:
            its length in seconds: the recorded one where there is one.
        """
        if self.replaying:
            recorded = self._take("end")
            return seconds if recorded is None else recorded
        self._file.append(f'["end",{seconds:.6f}]\n'.encode())
        return seconds

    def _take(self, kind: str) -> float | None:
        """The seconds of the next line if it is of this kind, which is then read."""
        line = self._journal._next
        if not isinstance(line, list) or line[0] != kind:
            return None
        self._journal._next = self._file.read()
        return float(line[1])

    def restore(self) -> None:
        """Give the objective the memory it had after the last recorded evaluation."""
        if self._memory is not None and self._restore is not None:
            self._restore(self._memory)
        self._memory = None

    def _disagreement(self, kind: str, x: Vector, line: Any) -> FormatError:
        where = f"evaluation {self._evaluations + 1} of search {self._number}"
        if not isinstance(line, list):
            problem = f"this run asks for {where}, and the journal's search has ended"
        elif line[0] != kind:
            problem = f"{where} is {_KINDS.get(kind, kind)!r} in this run and "
            problem += f"{_KINDS.get(line[0], line[0])!r} in the journal"
        else:
            there = decoded(line[2])
            problem = f"{where} is at another point than in the journal"
            if there.size == x.size:
                index = int(np.flatnonzero(x.ravel().view(np.int64) != there.view(np.int64))[0])
                row, column = divmod(index, x.shape[-1])
                batch = f", point {row}" if x.ndim == 2 else ""
                problem += f"{batch}: parameter {column} is {float(x.ravel()[index])!r} here, "
                problem += f"{float(there[index])!r} there"
            else:
                problem += f": {x.shape} numbers here, {there.size} there"
        for name, limit in self._limits.items():
            before = self._recorded_limits.get(name)
            if limit != before:
                problem += f" ({name} was {before} then and is {limit} now)"
        return self._file.refusal(f"{problem}: {REMEDY}")


_KINDS = {"value": "a value", "gradient": "a value with gradient", "values": "a batch of values"}
_JSON_NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


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
