"""Market split: bits that solve linear equations as well as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ProblemError
from hybridq.core.numbers import number
from hybridq.problems.instance_data import EquationData, real_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising

_MOST_ROWS = 12  # equations in a picture


def checked_equations(data: EquationData) -> EquationData:
    """Return equations A x = b of finite numbers.

    Raises:
        ProblemError: shapes do not fit, a number is not finite, or nothing is given.
    """
    matrix, sides = real_array("matrix", data.matrix, 2), real_array("sides", data.sides, 1)
    if len(matrix) != len(sides) or not matrix.size:
        raise ProblemError(
            f"equations need a matrix of one row for each side, got shape {matrix.shape} and "
            f"{len(sides)} sides"
        )
    with np.errstate(over="ignore"):
        largest = ((np.abs(matrix).sum(axis=1) + np.abs(sides)) ** 2).sum()
    if not np.isfinite(largest):
        raise ProblemError("the numbers are too large to be squared: scale them down")
    return EquationData(matrix, sides)


def squared_residual(data: EquationData) -> Ising:
    """Return ‖A x − b‖² as an energy of spins, x = (1 − s) / 2.

    With A x − b = c − A s / 2 and c = A 1 / 2 − b the coefficients need no squares of bits.
    """
    from hybridq.operators.ising import Ising

    half = data.matrix / 2.0
    shift = half.sum(axis=1) - data.sides
    gram = half.T @ half
    first, second = np.triu_indices(len(gram), k=1)
    return Ising(
        len(gram),
        float(shift @ shift + np.trace(gram)),
        -2.0 * (shift @ half),
        np.stack([first, second], axis=1),
        2.0 * gram[first, second],
    )


def residuals(data: EquationData, rows: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return A x − b at each row of bits, shape (k, equations)."""
    found: NDArray[np.float64] = rows.astype(np.float64) @ data.matrix.T - data.sides
    return found


def left_sides(data: EquationData, row: NDArray[Any]) -> tuple[str, ...]:
    """Return the left side of each equation next to its right side, as text."""
    left = data.matrix @ row
    return tuple(
        f"{number(float(a))} of {number(float(b))}" for a, b in zip(left, data.sides, strict=True)
    )


def draw_equations(ax: Axes, data: EquationData, row: NDArray[Any]) -> None:
    """Draw the chosen coefficients of each equation as a stack up to its side."""
    from hybridq.plots.bins import plot_bins

    chosen = np.flatnonzero(row).tolist()
    shown = range(min(len(data.sides), _MOST_ROWS))
    stacks = {
        f"equation {r + 1}": [(f"x{i}", float(data.matrix[r, i])) for i in chosen] for r in shown
    }
    sides = data.sides[: len(shown)].tolist()
    plot_bins(
        ax, stacks, sides, title="The chosen columns", ylabel="sum", limit="right-hand side",
        exact=True,
    )  # fmt: skip
