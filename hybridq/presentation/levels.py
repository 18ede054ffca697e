"""The lowest energies of a problem as levels, beside the exact ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hybridq.presentation.states import ExcitedStates


def plot_levels(
    energies: Sequence[float],
    exact: Sequence[float | None] = (),
    ax: Axes | None = None,
    *,
    labels: Sequence[str] = (),
    unit: str | None = None,
) -> Axes:
    """Energies as levels on the left, the exact ones on the right, equal numbers joined.

    Args:
        energies: ascending, shape (k,).
        exact: the exact ones, None where one is not known.
        ax: where to draw; a new figure if left out.
        labels: a word for each level, such as its ⟨S²⟩.
        unit: of the energies, for the axis.
    """
    ax = style.fresh_axes(ax, 5.5, 5.0)
    for place, energy in enumerate(energies):
        ax.plot([0.0, 1.0], [energy] * 2, color=style.BLUE, linewidth=2.4,
                label="found" if place == 0 else None)  # fmt: skip
        known = exact[place] if place < len(exact) else None
        if known is None:
            continue
        ax.plot([1.6, 2.6], [known] * 2, color=style.VERMILLION, linewidth=2.4,
                label="exact" if place == 0 else None)  # fmt: skip
        ax.plot([1.0, 1.6], [energy, known], color=style.PALE, linewidth=1.0, linestyle=(0, (2, 2)))
    for text, low, high in _merged(energies, labels):
        ax.annotate(
            text, (0.0, (low + high) / 2), xytext=(-6, 0), textcoords="offset points",
            ha="right", va="center", fontsize=9, color=style.INK, parse_math=False,
        )  # fmt: skip
    style.dress(
        ax, title="Levels", xlabel="", ylabel="energy" if unit is None else f"energy ({unit})"
    )
    ax.set_xlim(-1.1, 2.8)
    ax.set_xticks([])
    ax.margins(y=0.08)
    ax.ticklabel_format(axis="y", useOffset=False)
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.6, -0.02), ncols=2, frameon=False, fontsize=9,
        borderaxespad=0.0,
    )  # fmt: skip
    return ax


def states_overview(found: ExcitedStates) -> Figure:
    """The levels of `hybridq.excited_states` as a figure under a sentence."""
    ax = style.fresh_axes(None, 6.5, 5.6)
    unit = "Ha" if found.unit == "hartree" else None
    labels = [
        str(place) if state.s_squared is None else f"{place}: ⟨S²⟩ = {abs(state.s_squared):.2f}"
        for place, state in enumerate(found.states)
    ]
    plot_levels(
        [state.energy for state in found.states],
        [state.exact for state in found.states],
        ax, labels=labels, unit=unit,
    )  # fmt: skip
    figure = ax.get_figure(root=True)
    assert figure is not None
    errors = [abs(state.error) for state in found.states if state.error is not None]
    headline = f"{found.problem.name}: {len(found.states)} lowest states by {found.method}"
    if len(errors) == len(found.states):
        worst = max(errors) * (1e3 if unit else 1.0)
        shown = "0" if worst < 1e-8 else style.number(float(f"{worst:.3g}"))
        headline += f"\nlargest error {shown}{' mHa' if unit else ''}"
    figure.suptitle(
        headline, x=0.015, ha="left", fontsize=13, fontweight="bold", color=style.BLACK,
        parse_math=False,
    )  # fmt: skip
    return figure


def _merged(energies: Sequence[float], labels: Sequence[str]) -> list[tuple[str, float, float]]:
    """Labels with the range of levels that they stand for: those too close share one."""
    if not labels:
        return []
    span = float(np.ptp(energies)) or 1.0
    groups: list[list[int]] = []
    for place, energy in enumerate(energies):
        if groups and energy - energies[groups[-1][0]] < 0.045 * span:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [
        (
            labels[group[0]] if len(group) == 1 else _joined([labels[i] for i in group]),
            energies[group[0]],
            energies[group[-1]],
        )
        for group in groups
    ]


def _joined(labels: list[str]) -> str:
    """Several labels as one: the numbers before a colon joined, the rest if it is the same."""
    heads = [label.partition(":")[0] for label in labels]
    tails = {label.partition(":")[2] for label in labels}
    tail = tails.pop() if len(tails) == 1 else ""
    return f"{heads[0]}–{heads[-1]}" + (f":{tail}" if tail else "")
