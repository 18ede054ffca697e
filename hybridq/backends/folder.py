"""Executions as files in a folder, for any service or by hand."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from zlib import crc32

import numpy as np

from hybridq.backends.base import (
    Backend,
    BackendError,
    Bits,
    Capabilities,
    Compilation,
    Connection,
    Execution,
    Status,
)
from hybridq.backends.compiled import as_written
from hybridq.backends.counts import bits_of_counts
from hybridq.circuits.qasm.write import DIALECTS
from hybridq.core.checks import checked_count
from hybridq.core.errors import FormatError, OutputError, ParameterError
from hybridq.core.files import read_bytes, write_text

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

MANIFEST, COUNTS, CANCELLED = "manifest.json", "counts.json", "CANCELLED"
_PLAIN = re.compile(r"[\w-]+")
ORDERS = ("qubit0-first", "qubit0-last")
_READ_ME = (
    "run each circuit with its shots, then write counts.json here: a list with one object of "
    'counts for each execution, in their order, such as [{"0110": 12, "1001": 8}]'
)


@dataclass(frozen=True, kw_only=True)
class Folder(Backend):
    """A folder in which circuits wait for their counts.

    Each batch is a folder ``PATH/TAG`` with one OpenQASM 3 program an execution and
    ``manifest.json``. Results are read from ``counts.json`` in it: a list with an object of counts
    for each execution, in the order of the manifest.

    Args:
        path: the folder, created where there is none.
        order: which qubit comes first in the bitstrings of counts, qubit0-first or qubit0-last.
        dialect: gate names of the programs, stdgates or braket.
        qubits: width of the machine behind it; None without a limit.
        most_shots: of an execution; None without a limit.

    Raises:
        ParameterError: another order or dialect, or a number that is not accepted.
    """

    name: ClassVar[str] = "folder"
    summary: ClassVar[str] = "OpenQASM 3 files in a folder, for any service; reads counts from it."
    target: ClassVar[str] = "path"

    path: str = field(default="hybridq-jobs", kw_only=False)
    order: str = "qubit0-first"
    dialect: str = "stdgates"
    qubits: int | None = None
    most_shots: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "path", os.fspath(self.path))
        for name, known in (("order", ORDERS), ("dialect", DIALECTS)):
            if getattr(self, name) not in known:
                raise ParameterError(
                    argument=name, value=getattr(self, name), expected=" or ".join(known)
                )
        for name in ("qubits", "most_shots"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_count(name, getattr(self, name)))

    @property
    def title(self) -> str:
        """The name and the folder."""
        return f"{self.name}:{self.path}"

    @property
    def spec(self) -> dict[str, Any]:
        """Name and options, with the whole path of the folder."""
        return {**super().spec, "path": str(Path(self.path).resolve())}

    @property
    def identity(self) -> str:
        """Text of the machine; the order in which its counts are read does not matter."""
        return super(Folder, replace(self, order=ORDERS[0])).identity

    def connect(self) -> Connection:
        """Return a connection to the folder."""
        return FolderConnection(self)


class FolderConnection(Connection):
    """Writes programs and reads counts.

    Args:
        backend: its configuration.
    """

    def __init__(self, backend: Folder) -> None:
        self._backend = backend
        self._path = Path(backend.path)

    @property
    def capabilities(self) -> Capabilities:
        """Limits of the options; results come by hand."""
        backend = self._backend
        return Capabilities(
            backend.qubits, most_shots=backend.most_shots, price=backend.price, waits=False
        )

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as it is written, without an estimate of errors."""
        written = as_written(circuit)
        return Compilation(written.depth, written.two_qubit_gates, layout=written.layout)

    def submit(self, executions: Sequence[Execution], tag: str) -> str:
        """Write a folder with all files at once; its name is the tag.

        Raises:
            OutputError: it cannot be written.
        """
        hidden = self._path / f".{tag}.tmp"
        try:
            if hidden.exists():  # of a submission that was interrupted
                shutil.rmtree(hidden)
            hidden.mkdir(parents=True)
            listed = [self._write(hidden, number, each) for number, each in enumerate(executions)]
            manifest = {
                "format": "hybridq-executions",
                "version": 1,
                "tag": tag,
                "read_me": _READ_ME,
                "bit_order": f"{self._backend.order}: qubit i is measured into bit i of c",
                "executions": listed,
            }
            write_text(hidden / MANIFEST, json.dumps(manifest, indent=2) + "\n")
            hidden.rename(self._path / tag)
        except OSError as error:
            raise OutputError(
                f"the folder {self._path} cannot be written: {error.strerror or error}"
            ) from None
        return tag

    def _write(self, folder: Path, number: int, execution: Execution) -> dict[str, Any]:
        bound = execution.circuit.bind(execution.values)
        file = f"circuit-{number}.qasm"
        program = bound.to_qasm(3, dialect=self._backend.dialect, measure=True)
        write_text(folder / file, program)
        return {
            "file": file,
            "shots": execution.shots,
            "n_qubits": execution.n_qubits,
            "content": execution.content,
        }

    def status(self, job: str) -> Status:
        """Return whether there are counts."""
        if not self.find(job):
            return Status.UNKNOWN
        folder = self._path / job
        if (folder / CANCELLED).exists():
            return Status.CANCELLED
        return Status.DONE if (folder / COUNTS).is_file() else Status.WAITING

    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        """Return the bits of the counts, shuffled.

        Raises:
            FormatError: the counts are not JSON, or have another form; the file can be corrected.
        """
        file = self._path / job / COUNTS
        data, source = read_bytes(file)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"it is not JSON: {error}", source=source) from None
        if isinstance(found, Mapping) and len(shapes) == 1:
            found = [found]
        if not isinstance(found, list) or len(found) != len(shapes):
            raise FormatError(
                f"a list of {len(shapes)} objects of counts is expected, one for each execution",
                source=source,
            )
        last_first = self._backend.order == "qubit0-last"
        bits = []
        checksum = crc32(data)
        for number, (counts, shape) in enumerate(zip(found, shapes, strict=True)):
            if not isinstance(counts, Mapping):
                raise FormatError(f"entry {number} must be an object of counts", source=source)
            try:
                rng = np.random.default_rng([checksum, number])
                bits.append(bits_of_counts(counts, shape, rng, last_first=last_first))
            except BackendError as error:
                raise FormatError(f"entry {number}: {error}", source=source) from None
        return bits

    def awaited(self, jobs: Sequence[str]) -> str:
        """Return the file that says what to run and how to answer."""
        return f"see {self._path / jobs[0] / MANIFEST}, and "

    def corrected(self, jobs: Sequence[str]) -> str:
        """Return which file to correct, or which option."""
        other = next(each for each in ORDERS if each != self._backend.order)
        return (
            f"correct {self._path / jobs[0] / COUNTS}, or give the backend the option order={other}"
        )

    def cancel(self, job: str) -> None:
        """Mark a batch as cancelled."""
        if self.find(job):
            write_text(self._path / job / CANCELLED, "")

    def find(self, tag: str) -> list[str]:
        """Return the batch of a tag, if its folder is there."""
        if not _PLAIN.fullmatch(tag):  # from a ledger, which may come from anywhere
            return []
        return [tag] if (self._path / tag / MANIFEST).is_file() else []
