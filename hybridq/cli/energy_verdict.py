"""What an energy means, in plain words, and what to try where it is not good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.cli import energies
from hybridq.cli.verdict import cut_short
from hybridq.cli.words import as_options, one_line, plural

if TYPE_CHECKING:
    from hybridq.result import Energy, Result

# Where no chemical accuracy is defined: an error that is small beside the energy itself.
_SMALL = 1e-3
# How far below the exact energy rounding may lead, relative to it.
_BELOW = {"double": 1e-9, "single": 1e-5}


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
        return True, f"{found}. That is the exact ground energy."
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
    return good, f"{found}. That is {shown} above the exact ground energy{part}."


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


def _is_below(result: Result) -> bool:
    """Whether the energy is below the exact one by more than rounding."""
    block = _block(result)
    if block.error is None or block.exact is None:
        return False
    return block.error < -_BELOW[result.engine.precision] * max(1.0, abs(block.exact))


def _block(result: Result) -> Energy:
    assert result.energy is not None
    return result.energy
