"""Searches from shots end where the shots resolve nothing more, and others do not change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.optimizers import Adam, minimize
from hybridq.optimizers.qn_spsa import QNSPSA
from hybridq.optimizers.solution import Reason
from hybridq.optimizers.spsa import SPSA
from hybridq.problems import Molecule

FOLDER = Path(__file__).parents[2] / "problems" / "molecules"
NOISE = 0.05


class Exact:
    """1 − cos x summed over the parameters: the minimum is 0 at 0."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: np.ndarray) -> float:
        self.calls += 1
        return float((1.0 - np.cos(x)).sum())


class Measured(Exact):
    """The same, with the noise of shots."""

    shots = 100

    def __init__(self, noise: float = NOISE) -> None:
        super().__init__()
        self.noise = noise
        self._rng = np.random.default_rng(5)

    def __call__(self, x: np.ndarray) -> float:
        return super().__call__(x) + self.noise * float(self._rng.normal())


METHODS = [Adam(learning_rate=0.03), SPSA()]


@pytest.mark.parametrize("method", METHODS, ids=["adam", "spsa"])
@pytest.mark.parametrize("n", [1, 4])
def test_a_search_from_shots_ends_within_the_noise_of_the_minimum(method, n: int) -> None:
    objective = Measured()
    found = minimize(objective, np.full(n, 0.4), method, max_evaluations=50_000, rng=1)
    assert found.status == "converged"
    assert found.reason == Reason.SHOT_NOISE
    assert found.evaluations == objective.calls == len(found.values) < 3_000
    assert "less than the standard error" in found.message
    # Far below the noise of one value, though above the standard error of a window.
    assert Exact()(found.x) < 0.4 * NOISE


def test_the_solution_is_not_the_luckiest_value() -> None:
    found = minimize(Measured(), np.array([0.4]), "spsa", max_evaluations=50_000, rng=1)
    assert found.value > found.values.min()
    assert found.value == found.values[found.best_evaluation]


def test_adam_searches_longer_where_there_is_less_noise() -> None:
    counts = [
        sum(
            minimize(
                Measured(s), np.full(2, 1.0), METHODS[0], max_evaluations=50_000, rng=seed
            ).evaluations
            for seed in range(1, 5)
        )
        for s in (0.2, 0.002)
    ]
    assert counts[0] < counts[1]


@pytest.mark.parametrize("method", METHODS, ids=["adam", "spsa"])
def test_a_search_without_shots_uses_its_budget_as_before(method) -> None:
    found = minimize(Exact(), np.array([0.0]), method, max_evaluations=700, rng=1)
    assert (found.evaluations, found.reason) == (700, Reason.MAX_EVALUATIONS)


@pytest.mark.parametrize("method", [None, "spsa", QNSPSA()], ids=["adam", "spsa", "qn-spsa"])
def test_hydrogen_from_shots_takes_a_budget_for_one_parameter(method) -> None:
    hydrogen = Molecule.from_fcidump(FOLDER / "h2_sto3g.fcidump")
    result = hq.solve(hydrogen, objective_shots=1000, optimizer=method, rng=2)
    assert result.optimizer.evaluations <= 1_200
    assert result.optimizer.reason == Reason.SHOT_NOISE
    # Exact energy of the file in problems/molecules/README.md.
    assert result.expectation == pytest.approx(-1.1373060358, abs=5e-3)


def test_a_resumed_search_ends_where_it_would_have_ended(tmp_path: Path) -> None:
    hydrogen = Molecule.from_fcidump(FOLDER / "h2_sto3g.fcidump")
    options = {"objective_shots": 1000, "optimizer": "spsa", "rng": 2}
    whole = hq.solve(hydrogen, **options)
    log = tmp_path / "run"
    hq.solve(hydrogen, **options, journal=log, callback=lambda record: record.evaluation == 100)
    resumed = hq.solve(hydrogen, **options, journal=log, resume=True)
    assert resumed.trace.values.tolist() == whole.trace.values.tolist()
    assert resumed.parameters.tolist() == whole.parameters.tolist()
    assert resumed.optimizer.message == whole.optimizer.message
