"""Sentences on the lowest states of a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.classical.exact_energies import numbers_of
from hybridq.core.errors import Text
from hybridq.core.numbers import plural
from hybridq.core.text import capital
from hybridq.presentation import numbers, search
from hybridq.presentation.energies import SMALL, exact_fact
from hybridq.presentation.numbers import HARTREE
from hybridq.presentation.report import Comparison, ComparisonRow, Report

if TYPE_CHECKING:
    from hybridq.presentation.advice import Advice
    from hybridq.presentation.states import ExcitedStates, State

_METHODS = {
    "vqd": "VQD: each state under a penalty on overlap with the lower ones",
    "subspace": "subspace: H in the span of pool operators applied to the ground state",
}


def report(found: ExcitedStates) -> Report:
    """Return all sentences and rows about the lowest states."""
    remarks: list[Text] = []
    if any(state.status == "interrupted" for state in found.states):
        remarks.append("You interrupted the search: these are the best so far.")
    if found.facts.get("repeated"):
        remarks.append(_repeated(found))
    if found.facts.get("left_sector"):
        remarks.append(
            "The circuit does not keep the particle numbers that were asked for: the exact "
            "energies are those of all numbers."
        )
    if found.diagonalization.within_circuit and found.sector is not None:
        remarks.append("The circuit keeps these numbers: other states were not searched.")
    if found.advice is not None:
        remarks.append(next_step(found.advice, found))
    return Report(
        good=are_good(found),
        headline=headline(found),
        brief=brief(found),
        remarks=tuple(remarks),
        comparison=_comparison(found),
        answer=(),
        facts=tuple(_facts(found)),
    )


def headline(found: ExcitedStates) -> Text:
    """Return a sentence: number of states, their sector, and the largest error."""
    text = f"{_count(found)} found"
    worst = worst_error(found)
    if worst is None:
        reason = found.diagonalization.method
        return f"{text}; no exact energies are available ({reason})."
    if numbers.is_rounding(worst, _scale(found)):
        return f"{text}, {'all exact' if len(found.states) > 1 else 'exact'}."
    error = numbers.error_with_unit(worst, found.unit, _scale(found))
    text += f", {error} off the exact energy at worst"
    if found.unit != HARTREE:
        return f"{text}."
    within = worst <= numbers.CHEMICAL_ACCURACY
    return f"{text}: {'within' if within else 'beyond'} {numbers.ACCURACY}."


def _count(found: ExcitedStates) -> str:
    """Return number and sector of the states, and a larger number asked for."""
    count, asked = len(found.states), int(found.facts.get("asked", 0))
    space = "" if found.sector is None else f" with {numbers_of(found.sector)}"
    if count < asked:
        return f"{plural(count, 'state')}{space} instead of {asked}"
    return f"{plural(count, 'lowest state')}{space}"


def _repeated(found: ExcitedStates) -> str:
    """Return a sentence: why there are fewer states than were asked for."""
    tries = plural(int(found.facts.get("tries", 1)), "start")
    return (
        f"The search for a further state ended in those before, from {tries}: no state of this "
        "circuit that is orthogonal to them was found."
    )


def brief(found: ExcitedStates) -> str:
    """Return the energies on one line."""
    energies = ", ".join(numbers.energy(state.energy) for state in found.states)
    unit = " Ha" if found.unit == HARTREE else ""
    seed = "" if found.seed is None else f", seed {found.seed}"
    return f"Energies {energies}{unit}{worst_clause(found)}{seed}"


def worst_clause(found: ExcitedStates) -> str:
    """Return the largest error with a leading comma, or that none is known."""
    worst = worst_error(found)
    if worst is None:
        return ", no exact energies"
    return f", largest error {numbers.error_with_unit(worst, found.unit, _scale(found))}"


def caption(found: ExcitedStates) -> str:
    """Return the title of a picture of the levels."""
    count = _count(found)
    return f"{found.problem.name}: {count} by {found.method}{worst_clause(found)}"


def paragraph(found: ExcitedStates) -> str:
    """Return the states as lines of text."""
    kind = found.ansatz.get("kind", "circuit")
    unit = " in hartree" if found.unit == HARTREE else ""
    count = _count(found)
    lines = [f"{found.problem.name}: {count} by {found.method} ({kind})"]
    lines.append(f"  {'energy' + unit:>20} {'exact':>14} {'error':>10} {'⟨N⟩':>6} {'⟨S²⟩':>7}")
    for place, state in enumerate(found.states):
        n = None if state.n_alpha is None else state.n_alpha + (state.n_beta or 0.0)
        lines.append(
            f"{place} {state.energy:20.8f} {_cell(state.exact, '14.8f')} "
            f"{_cell(state.error, '10.2e')} {_cell(n, '6.2f')} {_cell(state.s_squared, '7.4f')}"
        )
    return "\n".join(lines)


def next_step(advice: Advice, found: ExcitedStates) -> Text:
    """Return options that were tried and found better states."""
    if numbers.is_rounding(advice.reached, _scale(found)):
        return ("Try ", *advice.settings, ": a trial of it gave the exact energies.")
    error = numbers.error_with_unit(advice.reached, found.unit, _scale(found))
    return ("Try ", *advice.settings, f": a trial of it came within {error} of the exact energies.")


def _comparison(found: ExcitedStates) -> Comparison:
    """Return energy, exact energy, error, electrons and spin of each state."""
    hartree = found.unit == HARTREE
    columns = ["energy (Ha)" if hartree else "energy", "exact"]
    columns.append("error (mHa)" if hartree else "error")
    electrons = any(state.n_alpha is not None for state in found.states)
    columns += ["⟨N⟩", "⟨S²⟩", ""] if electrons else []
    rows = []
    for place, state in enumerate(found.states):
        cells = [numbers.energy(state.energy), "-", "-"]
        if state.exact is not None:
            cells[1] = numbers.energy(state.exact)
        if state.error is not None:
            cells[2] = numbers.error(state.error, found.unit, state.exact or state.energy)
        cells += _electrons(state) if electrons else []
        rows.append(ComparisonRow(str(place), tuple(cells)))
    return Comparison(tuple(columns), tuple(rows))


def _electrons(state: State) -> list[str]:
    """Return number of electrons, ⟨S²⟩ and multiplicity."""
    if state.n_alpha is None or state.n_beta is None or state.s_squared is None:
        return ["-", "-", ""]
    return [
        numbers.particle_count(state.n_alpha + state.n_beta),
        f"{abs(state.s_squared):.4f}",
        numbers.multiplicity(state.s_squared) or "",
    ]


def _facts(found: ExcitedStates) -> list[tuple[str, Text]]:
    """Return the rows about problem, method, circuit and engine."""
    problem = found.problem
    return [
        (capital(problem.noun), search.problem_line(problem)),
        ("Method", _method(found)),
        ("Ansatz", search.ansatz_line(found.ansatz)),
        ("Engine", search.engine_line(found.engine, problem.n_qubits)),
        ("Exact", exact_fact(found.diagonalization)),
    ]


def _method(found: ExcitedStates) -> str:
    """Return the method, and the number of sectors in which it was used."""
    method = _METHODS.get(found.method, found.method)
    sectors = int(found.facts.get("sectors", 1))
    return method if sectors == 1 else f"{method}, in each of {sectors} sectors"


def evaluations(found: ExcitedStates) -> int:
    """Return the number of evaluations of the objective in all."""
    counted = int(found.facts.get("evaluations", 0))
    return counted or sum(state.evaluations for state in found.states)


def are_good(found: ExcitedStates) -> bool:
    """True if all states that were asked for are there, with tolerable errors."""
    worst = worst_error(found)
    complete = len(found.states) >= int(found.facts.get("asked", 0))
    return complete and worst is not None and worst <= _tolerance(found)


def worst_error(found: ExcitedStates) -> float | None:
    """Return the largest error; None where one is not known."""
    errors = [abs(state.error) for state in found.states if state.error is not None]
    return max(errors) if errors and len(errors) == len(found.states) else None


def _tolerance(found: ExcitedStates) -> float:
    """Return the error that a good state may have."""
    return numbers.CHEMICAL_ACCURACY if found.unit == HARTREE else SMALL * _scale(found)


def _scale(found: ExcitedStates) -> float:
    """Return the largest magnitude of the energies."""
    return max(abs(state.energy) for state in found.states)


def _cell(value: float | None, form: str) -> str:
    """Format a value, or a dash of the same width."""
    width = int(form.split(".")[0])
    return "-".rjust(width) if value is None else format(value, form)
