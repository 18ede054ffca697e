"""Running one local method of SciPy on a driver, and reading what it says of its end."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.optimizers.base import Outcome
from hybridq.core.blas import one_blas_thread

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver, Vector

# A line search that finds no lower value has met the rounding of the objective if the gradient is
# this small beside the value, and a wrong or noisy gradient otherwise.
ROUNDING_GRADIENT = 1e-4

LINE_SEARCH_ADVICE = (
    "the line search found no lower value along its gradient: if the objective is noisy, "
    "nelder-mead or cobyla need no gradient"
)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the warnings of SciPy itself; those of the objective pass."""
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
    """SciPy's `OptimizeResult` of one local search.

    Args:
        driver: evaluates; its budget ends the search, so SciPy's own limits should be larger.
        method: SciPy's name of the method.
        x0: the start, shape (n,).
        bounds: None, or shape (n, 2).
        gradient: use the objective's gradient where there is one; otherwise SciPy takes finite
            differences, each of which is an evaluation.
        tolerance: SciPy's `tol`.
        options: SciPy's `options`.
    """
    import scipy.optimize

    minimize: Any = scipy.optimize.minimize  # its stubs want one literal method a call
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
    """Whether a local search ended at a minimum, and in SciPy's words why if it did not."""
    if result.success:
        return Outcome(True)
    message = str(result.message).strip().rstrip(".")
    jacobian = result.get("jac")
    if jacobian is None:
        return Outcome(False, message)
    slope = float(np.abs(jacobian).max())
    if slope <= ROUNDING_GRADIENT * (1.0 + abs(float(result.fun))):
        return Outcome(True, f"no step lowers the value beyond rounding (gradient {slope:.1g})")
    return Outcome(False, f"{message}; {LINE_SEARCH_ADVICE}")


def budget_options(driver: Driver) -> int:
    """A limit for SciPy that is out of reach, because the driver's comes first."""
    return driver.remaining + 10


def first_simplex(x0: Vector, step: float, bounds: Vector | None) -> Vector:
    """Corners of a simplex, shape (n + 1, n): `x0` and a step along each axis.

    A step turns round where it would leave the bounds, and shrinks where neither way has room.
    """
    steps = np.full(len(x0), float(step))
    if bounds is not None:
        up, down = bounds[:, 1] - x0, x0 - bounds[:, 0]
        steps = np.where(
            up >= step, step, np.where(down >= step, -step, np.where(up >= down, up, -down))
        )
    return np.vstack([x0, x0 + np.diag(steps)])
