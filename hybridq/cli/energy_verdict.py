"""What an energy means, in plain words, and what to try where it is not good."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hybridq.cli import energies
from hybridq.cli.verdict import cut_short
from hybridq.cli.words import as_options, one_line, plural
from hybridq.solver.energy import of_other_spin
from hybridq.strategies.adapt import STUCK

if TYPE_CHECKING:
    from hybridq.presentation import Energy, Result

# Where no chemical accuracy is defined: an error that is small beside the energy itself.
_SMALL = 1e-3
# How far below the exact energy rounding may lead, relative to it.
_BELOW = {"double": 1e-9, "single": 1e-5}
# What reaches other states than those that a pool of operators does.
_ELSEWHERE = "another --spin, or --excited 3"


def headline(result: Result) -> tuple[bool, str]:
    """Whether the energy is good, and a sentence that says so."""
    block = _block(result)
    found = f"Lowest energy found: {energies.with_unit(result.expectation, block)}"
    if block.error is None or block.exact is None:
        below = ""
        if block.hartree_fock is not None:
            gap = block.hartree_fock - result.expectation
            below = f", {1e3 * gap:.3f} mHa below Hartree-Fock"
        note = one_line(as_options(block.exact_note)).partition(";")[0]
        return False, f"{found}{below}. There is no exact energy to hold it against ({note})."
    shown = energies.error_with_unit(abs(block.error), block, block.exact)
    if shown.split(" ")[0] == "0":
        return True, f"{found}. That is the exact ground energy{_asked(result)}."
    if _is_below(result):
        return False, (
            f"{found}. That is {shown} below the lowest energy of the states asked for: "
            "the circuit has left them."
        )
    if block.chemical_accuracy is not None:
        where = f"{'within' if block.chemical_accuracy else 'beyond'} {energies.ACCURACY}"
        return block.chemical_accuracy, (
            f"{found}. That is {shown} above the exact energy, {where}."
        )
    relative = block.error / abs(block.exact) if block.exact else None
    part = "" if relative is None else f" ({_per_cent(relative)} of it)"
    good = relative is not None and relative <= _SMALL
    above = f"{shown} above the exact ground energy{_asked(result)}{part}"
    return good, f"{found}. That is {above}."


def quiet_line(result: Result) -> str:
    """The essentials on one line."""
    block = _block(result)
    parts = [f"Energy {energies.with_unit(result.expectation, block)}"]
    if block.error is None or block.exact is None:
        parts.append("no exact energy")
    else:
        shown = energies.error_with_unit(block.error, block, block.exact)
        met = {True: " (within chemical accuracy)", False: " (beyond chemical accuracy)"}
        parts.append(f"error {shown}{met.get(block.chemical_accuracy, '')}")  # type: ignore[arg-type]
    if result.seed is not None:
        parts.append(f"seed {result.seed}")
    ended = {
        "interrupted": " (interrupted)",
        "max_evaluations": " (evaluation limit)",
        "time_limit": " (time limit)",
    }
    return ", ".join(parts) + ended.get(result.optimizer.status, "")


def warnings(result: Result) -> list[str]:
    """What makes the state another one than was asked for."""
    block, facts = _block(result), result.problem.facts
    found = []
    electrons = facts.get("electrons")
    if block.particles is not None and electrons is not None:
        held = block.particles.n
        if abs(held - electrons) > 1e-3:
            found.append(
                f"The state holds {energies.count(held)} electrons on average, not {electrons}."
            )
    if block.s_squared is not None and energies.multiplicity(block.s_squared) is None:
        found.append(f"The state mixes spins: ⟨S²⟩ = {block.s_squared:.3f}.")
    if block.reachable is not None:
        told = block.exact_note.partition("; ")[2]
        found.append(f"{told[:1].upper()}{told[1:]}.")
    if _spin_differs(block):
        exact, held = block.exact_s_squared or 0.0, abs(block.s_squared or 0.0)
        name = energies.multiplicity(exact)
        which = f"is a {name}" if name else f"has ⟨S²⟩ = {exact:.2f}"
        own = energies.multiplicity(held)
        found.append(
            f"The exact state of this sector {which}; the one found "
            + (f"is a {own}." if own else f"has ⟨S²⟩ = {held:.2f}.")
        )
    return found


def ended_early(result: Result) -> str | None:
    """What ended the search before its own test was met, and what lets it go on."""
    if "max_operators" in result.optimizer.message:
        count = len(result.trace.iterations)
        return f"Stopped at {plural(count, 'operator')}: --max-operators allows more."
    return cut_short(result)


def next_step(result: Result) -> str | None:
    """The one thing to try where the energy is not good, None where nothing is obvious."""
    block = _block(result)
    if block.error is None:
        if block.exact_note == "not asked for":
            return None
        return "Try --exact: it computes the exact energy whatever time it takes."
    molecule = result.problem.kind == "molecule"
    if _is_below(result):
        return "Try --ansatz uccsd: it keeps the number of electrons." if molecule else None
    if _at_reachable(result):
        fermions = " or --particles" if "N_alpha" in block.exact_note else ""
        return f"Try another --reference{fermions}: no deeper circuit leaves these states."
    if _spin_differs(block) and _multiplet(block.s_squared) != _multiplet(block.exact_s_squared):
        spin = _multiplet(block.exact_s_squared)
        asked = result.problem.facts.get("spin")
        other = f", or --spin {spin}" if molecule and asked != spin else ""
        return f"Try --excited 3: it finds states of either spin{other}."
    if STUCK in result.optimizer.message:
        pool = "" if result.ansatz.get("pool") == "gsd" else "--pool gsd, "
        return f"No operator of the pool lowers the energy from here: try {pool}{_ELSEWHERE}."
    return reach_lower(result.ansatz, molecule)


def reach_lower(ansatz: dict[str, object], molecule: bool) -> str | None:
    """What makes this ansatz better, or which other one is."""
    advise = _ADVICE.get(str(ansatz.get("kind", "")))
    return None if advise is None else advise(ansatz, molecule)


def _uccsd(ansatz: dict[str, object], molecule: bool) -> str:
    if ansatz.get("singlet"):
        return "Try --no-singlet: every excitation gets a parameter of its own."
    return "Try --ansatz adapt: it grows until the energy is right."


def _adapt(ansatz: dict[str, object], molecule: bool) -> str:
    if ansatz.get("pool") != "gsd":
        return "Try --pool gsd: it reaches every state of the right spin."
    return "Try more --max-operators, or a smaller --gradient-tolerance."


def _hardware_efficient(ansatz: dict[str, object], molecule: bool) -> str:
    if molecule:
        return "Try --ansatz uccsd: it is made for molecules."
    return f"Try --layers {_more(ansatz, 'layers')}, or more --restarts."


def _hva(ansatz: dict[str, object], molecule: bool) -> str:
    return f"Try --layers {_more(ansatz, 'layers')}: a deeper circuit reaches lower."


def _k_upccgsd(ansatz: dict[str, object], molecule: bool) -> str:
    return f"Try --k {_more(ansatz, 'k')}, or --ansatz adapt."


_ADVICE = {
    "uccsd": _uccsd,
    "adapt": _adapt,
    "hardware-efficient": _hardware_efficient,
    "hva": _hva,
    "k-upccgsd": _k_upccgsd,
}


def _more(ansatz: dict[str, object], name: str) -> int:
    """Twice a count."""
    return 2 * int(str(ansatz.get(name, 1)))


def _per_cent(relative: float) -> str:
    return f"{100 * relative:.2g} %"


def _asked(result: Result) -> str:
    """Which states a Hamiltonian's exact energy is of, where that is not all of them."""
    if result.problem.kind == "molecule":
        return ""
    _, within, numbers = _block(result).exact_note.partition(";")[0].partition(" with ")
    return f"{within}{numbers}"


def _spin_differs(block: Energy) -> bool:
    """Whether the exact state is of another spin than the one found."""
    return of_other_spin(block.error, block.exact, block.s_squared, block.exact_s_squared)


def _multiplet(s_squared: float | None) -> int:
    """2S of the multiplet whose S(S + 1) is nearest."""
    return round(math.sqrt(max(0.0, 4 * (s_squared or 0.0) + 1))) - 1


def _at_reachable(result: Result) -> bool:
    """Whether the energy is the lowest of the states that the circuit keeps to."""
    reachable = _block(result).reachable
    if reachable is None:
        return False
    return abs(result.expectation - reachable) <= _SMALL * max(1e-12, abs(reachable))


def _is_below(result: Result) -> bool:
    """Whether the energy is below the exact one by more than rounding."""
    block = _block(result)
    if block.error is None or block.exact is None:
        return False
    return block.error < -_BELOW[result.engine.precision] * max(1.0, abs(block.exact))


def _block(result: Result) -> Energy:
    assert result.energy is not None
    return result.energy
