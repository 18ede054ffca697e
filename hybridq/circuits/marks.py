"""Marks that instructions leave on the wires of a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Mark:
    """One mark on one qubit's wire.

    Args:
        qubit: the wire.
        shape: a labelled box, the dot of a control, the circled plus of a NOT, or the cross of an
            exchange.
        label: the text in the box.
    """

    qubit: int
    shape: Literal["box", "control", "not", "swap"]
    label: str = ""


def boxes(letters: dict[int, str], name: str) -> list[Mark]:
    """Return a box for each qubit; the box of the lowest qubit shows `name` instead.

    Args:
        letters: label of each qubit's box.
        name: label of the whole instruction.
    """
    first = min(letters, default=0)
    return [
        Mark(qubit, "box", name if qubit == first else letter) for qubit, letter in letters.items()
    ]
