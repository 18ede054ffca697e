"""Run one local method of SciPy on a driver, and convert its result."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.blas import one_blas_thread
from hybridq.optimizers.base import Outcome
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

# If a line search finds no lower value, the cause is rounding of the objective if the gradient is
# this small relative to the value, and a wrong or noisy gradient otherwise.
ROUNDING_GRADIENT = 1e-4

LINE_SEARCH_ADVICE = (
    "the line search found no lower value along its gradient: if the objective is noisy, "
    "nelder-mead or cobyla need no gradient"
)


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings of SciPy within the block; those of the objective pass."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"scipy\.|hybridq\.optimizers\.")
        yield


def run_scipy(
    driver: Driver,
    method: str,
    x0: Vector,
    bounds: Vector | None,
    *,
    gradient: bool = False,
    tolerance: float | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """Return SciPy's `OptimizeResult` of one local search.

    Args:
        driver: evaluates; its budget ends the search, so SciPy's own limits should be larger.
        method: SciPy's name of the method.
        x0: the start, shape (n,).
        bounds: None, or shape (n, 2).
        gradient: use the objective's gradient if it has one; otherwise SciPy takes finite
            differences, each of which is an evaluation.
        tolerance: SciPy's `tol`.
        options: SciPy's `options`.
    """
    import scipy.optimize

    minimize: Any = scipy.optimize.minimize  # its stubs want a literal method name
    box = None
    if bounds is not None:
        box = scipy.optimize.Bounds(
            bounds[:, 0], bounds[:, 1], keep_feasible=method == "trust-constr"
        )
    exact = gradient and driver.has_gradient
    function: Callable[[Vector], Any] = driver.value_and_gradient if exact else driver.value
    keywords: dict[str, Any] = {"jac": True} if exact else {}
    with quiet(), one_blas_thread():
        return minimize(
            function, x0, method=method, bounds=box, tol=tolerance, options=options, **keywords
        )


def outcome_of(result: Any) -> Outcome:
    """Return the outcome of a local search, with SciPy's message if it failed."""
    if result.success:
        return Outcome(True)
    message = str(result.message).strip().rstrip(".")
    # `jac` of trust-constr is the list of its constraints' Jacobians.
    gradient = result.get("grad", result.get("jac"))
    if gradient is None:
        return Outcome(False, message)
    slope = float(np.abs(gradient).max())
    if slope <= ROUNDING_GRADIENT * (1.0 + abs(float(result.fun))):
        message = f"no step lowers the value beyond rounding (gradient {slope:.1g})"
        return Outcome(True, message, Reason.ROUNDING)
    return Outcome(False, f"{message}; {LINE_SEARCH_ADVICE}", Reason.LINE_SEARCH)


def budget_options(driver: Driver) -> int:
    """Return a limit for SciPy beyond the driver's, which ends the search first."""
    return driver.remaining + 10


def first_simplex(x0: Vector, step: float, bounds: Vector | None) -> Vector:
    """Return the corners of a simplex at `x0`, shape (n + 1, n).

    The corners are `x0` and a step along each axis. A step that would leave the bounds is
    reversed, and shortened if it would leave them in both directions.
    """
    steps = np.full(len(x0), float(step))
    if bounds is not None:
        up, down = bounds[:, 1] - x0, x0 - bounds[:, 0]
        steps = np.where(
            up >= step, step, np.where(down >= step, -step, np.where(up >= down, up, -down))
        )
    return np.vstack([x0, x0 + np.diag(steps)])
