"""A schedule as bars on the line of each machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = (
    (style.BLUE, "white"),
    (style.ORANGE, "black"),
    (style.GREEN, "white"),
    (style.SKY, "black"),
    (style.PURPLE, "black"),
    (style.PALE, "black"),
)
_CHARACTERS = 75  # that fit on the whole axis


@dataclass(frozen=True)
class Bar:
    """One task of a schedule.

    Attributes:
        line: name of the machine.
        start: when it begins.
        duration: time that it takes.
        group: number of the job, which gives the colour.
        label: text on the bar.
        wrong: True where it conflicts with another task.
    """

    line: str
    start: float
    duration: float
    group: int
    label: str
    wrong: bool = False


def plot_gantt(
    bars: Sequence[Bar],
    lines: Sequence[str],
    ax: Axes | None = None,
    *,
    title: str,
    end: float | None = None,
) -> Axes:
    """Draw each task as a bar on the line of its machine, coloured by job.

    Tasks in conflict have a thick vermillion frame and hatches, and are half as high, so that those
    behind them show.

    Args:
        bars: the tasks.
        lines: the machines, the first on top.
        ax: the axes to draw on; a new figure by default.
        title: of the picture.
        end: time of a dashed line, such as the makespan.
    """
    from matplotlib.patches import Rectangle

    ax = style.new_axes(ax, 6.6, 4.0)
    last = max([end or 0.0, *(bar.start + bar.duration for bar in bars)]) or 1.0
    row = {line: place for place, line in enumerate(lines)}
    crowded: dict[str, int] = {}
    for bar in sorted(bars, key=lambda each: (each.wrong, each.start)):
        colour, ink = _COLOURS[bar.group % len(_COLOURS)]
        height, y = 0.72, float(row[bar.line])
        if bar.wrong:
            crowded[bar.line] = crowded.get(bar.line, 0) + 1
            height, y = 0.36, y + (0.18 if crowded[bar.line] % 2 else -0.18)
        ax.add_patch(
            Rectangle(
                (bar.start, y - height / 2), bar.duration, height, facecolor=colour,
                edgecolor=style.VERMILLION if bar.wrong else "white",
                linewidth=2.0 if bar.wrong else 1.0, hatch="///" if bar.wrong else None, zorder=2,
            )
        )  # fmt: skip
        if bar.duration * _CHARACTERS >= last * len(bar.label):
            box: Any = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
            ax.text(
                bar.start + bar.duration / 2, y, bar.label, ha="center", va="center", fontsize=8,
                color="black" if bar.wrong else ink, zorder=3, bbox=box if bar.wrong else None,
            )  # fmt: skip
    ax.set_xlim(0.0, 1.02 * last)
    ax.set_ylim(len(lines) - 0.5, -0.5)
    style.style_axes(ax, title=title, xlabel="time", ylabel="")
    ax.set_yticks(range(len(lines)), list(lines), parse_math=False)
    if end is not None:
        ax.axvline(end, color=style.INK, linestyle=(0, (4, 3)), linewidth=1.2, zorder=1)
    groups = sorted({bar.group for bar in bars})
    handles = [
        Rectangle((0, 0), 1, 1, facecolor=_COLOURS[group % len(_COLOURS)][0], label=f"job {group}")
        for group in groups[: len(_COLOURS)]
    ]
    if any(bar.wrong for bar in bars):
        handles.append(
            Rectangle(
                (0, 0), 1, 1, facecolor="white", edgecolor=style.VERMILLION, hatch="///",
                linewidth=1.5, label="conflict",
            )
        )  # fmt: skip
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=4, frameon=False,
        fontsize=9, borderaxespad=0.0,
    )  # fmt: skip
    return ax
