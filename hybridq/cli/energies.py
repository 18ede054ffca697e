"""Energies, their errors and spins as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hybridq.cli.words import number
from hybridq.solver.energy import CHEMICAL_ACCURACY

if TYPE_CHECKING:
    from hybridq.presentation import Energy, Result

ACCURACY = f"chemical accuracy ({1e3 * CHEMICAL_ACCURACY:g} mHa)"
# What a search in double precision leaves of a difference of two energies, relative to them.
_ROUNDING = 1e-10
_MULTIPLICITIES = ("singlet", "doublet", "triplet", "quartet", "quintet", "sextet", "septet")
_PURE = 0.01  # how far <S^2> of a state of definite spin may be from S(S + 1)


def energy(value: float) -> str:
    """An energy to eight decimals; very small and very large ones to ten digits."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{value:.8f}"
    return f"{value:.9e}"


def with_unit(value: float, block: Energy) -> str:
    """An energy with its unit, where that is known."""
    return f"{energy(value)} Ha" if block.unit == "hartree" else energy(value)


def error(value: float, block: Energy, scale: float) -> str:
    """An error: millihartree for molecules, else in the Hamiltonian's own unit.

    Args:
        value: energy less the exact energy.
        block: tells the unit.
        scale: an energy beside which the error may be rounding, shown as 0 then.
    """
    if abs(value) <= _ROUNDING * max(1.0, abs(scale)):
        return "0"
    if block.unit == "hartree":
        milli = 1e3 * value
        return f"{milli:.3f}" if abs(milli) >= 0.1 else f"{milli:.2g}"
    return f"{value:#.3g}".rstrip(".") if abs(value) >= 1e-4 else f"{value:.2e}"


def error_with_unit(value: float, block: Energy, scale: float) -> str:
    """`error`, and the unit where that is known."""
    return error(value, block, scale) + (" mHa" if block.unit == "hartree" else "")


def share(ratio: float | None) -> str:
    """A share in per cent with two decimals, never rounded up to 100 %."""
    if ratio is None or not math.isfinite(ratio):
        return "-"
    if abs(ratio - 1) <= 1e-7:
        return "100 %"
    text = f"{100 * ratio:.2f}"
    if text == "100.00":
        return "> 99.99 %" if ratio < 1 else "> 100 %"
    return f"{text} %"


def multiplicity(s_squared: float) -> str | None:
    """``"singlet"`` for 0, ``"doublet"`` for 0.75 and so on; None for a mixture of spins."""
    twice = round(math.sqrt(max(0.0, 4 * s_squared + 1))) - 1
    if abs(s_squared - twice * (twice + 2) / 4) > _PURE:
        return None
    return _MULTIPLICITIES[twice] if twice < len(_MULTIPLICITIES) else f"2S = {twice}"


def spin_text(s_squared: float) -> str:
    """⟨S²⟩ and the name of the multiplet."""
    return f"⟨S²⟩ = {abs(s_squared):.4f} ({multiplicity(s_squared) or 'a mixture of spins'})"


def count(value: float) -> str:
    """An expected number of particles, without rounding noise."""
    return number(float(f"{value:.6f}"))


def exact_method(result: Result) -> str:
    """How the exact energy was found, without the space."""
    return result.energy.exact_note.partition(" of ")[0] if result.energy is not None else ""
