"""Numbers of a result as text, to their accuracy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hybridq.core.numbers import number, percent

if TYPE_CHECKING:
    from hybridq.presentation.result import Result

CHEMICAL_ACCURACY = 1.6e-3  # hartree: 1 kcal/mol
ACCURACY = f"chemical accuracy ({1e3 * CHEMICAL_ACCURACY:g} mHa)"
HARTREE = "hartree"
# Relative to the sum of all magnitudes: sums round at 1e-16, a search stops at about 1e-6.
_SUM_NOISE = 1e-13
_SEARCH_NOISE = 1e-6
# Accuracy of the difference of two energies after a search in double precision, relative to them.
_ROUNDING = 1e-10
_MULTIPLICITIES = ("singlet", "doublet", "triplet", "quartet", "quintet", "sextet", "septet")
_PURE = 0.01  # how far ⟨S²⟩ of a state of definite spin may be from S(S + 1)


def noise(result: Result) -> float:
    """Return the rounding error of a value of the problem."""
    return _SUM_NOISE * result.problem.value_scale


def value(result: Result, of: float) -> str:
    """Format the value of one assignment, in the problem's natural sign."""
    return number(0.0 if abs(of) <= noise(result) else of)


def expectation(result: Result) -> str:
    """Format the expected value to the digits that a search gives."""
    found = result.expectation
    rounding = _SEARCH_NOISE * result.problem.value_scale
    return number(0.0 if abs(found) <= rounding else float(f"{found:.8g}"))


def energy(value: float) -> str:
    """Format an energy to eight decimals, or to ten digits outside 1e-3 … 1e7."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{value:.8f}"
    return f"{value:.9e}"


def energy_with_unit(value: float, unit: str | None) -> str:
    """Format an energy with its unit, where that is known."""
    return f"{energy(value)} Ha" if unit == HARTREE else energy(value)


def error(value: float, unit: str | None, scale: float) -> str:
    """Format an error: millihartree for hartree, else the Hamiltonian's own unit.

    Args:
        value: energy less the exact energy.
        unit: of the energies.
        scale: an energy relative to which the error may be rounding, shown as 0 then.
    """
    if is_rounding(value, scale):
        return "0"
    if unit == HARTREE:
        milli = 1e3 * value
        return f"{milli:.3f}" if abs(milli) >= 0.1 else f"{milli:.2g}"
    return f"{value:#.3g}".rstrip(".") if abs(value) >= 1e-4 else f"{value:.2e}"


def error_with_unit(value: float, unit: str | None, scale: float) -> str:
    """Format as `error`, with the unit where that is known."""
    return error(value, unit, scale) + (" mHa" if unit == HARTREE else "")


def is_rounding(error: float, scale: float) -> bool:
    """True if an error is rounding relative to the energy `scale`."""
    return abs(error) <= _ROUNDING * max(1.0, abs(scale))


def correlation(ratio: float | None) -> str:
    """Format a share of the correlation energy in per cent with two decimals."""
    if ratio is not None and abs(ratio - 1) <= 1e-7:
        return "100 %"
    return percent(ratio, digits=2)


def multiplicity(s_squared: float) -> str | None:
    """Return the name of a multiplet, ``"singlet"`` for 0; None for a mixture."""
    twice = twice_spin(s_squared)
    if abs(s_squared - twice * (twice + 2) / 4) > _PURE:
        return None
    return _MULTIPLICITIES[twice] if twice < len(_MULTIPLICITIES) else f"2S = {twice}"


def twice_spin(s_squared: float) -> int:
    """Return 2S of the multiplet whose S(S + 1) is nearest."""
    return round(math.sqrt(max(0.0, 4 * s_squared + 1))) - 1


def spin_text(s_squared: float) -> str:
    """Format ⟨S²⟩ with the name of the multiplet."""
    return f"⟨S²⟩ = {abs(s_squared):.4f} ({multiplicity(s_squared) or 'a mixture of spins'})"


def particle_count(value: float) -> str:
    """Format an expected number of particles without rounding noise."""
    return number(float(f"{value:.6f}"))
