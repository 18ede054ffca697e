"""The contract of an optimizer: a frozen configuration that runs on a driver."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.arrays import Vector
from hybridq.core.checks import checked_count, is_finite, is_real
from hybridq.core.configured import Configured
from hybridq.core.errors import ParameterError
from hybridq.core.limits import MOST_COUNT
from hybridq.optimizers.capabilities import Capability, member
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    import numpy as np

    from hybridq.optimizers.driver import Driver


PERMISSION = {"permission": True}
"""Metadata of a field that grants a permission and does not change the points of a search.

Journals do not record such a field, and configs and stored trials cannot set it.
"""


@dataclass(frozen=True)
class Outcome:
    """Outcome of a method that ended by itself, without a limit of the driver.

    Attributes:
        converged: True if its own convergence test passed.
        message: further information without a full stop; needed if the method gave up.
        reason: the fact that ended it; by default `Reason.CONVERGED` or `Reason.GAVE_UP`.
    """

    converged: bool
    message: str = ""
    reason: Reason | None = None


@dataclass(frozen=True)
class Optimizer(Configured, ABC):
    """A configured optimizer; its fields are its options.

    To add one: write such a class in a file of its own and name it in `registry.py`.

    Class attributes:
        name: the name in `OPTIMIZERS`, which messages use.
        summary: one line that says when to choose it.
        cost: evaluations per iteration for n parameters, in a few words.
        most_evaluations: in one solve by default; fewer for methods that take long between two.
        source: the paper, or the library with the paper.
        uses_gradient: calls ``value_and_gradient`` if the objective has it.
        needs: members of the objective that it requires; see `missing`.
        takes_bounds: can keep to bounds.
        needs_bounds: cannot run without finite bounds.
        matrices: number of n × n arrays that it holds at once; see `memory_needed`.
        joint_starts: uses all rows of x0 in one search instead of one search per row.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    cost: ClassVar[str]
    most_evaluations: ClassVar[int] = 2_000
    source: ClassVar[str] = ""
    needs: ClassVar[tuple[Capability, ...]] = ()
    uses_gradient: ClassVar[bool] = False
    takes_bounds: ClassVar[bool] = True
    needs_bounds: ClassVar[bool] = False
    matrices: ClassVar[int] = 0
    joint_starts: ClassVar[bool] = False

    @abstractmethod
    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """Search until converged, calling the driver for every evaluation.

        The driver holds the results; only the outcome is returned. The driver ends a search early
        by raising `Stop`, which must not be caught.

        Args:
            driver: evaluates, counts and records.
            x0: the start, shape (n,); with `joint_starts` all of them, shape (k, n).
            bounds: None, or lower and upper bounds, shape (n, 2).
            rng: the only source of randomness.
        """

    @property
    def is_shared(self) -> bool:
        """True if other processes take part in the search."""
        return False

    @property
    def repeatable(self) -> bool:
        """True if the same seed gives the same search, as resuming a journal requires."""
        return not self.is_shared

    def prepare(self) -> None:
        """Raise `MissingExtraError` before any work if an optional package is absent."""

    def missing(self, objective: object) -> list[Capability]:
        """Return the members of `needs` that the objective does not have."""
        return [need for need in self.needs if member(objective, need) is None]

    def memory_needed(self, dimension: int) -> int:
        """Return the approximate bytes that the method holds for `dimension` parameters."""
        return 8 * self.matrices * dimension**2

    def default_budget(self, dimension: int) -> int:
        """Return the evaluations of one start without a limit: 1000 (n + 1)."""
        return 1000 * (dimension + 1)

    @classmethod
    def option_names(cls) -> list[str]:
        """Return the names of all options."""
        return [field.name for field in fields(cls)]

    @classmethod
    def condition_names(cls) -> list[str]:
        """Return the names of the options that change the points of a search."""
        return [field.name for field in fields(cls) if not field.metadata.get("permission")]

    def options(self) -> dict[str, Any]:
        """Return all options by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def changed_options(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, safe to be shown."""
        defaults = {field.name: field.default for field in fields(self)}
        values = self.options()
        return {name: value for name, value in values.items() if value != defaults[name]}

    def _require_positive(self, *names: str) -> None:
        """Raise for options that are not positive numbers; None passes."""
        for name in names:
            value = getattr(self, name)
            if value is None:
                continue
            if not is_finite(value) or value <= 0:
                raise ParameterError(argument=name, value=value, expected="a positive number")

    def _require_within(self, name: str, low: float, high: float) -> None:
        """Raise for an option that is not above `low` and at most `high`."""
        value = getattr(self, name)
        if not is_real(value) or not low < value <= high:
            expected = f"a number above {low:g} and at most {high:g}"
            raise ParameterError(argument=name, value=value, expected=expected)

    def _require_flag(self, *names: str) -> None:
        """Raise for options that are neither True nor False."""
        for name in names:
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise ParameterError(argument=name, value=value, expected="True or False")

    def _require_count(self, name: str, at_least: int = 1) -> None:
        """Raise for an option that is not an integer from `at_least` to `MOST_COUNT`."""
        checked_count(name, getattr(self, name), at_least, MOST_COUNT)

    def _require_choice(self, name: str, choices: tuple[str, ...]) -> None:
        """Raise for an option that is not one of `choices`."""
        value = getattr(self, name)
        if value not in choices:
            expected = f"one of {', '.join(map(repr, choices))}"
            raise ParameterError(argument=name, value=value, expected=expected)


class FiniteDifferences(Optimizer):
    """Base of optimizers that do without a gradient if given `difference_step`."""

    difference_step: float | None

    def missing(self, objective: object) -> list[Capability]:
        """See `Optimizer.missing`."""
        lacking = super().missing(objective)
        if self.difference_step is not None:
            lacking = [need for need in lacking if need is not Capability.GRADIENT]
        return lacking
