"""The file of an ADAPT run: what was grown so far, so that a run can be killed and resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hybridq.errors import FormatError
from hybridq.files import check_writable, write_text
from hybridq.result import Iteration, plain

FORMAT = "hybridq-adapt-1"


class AdaptFile:
    """A JSON-lines file: what the run is about, then one line an iteration.

    It is written anew after each iteration, whole or not at all. Floating-point numbers are written
    so that they are read back to the last bit: a resumed run is the run that was not killed.

    Args:
        path: where it is, or will be; the folder has to exist.
        subject: what the run is about, in plain names and values. A file of another subject is
            refused.

    Raises:
        OutputError: nothing can be written there.
    """

    def __init__(self, path: str | os.PathLike[str], subject: Mapping[str, Any]) -> None:
        self.path = check_writable(path)
        self._subject = {"format": FORMAT, **plain(dict(subject))}
        self._lines = [json.dumps(self._subject)]

    def load(self) -> tuple[list[Iteration], list[float]]:
        """The iterations that are there already, and the energy of each evaluation in them.

        Raises:
            FormatError: the file is no such file, or its run was about something else.
        """
        if not self.path.exists() or self.path.stat().st_size == 0:
            return [], []
        lines = Path(self.path).read_text(encoding="utf-8").splitlines()
        self._check_subject(self._parsed(lines[0], 1))
        iterations: list[Iteration] = []
        energies: list[float] = []
        for number, line in enumerate(lines[1:], start=2):
            entry = self._parsed(line, number)
            try:
                energies += [float(energy) for energy in entry.pop("energies")]
                parameters = np.array(entry.pop("parameters"), dtype=np.float64)
                iterations.append(Iteration(parameters=parameters, **entry))
            except (KeyError, TypeError, ValueError) as error:
                raise self._refusal(f"an iteration is not whole ({error})", number) from None
            if parameters.shape != (len(iterations),):
                raise self._refusal(
                    f"{parameters.size} parameters in iteration {len(iterations)}", number
                )
        self._lines = lines
        return iterations, energies

    def append(self, iteration: Iteration, energies: list[float]) -> None:
        """Store one more iteration and the energies of its evaluations.

        Raises:
            OutputError: the file cannot be written.
        """
        entry = {**asdict(iteration), "energies": energies}
        self._lines.append(json.dumps(plain(entry), ensure_ascii=False))
        write_text(self.path, "\n".join(self._lines) + "\n")

    def _parsed(self, line: str, number: int) -> dict[str, Any]:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise self._refusal(f"not JSON ({error.msg})", number) from None
        if not isinstance(entry, dict):
            raise self._refusal("not a JSON object", number)
        return entry

    def _check_subject(self, found: dict[str, Any]) -> None:
        for name, mine in json.loads(json.dumps(self._subject)).items():
            if found.get(name) != mine:
                raise self._refusal(
                    f"this run has {name}={mine!r} and the file {found.get(name)!r}", 1
                )

    def _refusal(self, message: str, line: int) -> FormatError:
        remedy = "name another file, or delete this one to start anew"
        return FormatError(f"{message}: {remedy}", source=str(self.path), line=line)
