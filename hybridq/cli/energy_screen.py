"""One screen that tells an energy: the answer first, every number after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hybridq.cli import energies, page
from hybridq.cli.energy_verdict import ended_early, headline, next_step, quiet_line, warnings
from hybridq.cli.optimizer_options import in_words as options_row
from hybridq.cli.search_rows import time_row
from hybridq.cli.words import as_options, one_line, plural
from hybridq.presentation.energy_overview import ansatz_name

if TYPE_CHECKING:
    from hybridq.presentation import Energy, Iteration, ProblemInfo, Result

_MOST_STEPS = 10  # rows of a growing ansatz


def show(result: Result, *, quiet: bool = False, notes: Sequence[str] = ()) -> None:
    """Print a result on standard output: the whole screen, or the essentials on one line.

    Args:
        result: of a molecule or a Hamiltonian.
        quiet: one line.
        notes: what was read otherwise than it stands in the file.
    """
    if quiet:
        page.say(quiet_line(result))
    else:
        page.show_parts(_parts(result, notes))


def _parts(result: Result, notes: Sequence[str]) -> list[RenderableType]:
    good, text = headline(result)
    ended = ended_early(result)
    remarks = [*warnings(result), *([] if ended is None else [ended])]
    advice = None if good or ended is not None else next_step(result)
    remarks += [] if advice is None else [advice]
    parts = page.heading(text, good=good, notes=remarks)
    parts += [_values(result), page.facts(_rows(result, notes))]
    if result.trace.iterations:
        parts += [Text(""), *_growth(result)]
    return [*parts, Text("")]


def _values(result: Result) -> Table:
    """The energy beside those of Hartree and Fock and of exact diagonalization."""
    block = _block(result)
    molecule = block.unit == "hartree"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    table.add_column("")
    table.add_column("energy (Ha)" if molecule else "energy", justify="right", no_wrap=True)
    if block.exact is not None:
        table.add_column("error (mHa)" if molecule else "error", justify="right", no_wrap=True)
    recovered = block.correlation_recovered is not None
    if recovered:
        table.add_column("correlation", justify="right", no_wrap=True)

    def row(name: str, value: float, part: float | None, style: str = "") -> None:
        cells = [name, energies.energy(value)]
        if block.exact is not None:
            cells.append(energies.error(value - block.exact, block, block.exact))
        if recovered:
            cells.append(energies.share(part))
        table.add_row(*cells, style=style)

    row(ansatz_name(result.ansatz), result.expectation, block.correlation_recovered, "bold")
    if block.hartree_fock is not None:
        row("Hartree-Fock", block.hartree_fock, 0.0)
    if block.exact is not None:
        row(f"Exact: {one_line(energies.exact_method(result))}", block.exact, 1.0)
    return table


def _rows(result: Result, notes: Sequence[str]) -> list[tuple[str, str]]:
    block, problem = _block(result), result.problem
    rows = [(problem_label(problem), describe_problem(problem))]
    rows += [("Note", note) for note in notes]
    if block.particles is not None and block.s_squared is not None:
        held = energies.count(block.particles.n)
        rows.append(("State", f"⟨N⟩ = {held}, {energies.spin_text(block.s_squared)}"))
    rows.append(("Ansatz", describe_ansatz(result.ansatz)))
    rows.append(("Engine", str(result.engine)))
    rows.append(("Optimizer", page.search_line(result.optimizer)))
    rows += options_row(result.optimizer)
    if block.exact is None and block.exact_note:
        rows.append(("Exact", as_options(block.exact_note)))
    rows.append(time_row(result.seconds, result.seed))
    return rows


def problem_label(problem: ProblemInfo) -> str:
    """What the row of the problem is called."""
    return "Molecule" if problem.kind == "molecule" else "Problem"


def describe_problem(problem: ProblemInfo) -> str:
    """The size of a molecule or a Hamiltonian on a line."""
    facts, qubits = problem.facts, plural(problem.n_qubits, "qubit")
    if {"electrons", "orbitals", "spin"} <= facts.keys():
        electrons = plural(int(facts["electrons"]), "electron")
        inside = f"{electrons} in {plural(int(facts['orbitals']), 'orbital')}"
        kind = "" if facts.get("restricted", True) else ", unrestricted"
        return f"{problem.name}, {inside}{kind}, 2S = {facts['spin']}, {qubits}"
    terms = [plural(int(facts["terms"]), "term")] if "terms" in facts else []
    return ", ".join([problem.name, *terms, qubits])


def describe_ansatz(ansatz: dict[str, Any]) -> str:
    """The circuit and where its search began, on a line."""
    parts = [ansatz_name(ansatz)]
    if "layers" in ansatz:
        parts.append(plural(int(ansatz["layers"]), "layer"))
    if ansatz.get("repetitions", 1) > 1:
        parts.append(f"{ansatz['repetitions']} repetitions")
    parts.append(plural(int(ansatz["n_params"]), "parameter"))
    if ansatz.get("singlet"):
        parts.append("α and β share theirs")
    if ansatz.get("forbidden_by_symmetry"):
        parts.append(f"{ansatz['forbidden_by_symmetry']} more are 0 by symmetry")
    if "pool" in ansatz:
        parts.append(f"pool {ansatz['pool']}")
    if ansatz.get("initial"):
        parts.append(f"started from {ansatz['initial']}")
    return ", ".join(parts)


def _growth(result: Result) -> list[RenderableType]:
    """Some steps of an ansatz that grew."""
    block, steps = _block(result), result.trace.iterations
    table = Table.grid(padding=(0, 2))
    for justify in ("right", "right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    errors = block.exact is not None
    name = "error (mHa)" if block.unit == "hartree" else "error"
    table.add_row(" Operators", "energy", name if errors else "", "the last one", style="dim")
    for number in _some(len(steps)):
        step = steps[number]
        table.add_row(
            str(number + 1), energies.energy(step.energy), _step_error(step, block), step.operator
        )
    return [table]


def _step_error(step: Iteration, block: Energy) -> str:
    if block.exact is None:
        return ""
    return energies.error(step.energy - block.exact, block, block.exact)


def _some(count: int) -> list[int]:
    """Positions of all steps, or of the first ones, then ever fewer, and the last."""
    if count <= _MOST_STEPS:
        return list(range(count))
    ratio = count ** (1 / (_MOST_STEPS - 1))
    return sorted({round(ratio**k) - 1 for k in range(_MOST_STEPS)} | {count - 1})


def _block(result: Result) -> Energy:
    assert result.energy is not None
    return result.energy
