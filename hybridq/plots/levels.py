"""Energy levels, those found next to the exact ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_levels(
    energies: Sequence[float],
    exact: Sequence[float | None] = (),
    ax: Axes | None = None,
    *,
    labels: Sequence[str] = (),
    unit: str | None = None,
) -> Axes:
    """Draw energies as levels on the left, the exact ones on the right, connected.

    Args:
        energies: ascending, shape (k,).
        exact: the exact ones, None where one is not known.
        ax: the axes to draw on; a new figure by default.
        labels: a text for each level after its number, such as its ⟨S²⟩.
        unit: of the energies, for the axis.
    """
    ax = style.new_axes(ax, 5.5, 5.0)
    known_before = False
    for place, energy in enumerate(energies):
        ax.plot([0.0, 1.0], [energy] * 2, color=style.BLUE, linewidth=2.4,
                label="found" if place == 0 else None)  # fmt: skip
        known = exact[place] if place < len(exact) else None
        if known is None:
            continue
        ax.plot([1.6, 2.6], [known] * 2, color=style.VERMILLION, linewidth=2.4,
                label=None if known_before else "exact")  # fmt: skip
        known_before = True
        ax.plot([1.0, 1.6], [energy, known], color=style.PALE, linewidth=1.0, linestyle=(0, (2, 2)))
    for text, low, high in _merged(energies, labels):
        ax.annotate(
            text, (0.0, (low + high) / 2), xytext=(-6, 0), textcoords="offset points",
            ha="right", va="center", fontsize=9, color=style.INK, parse_math=False,
        )  # fmt: skip
    style.style_axes(
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


def _merged(energies: Sequence[float], labels: Sequence[str]) -> list[tuple[str, float, float]]:
    """Return texts with the range of their levels; close levels share one."""
    span = float(np.ptp(energies)) or 1.0
    groups: list[list[int]] = []
    for place, energy in enumerate(energies):
        if groups and energy - energies[groups[-1][0]] < 0.045 * span:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [(_text(group, labels), energies[group[0]], energies[group[-1]]) for group in groups]


def _text(group: Sequence[int], labels: Sequence[str]) -> str:
    """Return the numbers of a group's levels, and their label if they share it."""
    name = str(group[0]) if len(group) == 1 else f"{group[0]}–{group[-1]}"
    shared = {labels[place] for place in group if place < len(labels)}
    label = shared.pop() if len(shared) == 1 else ""
    return f"{name}: {label}" if label else name
