from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hybridq.plots import plot_energy_error, plot_growth, png, save
from hybridq.plots.energies import heights
from hybridq.plots.levels import plot_levels
from tests.helpers.energy_samples import chain_result, grown_result, molecule_result, three_states


def curve(ax: Axes, label: str) -> tuple[list[float], list[float]]:
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return list(np.asarray(line.get_xdata(), float)), list(np.asarray(line.get_ydata(), float))


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text")))


def test_errors_are_in_millihartree_and_the_best_never_rises() -> None:
    ax = plot_energy_error([-0.9, -0.95, -0.92, -0.999], -1.0, hartree=True)
    assert ax.get_yscale() == "log"
    assert ax.get_ylabel() == "error (mHa)"
    assert curve(ax, "each evaluation")[1] == pytest.approx([100, 50, 80, 1])
    assert curve(ax, "best so far") == (
        pytest.approx([1, 2, 3, 4]),
        pytest.approx([100, 50, 50, 1]),
    )


def test_chemical_accuracy_and_hartree_fock_are_lines_within_the_axis() -> None:
    ax = plot_energy_error([-0.99, -0.9999], -1.0, hartree_fock=-0.98, hartree=True)
    labels = {str(line.get_label()): line for line in ax.lines}
    assert np.asarray(labels["chemical accuracy: 1.6 mHa"].get_ydata())[0] == pytest.approx(1.6)
    assert np.asarray(labels["Hartree–Fock: 20 mHa"].get_ydata())[0] == pytest.approx(20.0)
    low, high = ax.get_ylim()
    assert low < 0.1
    assert high > 20.0


def test_without_hartree_there_is_no_chemical_accuracy() -> None:
    ax = plot_energy_error([-9.0, -9.7], -10.0)
    assert ax.get_ylabel() == "error"
    assert not any("chemical" in str(line.get_label()) for line in ax.lines)


def test_without_an_exact_energy_heights_are_above_the_lowest_found() -> None:
    ax = plot_energy_error([-9.0, -9.9, -9.5, -10.0], None)
    assert ax.get_ylabel() == "energy above the lowest found"
    assert curve(ax, "each evaluation")[0] == [1, 2, 3]
    assert curve(ax, "best so far")[1] == pytest.approx([1.0, 0.1, 0.1])


@pytest.mark.parametrize("values", [[], [np.nan], [-1.0], [-1.0, -1.0], [np.nan, -1.0, np.inf]])
@pytest.mark.parametrize("exact", [None, -1.0])
def test_degenerate_traces_are_drawn_without_complaint(
    values: list[float], exact: float | None
) -> None:
    ax = plot_energy_error(values, exact, hartree=True)
    low, high = ax.get_ylim()
    assert 0 < low < high < np.inf
    assert png(ax.figure).startswith(b"\x89PNG")  # type: ignore[arg-type]


def test_errors_below_rounding_have_the_height_of_rounding() -> None:
    found = heights(np.array([-2.0, -2.0 - 1e-15, -1.5]), -2.0, hartree=False)
    assert found == pytest.approx([2e-13, 2e-13, 0.5])


def test_growth_shows_error_and_gradient_by_operator() -> None:
    ax = plot_growth([-0.9, -0.99], -1.0, gradient_norms=[0.3, 0.02], hartree=True)
    assert curve(ax, "energy") == (pytest.approx([1, 2]), pytest.approx([100, 10]))
    (right,) = [other for other in ax.figure.axes if other is not ax]
    assert np.asarray(right.lines[0].get_ydata()) == pytest.approx([0.3, 0.02])
    assert right.get_ylim() == pytest.approx((0.01, 1.0))


def test_levels_join_found_and_exact() -> None:
    ax = plot_levels([-1.0, -0.5], [-1.0, None], labels=["a", "b"])
    drawn = [np.asarray(line.get_ydata(), float).tolist() for line in ax.lines]
    assert drawn == [[-1.0, -1.0], [-1.0, -1.0], [-1.0, -1.0], [-0.5, -0.5]]
    assert [text.get_text() for text in ax.texts] == ["0: a", "1: b"]


def test_levels_that_fall_together_share_a_label() -> None:
    ax = plot_levels([-1.0, -0.5, -0.5], labels=["S = 0", "S = 1", "S = 1"])
    assert [text.get_text() for text in ax.texts] == ["0: S = 0", "1–2: S = 1"]


def test_the_overview_of_a_molecule_states_energy_error_and_facts() -> None:
    figure = molecule_result(1e-4).figure()
    text = texts(figure)
    for part in (
        "water: energy −74.99990000 Ha, error 0.100 mHa (within chemical accuracy)",
        "Convergence",
        "In numbers",
        "UCCSD, 48 parameters · 14 qubits · 30 evaluations by l-bfgs",
        "99.8 %",
    ):
        assert part in text
    assert len(figure.axes) == 2


def test_the_overview_of_an_ansatz_that_grew_has_its_growth() -> None:
    text = texts(grown_result(20).figure())
    assert "Growth of the ansatz" in text
    assert "ADAPT-VQE" in text


def test_the_overview_of_a_spin_model_has_no_chemistry() -> None:
    text = texts(chain_result(0.3).figure())
    assert "chain: energy −9.70000000, error 0.300" in text
    assert "mHa" not in text
    assert "Hartree" not in text


def test_without_an_exact_energy_the_overview_says_why() -> None:
    assert "not computed: 250,000 states take long" in texts(molecule_result(None).figure())


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_pictures_are_written_in_every_format(tmp_path: Path, suffix: str) -> None:
    for name, figure in (
        ("a", molecule_result().figure()),
        ("b", three_states().figure()),
    ):
        path = tmp_path / f"{name}{suffix}"
        save(figure, path)
        assert path.stat().st_size > 1000
