"""Number partitioning: two groups of numbers whose sums are as equal as possible."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_real
from hybridq.core.errors import ProblemError, shown
from hybridq.problems.base import AnswerRow, BinaryProblem, Bits, Sense

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising


@dataclass(frozen=True, eq=False, repr=False)
class NumberPartitioning(BinaryProblem):
    r"""Two groups of numbers whose sums differ least.

    .. math:: H = \Bigl(\sum_i a_i Z_i\Bigr)^2

    The value is the squared difference of the two sums.

    Args:
        numbers: at least two finite real numbers.
        name: the name of this instance; the count of numbers by default.

    Raises:
        ProblemError: fewer than two numbers, or one that is not finite.

    Source: Lucas 2014, arXiv:1302.5843, section 2.1.
    """

    kind: ClassVar[str] = "number-partitioning"
    summary: ClassVar[str] = "Split numbers into two groups whose sums are as equal as possible."
    qubits: ClassVar[str] = "one qubit a number"
    examples: ClassVar[tuple[str, ...]] = ("numbers.json", "numbers.txt --p 4 --plot groups.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "squared difference"
    reads: ClassVar[tuple[str, ...]] = ("numbers",)
    item: ClassVar[str] = "number"

    numbers: Sequence[float]
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
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

    def __repr__(self) -> str:
        return f"NumberPartitioning({self.name!r}: {self.size()})"

    @property
    def n_qubits(self) -> int:
        """One qubit per number."""
        return len(self.numbers)

    def size(self) -> str:
        """Return count and sum, such as ``"8 numbers, sum 166"``."""
        return f"{len(self.numbers)} numbers, sum {math.fsum(self.numbers):g}"

    def describe(self) -> dict[str, Any]:
        """Return ``count``, ``sum``, ``smallest`` and ``largest`` of the numbers."""
        return {
            "count": len(self.numbers),
            "sum": math.fsum(self.numbers),
            "smallest": float(min(self.numbers)),
            "largest": float(max(self.numbers)),
        }

    def cost(self) -> Ising:
        """Return Σ a_i² + 2 Σ_{i<j} a_i a_j Z_i Z_j."""
        from hybridq.operators.ising import Ising

        a = np.array(self.numbers, dtype=np.float64)
        first, second = np.triu_indices(len(a), k=1)
        return Ising(
            len(a),
            float(a @ a),
            np.zeros(len(a)),
            np.stack([first, second], axis=1),
            2.0 * a[first] * a[second],
        )

    def _groups(self, bits: Bits) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the numbers of bit 0 and those of bit 1."""
        row = self.checked_row(bits).tolist()
        pairs = list(zip(self.numbers, row, strict=True))
        return tuple(a for a, bit in pairs if not bit), tuple(a for a, bit in pairs if bit)

    def value(self, bits: Bits) -> float:
        """Return the squared difference of the two sums."""
        first, second = self._groups(bits)
        return (math.fsum(first) - math.fsum(second)) ** 2

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the squared difference of every row, shape (k,)."""
        return np.array([self.value(row) for row in bits], dtype=np.float64)

    def labels(self) -> Sequence[Any]:
        """Return the place of each number, from 0; numbers may repeat."""
        return range(len(self.numbers))

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return both groups with their sums, and the difference."""
        groups = self._groups(bits)
        sums = [math.fsum(group) for group in groups]
        return (
            AnswerRow(f"Group 0, sum {sums[0]:g}", groups[0]),
            AnswerRow(f"Group 1, sum {sums[1]:g}", groups[1]),
            AnswerRow("Difference", (abs(sums[0] - sums[1]),)),
        )

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw both groups as stacked bars of equal scale."""
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
