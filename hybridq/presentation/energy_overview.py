"""One figure that tells an energy: how it came down, how good it is, and the facts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hybridq.plots import style
from hybridq.plots.energies import plot_energy_error, plot_growth
from hybridq.presentation.search_curve import plot_search

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hybridq.presentation.parts import Energy
    from hybridq.presentation.result import Result


def energy_overview(result: Result, energy: Energy) -> Figure:
    """The error by evaluation, by operator where the ansatz grew, and a panel of facts.

    Args:
        result: of a molecule or a Hamiltonian.
        energy: its block `energy`.
    """
    steps = result.trace.iterations
    grown = len(steps) > 1
    hartree = energy.unit == "hartree"
    figure, axes = _panels("01f" if grown else "0f", 15.5 if grown else 11.5)
    headline, detail = sentences(result, energy)
    _captions(figure, headline, detail)
    if result.objective["kind"] == "expectation" and result.objective.get("shots") is None:
        plot_energy_error(
            result.trace.values, energy.exact, axes["0"], hartree_fock=energy.hartree_fock,
            hartree=hartree,
        )  # fmt: skip
    else:  # other numbers, or estimates that may lie below the exact energy: no error to draw
        plot_search(result, axes["0"])
    if grown:
        plot_growth(
            [step.energy for step in steps],
            energy.exact,
            axes["1"],
            gradient_norms=[step.gradient_norm for step in steps],
            hartree_fock=energy.hartree_fock,
            hartree=hartree,
        )
    fact_panel(_facts(result, energy), axes["f"])
    return figure


def fact_panel(rows: Sequence[tuple[str, str]], ax: Axes) -> Axes:
    """Names and values in two columns, in place of a picture."""
    ax.set_axis_off()
    ax.set_title(
        "In numbers", loc="left", fontsize=11, fontweight="bold", color=style.INK,
        parse_math=False,
    )  # fmt: skip
    step = min(0.075, 1.0 / max(len(rows), 1))
    for place, (name, value) in enumerate(rows):
        y = 0.98 - step * place
        options: dict[str, Any] = {
            "transform": ax.transAxes, "fontsize": 9.5, "va": "top", "parse_math": False,
        }  # fmt: skip
        ax.text(0.0, y, name, color="#777777", **options)
        ax.text(0.36, y, textwrap.shorten(value, 34), color=style.INK, **options)
    return ax


def sentences(result: Result, energy: Energy) -> tuple[str, str]:
    """A headline that states the energy, and a line that states how it was found."""
    unit = " Ha" if energy.unit == "hartree" else ""
    headline = f"{result.problem.name}: energy {_energy(result.expectation)}{unit}"
    if energy.error_mha is not None:
        met = "within" if energy.chemical_accuracy else "beyond"
        headline += f", error {_error(energy.error_mha)} mHa ({met} chemical accuracy)"
    elif energy.error is not None:
        headline += f", error {_error(energy.error)}"
    count = result.optimizer.evaluations
    detail = [
        f"{ansatz_name(result.ansatz)}, {count_of(result.ansatz)}",
        f"{result.problem.n_qubits} qubits",
        f"{count} evaluation{'' if count == 1 else 's'} by {result.optimizer.method}",
    ]
    if energy.exact_note:
        known = energy.exact is not None
        detail.append(f"{'exact energy by' if known else 'no exact energy:'} {energy.exact_note}")
    return headline, " · ".join(detail)


def ansatz_name(ansatz: Mapping[str, Any]) -> str:
    """An ansatz as the literature writes it, from the facts in a result."""
    kind = str(ansatz.get("kind", "circuit"))
    known = {
        "uccsd": "UCCSD",
        "k-upccgsd": f"{ansatz.get('k', 'k')}-UpCCGSD",
        "hva": "HVA",
        "adapt": "ADAPT-VQE",
        "hardware-efficient": "Hardware-efficient",
    }
    return known.get(kind, style.capital(kind))


def count_of(ansatz: Mapping[str, Any]) -> str:
    """``1 parameter``, ``2 parameters``."""
    count = ansatz.get("n_params", 0)
    return f"{count} parameter{'' if count == 1 else 's'}"


def _facts(result: Result, energy: Energy) -> list[tuple[str, str]]:
    unit = " Ha" if energy.unit == "hartree" else ""
    rows = [("Energy", f"{_energy(result.expectation)}{unit}")]
    if energy.hartree_fock is not None:
        rows.append(("Hartree–Fock", f"{_energy(energy.hartree_fock)}{unit}"))
    if energy.exact is not None:
        rows.append(("Exact", f"{_energy(energy.exact)}{unit}"))
    if energy.error_mha is not None:
        rows.append(("Error", f"{_error(energy.error_mha)} mHa"))
    elif energy.error is not None:
        rows.append(("Error", _error(energy.error)))
    if energy.correlation_recovered is not None:
        rows.append(("Correlation", style.percent(energy.correlation_recovered)))
    if energy.particles is not None:
        rows.append(("Electrons", style.number(round(energy.particles.n, 6))))
    if energy.s_squared is not None:
        rows.append(("⟨S²⟩", f"{abs(energy.s_squared):.4f}"))
    rows.append(("Ansatz", ansatz_name(result.ansatz)))
    rows.append(("Parameters", str(result.ansatz.get("n_params", ""))))
    rows.append(("Qubits", str(result.problem.n_qubits)))
    rows.append(("Engine", f"{result.engine.name}, {result.engine.precision}"))
    rows.append(("Optimizer", result.optimizer.method))
    rows.append(("Evaluations", f"{result.optimizer.evaluations}, {result.optimizer.status}"))
    rows.append(("Time", f"{result.seconds:.3g} s"))
    if result.seed is not None:
        rows.append(("Seed", str(result.seed)))
    return rows


def _panels(order: str, width: float) -> tuple[Figure, dict[str, Axes]]:
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    spacing = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, wspace=0.04, hspace=0.05)
    figure = style.new_figure(width, 5.6, layout=spacing)
    widths = [2.0 if key == "f" else 3.6 for key in order]
    return figure, figure.subplot_mosaic(order, width_ratios=widths)


def _captions(figure: Figure, headline: str, detail: str) -> None:
    width = int(8.2 * figure.get_figwidth())
    figure.suptitle(
        textwrap.fill(headline, width), x=0.015, ha="left", fontsize=14, fontweight="bold",
        color=style.BLACK, parse_math=False,
    )  # fmt: skip
    figure.supxlabel(
        textwrap.fill(detail, int(1.6 * width)), x=0.015, ha="left", fontsize=9.5,
        color=style.INK, parse_math=False,
    )  # fmt: skip


def _energy(value: float) -> str:
    return f"{value:.8f}".replace("-", "−")


def _error(value: float) -> str:
    """An error to at least two digits, 0 where it is rounding."""
    if abs(value) < 1e-8:
        return "0"
    return (f"{value:.3f}" if 0.1 <= abs(value) < 1e4 else f"{value:.2g}").replace("-", "−")
