"""One search in a journal: replay of recorded evaluations, record of new ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.checks import is_real
from hybridq.core.errors import FormatError
from hybridq.storage.journal_facts import bits, decoded, encoded

if TYPE_CHECKING:
    from hybridq.storage.journal import Journal

REMEDY = "resume with the original arguments, or name another file to start again"


class Answer(NamedTuple):
    """A recorded evaluation: number, array (float64, flat), seconds at its end."""

    value: float
    array: Vector | None
    seconds: float


class JournaledSearch:
    """One search in a journal: replays recorded evaluations, records new ones.

    For each evaluation the caller first calls `recall`; if that returns None, it evaluates and
    passes the result to `record`.
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
        self._state: Any = None
        self._evaluations = 0
        self._pending = ("", b"")

    def keep_state(
        self, checkpoint: Callable[[], Any] | None, restore: Callable[[Any], Any] | None
    ) -> None:
        """Record the state that an objective has between evaluations, if any.

        Args:
            checkpoint: returns the state as plain values, such as that of random numbers.
            restore: sets the state.
        """
        self._checkpoint, self._restore = checkpoint, restore

    @property
    def replaying(self) -> bool:
        """True if the journal holds more lines than were read so far."""
        return self._journal._next is not None

    def recall(self, kind: str, x: Vector) -> Answer | None:
        """Return the recorded evaluation of `kind` at `x`, None if there is none.

        Raises:
            FormatError: another evaluation was recorded; the message names the difference.
        """
        point = bits(x)
        line = self._journal._next
        while isinstance(line, list) and line[0] == "end":  # a resumed search may have more
            line = self._journal._next = self._journal._read()
        if line is None:
            self.restore_state()
            self._pending = (kind, point)
            return None
        if not isinstance(line, list) or line[0] != kind or line[2] != encoded(point):
            raise self._disagreement(kind, x, line)
        try:
            _, seconds, _, value, array = line[:5]
            answer = Answer(
                float("nan") if value is None else float(value),
                None if array is None else decoded(array),
                float(seconds),
            )
        except ValueError:
            raise self._file.damage("this evaluation") from None
        self._state = line[5] if len(line) > 5 else None
        rows = {"value": 1, "gradient": 1, "estimate": 1, "shots": 1, "values": len(x)}
        self._evaluations += rows.get(kind, 0)
        self._journal._next = self._journal._read()
        return answer

    def record(self, seconds: float, value: float | None, array: Vector | None = None) -> None:
        """Append the result of the evaluation that was last passed to `recall`.

        Raises:
            OutputError: it cannot be written.
        """
        kind, point = self._pending
        found = None if array is None else bits(array)
        state = "" if self._checkpoint is None else f",{json.dumps(self._checkpoint())}"

        def line() -> bytes:
            number = "null" if value is None else _JSON_NUMBERS.get(text := repr(value), text)
            second = "null" if found is None else f'"{encoded(found)}"'
            parts = f'"{kind}",{seconds:.6f},"{encoded(point)}",{number},{second}{state}'
            return f"[{parts}]\n".encode()

        self._file.append(line, len(point) + len(found or b"") + len(state) + _LINE)

    def out_of_time(self) -> float | None:
        """Return the seconds at which the time limit ended the recorded search here."""
        return self._take("time_limit")

    def record_out_of_time(self, seconds: float) -> None:
        """Record that the time limit ended the search here."""
        self._file.append(lambda: f'["time_limit",{seconds:.6f}]\n'.encode(), _LINE)

    def end(self, seconds: float) -> float:
        """Record the end of the search by itself or by a limit.

        Returns:
            its length in seconds, the recorded one if it exists.
        """
        if self.replaying:
            recorded = self._take("end")
            return seconds if recorded is None else recorded
        self._file.append(lambda: f'["end",{seconds:.6f}]\n'.encode(), _LINE)
        return seconds

    def _take(self, kind: str) -> float | None:
        """Read the next line if it is of this kind; return its seconds."""
        line = self._journal._next
        if not isinstance(line, list) or line[0] != kind:
            return None
        self._journal._next = self._journal._read()
        return float(line[1])

    def restore_state(self) -> None:
        """Restore the objective's state after the last recorded evaluation."""
        if self._state is not None and self._restore is not None:
            self._restore(self._state)
        self._state = None

    def _disagreement(self, kind: str, x: Vector, line: Any) -> FormatError:
        where = f"evaluation {self._evaluations + 1} of search {self._number}"
        if not isinstance(line, list):
            problem = f"this run has {where}, and the search in the journal has ended"
        elif line[0] != kind:
            problem = f"{where} is {_KINDS.get(kind, kind)!r} in this run and "
            problem += f"{_KINDS.get(line[0], line[0])!r} in the journal"
        else:
            try:
                there = decoded(line[2])
            except ValueError:
                return self._file.damage("this evaluation")
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


_LINE = 64  # bytes of a line besides its arrays
_KINDS = {
    "value": "a value",
    "gradient": "a value with gradient",
    "values": "a batch of values",
    "estimate": "a value with its error",
    "shots": "a gradient from chosen shots",
    "metric": "a metric",
    "fidelity": "a fidelity",
}
_JSON_NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def is_search(line: Any) -> bool:
    """Return whether a line holds the starting conditions of a search."""
    facts = line.get("search") if isinstance(line, dict) else None
    return isinstance(facts, dict) and all(
        isinstance(facts.get(part), dict) for part in ("start", "limits")
    )


def is_entry(line: Any) -> bool:
    """Return whether a line is an evaluation or an end, without decoding arrays."""
    if not isinstance(line, list) or len(line) < 2 or not is_real(line[1]):
        return False
    if line[0] in ("end", "time_limit"):
        return len(line) == 2
    return (
        line[0] in tuple(_KINDS)
        and len(line) in (5, 6)
        and isinstance(line[2], str)
        and (line[3] is None or is_real(line[3]))
        and (line[4] is None or isinstance(line[4], str))
    )
