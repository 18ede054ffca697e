"""Number partitioning, and market split: two groups of equal sums."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_real
from hybridq.core.errors import ProblemError, Setting, Text, shown
from hybridq.core.numbers import plural
from hybridq.problems.base import AnswerRow, BinaryProblem, Bits, Sense
from hybridq.problems.instance_data import EquationData
from hybridq.problems.market_split import (
    checked_equations,
    draw_equations,
    left_sides,
    residuals,
    squared_residual,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising


@dataclass(frozen=True, eq=False, repr=False)
class NumberPartitioning(BinaryProblem):
    r"""Two groups of numbers whose sums differ least; or bits that solve equations.

    .. math:: H = \Bigl(\sum_i a_i Z_i\Bigr)^2 \quad\text{or}\quad H = \|A x - b\|^2

    The value is the squared difference of the two sums, or the squared residual of the equations
    (market split), which is 0 where they have a solution.

    Args:
        numbers: at least two finite real numbers, or the equations as `EquationData`.
        fix_sign: keep the first number in group 0, which saves a qubit.
        name: the name of this instance; the count of numbers by default.

    Raises:
        ProblemError: fewer than two numbers, one that is not finite, or equations whose shapes do
            not fit.

    Source: Lucas 2014, arXiv:1302.5843, section 2.1; Cornuéjols, Dawande 1999 (market split).
    """

    kind: ClassVar[str] = "number-partitioning"
    summary: ClassVar[str] = "Split numbers into two groups whose sums are as equal as possible."
    qubits: ClassVar[str] = "one qubit a number"
    examples: ClassVar[tuple[str, ...]] = ("numbers.json", "numbers.txt --p 4 --plot groups.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "squared difference"
    reads: ClassVar[tuple[str, ...]] = ("numbers", "equations")
    item: ClassVar[str] = "number"

    numbers: Sequence[float] | EquationData
    fix_sign: bool = field(default=False, kw_only=True)
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.fix_sign, bool):
            raise ProblemError(argument="fix_sign", value=self.fix_sign, expected="True or False")
        if isinstance(self.numbers, EquationData):
            self._read_equations(self.numbers)
            return
        numbers = _entries(self.numbers)
        for place, number in enumerate(numbers, start=1):
            if not is_real(number) or number != number or abs(number) == math.inf:
                raise ProblemError(f"number {place} is {shown(number)}: give a finite real number")
        try:
            total = sum(abs(float(number)) for number in numbers)
        except OverflowError:
            total = math.inf
        if not math.isfinite(total * total):
            raise ProblemError("the numbers are too large to be squared: scale them down")
        object.__setattr__(self, "numbers", numbers)
        object.__setattr__(self, "name", str(self.name or f"{len(numbers)} numbers"))

    def _read_equations(self, data: EquationData) -> None:
        """Check equations, and name the problem after them."""
        if self.fix_sign:
            raise ProblemError(
                "fix_sign is for numbers: equations change where all bits are flipped",
                argument="fix_sign",
            )
        object.__setattr__(self, "numbers", checked_equations(data))
        object.__setattr__(self, "value_name", "squared residual")
        object.__setattr__(self, "item", "variable")
        object.__setattr__(self, "name", str(self.name or self.size()))

    @property
    def equations(self) -> EquationData | None:
        """The equations A x = b, None for numbers."""
        return self.numbers if isinstance(self.numbers, EquationData) else None

    @property
    def _listed(self) -> tuple[float, ...]:
        """The numbers, () for equations."""
        return () if isinstance(self.numbers, EquationData) else tuple(self.numbers)

    @property
    def n_qubits(self) -> int:
        """One qubit per number or variable, less one where a sign is fixed."""
        if self.equations is not None:
            return self.equations.matrix.shape[1]
        return len(self._listed) - self.fix_sign

    def size(self) -> str:
        """Return count and sum, such as ``"8 numbers, sum 166"``, or the equations."""
        if self.equations is not None:
            rows, columns = self.equations.matrix.shape
            return f"{plural(rows, 'equation')}, {plural(columns, 'variable')}"
        return f"{len(self._listed)} numbers, sum {math.fsum(self._listed):g}"

    def describe(self) -> dict[str, Any]:
        """Return ``count``, ``sum``, ``smallest`` and ``largest`` of the numbers.

        For equations ``equations``, ``variables``, ``largest`` and ``largest_side``.
        """
        if self.equations is not None:
            rows, columns = self.equations.matrix.shape
            return {
                "equations": rows,
                "variables": columns,
                "largest": float(np.abs(self.equations.matrix).max()),
                "largest_side": float(np.abs(self.equations.sides).max()),
            }
        return {
            "count": len(self._listed),
            "sum": math.fsum(self._listed),
            "smallest": float(min(self._listed)),
            "largest": float(max(self._listed)),
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the symmetry of the groups, or on a residual of 0."""
        if self.equations is not None:
            return ("the value is 0 where all equations hold",)
        if self.fix_sign:
            n = len(self._listed)
            first = f"{self._listed[0]:g}"
            return (f"the first number, {first}, is in group 0: {n - 1} qubits instead of {n}",)
        return (("the groups may be exchanged: ", Setting("fix_sign", True), " saves a qubit"),)

    def cost(self) -> Ising:
        """Return Σ a_i² + 2 Σ_{i<j} a_i a_j Z_i Z_j, or the squared residual."""
        from hybridq.operators.ising import Ising

        if self.equations is not None:
            return squared_residual(self.equations)
        whole = np.array(self._listed, dtype=np.float64)
        a = whole[1:] if self.fix_sign else whole
        first, second = np.triu_indices(len(a), k=1)
        return Ising(
            len(a),
            float(whole @ whole),
            2.0 * whole[0] * a if self.fix_sign else np.zeros(len(a)),
            np.stack([first, second], axis=1),
            2.0 * a[first] * a[second],
        )

    def _groups(self, bits: Bits) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the numbers of bit 0 and those of bit 1."""
        row = [0] * self.fix_sign + self.checked_row(bits).tolist()
        pairs = list(zip(self._listed, row, strict=True))
        return tuple(a for a, bit in pairs if not bit), tuple(a for a, bit in pairs if bit)

    def value(self, bits: Bits) -> float:
        """Return the squared difference of the two sums, or the squared residual."""
        if self.equations is not None:
            return float(self.values(self.checked_row(bits)[np.newaxis])[0])
        first, second = self._groups(bits)
        return (math.fsum(first) - math.fsum(second)) ** 2

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return `value` of every row, shape (k,)."""
        if self.equations is not None:
            return (residuals(self.equations, self.checked_rows(bits)) ** 2).sum(axis=1)
        return np.array([self.value(row) for row in bits], dtype=np.float64)

    def labels(self) -> Sequence[Any]:
        """Return the place of each number or variable, from 0; numbers may repeat."""
        return range(int(self.fix_sign), self.n_qubits + self.fix_sign)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return both groups with their sums, and the difference.

        For equations the variables at 1, and both sides of each equation.
        """
        if self.equations is not None:
            row = self.checked_row(bits)
            return (
                AnswerRow("Variables at 1", tuple(np.flatnonzero(row).tolist())),
                AnswerRow("Equations", ("; ".join(left_sides(self.equations, row)),)),
            )
        groups = self._groups(bits)
        sums = [math.fsum(group) for group in groups]
        return (
            AnswerRow(f"Group 0, sum {sums[0]:g}", groups[0]),
            AnswerRow(f"Group 1, sum {sums[1]:g}", groups[1]),
            AnswerRow("Difference", (abs(sums[0] - sums[1]),)),
        )

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw both groups, or the two sides of each equation, as bars of equal scale."""
        if self.equations is not None:
            draw_equations(ax, self.equations, self.checked_row(bits))
            return
        from hybridq.plots.bits import plot_stacks

        first, second = self._groups(bits)
        plot_stacks(ax, {"group 0": first, "group 1": second}, title="The two groups")


def _entries(numbers: Any) -> tuple[Any, ...]:
    """Return the entries of a list.

    A mapping has keys as well, and a set has no entry twice: both are refused.

    Raises:
        ProblemError: no list, or fewer than two entries.
    """
    found: tuple[Any, ...] = ()
    if not isinstance(numbers, str | bytes | Mapping | Set):
        try:
            found = tuple(numbers)
        except TypeError:
            found = ()
    if len(found) < 2:
        raise ProblemError(
            argument="numbers",
            value=numbers,
            expected="a list of at least two numbers",
            remedy="write [3, 1, 1, 2]",
        )
    return found
