"""Searches whose values are readings of a machine: ledger, budget, resumption."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.backends import BudgetError, Embedded, Ledger
from hybridq.core.errors import ParameterError
from hybridq.optimizers import Record

PROBLEM = hq.MaxCut(nx.random_regular_graph(3, 6, seed=1))
OVER = hq.NoiseModel(rules=(hq.noise.rule(hq.noise.over_rotation(0.6), gates=("rzz",)),))
VALUES = 40


@pytest.fixture
def solve(tmp_path: Path) -> Callable[..., hq.Result]:
    """A function that searches on a machine, with a ledger of its own."""

    def run(**options: Any) -> hq.Result:
        given = {
            "backend": Embedded(OVER), "p": 1, "kernels": "numpy", "shots": 4000,
            "ledger": tmp_path / "ledger.db", "search_on_machine": True, "objective_shots": 500,
            "max_evaluations": VALUES, "optimizer": "bayesian",
        }  # fmt: skip
        return hq.solve(PROBLEM, **{**given, **options})

    return run


def submitted(path: Path) -> int:
    """Return the executions in a ledger, without the canary."""
    with Ledger(path) as ledger:
        return sum(b.executions for b in ledger.batches() if "canary" not in b.machine)


def test_the_machine_finds_angles_for_errors_that_no_model_knows(
    solve: Callable[..., hq.Result], tmp_path: Path
) -> None:
    """A machine that turns too far needs a smaller γ; simulation alone cannot know."""
    plain = solve(search_on_machine=False, objective_shots=None, optimizer="l-bfgs", rng=3)
    assert plain.execution is not None
    before = submitted(tmp_path / "ledger.db")
    result = solve(rng=3)
    info = result.execution
    assert info is not None
    assert info.mean is not None
    assert info.standard_error is not None
    assert plain.execution.mean is not None
    assert info.mean > plain.execution.mean + 5 * info.standard_error
    assert info.searched == result.optimizer.evaluations <= VALUES
    assert info.executions == submitted(tmp_path / "ledger.db") - before
    assert info.executions == info.searched + 1
    assert info.new_shots == 500 * info.searched + 4000
    assert result.engine.name == "machine"
    again = hq.Result.from_json(result.to_json())
    assert again.execution == info


def test_an_interrupted_search_goes_the_same_way_and_pays_nothing_twice(
    solve: Callable[..., hq.Result], tmp_path: Path
) -> None:
    def stop(record: Record) -> None:
        if record.evaluation == 11:
            raise ConnectionError

    path = tmp_path / "ledger.db"
    with pytest.raises(ConnectionError):
        solve(callback=stop)
    assert submitted(path) == 11
    result = solve()  # without a seed: the ledger knows that of the search
    info = result.execution
    assert info is not None
    assert submitted(path) == info.searched + 1
    assert info.executions == info.searched + 1 - 11
    whole = solve(rng=result.seed, ledger=tmp_path / "other.db")
    np.testing.assert_array_equal(whole.parameters, result.parameters)
    assert whole.expectation == result.expectation
    repeated = solve(rng=result.seed).execution
    assert repeated is not None
    assert repeated.executions == 0


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (
            {"objective_shots": None},
            ParameterError,
            "shots of each value by objective_shots",
        ),
        ({"max_evaluations": None}, ParameterError, "give the most values by max_evaluations"),
        ({"optimizer": "l-bfgs"}, ParameterError, "needs gradients"),
        ({"dry_run": True}, ParameterError, "takes no values from a machine"),
        ({"max_executions": VALUES}, BudgetError, "41 executions"),
        ({"max_shots": 20_000}, BudgetError, "24,000 shots"),
        ({"backend": None, "ledger": None}, ParameterError, "is an option of runs on a machine"),
    ],
)
def test_searches_that_cannot_be_are_refused_before_a_submission(
    options: dict[str, Any],
    error: type[Exception],
    words: str,
    solve: Callable[..., hq.Result],
    tmp_path: Path,
) -> None:
    with pytest.raises(error, match=words):
        solve(**options)
    assert submitted(tmp_path / "ledger.db") == 0


def test_energies_have_no_search_on_a_machine() -> None:
    molecule = hq.Molecule.from_file("problems/molecules/h2_sto3g.fcidump")
    with pytest.raises(ParameterError, match="searches the angles of QAOA"):
        hq.solve(molecule, backend="embedded", ledger=":memory:", search_on_machine=True)
