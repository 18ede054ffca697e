"""A function of an objective and a start as an optimizer, as in SciPy and Qiskit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.core.arrays import Vector, as_floats
from hybridq.core.errors import ParameterError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver


RETURNED = "the function given as optimizer returned"


class CountedObjective:
    """The objective as the function sees it: counted, limited and recorded.

    Attributes:
        has_gradient: `value_and_gradient` can be called.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._seen: set[bytes] = set()
        self.has_gradient = driver.has_gradient

    def __call__(self, x: Any) -> float:
        """Return the value at `x`, shape (n,); a large one where it is not finite."""
        return self._driver.value(self._point(x))

    def value_and_gradient(self, x: Any) -> tuple[float, Vector]:
        """Return the value and the gradient at `x`, shape (n,)."""
        return self._driver.value_and_gradient(self._point(x))

    def has_seen(self, x: Vector) -> bool:
        """Return whether `x` was evaluated."""
        return x.tobytes() in self._seen

    def _point(self, x: Any) -> Vector:
        point = _checked(x, self._driver.dimension, "the objective was called with")
        self._seen.add(point.tobytes())
        return point


@dataclass(frozen=True)
class FunctionOptimizer(Optimizer):
    """A function of an objective and a start, such as one that calls another library.

    ``hq.solve(problem, optimizer=lambda f, x0: scipy.optimize.minimize(f, x0, method="COBYLA"))``

    The function is called once for each start. It sees an objective f that counts, records and
    limits its evaluations: at a limit the search ends inside f. Where the objective has a gradient,
    ``f.value_and_gradient(x)`` returns both. For QAOA, γ is in units of the inverse energy of a
    spin. The best point that was evaluated is the result, whatever the function returns. The
    function's own randomness is not seeded: a journal and experiments refuse it.

    Args:
        function: called with f and x0, float64 of shape (n,); returns an object with ``x``, as
            SciPy's, or the point itself.
    """

    name: ClassVar[str] = "function"
    summary: ClassVar[str] = "a function of an objective and a start"
    cost: ClassVar[str] = "of the function"

    function: Callable[[Callable[[Vector], float], Vector], Any]

    @property
    def repeatable(self) -> bool:
        """False: the function may draw random numbers of its own."""
        return False

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        objective = CountedObjective(driver)
        found = self.function(objective, x0.copy())
        x = _checked(_point_of(found), driver.dimension, RETURNED)
        if not np.isfinite(x).all():
            raise _wrong_point(x, driver.dimension, RETURNED)
        if not objective.has_seen(x):
            driver.value(x)
        if _field(found, "success") is False:
            message = str(_field(found, "message") or "").strip().rstrip(".")
            return Outcome(False, message or "it reports no success")
        return Outcome(True, reason=Reason.RETURNED)

    def changed_options(self) -> dict[str, Any]:
        """See `Optimizer.changed_options`; the name of the function."""
        function = self.function
        return {"function": getattr(function, "__qualname__", type(function).__qualname__)}


def _field(found: Any, name: str) -> Any:
    """Return a field of an object or a mapping, None if it has none."""
    value = found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
    return bool(value) if isinstance(value, np.bool_) else value


def _point_of(found: Any) -> Any:
    """Return the point that a function returned, alone or as ``x`` of an object."""
    x = _field(found, "x")
    return found if x is None else x


def _checked(x: Any, n: int, where: str) -> Vector:
    """Return a copy of a point as float64.

    Raises:
        ParameterError: it is not an array of n real numbers.
    """
    try:
        point = np.array(as_floats("optimizer", x))
    except ParameterError:
        raise _wrong_point(x, n, where) from None
    if point.shape != (n,):
        raise _wrong_point(x, n, where)
    return point


def _wrong_point(x: Any, n: int, where: str) -> ParameterError:
    return ParameterError(
        f"{where} {x!r:.80}",
        argument="optimizer",
        remedy=f"give {n} finite numbers as an array of shape ({n},)",
    )
