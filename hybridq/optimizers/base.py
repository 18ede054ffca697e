"""The promise every optimizer keeps: a frozen configuration that can run on a driver."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.checks import is_real, is_whole
from hybridq.core.errors import ParameterError
from hybridq.core.limits import MOST_COUNT

if TYPE_CHECKING:
    import numpy as np

    from hybridq.optimizers.driver import Driver, Vector


PERMISSION = {"permission": True}
"""Metadata of a field that allows something and does not decide which points a search asks for:
journals do not keep it, and configs and stored trials cannot set it."""


@dataclass(frozen=True)
class Outcome:
    """How a method ended by itself, without a limit of the driver.

    Attributes:
        converged: whether its own convergence test was met.
        message: what else there is to say, without a full stop; needed where it gave up.
    """

    converged: bool
    message: str = ""


@dataclass(frozen=True)
class Optimizer(ABC):
    """A configured optimizer; its fields are the options that `minimize` takes for it.

    To add one: write such a class in a file of its own and name it in `registry.py`.

    Class attributes:
        name: the plain name that messages use.
        summary: one line that says when to choose it.
        cost: evaluations an iteration, for n parameters, in a few words.
        uses_gradient: calls ``value_and_gradient`` where the objective has it.
        needs: attributes of the objective that it cannot do without; see `missing`.
        takes_bounds: can keep to bounds.
        needs_bounds: cannot run without finite bounds.
        matrices: n × n arrays that it holds at once, for n parameters; see `memory_needed`.
        joint_starts: uses all rows of x0 in one search instead of one search a row.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    cost: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
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

        What is worth keeping is in the driver; only the reason for ending is returned. The
        driver ends a search early by raising `Stop`, which must pass through.

        Args:
            driver: evaluates, counts and remembers.
            x0: the start, shape (n,); with `joint_starts` all of them, shape (k, n).
            bounds: None, or lower and upper bounds, shape (n, 2).
            rng: the only source of randomness.
        """

    @property
    def repeatable(self) -> bool:
        """Whether the same seed gives the same search, which resuming from a journal relies on."""
        return True

    def prepare(self) -> None:  # noqa: B027
        """Raise `MissingExtraError` before any work if an optional package is absent."""

    def missing(self, objective: object) -> list[str]:
        """Which of `needs` the objective does not have."""
        return [name for name in self.needs if getattr(objective, name, None) is None]

    def memory_needed(self, dimension: int) -> int:
        """Return the bytes that the method itself holds for `dimension` parameters, about."""
        return 8 * self.matrices * dimension**2

    def default_budget(self, dimension: int) -> int:
        """Evaluations of one start when the caller sets no limit: 1000 (n + 1)."""
        return 1000 * (dimension + 1)

    @classmethod
    def option_names(cls) -> list[str]:
        """The names of all options."""
        return [field.name for field in fields(cls)]

    @classmethod
    def condition_names(cls) -> list[str]:
        """The names of the options that decide which points a search asks for."""
        return [field.name for field in fields(cls) if not field.metadata.get("permission")]

    def changed_options(self) -> dict[str, Any]:
        """The options that are not at their defaults, as plain values that may be shown."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {name: value for name, (value, default) in values.items() if value != default}

    def _require_positive(self, *names: str) -> None:
        """Refuse options that are not positive numbers; None is left alone."""
        for name in names:
            value = getattr(self, name)
            if value is None:
                continue
            if not is_real(value) or not math.isfinite(value) or value <= 0:
                raise ParameterError(f"{self.name}: {name}={value!r} must be a positive number")

    def _require_within(self, name: str, low: float, high: float) -> None:
        """Refuse an option that is not above `low` and at most `high`."""
        self._require_positive(name)
        if not low < getattr(self, name) <= high:
            raise ParameterError(
                f"{self.name}: {name}={getattr(self, name)!r} "
                f"must be above {low:g} and at most {high:g}"
            )

    def _require_count(self, name: str, at_least: int = 1) -> None:
        """Refuse an option that is not a whole number from `at_least` to `MOST_COUNT`."""
        value = getattr(self, name)
        if not is_whole(value) or value < at_least:
            raise ParameterError(
                f"{self.name}: {name}={value!r} must be a whole number of at least {at_least}"
            )
        if value > MOST_COUNT:
            raise ParameterError(
                f"{self.name}: {name}={value!r} must be a whole number of at most {MOST_COUNT:,}"
            )
