"""Energies measured at the end of a search, with their standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybridq.core.numbers import plural
from hybridq.presentation.numbers import HARTREE

if TYPE_CHECKING:
    from hybridq.core.errors import Text


@dataclass(frozen=True)
class MeasuredEnergy:
    """An energy estimated from shots by a measurement plan.

    Attributes:
        value: the estimate.
        standard_error: its standard error, from the shots themselves.
        shots: number of shots of all circuits.
        circuits: number of circuits.
        grouping: name in `GROUPINGS`.
        predicted_error: the standard error that the plan predicted, without noise.
        unit: ``"hartree"`` for molecules, None where the Hamiltonian brings its own unit.
        mitigation: name in `MITIGATIONS`, None where nothing was mitigated.
        label: ``"unbiased"``, ``"biased"`` or ``"bounded"``; None without mitigation.
        statement: the condition of the label.
        raw: the value without the mitigation, where it was measured.
        bounds: of the value without noise, where the mitigation gives some.
    """

    value: float
    standard_error: float
    shots: int
    circuits: int
    grouping: str
    predicted_error: float
    unit: str | None = None
    mitigation: str | None = None
    label: str | None = None
    statement: str = ""
    raw: float | None = None
    bounds: tuple[float, float] | None = None


def with_error(value: float, error: float, unit: str | None = None) -> str:
    """Format a value with its standard error to two digits of the error."""
    symbol = " Ha" if unit == HARTREE else ""
    if not math.isfinite(error) or error <= 0:
        return f"{value:.8g} ± {error:.2g}{symbol}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f} ± {error:.{digits}f}{symbol}"


def measured_clause(measured: MeasuredEnergy) -> str:
    """Return the measured energy, and what its mitigation is worth, in a few words."""
    shown = f"measured {with_error(measured.value, measured.standard_error, measured.unit)}"
    label = "" if measured.mitigation is None else f" ({measured.mitigation}, {measured.label})"
    return shown + label


def measured_facts(measured: MeasuredEnergy) -> list[tuple[str, Text]]:
    """Return the rows about the measured energy and its mitigation."""
    shown = with_error(measured.value, measured.standard_error, measured.unit)
    symbol = " Ha" if measured.unit == HARTREE else ""
    rows: list[tuple[str, Text]] = [
        (
            "Measured",
            f"{shown}; {measured.shots:,} shots of {plural(measured.circuits, 'circuit')}, "
            f"{measured.grouping}; predicted ± {measured.predicted_error:.2g}{symbol}",
        )
    ]
    if measured.mitigation is None:
        return rows
    parts = [f"{measured.mitigation}, {measured.label}: {measured.statement}"]
    if measured.bounds is not None:
        low, high = measured.bounds
        parts.append(f"without noise between {low:.5g} and {high:.5g}{symbol}")
    elif measured.raw is not None:
        parts.append(f"{measured.raw:.5g}{symbol} before")
    return [*rows, ("Mitigation", "; ".join(parts))]
