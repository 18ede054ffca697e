"""Error of an energy on a logarithmic axis, by evaluation or by operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHEMICAL_ACCURACY = 1.6e-3  # hartree
# Smaller errors are rounding of energies, relative to them.
_ROUNDING = 1e-13


def plot_energy_error(
    values: ArrayLike,
    exact: float | None = None,
    ax: Axes | None = None,
    *,
    hartree_fock: float | None = None,
    reference: str = "Hartree–Fock",
    hartree: bool = False,
) -> Axes:
    """Draw the error of each evaluation and of the best so far on a logarithmic axis.

    Where no exact energy is known, heights are above the lowest energy found. Errors that are
    rounding are drawn at the size of rounding.

    Args:
        values: the energy of every evaluation in order, shape (evaluations,); NaN where one
            failed.
        exact: the exact energy.
        ax: the axes to draw on; a new figure by default.
        hartree_fock: the energy of the reference determinant, drawn as a line.
        reference: the name of that determinant.
        hartree: True for energies in hartree: the axis is in millihartree, and chemical accuracy
            is drawn as a line.
    """
    ax = style.new_axes(ax)
    found = np.asarray(values, dtype=np.float64).reshape(-1)
    base = _base(found, exact)
    steps = np.arange(1, found.size + 1)
    best = np.fmin.accumulate(found) if found.size else found
    keep = np.ones(found.size, dtype=bool)
    if exact is None:  # the lowest one itself has no height
        keep = found > base
        drawn = best > base
    else:
        drawn = keep
    ax.plot(
        steps[keep],
        heights(found[keep], base, hartree=hartree),
        linestyle="none",
        marker="o",
        markersize=5.5 if found.size <= 40 else 3.5 if found.size <= 500 else 2.0,
        color=style.SKY,
        alpha=0.55,
        markeredgewidth=0,
        label="each evaluation",
        rasterized=found.size > 2000,
    )
    ax.plot(
        steps[drawn],
        heights(best[drawn], base, hartree=hartree),
        color=style.BLUE,
        linewidth=2.0,
        drawstyle="steps-post",
        label="best so far",
    )
    marks = _reference_lines(ax, base, exact, hartree_fock, reference, hartree=hartree)
    _style_axes(ax, "Convergence", "evaluation", exact is not None, hartree=hartree)
    _set_limits(ax, best[drawn], found, base, exact, marks, hartree=hartree)
    style.legend_below(ax, columns=2)
    return ax


def plot_growth(
    energies: ArrayLike,
    exact: float | None = None,
    ax: Axes | None = None,
    *,
    gradient_norms: ArrayLike | None = None,
    hartree_fock: float | None = None,
    reference: str = "Hartree–Fock",
    hartree: bool = False,
) -> Axes:
    """Draw the error of an ansatz that grows, by its number of operators.

    The axis is logarithmic.

    Args:
        energies: after each appended operator, shape (operators,).
        exact: the exact energy.
        ax: the axes to draw on; a new figure by default.
        gradient_norms: of the pool before each operator, shape (operators,), drawn against an axis
            on the right.
        hartree_fock: the energy without operators.
        reference: the name of that determinant.
        hartree: True for energies in hartree.
    """
    ax = style.new_axes(ax)
    found = np.asarray(energies, dtype=np.float64).reshape(-1)
    base = _base(found, exact)
    counts = np.arange(1, found.size + 1)
    keep = np.ones(found.size, dtype=bool) if exact is not None else found > base
    ax.plot(
        counts[keep],
        heights(found[keep], base, hartree=hartree),
        color=style.BLUE,
        linewidth=1.6,
        marker="o",
        markersize=5.0 if found.size <= 40 else 3.0,
        label="energy",
        zorder=3,
    )
    marks = _reference_lines(ax, base, exact, hartree_fock, reference, hartree=hartree)
    _style_axes(ax, "Growth of the ansatz", "operators", exact is not None, hartree=hartree)
    if gradient_norms is not None:
        _gradients(ax, counts, np.asarray(gradient_norms, dtype=np.float64).reshape(-1))
    _set_limits(ax, found[keep], found, base, exact, marks, hartree=hartree)
    style.legend_below(ax, columns=2)
    return ax


def _gradients(ax: Axes, counts: NDArray[np.int64], norms: NDArray[np.float64]) -> None:
    """Draw the norms against an axis on the right that spans whole decades."""
    right = ax.twinx()
    options: dict[str, Any] = {"color": style.GREEN, "linewidth": 1.3, "linestyle": (0, (1, 1))}
    right.plot(counts, norms, **options)
    ax.plot([], [], label="gradient (right)", **options)
    right.set_yscale("log")
    seen = np.log10(norms[norms > 0]) if (norms > 0).any() else np.zeros(1)
    right.set_ylim(10.0 ** np.floor(seen.min()), 10.0 ** (np.floor(seen.max()) + 1))
    right.set_ylabel("norm of the pool's gradient", fontsize=10, color=style.GREEN)
    right.tick_params(which="both", labelsize=9, color=style.PALE)
    for side in ("top", "left", "bottom"):
        right.spines[side].set_visible(False)
    right.spines["right"].set_color(style.PALE)


def heights(energies: NDArray[np.float64], base: float, *, hartree: bool) -> NDArray[np.float64]:
    """Return energies above `base`, at least rounding; in millihartree for hartree."""
    above = np.maximum(energies - base, _ROUNDING * max(1.0, abs(base)))
    return above * (1e3 if hartree else 1.0)


def _base(found: NDArray[np.float64], exact: float | None) -> float:
    """Return the energy from which heights are measured."""
    if exact is not None:
        return exact
    finite = found[np.isfinite(found)]
    return float(finite.min()) if finite.size else 0.0


def _reference_lines(
    ax: Axes,
    base: float,
    exact: float | None,
    hartree_fock: float | None,
    reference: str,
    *,
    hartree: bool,
) -> list[float]:
    """Draw the lines that errors are compared with; return their heights."""
    unit, scale = (" mHa", 1e3) if hartree else ("", 1.0)
    marks = []
    if hartree_fock is not None and hartree_fock > base:
        marks.append(scale * (hartree_fock - base))
        ax.axhline(
            marks[-1], color=style.ORANGE, linestyle=(0, (1, 2)), linewidth=1.6,
            label=f"{reference}: {style.number(float(f'{marks[-1]:.4g}'))}{unit}",
        )  # fmt: skip
    if hartree and exact is not None:
        marks.append(scale * CHEMICAL_ACCURACY)
        ax.axhline(
            marks[-1], color=style.VERMILLION, linestyle=(0, (5, 3)),
            linewidth=1.5, label="chemical accuracy: 1.6 mHa",
        )  # fmt: skip
    return marks


def _style_axes(ax: Axes, title: str, xlabel: str, known: bool, *, hartree: bool) -> None:
    """Set titles, the logarithmic scale and the grid."""
    from matplotlib.ticker import MaxNLocator

    what = "error" if known else "energy above the lowest found"
    style.style_axes(ax, title=title, xlabel=xlabel, ylabel=f"{what} (mHa)" if hartree else what)
    ax.set_yscale("log")
    ax.margins(x=0.02)
    ax.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    ax.grid(axis="y", color=style.PALE, linewidth=0.5, alpha=0.5)


def _set_limits(
    ax: Axes,
    best: NDArray[np.float64],
    found: NDArray[np.float64],
    base: float,
    exact: float | None,
    marks: list[float],
    *,
    hartree: bool,
) -> None:
    """Set limits that hold everything drawn and span at least a decade."""
    every = heights(np.concatenate([best, found]), base, hartree=hartree)
    every = every[np.isfinite(every)]
    if exact is None:
        every = every[every > heights(np.array([base]), base, hartree=hartree)[0]]
    reach = np.array([*every.tolist(), *marks])
    if not reach.size:
        return
    low, high = float(reach.min()), float(reach.max())
    low, high = low / 1.8, high * 1.8
    if high / low < 10:
        middle = np.sqrt(low * high)
        low, high = float(middle / 3.2), float(middle * 3.2)
    ax.set_ylim(low, high)
