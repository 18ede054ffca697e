"""How the search of a result went, in terms of what it minimized."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hybridq.plots import style
from hybridq.plots.curves import plot_convergence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


def plot_search(result: Result, ax: Axes | None = None) -> Axes:
    """`plot_convergence` of the objective: an energy or a cut, its CVaR, or a pure number.

    The classical reference is drawn beside values in its unit only. Of the probability of an
    optimum, which is minimized with a minus sign, the probability itself is drawn.
    """
    facts, name = result.objective, result.problem.value_name
    sense: Literal["maximize", "minimize"] = (
        "minimize" if result.problem.sense == "minimize" else "maximize"
    )
    values = result.trace.values
    beside = None if result.reference is None else result.reference.value
    match facts["kind"]:
        case "cvar":
            label = f"CVaR of the {name}, best {style.number(100.0 * facts['alpha'])} %"
        case "gibbs":
            label, sense, beside = "Gibbs objective, lower is better", "minimize", None
        case "success-probability":
            label, sense, beside = "probability of an optimum", "maximize", None
            values = -values
        case _:
            label = f"expected {name}"
    if facts.get("shots") is not None:
        label += f", from {facts['shots']} shots"
    return plot_convergence(values, beside, sense, ax, value_name=name, label=label)
