"""Base class of problem sections: one or more instances, located and built."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section

if TYPE_CHECKING:
    from hybridq.problems.base import Problem


class ProblemSection(Section, ABC):
    """The problem in a config; a subclass adds ``kind`` and the keys of its family.

    Class attributes:
        family: the problem family of the instances.
        over_bits: whether answers are bits, so that a trial has a ratio.
        may_be_diagonal: whether the Hamiltonian can be diagonal; over bits it is.
        summary: one line for tables and the schema.
    """

    family: ClassVar[type[Problem]]
    over_bits: ClassVar[bool]
    may_be_diagonal: ClassVar[bool] = False
    summary: ClassVar[str]

    @property
    def qubits(self) -> int | None:
        """Number of qubits, None if only the built instance determines it."""
        return None

    @property
    def is_calculated(self) -> bool:
        """True if an instance is the result of a long calculation."""
        return False

    def expand(self, base: Path) -> list[Self]:
        """Return one section for each instance of this one.

        Args:
            base: the folder that paths are relative to, that of the config.

        Raises:
            HybridqError: a file is missing or a pattern matches none.
        """
        return [self]

    def resolved(self) -> Plain:
        """Return plain values with defaults filled in, as a trial stores its condition."""
        plain = self.model_dump(mode="json", exclude_none=True, exclude={"instances"})
        return {"kind": plain.pop("kind"), **plain}

    def facts(self, base: Path, seed: int) -> Plain:
        """Return the facts that determine the instance: file content, seed of a draw.

        Args:
            base: the folder that paths are relative to.
            seed: of the experiment.
        """
        return self.resolved()

    def contents(self, base: Path) -> dict[str, tuple[str, bytes]]:
        """Return the files of the instance: name and bytes by SHA-256."""
        return {}

    @abstractmethod
    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """Raise if the instance cannot be built or simulated, as far as is known early.

        Args:
            base: the folder that paths are relative to.
            most: the width of circuits that the engine takes, None without a limit. Families whose
                states lie in a symmetry sector have a limit of their own.

        Raises:
            HybridqError: it cannot; the message gives the reason.
        """

    @abstractmethod
    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """Return the instance.

        Args:
            base: the folder that paths are relative to.
            seed: of the experiment.
            contents: files' bytes by SHA-256, used in preference to the files.

        Raises:
            HybridqError: it cannot be built; the message gives the reason.
        """
