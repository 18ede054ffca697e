"""A state that does not fit is refused by name, with the settings that fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

import hybridq as hq
from hybridq.cli.spelling import option_spelling
from hybridq.core import memory
from hybridq.core.errors import CapacityError
from hybridq.solver import state_memory

GIB = 2**30
FOLDER = Path(__file__).parents[2] / "problems" / "maxcut"


def check_memory(name: str, nodes: int, precision: str, optimizer: str | None) -> None:
    """Check a graph of so many nodes, whose cost is spin-flip symmetric."""
    gradient = hq.OPTIMIZERS[optimizer or "l-bfgs"].uses_gradient
    state_memory.check_memory(name, nodes, precision, gradient=gradient, half=True)


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Callable[[float | None], None]:
    """Set how many GiB are free."""

    def set_free(gib: float | None) -> None:
        monkeypatch.setattr(
            memory, "available_bytes", lambda: None if gib is None else int(gib * GIB)
        )

    return set_free


# One state of n nodes takes 2**(n - 1) amplitudes of 16 or 8 bytes: 16 GiB for 31 nodes in double
# precision. L-BFGS holds two of them, COBYLA one.
@pytest.mark.parametrize(
    ("nodes", "precision", "optimizer", "message"),
    [
        (
            32,
            "double",
            "cobyla",
            "takes 32 GiB, 22.9 are free; up to 31 qubits fit (32 with --precision single)",
        ),
        (32, "double", None, "64 GiB, 22.9 are free; up to 30 qubits fit (32 with --precision sin"),
        (
            31,
            "double",
            None,
            "takes 32 GiB, 22.9 are free; up to 30 qubits fit (31 with --precisio",
        ),
        (32, "single", None, "takes 32 GiB, 22.9 are free; up to 31 qubits fit (32 with --optimiz"),
        (33, "single", "cobyla", "takes 32 GiB, 22.9 are free; up to 32 qubits fit"),
        (34, "double", None, "takes 256 GiB, 22.9 are free; up to 30 qubits fit"),
        (800, "double", "cobyla", "takes 2**773 GiB, 22.9 are free; up to 31 qubits fit"),
    ],
)
def test_the_refusal_names_the_instance_and_the_settings_that_fit(
    free: Callable[[float | None], None],
    nodes: int,
    precision: str,
    optimizer: str | None,
    message: str,
) -> None:
    free(22.9)
    with pytest.raises(CapacityError) as caught:
        check_memory("g.json", nodes, precision, optimizer)
    text = caught.value.render(option_spelling(["--precision", "--optimizer"]))
    assert text.startswith(f"g.json has {nodes} qubits: simulating it takes ")
    assert message in text
    assert "precision=" not in text
    if nodes > 32:
        assert text.endswith("qubits fit")  # no setting that would not help either


def test_states_that_fit_and_unknown_memory_are_accepted(
    free: Callable[[float | None], None],
) -> None:
    free(16)
    check_memory("g.json", 30, "double", "l-bfgs")
    check_memory("g.json", 31, "double", "cobyla")
    free(15.9)
    with pytest.raises(CapacityError):
        check_memory("g.json", 30, "double", "l-bfgs")
    free(None)
    check_memory("g.json", 800, "double", None)


def test_the_page_of_the_graphs_names_those_that_24_gib_cannot_simulate(
    free: Callable[[float | None], None],
) -> None:
    free(22.9)
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    part = page.partition("**Which can be simulated.**")[2].partition("\n\n")[0]
    check_memory("davis.json", 32, "single", "cobyla")
    for entry in json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))["instances"]:
        name = "G*.rud" if entry["file"].startswith("G") else entry["file"]
        if entry["nodes"] <= 30:
            check_memory(name, entry["nodes"], "double", None)
            assert name not in part
        else:
            with pytest.raises(CapacityError):
                check_memory(name, entry["nodes"], "double", None)
            assert name in part


def test_a_cost_with_fields_takes_the_whole_state(free: Callable[[float | None], None]) -> None:
    free(16)
    state_memory.check_memory("g", 30, "double", gradient=False, half=False)
    with pytest.raises(CapacityError, match="up to 30 qubits fit"):
        state_memory.check_memory("g", 31, "double", gradient=False, half=False)


def test_solve_refuses_before_it_simulates(free: Callable[[float | None], None]) -> None:
    problem = hq.MaxCut.from_file(FOLDER / "davis.json")
    free(22.9)
    with pytest.raises(CapacityError, match=r"davis has 32 qubits.*precision='single'"):
        hq.solve(problem, engine="diagonal", rng=1)


def test_a_problem_of_few_feasible_states_is_told_the_mixer_that_keeps_them():
    graph = nx.gnp_random_graph(70, 0.6, seed=1)
    problem = hq.IndependentSet(graph)
    with pytest.raises(CapacityError) as refusal:
        hq.solve(problem, p=1, mixer="x", engine="diagonal", rng=1)
    states = f"{problem.space.dim:,} feasible states alone"
    assert f"mixer='bit-flip' simulates {states}" in str(refusal.value)
    result = hq.solve(problem, p=1, mixer="bit-flip", max_evaluations=20, rng=1)
    assert result.engine.name == "subspace"
    assert result.best.feasible
    assert result.samples.feasible_share == 1.0
