"""Draw a circuit as text, one line a qubit, in panels that fit a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.circuits.figure import Step, wrapped
from hybridq.circuits.layout import lay_out
from hybridq.circuits.marks import Mark
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

MOST_PANELS = 8
"""Panels of a long circuit that `print` shows."""

_LEAST_WIDTH = 24
_SYMBOLS = {"control": "●", "not": "⊕", "swap": "×"}


def circuit_text(circuit: Circuit, *, width: int = 80, most_panels: int | None = None) -> str:
    """Return a drawing of the circuit in box characters, without a final newline.

    ``┤RX(0.3)├`` is a gate, ``●`` a control, ``⊕`` a NOT, ``×`` one end of an exchange. A box on
    each of several joined wires is one instruction; the first box names it.

    Args:
        circuit: the circuit to draw.
        width: columns of the terminal, at least 24.
        most_panels: limit of the panels, with a note that counts the rest; all by default.

    Raises:
        ParameterError: the width is too small.
    """
    if width < _LEAST_WIDTH:
        raise ParameterError(
            argument="width", value=width, expected=f"at least {_LEAST_WIDTH} columns"
        )
    prefixes = [f"q{qubit}: " for qubit in range(circuit.n_qubits)]
    margin = len(prefixes[-1])
    steps = lay_out(circuit)
    # A wire's end before and after the columns of a panel.
    room = width - margin - 2
    columns: list[list[Step]] = [[] for _ in range(max((s.column + 1 for s in steps), default=1))]
    for step in steps:
        columns[step.column].append(step)
    widths = [_column_width(column, room - 1) for column in columns]
    panels = wrapped([1.0 + wide for wide in widths], float(room))
    texts = []
    for panel in panels[:most_panels]:
        rows = _panel([(columns[k], widths[k]) for k in panel], circuit.n_qubits)
        lines = [
            (f"{prefixes[row // 2]:>{margin}}" if row % 2 == 0 else " " * margin) + line
            for row, line in enumerate(rows)
        ]
        texts.append("\n".join(line.rstrip() for line in lines))
    left = (
        0 if most_panels is None else sum(len(panels[k]) for k in range(most_panels, len(panels)))
    )
    if left:
        missing = sum(len(column) for column in columns[-left:])
        texts.append(f"... {missing} further instructions; circuit.to_text() draws them all")
    return "\n\n".join(texts)


def _column_width(column: list[Step], most: int) -> int:
    widths = [len(_cell(mark, most)) for step in column for mark in step.marks]
    return max(widths, default=1)


def _cell(mark: Mark, most: int) -> str:
    if mark.shape != "box":
        return _SYMBOLS[mark.shape]
    label = mark.label if len(mark.label) + 2 <= most else mark.label[: most - 3] + "…"
    return f"┤{label}├"


def _panel(columns: list[tuple[list[Step], int]], n_qubits: int) -> list[str]:
    """Return the lines of wires and of the links between them, 2 n_qubits − 1 in all."""
    wires, gaps = ["─"] * n_qubits, [" "] * (n_qubits - 1)
    for steps, width in columns:
        cells: dict[int, str] = {}
        links: set[int] = set()
        for step in steps:
            cells.update({mark.qubit: _cell(mark, width) for mark in step.marks})
            if step.linked:
                links.update(range(step.marks[0].qubit, step.marks[-1].qubit))
        for qubit in range(n_qubits):
            crossing = "┼" if qubit in links and qubit - 1 in links else "─"
            wires[qubit] += _centred(cells.get(qubit, crossing), width, "─") + "─"
        for gap in range(n_qubits - 1):
            gaps[gap] += _centred("│" if gap in links else " ", width, " ") + " "
    lines = [line for pair in zip(wires, gaps, strict=False) for line in pair]
    return [*lines, wires[-1]]


def _centred(text: str, width: int, fill: str) -> str:
    """Return `text` with its middle at column width // 2, where links run."""
    before = width // 2 - len(text) // 2
    return fill * before + text + fill * (width - before - len(text))
