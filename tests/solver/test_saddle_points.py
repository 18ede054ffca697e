"""Searches that begin or end at a saddle point, against dense diagonalization and closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle
from hybridq.circuits.rotations import PauliRotation
from hybridq.objectives import Expectation
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.optimizers.solution import Reason
from hybridq.presentation.energies import next_step
from hybridq.problems import Molecule
from hybridq.strategies.saddle import lowest_curvature, lowest_step

FOLDER = Path(__file__).parents[2] / "problems" / "molecules"
IONIC, NEUTRAL = 0.7746, 0.0  # hartree: two electrons on one atom of STO-3G hydrogen, or on two


def stretched_hydrogen(levels: tuple[float, ...] = (-0.4666, -0.4666)) -> Molecule:
    """Two far atoms in orbitals of their own, both electrons on the first: an exact eigenstate.

    Every gradient vanishes there; the ground state has an electron on each atom.
    """
    m = len(levels)
    h = np.diag(levels)
    g = np.zeros((m, m, m, m))
    for p in range(m):
        g[p, p, p, p] = IONIC
    return Molecule(ElectronicHamiltonian(0.0, np.stack([h, h]), np.stack([g, g, g])), 1, 1)


def dense_ground(molecule: Molecule) -> float:
    matrix = molecule.hamiltonian.to_matrix().toarray()
    m = molecule.n_orbitals
    low = (1 << m) - 1
    kept = [
        b
        for b in range(1 << 2 * m)
        if bin(b & low).count("1") == molecule.n_alpha and bin(b >> m).count("1") == molecule.n_beta
    ]
    return float(np.linalg.eigvalsh(matrix[np.ix_(kept, kept)])[0])


def test_the_ground_state_of_the_example_is_neutral() -> None:
    molecule = stretched_hydrogen()
    assert dense_ground(molecule) == pytest.approx(2 * -0.4666)
    assert molecule.hartree_fock_energy == pytest.approx(2 * -0.4666 + IONIC)


@pytest.mark.parametrize("levels", [(-0.4666, -0.4666), (-0.4666, -0.45, -0.3)])
@pytest.mark.parametrize(
    "options",
    [{"symmetry": False}, {"ansatz": "adapt"}, {"ansatz": "adapt", "pool": "sd"}],
    ids=["uccsd", "adapt-gsd", "adapt-sd"],
)
@pytest.mark.parametrize("exact", [None, False])
def test_a_search_leaves_the_saddle_point_it_begins_at(levels, options, exact) -> None:
    molecule = stretched_hydrogen(levels)
    result = hq.solve(molecule, rng=1, exact=exact, **options)
    assert result.expectation == pytest.approx(dense_ground(molecule), abs=1e-6)
    assert result.optimizer.evaluations == len(result.trace.values) > 1
    if "ansatz" not in options:
        # A start without any slope is left by the search itself, one with a slope by the solver.
        assert result.optimizer.reason in (Reason.OFF_SADDLE, Reason.STATIONARY_START)


def test_the_same_seed_leaves_it_in_the_same_way() -> None:
    runs = [hq.solve(stretched_hydrogen(), symmetry=False, rng=3) for _ in range(2)]
    assert runs[0].trace.values.tolist() == runs[1].trace.values.tolist()


def test_a_killed_search_is_resumed_off_the_saddle_point(tmp_path: Path) -> None:
    molecule = stretched_hydrogen()
    whole = hq.solve(molecule, symmetry=False, rng=3)
    part = hq.solve(molecule, symmetry=False, rng=3, journal=tmp_path / "run", max_evaluations=5)
    assert part.optimizer.evaluations == 5
    resumed = hq.solve(molecule, symmetry=False, rng=3, journal=tmp_path / "run", resume=True)
    assert resumed.trace.values.tolist() == whole.trace.values.tolist()


def test_the_budget_holds_at_a_saddle_point() -> None:
    molecule = stretched_hydrogen()
    for limit in (1, 4):
        result = hq.solve(molecule, symmetry=False, rng=1, max_evaluations=limit)
        assert result.optimizer.evaluations <= limit
    result = hq.solve(molecule, symmetry=False, rng=1, max_evaluations=1, exact=False)
    assert result.optimizer.reason in (Reason.SADDLE, Reason.MAX_EVALUATIONS)


def test_excitations_left_out_by_symmetry_are_advised_and_help() -> None:
    molecule = stretched_hydrogen()
    result = hq.solve(molecule, rng=1)
    assert result.ansatz["lower_without_symmetry"]
    advice = next_step(result, result.energy)
    assert "no-symmetry" not in str(advice)  # as a setting, which each surface spells
    assert advice is not None
    assert getattr(advice[1], "argument", None) == "symmetry"
    followed = hq.solve(molecule, rng=1, symmetry=False)
    assert followed.expectation == pytest.approx(dense_ground(molecule), abs=1e-6)


def test_a_spin_that_the_electrons_cannot_have_is_not_advised() -> None:
    # The exact state is a mixture of a singlet and a triplet, ⟨S²⟩ = 1: 2S = 1 is nearest.
    result = hq.solve(stretched_hydrogen(), rng=1)
    assert "'spin'" not in repr(next_step(result, result.energy))


@pytest.mark.parametrize("name", ["h2_sto3g", "lih_sto3g", "h6_sto3g"])
def test_searches_elsewhere_do_not_change(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    molecule = Molecule.from_fcidump(FOLDER / f"{name}.fcidump")
    now = hq.solve(molecule, rng=1)
    monkeypatch.setattr("hybridq.solver.vqe.without_saddle", lambda *given: (given[3], {}))
    before = hq.solve(molecule, rng=1)
    assert now.trace.values.tolist() == before.trace.values.tolist()
    assert now.parameters.tolist() == before.parameters.tolist()
    assert now.optimizer.message == before.optimizer.message
    assert now.ansatz == before.ansatz


def test_the_curvature_is_that_of_the_closed_form() -> None:
    # ⟨Z0 + 2 Z1⟩ after R_x(a) and R_x(b) is cos a + 2 cos b: curvatures −1 and −2 at 0.
    rotations = [PauliRotation("X", (q,), Angle(parameter=q)) for q in range(2)]
    hamiltonian = hq.PauliSum.from_labels({"ZI": 1.0, "IZ": 2.0})
    objective = Expectation().bind(Circuit(2, rotations), hamiltonian)
    value, direction = lowest_curvature(objective, np.zeros(2))
    assert value == pytest.approx(-2.0, abs=1e-4)
    assert np.abs(direction).max() == pytest.approx(1.0, abs=1e-4)
    value, _ = lowest_curvature(objective, np.full(2, np.pi))
    assert value == pytest.approx(1.0, abs=1e-4)


def test_the_best_step_is_the_lowest_along_negative_curvature() -> None:
    # A slope alone is no curvature; the second and the third fall by as much.
    assert lowest_step(0.0, [(-0.1, 0.1), (-0.2, -0.1), (-0.1, -0.2)]) == (1, 0.1)
    assert lowest_step(0.0, [(-0.1, 0.1), (0.2, 0.1)]) is None
