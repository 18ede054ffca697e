"""Draw a circuit with matplotlib, in rows that fit a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybridq.circuits.marks import Mark
from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# All lengths in inches.
_ROW = 0.46
_BOX = 0.32
_GAP = 0.16
_LETTER = 0.088
_BETWEEN_ROWS = 0.42
_WIDEST = 9.6
_HIGHEST = 60.0
_FIXED = "#DCEEF9"
_TUNED = "#FBE7BF"


@dataclass(frozen=True)
class Step:
    """One instruction in the picture.

    Args:
        column: counted from 0.
        marks: by ascending qubit.
        linked: True if a line joins the marks.
        tuned: True if its angle has a parameter.
    """

    column: int
    marks: tuple[Mark, ...]
    linked: bool = True
    tuned: bool = False


def draw_circuit(steps: Sequence[Step], n_qubits: int) -> Figure:
    """Return the circuit as a figure, wrapped into rows.

    Boxes of instructions with a parameter are yellow. A circuit that would need a picture higher
    than five feet is cut, with a note that counts the rest.

    Args:
        steps: instructions and their columns.
        n_qubits: number of wires.
    """
    prefix = 0.3 + _LETTER * len(str(n_qubits - 1))
    widths = column_widths(steps)
    rows = wrapped(widths, _WIDEST - prefix)
    height = _ROW * n_qubits
    most = max(1, int(_HIGHEST // (height + _BETWEEN_ROWS)))
    shown = rows[:most]
    width = prefix + max(sum(widths[row.start : row.stop]) for row in shown) + 0.3
    total = len(shown) * (height + _BETWEEN_ROWS)
    figure = style.new_figure(width, total)
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_xlim(0.0, width)
    ax.set_ylim(-total, 0.0)
    ax.set_axis_off()
    by_column: dict[int, list[Step]] = {}
    for step in steps:
        by_column.setdefault(step.column, []).append(step)
    for place, row in enumerate(shown):
        top = -place * (height + _BETWEEN_ROWS) - 0.5 * (_BETWEEN_ROWS + _ROW)
        end = prefix + sum(widths[row.start : row.stop]) + 0.12
        _wires(ax, n_qubits, top, prefix, end)
        x = prefix
        for column in row:
            for step in by_column.get(column, []):
                _step(ax, step, x + 0.5 * widths[column], top)
            x += widths[column]
    if len(rows) > most:
        left = sum(step.column >= shown[-1].stop for step in steps)
        note = f"{left} further instructions are not drawn"
        ax.text(prefix, -total + 0.12, note, fontsize=9, color=style.INK, va="center")
    return figure


def column_widths(steps: Sequence[Step]) -> list[float]:
    """Return the width of each column in inches; one column for no steps."""
    widths = [_BOX + _GAP] * max((step.column + 1 for step in steps), default=1)
    for step in steps:
        for mark in step.marks:
            widths[step.column] = max(widths[step.column], _box_width(mark.label) + _GAP)
    return widths


def wrapped(widths: Sequence[float], room: float) -> list[range]:
    """Return the columns of each row, rows at most `room` wide or one column."""
    rows, start, used = [], 0, 0.0
    for column, width in enumerate(widths):
        if column > start and used + width > room:
            rows.append(range(start, column))
            start, used = column, 0.0
        used += width
    return [*rows, range(start, len(widths))]


def _box_width(label: str) -> float:
    return max(_BOX, _LETTER * len(label) + 0.12)


def _wires(ax: Axes, n_qubits: int, top: float, start: float, end: float) -> None:
    for qubit in range(n_qubits):
        y = top - _ROW * qubit
        ax.plot([start, end], [y, y], color=style.PALE, linewidth=1.0, zorder=1)
        ax.text(
            start - 0.08, y, f"q{qubit}", ha="right", va="center", fontsize=9, color=style.INK
        )  # fmt: skip


def _step(ax: Axes, step: Step, x: float, top: float) -> None:
    if step.linked and len(step.marks) > 1:
        ends = [top - _ROW * step.marks[place].qubit for place in (0, -1)]
        ax.plot([x, x], ends, color=style.INK, linewidth=1.2, zorder=2)
    for mark in step.marks:
        _mark(ax, mark, x, top - _ROW * mark.qubit, _TUNED if step.tuned else _FIXED)


def _mark(ax: Axes, mark: Mark, x: float, y: float, face: str) -> None:
    from matplotlib.patches import Circle, FancyBboxPatch

    if mark.shape == "control":
        ax.add_patch(Circle((x, y), 0.055, color=style.INK, zorder=3))
        return
    if mark.shape == "swap":
        arm = 0.075
        for slope in (-arm, arm):
            ax.plot([x - arm, x + arm], [y - slope, y + slope], color=style.INK, lw=1.4, zorder=3)
        return
    if mark.shape == "not":
        radius = 0.12
        ax.add_patch(Circle((x, y), radius, fc="white", ec=style.INK, linewidth=1.2, zorder=3))
        ax.plot([x - radius, x + radius], [y, y], color=style.INK, linewidth=1.2, zorder=4)
        ax.plot([x, x], [y - radius, y + radius], color=style.INK, linewidth=1.2, zorder=4)
        return
    width = _box_width(mark.label)
    box = FancyBboxPatch(
        (x - 0.5 * width, y - 0.5 * _BOX), width, _BOX,
        boxstyle="round,pad=0,rounding_size=0.04", fc=face, ec=style.INK, linewidth=0.9, zorder=3,
    )  # fmt: skip
    ax.add_patch(box)
    ax.text(
        x, y, mark.label, ha="center", va="center_baseline", fontsize=9, color=style.INK,
        zorder=5, parse_math=False,
    )  # fmt: skip
