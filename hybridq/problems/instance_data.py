"""Data of problem instances as formats read them, one class for each shape.

The classes hold what a file says, checked for consistent sizes; the families check the meaning.
Graphs are networkx graphs, integer programs `hybridq.problems.programs.IntegerProgram`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import ProblemError, shown

Matrix = NDArray[np.float64]


def real_array(name: str, values: ArrayLike, ndim: int | None) -> NDArray[np.float64]:
    """Return finite real numbers as float64.

    Args:
        name: the argument, for errors.
        values: the numbers.
        ndim: the number of axes, None for any.

    Raises:
        ProblemError: no array of real numbers, another number of axes, or a number is not finite.
    """
    try:
        array = np.array(values)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "iuf" or (ndim is not None and array.ndim != ndim):
        axes = {None: "", 1: " in one row", 2: " in rows and columns"}[ndim]
        raise ProblemError(
            f"{name} must be an array of real numbers{axes}, got {shown(values)}", argument=name
        )
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)].flat[0]
        raise ProblemError(f"{name} must be finite, got {bad}", argument=name)
    return array.astype(np.float64)


def _square(name: str, matrix: Matrix) -> None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        raise ProblemError(f"{name} must be a square matrix, got shape {matrix.shape}")


@dataclass(frozen=True, eq=False)
class PolynomialData:
    """A polynomial of bits or spins (shape ``"polynomial"``).

    Attributes:
        names: the variables, in order.
        terms: (coefficient, indices) pairs; equal products may repeat, () is the constant.
        spins: True for variables of +1 and −1, False for 0 and 1.
        sense: ``"minimize"`` or ``"maximize"``.
        convention: how off-diagonal entries of a quadratic file were read, in words; empty where
            the notation leaves no choice.
    """

    names: tuple[str, ...]
    terms: tuple[tuple[float, tuple[int, ...]], ...]
    spins: bool = False
    sense: Literal["minimize", "maximize"] = "minimize"
    convention: str = ""


@dataclass(frozen=True, eq=False)
class ClauseData:
    """Clauses of Boolean variables (shape ``"clauses"``).

    Attributes:
        n_variables: number of variables, called 1 to n.
        soft: (weight, literals) pairs; literal v is variable v, −v its negation.
        hard: literals of clauses that have to hold.
        parity: True where a clause holds if an odd number of its literals does (XORSAT).
        hard_lines: the line of each hard clause in its file, () without a file.
    """

    n_variables: int
    soft: tuple[tuple[float, tuple[int, ...]], ...]
    hard: tuple[tuple[int, ...], ...] = ()
    parity: bool = False
    hard_lines: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, eq=False)
class KnapsackData:
    """Items with values and weights (shape ``"knapsack"``).

    Attributes:
        values: shape (items,).
        weights: shape (knapsack rows, items); one row for the plain knapsack.
        capacity: shape (rows,).
        profits: values of pairs of items, shape (items, items), upper triangle; None without.
    """

    values: NDArray[np.float64]
    weights: Matrix
    capacity: NDArray[np.float64]
    profits: Matrix | None = None

    def __post_init__(self) -> None:
        if self.weights.shape != (len(self.capacity), len(self.values)):
            raise ProblemError(
                f"{len(self.values)} values and {len(self.capacity)} capacities need weights of "
                f"shape ({len(self.capacity)}, {len(self.values)}), got {self.weights.shape}"
            )


@dataclass(frozen=True, eq=False)
class BinData:
    """Items and bins of equal capacity (shape ``"bins"``)."""

    sizes: NDArray[np.float64]
    capacity: float


@dataclass(frozen=True, eq=False)
class EquationData:
    """Linear equations A x = b of bits (shape ``"equations"``, market split).

    Attributes:
        matrix: A, shape (rows, variables).
        sides: b, shape (rows,).
    """

    matrix: Matrix
    sides: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DistanceData:
    """Distances between cities (shape ``"distances"``).

    Attributes:
        distances: shape (cities, cities); entry (i, j) is the way from i to j.
        cities: their labels; numbers from 0 by default.
        coordinates: shape (cities, 2), for the picture; None where unknown.
    """

    distances: Matrix
    cities: tuple[Any, ...] = ()
    coordinates: Matrix | None = None

    def __post_init__(self) -> None:
        _square("distances", self.distances)
        if not self.cities:
            object.__setattr__(self, "cities", tuple(range(len(self.distances))))


@dataclass(frozen=True, eq=False)
class AssignmentData:
    """Flows between facilities and distances between places (shape ``"assignment"``)."""

    flows: Matrix
    distances: Matrix

    def __post_init__(self) -> None:
        _square("flows", self.flows)
        _square("distances", self.distances)
        if self.flows.shape != self.distances.shape:
            raise ProblemError(
                f"flows have shape {self.flows.shape} and distances {self.distances.shape}: give "
                "matrices of one size"
            )


@dataclass(frozen=True, eq=False)
class JobData:
    """Jobs of a shop: each a sequence of (machine, duration) (shape ``"jobs"``)."""

    jobs: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, eq=False)
class SetData:
    """A family of subsets of a universe (shape ``"sets"``).

    Attributes:
        universe: labels of the elements.
        sets: label and elements of each subset.
        costs: one for each subset; ones by default.
    """

    universe: tuple[Any, ...]
    sets: tuple[tuple[Any, tuple[Any, ...]], ...]
    costs: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class PortfolioData:
    """Expected returns and covariances of assets (shape ``"portfolio"``).

    Attributes:
        returns: shape (assets,).
        covariance: shape (assets, assets).
        assets: their labels.
        risk: the risk aversion q, None where the file has none.
        budget: the number of assets to choose, None where the file has none.
    """

    returns: NDArray[np.float64]
    covariance: Matrix
    assets: tuple[Any, ...] = ()
    risk: float | None = None
    budget: int | None = None

    def __post_init__(self) -> None:
        if self.covariance.shape != (len(self.returns), len(self.returns)):
            raise ProblemError(
                f"{len(self.returns)} returns need a covariance of shape "
                f"({len(self.returns)}, {len(self.returns)}), got {self.covariance.shape}"
            )
        if not self.assets:
            object.__setattr__(self, "assets", tuple(range(len(self.returns))))


@dataclass(frozen=True)
class SizeData:
    """A length alone, such as that of a binary sequence (shape ``"size"``)."""

    n: int
