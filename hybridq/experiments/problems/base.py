"""The promise every problem section keeps: one or more instances, each found, named and built."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section

if TYPE_CHECKING:
    from hybridq.problems.base import Problem


class ProblemSection(Section, ABC):
    """What a config says of its problem; a subclass adds ``kind`` and the facts of its family.

    Class attributes:
        over_bits: whether answers are bits, so that a trial has a ratio.
        summary: one line for tables and the schema.
    """

    over_bits: ClassVar[bool]
    summary: ClassVar[str]

    @property
    def qubits(self) -> int | None:
        """How many the instance needs; None where only the instance itself tells."""
        return None

    def expand(self, base: Path) -> list[Self]:
        """One section for each instance that this one stands for.

        Args:
            base: the folder that paths are relative to, the config's own.

        Raises:
            HybridqError: a file is missing or a pattern matches none.
        """
        return [self]

    def resolved(self) -> Plain:
        """The section as plain values, defaults filled in; what a trial keeps as its condition."""
        plain = self.model_dump(mode="json", exclude_none=True, exclude={"instances"})
        return {"kind": plain.pop("kind"), **plain}

    def facts(self, base: Path, seed: int) -> Plain:
        """What decides the instance: a file's content and not its path, the seed of a draw.

        Args:
            base: the folder that paths are relative to.
            seed: of the experiment.
        """
        return self.resolved()

    def contents(self, base: Path) -> dict[str, tuple[str, bytes]]:
        """The files that the instance is made of: name and bytes by SHA-256."""
        return {}

    @abstractmethod
    def check(self, base: Path) -> None:
        """Nothing, if the instance can be built and simulated as far as can be told beforehand.

        Args:
            base: the folder that paths are relative to.

        Raises:
            HybridqError: it cannot; the message says why.
        """

    @abstractmethod
    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """The instance.

        Args:
            base: the folder that paths are relative to.
            seed: of the experiment.
            contents: files' bytes by SHA-256, which come before the files themselves.

        Raises:
            HybridqError: it cannot be built; the message says why.
        """
