"""Limits of what a run may spend, checked before anything is submitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybridq.core.checks import checked_count, is_finite
from hybridq.core.errors import HybridqError, ParameterError, Setting
from hybridq.core.numbers import plural

if TYPE_CHECKING:
    from hybridq.backends.base import Execution, Price


class BudgetError(HybridqError):
    """A batch exceeds the budget; nothing of it was submitted."""


@dataclass(frozen=True)
class Budget:
    """Limits of new executions; results that a ledger holds already are free.

    Args:
        max_executions: executions at most; None without a limit.
        max_shots: shots of all executions at most; None without a limit.
        max_cost: their price at most, in the currency of the backend; None without a limit.

    Raises:
        ParameterError: a limit that is negative or no number.
    """

    max_executions: int | None = None
    max_shots: int | None = None
    max_cost: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_executions", "max_shots"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, checked_count(name, value, at_least=0))
        if self.max_cost is not None and not (is_finite(self.max_cost) and self.max_cost >= 0):
            raise ParameterError(argument="max_cost", value=self.max_cost, expected="a number >= 0")

    def left(self, executions: int, shots: int, cost: float | None) -> Budget:
        """Return what is left after some executions."""
        return Budget(
            None if self.max_executions is None else max(self.max_executions - executions, 0),
            None if self.max_shots is None else max(self.max_shots - shots, 0),
            None if self.max_cost is None else max(self.max_cost - (cost or 0.0), 0.0),
        )

    def check(
        self, executions: Sequence[Execution], price: Price | None, title: str
    ) -> float | None:
        """Return the price of new executions, None where it is not known.

        Args:
            executions: all that would be submitted.
            price: of the backend.
            title: its name.

        Raises:
            BudgetError: they exceed a limit, or there is a limit of cost and no price is known.
        """
        return self.check_counts(
            len(executions), sum(each.shots for each in executions), price, title
        )

    def check_counts(self, count: int, shots: int, price: Price | None, title: str) -> float | None:
        """Return the price of so many executions and shots; see `check`.

        Raises:
            BudgetError: as `check`.
        """
        cost = None if price is None else price.of(count, shots)
        need = f"this takes {plural(count, 'execution')} and {shots:,} shots on {title}"
        for name, needed in (("max_executions", count), ("max_shots", shots)):
            limit = getattr(self, name)
            if limit is not None and needed > limit:
                raise _exceeded(need, name, limit)
        if self.max_cost is not None and price is not None and cost is not None:
            if cost > self.max_cost:
                priced = f"{need}, {cost:.6g} {price.currency}"
                raise _exceeded(priced, "max_cost", self.max_cost)
        elif self.max_cost is not None and count:
            raise BudgetError(
                (
                    Setting("max_cost", self.max_cost),
                    f" cannot be held: the price of {title} is not known",
                ),
                argument="max_cost",
                value=self.max_cost,
                remedy="give its options execution_price and shot_price",
            )
        return cost


def _exceeded(need: str, name: str, limit: float) -> BudgetError:
    """Return the error for a limit that is exceeded."""
    return BudgetError(
        (f"{need}: more than ", Setting(name, limit)),
        argument=name,
        value=limit,
        remedy=(
            "raise the limit; nothing was submitted"
            if name == "max_executions"
            else "raise the limit, or take fewer shots; nothing was submitted"
        ),
    )
