"""Portfolios and feature selection: high returns, low covariances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import ParameterError, ProblemError, Text
from hybridq.core.numbers import number, plural
from hybridq.operators.terms import Terms
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.instance_data import PortfolioData, real_array
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RISK = 0.5
_ASYMMETRY = 1e-9


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Portfolio(ProgramProblem):
    r"""Assets of high return and low risk, as many as a budget says.

    .. math:: \min\; q\, x^T \Sigma\, x - \mu^T x, \qquad \sum_i x_i = B

    Feature selection is the same problem: μ is the relevance of each feature, Σ the redundancy of
    each pair, and B the number of features.

    Args:
        returns: expected return μ of each asset, shape (n,).
        covariance: Σ, symmetric, shape (n, n).
        risk: risk aversion q >= 0; that of the file, or 0.5, by default.
        budget: number B of assets to choose; that of the file, or any number, by default.
        assets: a label for each asset; numbers from 0 by default.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: of no effect: every variable is a bit.
        inequalities: of no effect: the budget is an equality.
        name: the name of this instance; the number of assets by default.

    Raises:
        ProblemError: shapes do not fit, a number is not finite, Σ is not symmetric, or the budget
            is larger than the number of assets.
        ParameterError: a risk aversion that is negative, or a budget that is not an integer >= 1.

    Source: Markowitz 1952, J. Finance 7, 77; Barkoutsos et al. 2020, arXiv:1907.04769.
    """

    kind: ClassVar[str] = "portfolio"
    summary: ClassVar[str] = "Choose assets of high return and low risk."
    examples: ClassVar[tuple[str, ...]] = (
        "assets.json --budget 3",
        "returns.csv --risk 0.5 --budget 3 --mixer xy-ring --plot assets.png",
    )
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "objective"
    reads: ClassVar[tuple[str, ...]] = ("portfolio",)
    qubits: ClassVar[str] = "one qubit an asset"
    item: ClassVar[str] = "asset"
    mixers: ClassVar[tuple[str, ...]] = ("xy-complete", "xy-ring", "grover", "x")
    data_fields: ClassVar[tuple[str, ...]] = ("data",)
    idle_options: ClassVar[tuple[str, ...]] = ("encoding", "inequalities")

    data: PortfolioData
    risk: float | None = field(default=None, kw_only=True)
    budget: int | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)

    def __init__(
        self,
        returns: ArrayLike,
        covariance: ArrayLike,
        risk: float | None = None,
        budget: int | None = None,
        *,
        assets: Sequence[Any] = (),
        penalty: Any = "exact",
        encoding: str | None = None,
        inequalities: str = "feasible",
        name: str = "",
    ) -> None:
        data = PortfolioData(
            real_array("returns", returns, 1),
            real_array("covariance", covariance, 2),
            tuple(assets),
            risk,
            budget,
        )
        n = len(data.returns)
        if not n:
            raise ProblemError("the portfolio has no assets: give at least one")
        _check_symmetric(data)
        _check_labels(data.assets, n)
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "risk", _risk(risk))
        object.__setattr__(self, "budget", _budget(budget, n))
        object.__setattr__(self, "name", name or plural(n, "asset"))
        if self.budget is None:
            object.__setattr__(self, "mixers", ("x", "grover"))
        self._complete(penalty=penalty, encoding=encoding, inequalities=inequalities)

    @classmethod
    def from_data(cls, data: PortfolioData, *, name: str, **options: Any) -> Self:
        """Return the problem of assets that a format has read; options precede the file's."""
        cls.check_options(options)
        own = {"risk": data.risk, "budget": data.budget}
        given = {key: value for key, value in options.items() if value is not None}
        return cls(data.returns, data.covariance, assets=data.assets, name=name, **{**own, **given})

    @classmethod
    def example(cls) -> Self:
        """Return four assets, of which two are to be chosen."""
        covariance = np.array([[9, 3, -2, 1], [3, 5, 0, 2], [-2, 0, 7, 0], [1, 2, 0, 10]]) / 10
        return cls([0.8, 0.4, 0.5, 0.9], covariance, 0.5, 2, assets=list("ABCD"), name="example")

    @property
    def n_assets(self) -> int:
        """Number of assets."""
        return len(self.data.returns)

    def build(self) -> IntegerProgram:
        """Return min q xᵀΣx − μᵀx, with exactly B ones."""
        n, risk = self.n_assets, float(self.risk or 0.0)
        covariance = self.data.covariance
        linear = risk * np.diag(covariance) - self.data.returns
        pairs = risk * (covariance + covariance.T)
        places = np.argwhere(np.triu(pairs, k=1))
        values = pairs[places[:, 0], places[:, 1]]
        terms = Terms.added(Terms.linear(linear), Terms([(places, values)]))
        rows = []
        if self.budget is not None:
            name = f"exactly {plural(self.budget, 'asset')} {_are(self.budget)} chosen"
            rows.append(Constraint(name, {(i,): 1.0 for i in range(n)}, "==", float(self.budget)))
        names = [str(asset) for asset in self.data.assets]
        return IntegerProgram.binary(names, terms, rows, name=self.name)

    def labels(self) -> Sequence[Any]:
        """Return the label of each asset."""
        return self.data.assets

    def size(self) -> str:
        """Return the size, such as ``"6 assets, budget 3, risk 0.5"``."""
        budget = "" if self.budget is None else f", budget {self.budget}"
        return f"{plural(self.n_assets, 'asset')}{budget}, risk {number(float(self.risk or 0.0))}"

    def describe(self) -> dict[str, Any]:
        """Return facts about the assets, then about the program."""
        return {
            "assets": self.n_assets,
            "budget": self.budget,
            "risk": self.risk,
            "return_min": float(self.data.returns.min()),
            "return_max": float(self.data.returns.max()),
            **super().describe(),
        }

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on a budget that leaves no choice, and on the program."""
        found: list[Text] = []
        if self.budget == self.n_assets:
            found.append("the budget takes all assets: nothing is to optimize")
        return (*found, *self.program_notes)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the chosen assets, their expected return and their variance."""
        row = self.checked_row(bits).astype(np.float64)
        chosen = tuple(a for a, bit in zip(self.data.assets, row.tolist(), strict=True) if bit)
        return (
            AnswerRow("Chosen assets", chosen),
            AnswerRow("Expected return", (number(float(self.data.returns @ row)),)),
            AnswerRow("Variance", (number(float(row @ self.data.covariance @ row)),)),
        )

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the return and the risk of each asset, the chosen ones filled."""
        from hybridq.plots.assets import plot_assets

        count = int(self.checked_row(bits).sum())
        wrong = self.budget is not None and count != self.budget
        plot_assets(
            [str(asset) for asset in self.data.assets],
            self.checked_row(bits),
            ax,
            title=f"{count} assets instead of {self.budget}" if wrong else "The chosen assets",
            returns=self.data.returns,
            risks=np.sqrt(np.maximum(np.diag(self.data.covariance), 0.0)),
        )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _check_symmetric(data: PortfolioData) -> None:
    """Raise unless Σ is symmetric up to rounding."""
    sigma = data.covariance
    far = np.abs(sigma - sigma.T) > _ASYMMETRY * max(float(np.abs(sigma).max(initial=0.0)), 1e-300)
    if far.any():
        i, j = np.argwhere(far)[0].tolist()
        raise ProblemError(
            f"covariance must be symmetric, got {sigma[i, j]:g} for assets {data.assets[i]} and "
            f"{data.assets[j]} and {sigma[j, i]:g} for {data.assets[j]} and {data.assets[i]}"
        )


def _check_labels(assets: Sequence[Any], n: int) -> None:
    """Raise unless there is one label for each asset, all different."""
    if len(assets) != n:
        raise ProblemError(f"{n} returns need as many labels of assets, got {len(assets)}")
    names = [str(asset) for asset in assets]
    if len(set(names)) < n:
        twice = next(name for name in names if names.count(name) > 1)
        raise ProblemError(f"two assets are called {twice!r}: give each a name of its own")


def _risk(risk: Any) -> float:
    """Return the risk aversion as a float.

    Raises:
        ParameterError: it is negative or not a finite number.
    """
    if risk is None:
        return _RISK
    if not is_finite(risk) or risk < 0.0:
        raise ParameterError(argument="risk", value=risk, expected="a finite number >= 0")
    return float(risk)


def _budget(budget: Any, n: int) -> int | None:
    """Return the number of assets to choose.

    Raises:
        ParameterError: it is not an integer from 1 to n.
    """
    if budget is None:
        return None
    if not is_whole(budget) or not 1 <= budget <= n:
        raise ParameterError(
            argument="budget",
            value=budget,
            expected=f"an integer from 1 to {n}, the number of assets",
        )
    return int(budget)
