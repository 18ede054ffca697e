"""A result as text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridq.presentation.parts import Energy
    from hybridq.presentation.result import Result


def one_line(result: Result) -> str:
    """The result in one line."""
    # Energies that differ in the millihartree are the whole point; cuts are short numbers.
    form = "g" if result.energy is None else ".8f"
    facts = [] if result.best is None else [f"best={result.best.value:g}"]
    facts.append(f"expectation={result.expectation:{form}}")
    if result.reference is not None:
        facts.append(f"reference={result.reference.value:{form}}")
    return f"Result({result.problem.name!r}: {', '.join(facts)}, seed={result.seed})"


def paragraph(result: Result) -> str:
    """The facts in a few lines; not the arrays."""
    lines = _cut_lines(result)
    if result.energy is not None:
        lines = _energy_lines(result, result.energy)
    method, count = result.optimizer.method, result.optimizer.evaluations
    spent = f"{count} evaluation{'' if count == 1 else 's'}"
    lines.append(f"{method}, {spent}, {result.optimizer.status}, seed {result.seed}")
    return "\n".join(lines)


def _cut_lines(result: Result) -> list[str]:
    name = result.problem.value_name
    best = "" if result.best is None else f"best {name} {result.best.value:g}, "
    lines = [f"{result.problem.name}: {best}expected {name} {result.expectation:g}"]
    if result.reference is not None:
        proof = "optimal" if result.reference.exact else "best known"
        lines.append(f"classical: {result.reference.value:g} ({result.reference.method}, {proof})")
        ratio = result.ratio
        if ratio is not None and ratio.best is not None and ratio.expectation is not None:
            lines[-1] += f"; ratios: best {ratio.best:.4g}, expected {ratio.expectation:.4g}"
    return lines


def _energy_lines(result: Result, energy: Energy) -> list[str]:
    unit = " Ha" if energy.unit == "hartree" else ""
    kind, count = result.ansatz.get("kind", "circuit"), len(result.parameters)
    name = result.problem.value_name
    lines = [
        f"{result.problem.name}: {name} {result.expectation:.8f}{unit} ({kind}, {count} parameters)"
    ]
    if energy.exact is None or energy.error is None:
        lines.append(f"exact: {energy.exact_note}")
    elif energy.error_mha is None:
        lines.append(f"exact: {energy.exact:.8f}; error {energy.error:.3g}")
    else:
        within = "within" if energy.chemical_accuracy else "beyond"
        lines.append(
            f"exact: {energy.exact:.8f}{unit}; error {energy.error_mha:.4g} mHa, "
            f"{within} chemical accuracy"
        )
    if energy.hartree_fock is not None:
        lines.append(f"Hartree-Fock: {energy.hartree_fock:.8f}{unit}")
        if energy.correlation_recovered is not None:
            lines[-1] += f"; {energy.correlation_recovered:.2%} of the correlation energy"
    facts = []
    if energy.particles is not None:
        facts.append(f"⟨N⟩ = {energy.particles.n:.6g}")
    if energy.s_squared is not None:
        facts.append(f"⟨S²⟩ = {energy.s_squared:.6f}")
    return lines + ([", ".join(facts)] if facts else [])
