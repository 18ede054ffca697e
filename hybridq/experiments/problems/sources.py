"""Sources of instances: generated data for every family that reads it."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section
from hybridq.experiments.seeds import derived


class Source(Section):
    """Generated data, of which several instances may be drawn.

    Class attributes:
        shape: the shape of the data, as in `Problem.reads`.
        summary: one line for tables and the schema.
        short_form_of: the family that the section means where it is the problem itself.
    """

    shape: ClassVar[str]
    summary: ClassVar[str]
    short_form_of: ClassVar[str] = ""

    instances: Annotated[int, Field(ge=1)] = 1
    """Number of instances, each drawn with its own seed."""

    instance: Annotated[int, Field(ge=0)] | None = None
    """One instance by its number, from 0, in place of all."""

    @property
    @abstractmethod
    def order(self) -> int:
        """Number of elements, such as nodes or numbers."""

    @property
    def is_drawn(self) -> bool:
        """True if instances differ."""
        return True

    @abstractmethod
    def data(self, facts: Plain) -> Any:
        """Return the data of one instance.

        Args:
            facts: the facts that determine the instance, with the seed of a draw.
        """

    @abstractmethod
    def title(self) -> str:
        """Return a name of such data, in a few words."""

    def instance_title(self) -> str:
        """Return the name of this instance, with its number where instances differ."""
        return f"{self.title()} #{self.instance or 0}" if self.is_drawn else self.title()

    @model_validator(mode="after")
    def _instances_differ(self) -> Self:
        if self.instance is not None and self.instances > 1:
            raise ValueError(
                f"instance: {self.instance} together with instances: {self.instances}: "
                "give one of them"
            )
        if not self.is_drawn and (self.instances > 1 or self.instance):
            raise ValueError(
                f"nothing of this {self.shape} is drawn, so that all instances are the same: "
                "leave out instances, or draw weights"
            )
        return self

    def expand(self, base: Path) -> list[Self]:
        """Return one section for each number below `instances`."""
        if self.instance is not None or not self.is_drawn:
            return [self]
        return [
            self.model_copy(update={"instances": 1, "instance": number})
            for number in range(self.instances)
        ]

    def resolved(self) -> Plain:
        """Return the section as plain values, defaults filled in."""
        plain = self.model_dump(mode="json", exclude_none=True, exclude={"instances"})
        return {"kind": plain.pop("kind"), **plain}

    def facts(self, base: Path, seed: int) -> Plain:
        """Return the facts that determine the instance, with the seed of a draw."""
        return {**self.resolved(), "seed": seed} if self.is_drawn else self.resolved()

    def check(self, base: Path, most: int | None = None) -> None:
        """Raise if the data cannot be drawn; see `ProblemSection.check`."""


class RandomIntegers(Source):
    """Whole numbers drawn uniformly."""

    shape: ClassVar[str] = "numbers"
    summary: ClassVar[str] = "whole numbers, drawn uniformly from 1 to the largest"

    kind: Literal["random-integers"] = "random-integers"

    count: Annotated[int, Field(ge=2)]
    """Number of numbers."""

    largest: Annotated[int, Field(ge=1, le=2**40)] = 100
    """The largest number."""

    @property
    def order(self) -> int:
        """See `Source.order`."""
        return self.count

    def title(self) -> str:
        """See `Source.title`."""
        return f"{self.count} numbers up to {self.largest}"

    def data(self, facts: Plain) -> list[int]:
        """See `Source.data`."""
        rng = np.random.default_rng(derived("numbers", facts))
        found: list[int] = rng.integers(1, self.largest, self.count, endpoint=True).tolist()
        return found
