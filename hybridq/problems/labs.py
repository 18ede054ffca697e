"""Low-autocorrelation binary sequences (LABS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import checked_count
from hybridq.core.errors import Text
from hybridq.core.numbers import number
from hybridq.problems.base import AnswerRow, BinaryProblem, Bits, Sense
from hybridq.problems.instance_data import SizeData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising

_LONGEST = 200  # about 660,000 products of four spins

# Least energies of length 1, 2, …, 66, proven by branch and bound.
_LEAST = (
    0, 1, 1, 2, 2, 7, 3, 8, 12, 13, 5, 10, 6, 19, 15, 24, 32, 25, 29, 26, 26, 39, 47, 36, 36, 45,
    37, 50, 62, 59, 67, 64, 64, 65, 73, 82, 86, 87, 99, 108, 108, 101, 109, 122, 118, 131, 135,
    140, 136, 153, 153, 166, 170, 175, 171, 192, 188, 197, 205, 218, 226, 235, 207, 208, 240, 257,
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class LABS(BinaryProblem):
    r"""The sequence of n signs with the smallest autocorrelations.

    .. math:: E = \sum_{k=1}^{n-1} C_k^2, \qquad C_k = \sum_{i=0}^{n-1-k} s_i s_{i+k}

    Products of two and four spins, and the constant n(n − 1)/2. The merit factor is n² / (2 E).
    Bit 0 is the sign +.

    Args:
        n: the length, an integer from 3 to 200.
        name: the name of this instance; its length by default.

    Raises:
        ParameterError: another length.

    Source: Packebusch, Mertens 2016, arXiv:1512.02475, which proves the least energies up to
    n = 66 (OEIS A102780).
    """

    kind: ClassVar[str] = "labs"
    summary: ClassVar[str] = "Find a sequence of signs with small autocorrelations."
    qubits: ClassVar[str] = "one qubit a sign"
    examples: ClassVar[tuple[str, ...]] = ("labs.json", "labs.json --p 8 --plot sequence.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "energy"
    reads: ClassVar[tuple[str, ...]] = ("size",)
    noun: ClassVar[str] = "sequence"
    item: ClassVar[str] = "sign"

    n: int
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", checked_count("n", self.n, at_least=3, at_most=_LONGEST))
        object.__setattr__(self, "name", str(self.name or f"LABS of length {self.n}"))

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of a length that a format has read."""
        cls.check_options(options)
        return cls(data.n if isinstance(data, SizeData) else data, name=name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return the problem of length 7, whose best sequences are Barker's."""
        return cls(7, name="example")

    def __repr__(self) -> str:
        return f"LABS({self.n})"

    @property
    def n_qubits(self) -> int:
        """One qubit per sign."""
        return self.n

    @property
    def least_energy(self) -> int | None:
        """The proven least energy, None above length 66."""
        return _LEAST[self.n - 1] if self.n <= len(_LEAST) else None

    @property
    def published(self) -> tuple[float, str] | None:
        """The proven least energy and its source, None above length 66."""
        least = self.least_energy
        return None if least is None else (float(least), "Packebusch, Mertens 2016")

    def cost(self) -> Ising:
        """Return the energy, with equal products added up."""
        from hybridq.operators.ising import Ising
        from hybridq.operators.terms import HigherTerms

        pairs: list[NDArray[np.int64]] = []
        fours: list[NDArray[np.int64]] = []
        for shift in range(1, self.n):
            i, j = np.triu_indices(self.n - shift, k=1)
            meet = j == i + shift  # s_j occurs twice
            pairs.append(np.stack([i, j + shift], axis=1)[meet])
            fours.append(np.sort(np.stack([i, i + shift, j, j + shift], axis=1)[~meet], axis=1))
        two, of_two = np.unique(np.concatenate(pairs), axis=0, return_counts=True)
        places = self.n ** np.arange(3, -1, -1)
        codes, of_four = np.unique(np.concatenate(fours) @ places, return_counts=True)
        four = codes[:, np.newaxis] // places % self.n
        return Ising(
            self.n,
            self.n * (self.n - 1) / 2,
            np.zeros(self.n),
            two.reshape(-1, 2),
            2.0 * of_two.astype(np.float64),
            HigherTerms([(four, 2.0 * of_four)]),
        )

    def correlations(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return C_1, …, C_{n−1} of every row, shape (k, n − 1)."""
        signs = 1 - 2 * self.checked_rows(bits).astype(np.int64)
        columns = [
            (signs[:, : self.n - shift] * signs[:, shift:]).sum(axis=1)
            for shift in range(1, self.n)
        ]
        return np.stack(columns, axis=1)

    def value(self, bits: Bits) -> float:
        """Return the energy of a sequence."""
        return float(self.values(self.checked_row(bits)[np.newaxis])[0])

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the energy of every row, shape (k,)."""
        return (self.correlations(bits) ** 2).sum(axis=1).astype(np.float64)

    def merit_factor(self, bits: Bits) -> float:
        """Return n² / (2 E) of a sequence."""
        return self.n**2 / (2.0 * self.value(bits))

    def labels(self) -> Sequence[Any]:
        """Return the place of each sign, from 0."""
        return range(self.n)

    def size(self) -> str:
        """Return the length, such as ``"length 13"``."""
        return f"length {self.n}"

    def describe(self) -> dict[str, Any]:
        """Return ``length``, ``terms``, ``least_energy`` and ``largest_merit_factor``.

        The last two are None above length 66, where no optimum is proven.
        """
        least = self.least_energy
        ising = self._ising
        return {
            "length": self.n,
            "terms": len(ising.pairs) + len(ising.higher),
            "least_energy": least,
            "largest_merit_factor": None if least is None else self.n**2 / (2.0 * least),
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on symmetries, and the proven least energy."""
        found = [
            "a sequence keeps its energy where it is reversed, all signs are changed, or every "
            "other sign is changed"
        ]
        if self.least_energy is not None:
            factor = number(self.n**2 / (2.0 * self.least_energy))
            found.append(
                f"the least energy is {self.least_energy}, a merit factor of {factor} (proven: "
                "Packebusch, Mertens 2016)"
            )
        return tuple(found)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the sequence, the lengths of its runs, and the merit factor."""
        row = self.checked_row(bits).tolist()
        runs = tuple(len(list(group)) for _, group in groupby(row))
        return (
            AnswerRow("Signs", ("".join("−" if bit else "+" for bit in row),)),
            AnswerRow("Runs", (", ".join(map(str, runs)),)),
            AnswerRow("Merit factor", (number(self.merit_factor(bits)),)),
        )

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the sequence as tiles over the bars of its autocorrelations."""
        from hybridq.plots.sequence import plot_sequence

        row = self.checked_row(bits)
        energy = number(self.value(row))
        factor = number(self.merit_factor(row))
        title = f"The sequence: energy {energy}, merit factor {factor}"
        plot_sequence(ax, row, self.correlations(row[np.newaxis])[0], title=title)
