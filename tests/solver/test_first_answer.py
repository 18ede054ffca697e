"""The first answer on a machine that has not compiled anything, and its record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core import jit
from hybridq.engines.exact import ExactEngine
from hybridq.engines.first_answer import VARIABLE, with_kernels_chosen
from hybridq.engines.simulators import Diagonal, Statevector
from hybridq.experiments.config.config import parse_config
from hybridq.experiments.running.reproduce import reproduce
from hybridq.experiments.running.runner import run
from hybridq.experiments.store.store import Store
from hybridq.solver import warm_up
from tests.helpers.commands import run_one_by_one

RING = hq.MaxCut(nx.cycle_graph(6))


@pytest.fixture
def fresh_machine(monkeypatch):
    """A machine on which no kernel is compiled."""
    monkeypatch.delenv(VARIABLE, raising=False)
    for kind in all_engines():
        monkeypatch.setattr(kind, "is_compiled", lambda self: False)


def all_engines():
    from hybridq.engines.diagonal.engine import DiagonalEngine
    from hybridq.engines.sector.engine import SectorEngine
    from hybridq.engines.statevector.engine import StatevectorEngine

    engines = (DiagonalEngine, SectorEngine, StatevectorEngine)
    assert all(issubclass(each, ExactEngine) for each in engines)
    return engines


def environment(cache: Path) -> dict[str, str]:
    """Variables of a process with a cache of kernels of its own, which decides itself."""
    kept = {k: v for k, v in os.environ.items() if k != VARIABLE}
    return {**kept, "NUMBA_CACHE_DIR": str(cache)}


def command(*arguments, cache: Path):
    """Run the command with a cache of kernels of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hybridq", *arguments],
        env=environment(cache),
        capture_output=True,
        text=True,
    )


SOLVES = [
    (["maxcut", "problems/maxcut/florentine.json"], "diagonal"),
    (["maxcut", "problems/maxcut/florentine.json", "--precision", "single"], "diagonal"),
    (["molecule", "problems/molecules/h2o_sto3g.fcidump"], "sector"),
    (["molecule", "problems/molecules/h2o_sto3g.fcidump", "--excited", "2"], "sector"),
    (["hamiltonian", "problems/hamiltonians/tfim_8.json"], "statevector"),
]
PETERSEN = ["solve", "maxcut", "problems/maxcut/petersen.edgelist", "--seed", "7"]


@pytest.fixture(scope="module")
def first_solves(tmp_path_factory):
    """Output and errors of commands, one by one in a process with an empty cache of kernels."""
    commands = [["solve", *arguments, "--seed", "7", "--json", "-"] for arguments, _ in SOLVES]
    commands += [PETERSEN, [*PETERSEN, "--kernels", "numpy"]]
    cache = tmp_path_factory.mktemp("cache")
    found = run_one_by_one(commands, env=environment(cache))
    assert not list(cache.rglob("*.nbi"))
    return found


@pytest.mark.parametrize(("arguments", "engine"), SOLVES)
def test_the_first_solve_compiles_nothing_and_tells_what_ran(arguments, engine, first_solves):
    out, err = first_solves[SOLVES.index((arguments, engine))]
    found = json.loads(out)
    assert (found["engine"]["name"], found["engine"]["kernels"]) == (engine, "numpy")
    assert err == ""


def test_the_screen_tells_how_to_compile(first_solves):
    (screen, _), (asked, _) = first_solves[len(SOLVES) :]
    assert "diagonal in NumPy" in screen
    assert "'hybridq warm-up' compiles all" in " ".join(screen.split())
    assert "diagonal in NumPy" in asked
    assert "warm-up" not in asked


def test_numpy_and_compiled_kernels_reach_the_same_answer():
    one, two = (hq.solve(RING, p=2, rng=7, kernels=kernels) for kernels in ("numpy", "compiled"))
    assert one.expectation == pytest.approx(two.expectation, abs=1e-9)
    assert one.engine.kernels == "numpy"
    assert two.engine.kernels == "compiled"
    assert hq.Result.from_json(one.to_json()).engine == one.engine


@pytest.mark.usefixtures("fresh_machine")
def test_little_work_runs_in_numpy_and_much_waits_for_the_compiler():
    assert hq.solve(RING, p=2, rng=7).engine.kernels == "numpy"
    large = hq.MaxCut(nx.random_regular_graph(3, 24, seed=1))
    circuit = hq.QAOA(large, p=4).circuit
    chosen = with_kernels_chosen(Diagonal(), circuit, large.observable, 50)
    assert chosen == Diagonal(kernels="compiled")
    assert with_kernels_chosen(Diagonal(), circuit, large.observable, 1).kernels == "numpy"


@pytest.mark.usefixtures("fresh_machine")
def test_an_engine_that_was_asked_for_and_the_variable_decide(monkeypatch):
    observable, circuit = RING.observable, hq.QAOA(RING, p=1).circuit
    for kernels in ("compiled", "numpy"):
        given = Statevector(kernels=kernels)
        assert with_kernels_chosen(given, circuit, observable, 10) == given
        monkeypatch.setenv(VARIABLE, kernels)
        assert with_kernels_chosen(Diagonal(), circuit, observable, 10).kernels == kernels


def test_compiled_kernels_are_recognized_by_precision(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    for precision in ("double", "single"):
        engine = Diagonal(precision=precision).bind(hq.QAOA(RING, p=1).circuit, RING.observable)
        engine.expectation_and_gradient([0.1, 0.2])
        assert engine.is_compiled()
    assert hq.solve(RING, p=1, rng=1).engine.kernels == "compiled"


@pytest.mark.usefixtures("fresh_machine")
@pytest.mark.parametrize(("begun", "resumed"), [("numpy", "compiled"), ("compiled", "numpy")])
def test_a_run_is_resumed_with_the_kernels_that_began_it(begun, resumed, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, begun)
    whole = hq.solve(RING, p=2, rng=7)
    path = tmp_path / "run.journal"
    hq.solve(RING, p=2, rng=7, journal=path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:6]))  # as if killed
    monkeypatch.setenv(VARIABLE, resumed)
    continued = hq.solve(RING, p=2, rng=7, journal=path, resume=True)
    assert continued.engine.kernels == begun
    np.testing.assert_array_equal(continued.parameters, whole.parameters)
    assert continued.expectation == whole.expectation


CONFIG = """
name: kernels
problem: {{kind: ring, nodes: 6}}
ansatz: {{kind: qaoa, p: 2}}
{engine}
"""


@pytest.mark.usefixtures("fresh_machine")
@pytest.mark.parametrize(
    ("engine", "kernels"), [("", "compiled"), ("engine: {kernels: numpy}", "numpy")]
)
def test_trials_wait_for_the_compiler_unless_told_and_are_reproduced(engine, kernels, tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/experiments.db") as store:
        experiment = run(parse_config(CONFIG.format(engine=engine)), store, jobs=1)
        (trial,) = experiment.trials()
        assert trial.outcome.provenance["kernels"] == kernels
        assert reproduce(experiment, trial.number).identical


def test_parts_of_the_warm_up_exist_and_make_up_the_whole():
    assert all(callable(getattr(warm_up, part.function)) for part in warm_up.PARTS)
    assert sum(part.share for part in warm_up.PARTS) == pytest.approx(1.0)


COLD = """
import logging, sys
import hybridq as hq, numba, numpy as np
ring = hq.MaxCut([(0, 1), (1, 2), (2, 0)])
hq.solve(ring, p=1, kernels="numpy", rng=1)
print("end of numpy", file=sys.stderr)
# Two kernels of many: each is an event of the compiler.
from hybridq.engines.diagonal.kernels.butterflies import lane_bits, rotate_levels_plain
numba.njit(lambda x: lane_bits(x))(np.zeros(8))
numba.njit(lambda x: rotate_levels_plain(x, 0, 0, 3, 0.3))(np.zeros(8))
print("end of compiled", file=sys.stderr)
"""


def test_python_announces_a_compilation_once(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", COLD],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    first, notice, *rest = done.stderr.splitlines()
    assert (first, rest) == ("end of numpy", ["end of compiled"])
    assert notice.startswith("Compiling the kernels of the diagonal engine, once on this machine")


def test_a_caller_can_take_the_notice(monkeypatch):
    from hybridq.engines.sector.kernels import algebra

    class Dispatcher:
        @staticmethod
        def py_func() -> None:
            """A function of a module that compiles slowly."""

    class Event:
        data = {"dispatcher": Dispatcher}  # noqa: RUF012

    Dispatcher.py_func.__module__ = algebra.__name__
    monkeypatch.setattr(jit._announcer, "_announced", set())
    heard: list[str] = []
    with jit.announcing_compilation(heard.append):
        for _ in range(2):
            jit._announcer.on_start(Event)
    assert len(heard) == 1
    assert "sector engine" in heard[0]


@pytest.mark.slow
def test_nothing_compiles_after_a_warm_up(tmp_path):
    cache = tmp_path / "cache"
    done = command("warm-up", cache=cache)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == len(warm_up.PARTS)
    assert lines[-1].startswith("100%")
    before = sorted(path.name for path in cache.rglob("*.nb*"))
    for arguments in (
        ["maxcut", "problems/maxcut/florentine.json"],
        ["maxcut", "problems/maxcut/regular_24.rud", "--p", "1", "--max-evaluations", "3"],
        ["molecule", "problems/molecules/n2_sto3g.fcidump", "--precision", "single"],
        ["molecule", "problems/molecules/h2o_sto3g.fcidump", "--ansatz", "adapt"],
        ["hamiltonian", "problems/hamiltonians/tfim_8.json", "--ansatz", "hardware-efficient"],
    ):
        done = command("solve", *arguments, "--json", "-", cache=cache)
        assert json.loads(done.stdout)["engine"]["kernels"] == "compiled"
        assert done.stderr == ""
    assert sorted(path.name for path in cache.rglob("*.nb*")) == before


def test_a_mistyped_wish_of_the_environment_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "nunpy")
    with pytest.raises(hq.HybridqError, match="HYBRIDQ_KERNELS must be auto, compiled, numpy"):
        hq.solve(RING, p=1, rng=1)
