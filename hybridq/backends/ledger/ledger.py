"""The ledger of executions: intents, jobs and bits in one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self

import numpy as np

from hybridq.backends.base import Backend, Bits, Execution, Price
from hybridq.backends.ledger.records import OPEN, Batch, BatchState, Run
from hybridq.backends.ledger.schema import BUSY_SECONDS, IN_MEMORY, opened
from hybridq.core.errors import OutputError

DEFAULT_LEDGER = "hybridq-jobs.db"
"""The ledger of the working folder."""

_USED = (*OPEN, BatchState.DONE)
_BATCH = """
SELECT b.id, tag, machine, title, spec, state, job, count(r.id), coalesce(sum(shots), 0), cost,
       currency, message, intended, ended
FROM batches b LEFT JOIN runs r ON r.batch = b.id
"""


class Ledger:
    """Every execution, written before it is submitted.

    A batch is written as an intent, then submitted, then its job id is written, then its bits.
    After a crash at any moment the backend is asked for the tag of an intent, so that nothing is
    paid twice. Several processes may use one ledger.

    Args:
        path: an SQLite file, created where there is none; ``":memory:"`` keeps nothing.
        now: the clock, seconds since 1970.

    Raises:
        OutputError: the file cannot be opened.
        FormatError: it is not a ledger.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = DEFAULT_LEDGER,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path = os.fspath(path)
        self._now = now
        self._database = opened(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def submitting(self) -> Iterator[None]:
        """Keep other processes from submitting within the block.

        The lock is that of a second file, and ends with the process.

        Raises:
            OutputError: another process has held it for a minute.
        """
        if self.path == IN_MEMORY:
            yield
            return
        lock = sqlite3.connect(f"{self.path}.lock", timeout=BUSY_SECONDS, isolation_level=None)
        try:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise OutputError(
                    f"the ledger {self.path}: another process is submitting ({error}); try again"
                ) from None
            yield
        finally:
            lock.close()

    # -- writing --------------------------------------------------------------------------------

    def intend(
        self,
        backend: Backend,
        machine: str,
        executions: Sequence[Execution],
        tag: str,
        price: Price | None,
    ) -> int:
        """Write a batch that is about to be submitted, and return its number.

        Args:
            backend: where to.
            machine: its identity.
            executions: of the batch.
            tag: the text by which the backend finds it.
            price: of the backend.
        """
        cost = None
        if price is not None:
            cost = price.of(len(executions), sum(each.shots for each in executions))
        with self._writing("intend"):
            cursor = self._database.execute(
                "INSERT INTO batches (tag, machine, title, spec, state, cost, currency, intended) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    tag,
                    machine,
                    backend.title,
                    json.dumps(backend.spec),
                    BatchState.INTENDED,
                    cost,
                    "" if price is None else price.currency,
                    self._now(),
                ),
            )
            batch = int(cursor.lastrowid or 0)
            for position, each in enumerate(executions):
                self._database.execute(
                    "INSERT OR IGNORE INTO circuits VALUES (?, ?, ?)",
                    (each.content, each.program, json.dumps(each.values)),
                )
                self._database.execute(
                    "INSERT INTO runs (batch, position, content, n_qubits, shots) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (batch, position, each.content, each.n_qubits, each.shots),
                )
        return batch

    def submitted(self, batch: int, job: str) -> None:
        """Write the id of the job of a batch."""
        with self._writing("submitted"):
            self._database.execute(
                "UPDATE batches SET state = ?, job = ? WHERE id = ?",
                (BatchState.SUBMITTED, job, batch),
            )

    def store(self, batch: int, bits: Sequence[Bits]) -> None:
        """Write the bits of all executions of a batch, which is done then."""
        with self._writing("store"):
            for position, rows in enumerate(bits):
                packed = zlib.compress(np.packbits(rows, axis=None).tobytes())
                self._database.execute(
                    "UPDATE runs SET bits = ? WHERE batch = ? AND position = ?",
                    (packed, batch, position),
                )
            self._end(batch, BatchState.DONE, "")

    def close_batch(self, batch: int, state: BatchState, message: str = "") -> None:
        """Write that a batch has ended without bits to use."""
        with self._writing("close"):
            self._end(batch, state, message)

    def _end(self, batch: int, state: BatchState, message: str) -> None:
        self._database.execute(
            "UPDATE batches SET state = ?, message = ?, ended = ? WHERE id = ?",
            (state, message, self._now(), batch),
        )

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        """Write within one transaction; `what` names the point for tests that crash there."""
        del what
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise OutputError(f"the ledger {self.path} cannot be written: {error}") from None
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._database.execute("ROLLBACK")

    # -- reading --------------------------------------------------------------------------------

    def batches(
        self, machine: str | None = None, states: Sequence[BatchState] | None = None
    ) -> list[Batch]:
        """Return batches in their order.

        Args:
            machine: of this identity alone; None for all.
            states: in these states alone; None for all.
        """
        conditions, values = [], []
        if machine is not None:
            conditions.append("machine = ?")
            values.append(machine)
        if states is not None:
            conditions.append(f"state IN ({', '.join('?' * len(states))})")
            values += list(states)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._database.execute(f"{_BATCH} {where} GROUP BY b.id ORDER BY b.id", values)
        return [_batch(row) for row in rows.fetchall()]

    def batch(self, number: int) -> Batch | None:
        """Return the batch of a number, None for another one."""
        row = self._database.execute(f"{_BATCH} WHERE b.id = ? GROUP BY b.id", (number,)).fetchone()
        return None if row is None else _batch(row)

    def shapes(self, batch: int) -> list[tuple[int, int]]:
        """Return shots and qubits of each execution of a batch, in their order."""
        rows = self._database.execute(
            "SELECT shots, n_qubits FROM runs WHERE batch = ? ORDER BY position", (batch,)
        )
        return [(int(shots), int(n_qubits)) for shots, n_qubits in rows.fetchall()]

    def runs(self, machine: str, content: str) -> list[Run]:
        """Return executions of a circuit on a machine whose bits are here or may come."""
        rows = self._database.execute(
            "SELECT r.batch, b.state, r.content, r.n_qubits, r.shots FROM runs r "
            "JOIN batches b ON b.id = r.batch "
            f"WHERE b.machine = ? AND r.content = ? AND b.state IN ({', '.join('?' * len(_USED))}) "
            "ORDER BY r.id",
            (machine, content, *_USED),
        )
        return [
            Run(batch, BatchState(state), content, n_qubits, shots)
            for batch, state, content, n_qubits, shots in rows.fetchall()
        ]

    def bits(self, machine: str, content: str) -> Bits | None:
        """Return all measured bits of a circuit on a machine, in the order of their runs.

        None where there are none.
        """
        rows = self._database.execute(
            "SELECT r.bits, r.shots, r.n_qubits FROM runs r JOIN batches b ON b.id = r.batch "
            "WHERE b.machine = ? AND r.content = ? AND b.state = ? ORDER BY r.id",
            (machine, content, BatchState.DONE),
        )
        found = [_unpacked(*row) for row in rows.fetchall()]
        return np.concatenate(found) if found else None

    # -- plans ----------------------------------------------------------------------------------

    def plan(self, question: str, seed: int | None) -> tuple[int | None, dict[str, Any]] | None:
        """Return seed and content of a plan, None where there is none.

        Args:
            question: digest of the question and its settings.
            seed: of the plan; None for the last one that has not been answered.
        """
        wanted = "answered = 0" if seed is None else "seed = ?"
        row = self._database.execute(
            f"SELECT seed, found FROM plans WHERE question = ? AND {wanted} "
            "ORDER BY made DESC, rowid DESC LIMIT 1",
            (question,) if seed is None else (question, seed),
        ).fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def keep_plan(self, question: str, seed: int | None, found: dict[str, Any]) -> None:
        """Write the plan of a question, so that an interrupted run goes the same way."""
        with self._writing("plan"):
            self._database.execute(
                "INSERT INTO plans (question, seed, found, made) VALUES (?, ?, ?, ?)",
                (question, seed, json.dumps(found), self._now()),
            )

    def answered(self, question: str) -> None:
        """Write that the plans of a question have been answered."""
        with self._writing("answered"):
            self._database.execute("UPDATE plans SET answered = 1 WHERE question = ?", (question,))


def _batch(row: tuple[Any, ...]) -> Batch:
    number, tag, machine, title, spec, state, *rest = row
    return Batch(number, tag, machine, title, json.loads(spec), BatchState(state), *rest)


def _unpacked(blob: bytes, shots: int, n_qubits: int) -> Bits:
    flat = np.frombuffer(zlib.decompress(blob), dtype=np.uint8)
    return np.unpackbits(flat, count=shots * n_qubits).reshape(shots, n_qubits)
