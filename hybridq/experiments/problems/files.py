"""Instances in files: located by name or pattern, identified by content."""

from __future__ import annotations

import glob
import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field

from hybridq.core.errors import FormatError, Setting
from hybridq.core.files import read_bytes
from hybridq.core.limits import LONGEST_PATH, MOST_FILES
from hybridq.experiments.content import checked_digest
from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.problems.limits import (
    MOST_OF_A_SECTOR,
    MOST_OF_A_STATE,
    check_size,
)
from hybridq.experiments.records import Plain
from hybridq.problems.hamiltonian_problem import HamiltonianProblem

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FilePath = Annotated[str, Field(min_length=1)]


class FileSection(ProblemSection):
    """An instance in a file, identified by its content and not its path.

    Class attributes:
        most_qubits: that the engines for such problems take.
    """

    most_qubits: ClassVar[int]

    path: FilePath | None = None
    """The file, or a pattern such as graphs/*.rud for several; relative to the config's folder."""

    sha256: Digest | None = None
    """SHA-256 of the file's content, filled in; if given, other content is rejected."""

    def expand(self, base: Path) -> list[Self]:
        """See `ProblemSection.expand`: one section per file of a pattern, by name."""
        if self.path is None:
            return [self]
        return [self._of_file(name, base) for name in _found(self.path, base)]

    def _of_file(self, name: str, base: Path) -> Self:
        data, source = read_bytes(base / name)
        digest = checked_digest(data, self.sha256, source)
        return self.model_copy(update={"path": name, "sha256": digest})

    def facts(self, base: Path, seed: int) -> Plain:
        """See `ProblemSection.facts`: the content's digest in place of the path."""
        known = self if self.path is None or self.sha256 is not None else self.expand(base)[0]
        return {name: value for name, value in known.resolved().items() if name != "path"}

    def contents(self, base: Path) -> dict[str, tuple[str, bytes]]:
        """See `ProblemSection.contents`."""
        if self.path is None:
            return {}
        data, _ = read_bytes(base / self.path)
        return {hashlib.sha256(data).hexdigest(): (Path(self.path).name, data)}

    def limit(self, most: int | None) -> int | None:
        """Return the most qubits of an instance, for an engine that takes `most`."""
        return self.most_qubits

    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """See `ProblemSection.check`: the file is read."""
        assert self.path is not None
        check_size(self.read(*read_bytes(base / self.path)), self.limit(most), self.path)

    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """See `ProblemSection.build`."""
        assert self.path is not None
        data = contents.get(self.sha256 or "")
        if data is not None:
            return self.read(data, self.path)
        if not (base / self.path).exists():
            raise FormatError(
                f"file not found in {base.resolve()}, and too large for the storage",
                remedy=("give its folder as ", Setting("base")),
                source=self.path,
            )
        data, source = read_bytes(base / self.path)
        checked_digest(data, self.sha256, source)
        return self.read(data, source)

    @abstractmethod
    def read(self, data: bytes, source: str) -> Problem:
        """Return the problem in a file's content.

        Args:
            data: the content.
            source: the file's name.
        """


def _found(path: str, base: Path) -> list[str]:
    """Return the names of the files that match a name or a pattern, sorted."""
    if len(path) > LONGEST_PATH:
        raise FormatError(f"a path has at most {LONGEST_PATH:,} letters", source=path[:40])
    if (base / path).is_file() or not glob.has_magic(path):
        return [path]
    parts = Path(path).parts
    magic = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    if ".." in parts[magic:]:
        raise FormatError("a pattern has no .. after a wildcard: write the folder", source=path)
    matches = glob.iglob(path, root_dir=base, recursive=True)
    found = sorted(islice((name for name in matches if (base / name).is_file()), MOST_FILES + 1))
    if len(found) > MOST_FILES:
        raise FormatError(
            f"more than {MOST_FILES:,} files match this pattern: give a narrower one", source=path
        )
    if not found:
        raise FormatError(
            f"no file in {base} matches this pattern: check the folder and the suffix",
            source=path,
        )
    return found


class HamiltonianFile(FileSection):
    """The ground state of the Hamiltonian in a file, or of all that a pattern matches."""

    family: ClassVar[type[Problem]] = HamiltonianProblem
    over_bits: ClassVar[bool] = False
    may_be_diagonal: ClassVar[bool] = True
    most_qubits: ClassVar[int] = MOST_OF_A_SECTOR
    summary: ClassVar[str] = "a Pauli sum in a file, or many by a pattern"

    kind: Literal["hamiltonian"] = "hamiltonian"

    path: FilePath
    """The file, or a pattern such as sums/*.json for several; relative to the config's folder."""

    def read(self, data: bytes, source: str) -> Problem:
        """See `FileSection.read`."""
        return HamiltonianProblem.from_bytes(data, source=source)


FILES: tuple[type[ProblemSection], ...] = (HamiltonianFile,)
