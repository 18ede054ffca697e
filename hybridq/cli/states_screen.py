"""One screen that tells the lowest states of a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hybridq.cli import energies, page
from hybridq.cli.energy_screen import describe_ansatz, describe_problem, problem_label
from hybridq.cli.energy_verdict import reach_lower
from hybridq.cli.search_rows import time_row
from hybridq.cli.words import as_options, plural
from hybridq.presentation import Energy
from hybridq.solver.energy import CHEMICAL_ACCURACY

if TYPE_CHECKING:
    from hybridq.presentation import ExcitedStates, State

_METHODS = {
    "vqd": "VQD: each state under a penalty on overlap with the lower ones",
    "subspace": "subspace: H among what the pool makes of the ground state",
}
_SMALL = 1e-3  # of the exact energy, where no chemical accuracy is defined


def show(found: ExcitedStates, *, quiet: bool = False, notes: Sequence[str] = ()) -> None:
    """Print the states on standard output: the whole screen, or the energies on one line."""
    if quiet:
        shown = ", ".join(energies.energy(state.energy) for state in found.states)
        unit = " Ha" if found.unit == "hartree" else ""
        seed = "" if found.seed is None else f", seed {found.seed}"
        page.say(f"Energies {shown}{unit}{_worst(found)}{seed}")
    else:
        page.show_parts(_parts(found, notes))


def _parts(found: ExcitedStates, notes: Sequence[str]) -> list[RenderableType]:
    good, text = headline(found)
    remarks = []
    if any(state.status == "interrupted" for state in found.states):
        remarks.append("You interrupted the search: these are the best so far.")
    elif not good and all(state.exact is not None for state in found.states):
        remarks += [_next_step(found)]
    table = _table(found)
    rows = page.facts(_rows(found, notes))
    return [*page.heading(text, good=good, notes=remarks), table, rows, Text("")]


def _next_step(found: ExcitedStates) -> str:
    """The one thing to try where some state is not good."""
    ground = found.states[0]
    advice = None
    if ground.error is not None and abs(ground.error) > _tolerated(found):
        advice = reach_lower(found.ansatz, found.unit == "hartree")
    # An ansatz that grows has no excited states here.
    if advice is not None and "--ansatz adapt" not in advice:
        return advice
    if found.method == "subspace":
        return "Try --excited-method vqd, or another --pool."
    return "Try more --tries, or --excited-method subspace."


def _tolerated(found: ExcitedStates) -> float:
    """The error that a good state may have."""
    if found.unit == "hartree":
        return CHEMICAL_ACCURACY
    return _SMALL * max(abs(state.energy) for state in found.states)


def headline(found: ExcitedStates) -> tuple[bool, str]:
    """Whether all states are good, and a sentence that says how far off the worst is."""
    block = Energy(unit=found.unit)
    count = plural(len(found.states), "lowest state")
    errors = [state.error for state in found.states if state.error is not None]
    if len(errors) < len(found.states):
        reason = as_options(found.exact_note).partition(";")[0]
        return False, f"{count} found; there are no exact energies to hold them against ({reason})."
    worst = max(errors, key=abs)
    scale = max(abs(state.energy) for state in found.states)
    shown = energies.error_with_unit(abs(worst), block, scale)
    if shown.split(" ")[0] == "0":
        return True, f"{count} found, all exact."
    good = abs(worst) <= _tolerated(found)
    bound = ""
    if found.unit == "hartree":
        bound = f": {'within' if good else 'beyond'} {energies.ACCURACY}"
    return good, f"{count} found, {shown} off the exact energy at worst{bound}."


def _worst(found: ExcitedStates) -> str:
    errors = [abs(state.error) for state in found.states if state.error is not None]
    if len(errors) < len(found.states):
        return ", no exact energies"
    block, scale = Energy(unit=found.unit), max(abs(state.energy) for state in found.states)
    return f", largest error {energies.error_with_unit(max(errors), block, scale)}"


def _table(found: ExcitedStates) -> Table:
    block = Energy(unit=found.unit)
    molecule = found.unit == "hartree"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    table.add_column("", justify="right")
    names = ["energy (Ha)" if molecule else "energy", "exact"]
    names.append("error (mHa)" if molecule else "error")
    electrons = any(state.n_alpha is not None for state in found.states)
    names += ["⟨N⟩", "⟨S²⟩", ""] if electrons else []
    for position, name in enumerate(names):
        table.add_column(name, justify="left" if position == 5 else "right", no_wrap=True)
    for number, state in enumerate(found.states):
        cells = [str(number), energies.energy(state.energy)]
        cells.append("-" if state.exact is None else energies.energy(state.exact))
        cells.append(
            "-"
            if state.error is None
            else energies.error(state.error, block, state.exact or state.energy)
        )
        table.add_row(*cells, *(_electrons(state) if electrons else []))
    return table


def _electrons(state: State) -> list[str]:
    if state.n_alpha is None or state.n_beta is None or state.s_squared is None:
        return ["-", "-", ""]
    return [
        energies.count(state.n_alpha + state.n_beta),
        f"{abs(state.s_squared):.4f}",
        energies.multiplicity(state.s_squared) or "",
    ]


def _rows(found: ExcitedStates, notes: Sequence[str]) -> list[tuple[str, str]]:
    rows = [(problem_label(found.problem), describe_problem(found.problem))]
    rows += [("Note", note) for note in notes]
    rows.append(("Method", _METHODS.get(found.method, found.method)))
    rows.append(("Ansatz", describe_ansatz(found.ansatz)))
    rows.append(("Engine", str(found.engine)))
    evaluations = int(found.facts.get("evaluations", 0))
    evaluations = evaluations or sum(state.evaluations for state in found.states)
    rows.append(("Exact", as_options(found.exact_note)))
    rows.append(time_row(found.seconds, found.seed, plural(evaluations, "evaluation")))
    return rows
