"""Sentences on energies, their accuracy and the next thing to try."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hybridq.classical.exact_energies import ExactStatus, numbers_of
from hybridq.core.errors import Setting, Text
from hybridq.core.numbers import percent, plural
from hybridq.core.text import capital
from hybridq.presentation import machine, numbers, search
from hybridq.presentation.answers import search_clauses
from hybridq.presentation.energy_parts import HARTREE_FOCK
from hybridq.presentation.measured import measured_clause, measured_facts
from hybridq.presentation.numbers import HARTREE, multiplicity
from hybridq.presentation.objectives import no_gain, objective_facts
from hybridq.presentation.report import Comparison, ComparisonRow, Report

if TYPE_CHECKING:
    from hybridq.classical.exact_energies import Diagonalization
    from hybridq.presentation.energy_parts import Energy
    from hybridq.presentation.result import Result

SMALL = 1e-3  # of the exact energy: a small error where no chemical accuracy is defined
# How far below the exact energy rounding may lead, relative to it.
_BELOW = {"double": 1e-9, "single": 1e-5}


class Standing(StrEnum):
    """Quality of an energy, judged by the exact one.

    Attributes:
        EXACT: equal up to rounding.
        GOOD: within chemical accuracy, or 0.1 % of the exact energy.
        POOR: above that.
        BELOW: below the exact energy, so that the state has left the space that was asked for.
        UNKNOWN: the exact energy is missing.
    """

    EXACT = "exact"
    GOOD = "good"
    POOR = "poor"
    BELOW = "below"
    UNKNOWN = "unknown"


def standing(result: Result, block: Energy) -> Standing:
    """Return how the energy compares with the exact one."""
    if block.error is None or block.exact is None:
        return Standing.UNKNOWN
    if numbers.is_rounding(block.error, block.exact):
        return Standing.EXACT
    if block.error < -_BELOW[result.engine.precision] * max(1.0, abs(block.exact)):
        return Standing.BELOW
    if block.chemical_accuracy is not None:
        return Standing.GOOD if block.chemical_accuracy else Standing.POOR
    relative = _relative(block)
    return Standing.GOOD if relative is not None and relative <= SMALL else Standing.POOR


def report(result: Result, block: Energy) -> Report:
    """Return the sentences and rows about an energy."""
    good = standing(result, block) in (Standing.EXACT, Standing.GOOD) and result.execution is None
    early = search.ended_early(result.optimizer, len(result.trace.iterations))
    advice = None if good or early is not None else next_step(result, block)
    remarks = (
        *warnings(result, block),
        early,
        no_gain(result),
        advice,
        machine.surprise(result),
        machine.rerun_remark(result),
    )
    return Report(
        good=good,
        headline=headline(result, block),
        brief=brief(result, block),
        remarks=tuple(remark for remark in remarks if remark is not None),
        comparison=_comparison(result, block),
        answer=(),
        facts=tuple(_facts(result, block)),
    )


def headline(result: Result, block: Energy) -> Text:
    """Return a sentence or two: the energy, and how accurate it is."""
    info = result.execution
    if info is not None:
        unit = " Ha" if block.unit == HARTREE else ""
        trained = f"Without noise the circuit has {_energy(result.trained, block)}"
        return f"{machine.energy_headline(info, unit)} {trained}{_accuracy(block)}."
    found = f"Lowest energy found: {_energy(result.trained, block)}"
    if block.error is None or block.exact is None:
        below = ""
        if block.hartree_fock is not None:
            gap = block.hartree_fock - result.trained
            below = f", {1e3 * gap:.3f} mHa below {_named(block)}"
        reason = block.diagonalization.method
        return f"{found}{below}. No exact energy is available ({reason})."
    error = numbers.error_with_unit(abs(block.error), block.unit, block.exact)
    match standing(result, block):
        case Standing.EXACT:
            return f"{found}. That is the exact ground energy{_space(block)}."
        case Standing.BELOW:
            return (
                f"{found}. That is {error} below the lowest energy of the requested states: "
                "the circuit has left their sector."
            )
    if block.chemical_accuracy is not None:
        where = f"{'within' if block.chemical_accuracy else 'beyond'} {numbers.ACCURACY}"
        return f"{found}. That is {error} above the exact energy, {where}."
    relative = _relative(block)
    part = "" if relative is None else f" ({100 * relative:.2g} % of it)"
    return f"{found}. That is {error} above the exact ground energy{_space(block)}{part}."


def _accuracy(block: Energy) -> str:
    """Return the error of the trained circuit after a comma, if it is known."""
    clause = _error_clause(block)
    return f", {clause}" if clause else ""


def brief(result: Result, block: Energy) -> str:
    """Return the essentials in one line."""
    if result.execution is not None:
        return machine.energy_headline(result.execution, " Ha" if block.unit == HARTREE else "")
    parts = [f"Energy {_energy(result.trained, block)}"]
    parts.append(_error_clause(block) or "no exact energy")
    if result.measured is not None:
        parts.append(measured_clause(result.measured))
    return ", ".join(parts) + search.ending(result.optimizer, result.seed)


def caption(result: Result, block: Energy) -> tuple[str, str]:
    """Return a title that states the energy, and a line that states how it was found."""
    error, unit = _error_clause(block), " Ha" if block.unit == HARTREE else ""
    found = f"energy {_energy(result.trained, block)}"
    detail = search_clauses(result)
    if result.execution is not None:
        alone = f"{capital(found)} without noise" + (f", {error}" if error else "")
        detail, error = [alone, *detail], ""
        found = machine.mean_clause(result.execution, "energy", unit)
    elif result.measured is not None:
        detail = [measured_clause(result.measured), *detail]
    title = f"{result.problem.name}: {found}"
    if block.diagonalization.status is ExactStatus.DONE:
        detail.append(f"exact energy by {block.exact_note}")
    else:
        detail.append(f"no exact energy: {block.diagonalization.method}")
    return title + (f", {error}" if error else ""), capital(" · ".join(detail))


def lines(result: Result, block: Energy) -> list[str]:
    """Return a few lines for a terminal."""
    name, kind = result.problem.value_name, result.ansatz.get("kind", "circuit")
    count = plural(len(result.parameters), "parameter")
    found = [f"{result.problem.name}: {name} {_energy(result.trained, block)} ({kind}, {count})"]
    if block.exact is None or block.error is None:
        found.append(f"exact: {block.exact_note}")
    else:
        found.append(f"exact: {_energy(block.exact, block)}; {_error_clause(block)}")
    if block.hartree_fock is not None:
        line = f"{block.reference}: {_energy(block.hartree_fock, block)}"
        if block.correlation_recovered is not None:
            share = numbers.correlation(block.correlation_recovered)
            line += f"; {share} of the correlation energy"
        found.append(line)
    found += _measured(result, block)
    state = _state(block)
    return found if state is None else [*found, state]


def _measured(result: Result, block: Energy) -> list[str]:
    """Return the measured energy in a line, if there is one."""
    if result.execution is not None:
        unit = " Ha" if block.unit == HARTREE else ""
        return [machine.mean_clause(result.execution, "energy", unit)]
    return [] if result.measured is None else [measured_clause(result.measured)]


def number_facts(result: Result, block: Energy) -> list[tuple[str, str]]:
    """Return names and numbers for a panel of a picture."""
    if result.execution is None:
        rows = [("Energy", _energy(result.trained, block))]
    else:
        rows = machine.number_facts(result.execution, " Ha" if block.unit == HARTREE else "")
    if result.measured is not None:
        rows.append(("Measured", measured_clause(result.measured).removeprefix("measured ")))
    if block.hartree_fock is not None:
        rows.append((block.reference.replace("-", "–"), _energy(block.hartree_fock, block)))
    if block.exact is not None:
        rows.append(("Exact", _energy(block.exact, block)))
        if block.error is not None:
            error = numbers.error_with_unit(block.error, block.unit, block.exact)
            rows.append(("Error", error))
    if block.correlation_recovered is not None:
        rows.append(("Correlation", percent(block.correlation_recovered)))
    if block.particles is not None:
        rows.append(("Electrons", numbers.particle_count(block.particles.n)))
    if block.s_squared is not None:
        rows.append(("⟨S²⟩", f"{abs(block.s_squared):.4f}"))
    return rows


def warnings(result: Result, block: Energy) -> list[str]:
    """Return how the state differs from the one that was asked for, a sentence each."""
    found = []
    electrons = result.problem.facts.get("electrons")
    if block.particles is not None and electrons is not None:
        held = block.particles.n
        if abs(held - electrons) > 1e-3:
            count = numbers.particle_count(held)
            found.append(f"The state holds {count} electrons on average, not {electrons}.")
    if block.s_squared is not None and multiplicity(block.s_squared) is None:
        found.append(f"The state mixes spins: ⟨S²⟩ = {block.s_squared:.3f}.")
    if block.reachable is not None:
        found.append(f"{capital(block.kept_text)}.")
    if block.other_spin:
        exact, held = block.exact_s_squared or 0.0, abs(block.s_squared or 0.0)
        found.append(
            f"The exact state of this sector {_spin_clause(exact)}; "
            f"the one found {_spin_clause(held)}."
        )
    return found


def next_step(result: Result, block: Energy) -> Text | None:
    """Return the one thing to do for a better energy; None if nothing is known."""
    quality = standing(result, block)
    molecule = block.unit == HARTREE
    if quality is Standing.UNKNOWN:
        if block.diagonalization.status is ExactStatus.NOT_REQUESTED:
            return None
        exact = Setting("exact", True)
        return ("Try ", exact, ": it computes the exact energy whatever time it takes.")
    if quality is Standing.BELOW:
        if not molecule:
            return None
        return ("Try ", Setting("ansatz", "uccsd"), ": it keeps the number of electrons.")
    if block.advice is not None:
        reached = _energy(block.advice.reached, block)
        return ("Try ", *block.advice.settings, f": a trial of it reached {reached}.")
    if _is_lowest_reachable(result, block):
        return "No deeper circuit leaves these states."
    if result.ansatz.get("lower_without_symmetry"):
        whole = Setting("symmetry", False)
        return ("Try ", whole, ": excitations that symmetry leaves out lower this energy.")
    return None


def exact_fact(how: Diagonalization) -> Text:
    """Return how an exact energy was computed, or why not and the remedy."""
    if how.status is ExactStatus.TOO_LARGE:
        return (how.method, "; ", Setting("exact", True), " tries")
    return how.method


def _comparison(result: Result, block: Energy) -> Comparison:
    """Return the energy found, that of Hartree and Fock, and the exact one."""
    hartree = block.unit == HARTREE
    columns = ["energy (Ha)" if hartree else "energy"]
    if block.exact is not None:
        columns.append("error (mHa)" if hartree else "error")
    if block.correlation_recovered is not None:
        columns.append("correlation")

    def row(name: str, value: float, share: float | None, *, own: bool = False) -> ComparisonRow:
        """Return one row; `share` is that of the correlation energy."""
        cells = [numbers.energy(value)]
        if block.exact is not None:
            cells.append(numbers.error(value - block.exact, block.unit, block.exact))
        if block.correlation_recovered is not None:
            cells.append(numbers.correlation(share))
        return ComparisonRow(name, tuple(cells), emphasized=own)

    name, share = search.ansatz_name(result.ansatz), block.correlation_recovered
    if result.execution is not None:
        name = f"{name} without noise"
    rows = [row(name, result.trained, share, own=True)]
    measured = [] if result.execution is None else machine.means(result.execution)[:-1]
    for label, text, value in measured:
        cells = [text]
        if block.exact is not None:
            cells.append(numbers.error(value - block.exact, block.unit, block.exact))
        rows.append(ComparisonRow(label, (*cells, *[""] * (len(columns) - len(cells)))))
    if block.hartree_fock is not None:
        rows.append(row(block.reference, block.hartree_fock, 0.0))
    if block.exact is not None:
        rows.append(row(f"Exact: {block.diagonalization.algorithm}", block.exact, 1.0))
    return Comparison(tuple(columns), tuple(rows))


def _facts(result: Result, block: Energy) -> list[tuple[str, Text]]:
    """Return the rows about problem, state, circuit, engine and search."""
    problem = result.problem
    rows: list[tuple[str, Text]] = [(capital(problem.noun), search.problem_line(problem))]
    if block.particles is not None and block.s_squared is not None:
        held = numbers.particle_count(block.particles.n)
        rows.append(("State", f"⟨N⟩ = {held}, {numbers.spin_text(block.s_squared)}"))
    ansatz = search.ansatz_line(result.ansatz)
    if result.ansatz.get("initial"):
        ansatz += f", started from {result.ansatz['initial']}"
    rows.append(("Ansatz", ansatz))
    rows += machine.machine_facts(result)
    rows.append(("Engine", search.engine_line(result.engine, problem.n_qubits)))
    if result.measured is not None:
        rows += measured_facts(result.measured)
    rows += objective_facts(result)
    rows.append(("Optimizer", search.optimizer_line(result.optimizer)))
    if block.exact is None:
        rows.append(("Exact", exact_fact(block.diagonalization)))
    return rows


def _named(block: Energy) -> str:
    """Return the reference determinant within a sentence."""
    is_name = block.reference == HARTREE_FOCK
    return block.reference if is_name else f"the {block.reference.lower()}"


def _spin_clause(s_squared: float) -> str:
    """Return a clause on the spin of a state."""
    name = multiplicity(s_squared)
    return f"is a {name}" if name else f"has ⟨S²⟩ = {s_squared:.2f}"


def _state(block: Energy) -> str | None:
    """Return electrons and spin of the state on a line; None where neither is known."""
    facts = []
    if block.particles is not None:
        facts.append(f"⟨N⟩ = {block.particles.n:.6g}")
    if block.s_squared is not None:
        facts.append(f"⟨S²⟩ = {abs(block.s_squared):.6f}")
    return ", ".join(facts) or None


def _error_clause(block: Energy) -> str:
    """Return the error and its accuracy as a clause; empty where it is not known."""
    if block.error is None or block.exact is None:
        return ""
    error = f"error {numbers.error_with_unit(block.error, block.unit, block.exact)}"
    if block.chemical_accuracy is None:
        return error
    return f"{error} ({'within' if block.chemical_accuracy else 'beyond'} chemical accuracy)"


def _energy(value: float, block: Energy) -> str:
    """Format an energy with its unit, where that is known."""
    return numbers.energy_with_unit(value, block.unit)


def _relative(block: Energy) -> float | None:
    """Return the error over the exact energy; None where that is 0 or not known."""
    if block.error is None or not block.exact:
        return None
    return block.error / abs(block.exact)


def _space(block: Energy) -> str:
    """Return the sector of the exact energy as a clause; empty for all states."""
    how = block.diagonalization
    if block.unit == HARTREE or how.sector is None:
        return ""
    circuit = ", those of the circuit" if how.within_circuit else ""
    return f" with {numbers_of(how.sector)}{circuit}"


def _is_lowest_reachable(result: Result, block: Energy) -> bool:
    """True if the energy is the lowest of the sector that the circuit conserves."""
    if block.reachable is None:
        return False
    return abs(result.trained - block.reachable) <= SMALL * max(1e-12, abs(block.reachable))
