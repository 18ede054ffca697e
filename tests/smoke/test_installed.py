"""Smoke test of an installed hybridq, run by `make smoke` outside the repository.

It imports nothing of the repository, so that it finds what a wheel lacks.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import networkx
import numpy as np
import pytest

import hybridq as hq

HYBRIDQ = shutil.which("hybridq", path=str(Path(sys.executable).parent))


def run(*arguments):
    """Return the output of a command; it must succeed."""
    done = subprocess.run([HYBRIDQ, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_is_the_installed_one():
    site = Path(sysconfig.get_paths()["purelib"])
    assert Path(hq.__file__).is_relative_to(site), "run this by `make smoke`, in no checkout"
    assert distribution("hybridq").version == hq.__version__
    assert (site / "hybridq" / "py.typed").exists()
    assert run("--version").split() == ["hybridq", hq.__version__]


def test_a_graph_of_the_package_is_cut_by_the_command(tmp_path):
    picture, file = tmp_path / "cut.svg", tmp_path / "cut.json"
    screen = run(
        "solve", "maxcut", "dataset:florentine", "--seed", 7, "--plot", picture, "--json", file
    )
    assert "optimal" in screen
    assert picture.read_text(encoding="utf-8").rstrip().endswith("</svg>")
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["best"]["value"] == 17  # by enumeration
    again = hq.Result.from_json(file)
    assert again.best.value == 17
    assert isinstance(again.parameters, np.ndarray)


def test_every_list_of_names_shows():
    for kind in ("problems", "mixers", "ansatze", "engines", "objectives", "optimizers",
                 "strategies", "formats", "backends", "mitigations", "groupings"):  # fmt: skip
        assert len(run("list", kind).splitlines()) > 1


def test_instances_load_by_name():
    assert len(hq.datasets.names()) > 100
    karate = hq.datasets.load("karate")
    assert karate.total_weight == 231  # Zachary 1977
    assert hq.datasets.load("G81").n_qubits == 20_000


def test_a_ground_state_is_found_by_vqe():
    """H2 in STO-3G at 0.7414 Å: the energy of full CI."""
    result = hq.solve(hq.datasets.load("h2_sto3g"), rng=7)
    assert result.expectation == pytest.approx(result.reference.value, abs=1e-6)
    assert result.expectation == pytest.approx(-1.1373, abs=1e-4)


def test_the_compiled_kernels_give_the_gradient():
    code = """
import numpy as np
import hybridq as hq

problem = hq.datasets.load("petersen")
energy = hq.Expectation(hq.QAOA(problem, p=2), problem)
x, step = np.array([0.3, 0.5, 0.4, 0.2]), 1e-5
value, gradient = energy.value_and_gradient(x)
slopes = [(energy(x + step * e) - energy(x - step * e)) / (2 * step) for e in np.eye(4)]
assert abs(value - energy(x)) < 1e-12
assert np.abs(gradient - slopes).max() < 1e-7
"""
    compiled = {**os.environ, "HYBRIDQ_KERNELS": "compiled"}
    subprocess.run([sys.executable, "-c", code], env=compiled, check=True)


def test_one_layer_cuts_three_quarters_of_a_ring():
    """Wang, Hadfield, Jiang and Rieffel 2018, equation 18."""
    result = hq.solve(hq.MaxCut(networkx.cycle_graph(8)), p=1, rng=7)
    assert result.expectation == pytest.approx(6.0, abs=1e-6)


def test_an_experiment_is_stored_and_compared(tmp_path):
    graph = hq.datasets.path("petersen")
    config = tmp_path / "depths.yaml"
    config.write_text(
        f"name: depths\nproblem: {{kind: maxcut, path: '{graph.as_posix()}'}}\n"
        "ansatz: {kind: qaoa}\nseed: 7\nsweep:\n  ansatz.p: [1, 2]\n",
        encoding="utf-8",
    )
    storage = f"sqlite:///{(tmp_path / 'runs.db').as_posix()}"
    run("run", config, "--storage", storage)
    assert "depths" in run("experiments", "list", "--storage", storage)
    table = tmp_path / "trials.csv"
    run("experiments", "export", "depths", "--storage", storage, "--out", table)
    assert len(table.read_text(encoding="utf-8").splitlines()) == 3  # a head and two trials


def test_noise_and_shots():
    circuit = hq.Circuit(2).h(0).cx(0, 1)
    counts = circuit.sample(1000, rng=7)
    assert set(counts) == {"00", "11"}
    assert sum(counts.values()) == 1000


def test_learned_angles_become_a_version(tmp_path):
    angles, store = tmp_path / "mine.json", tmp_path / "models.db"
    run("angles", "learn", hq.datasets.path("petersen"), "--p", 1, "--out", angles)
    run("models", "register", "cubic", angles, "--store", store)
    assert "cubic" in run("models", "list", "--store", store)


CIRCUITS = {
    "qiskit": lambda circuit: hq.Circuit.from_qiskit(circuit.to_qiskit()),
    "cirq": lambda circuit: hq.Circuit.from_cirq(circuit.to_cirq()),
    "pennylane": lambda circuit: hq.Circuit.from_pennylane(circuit.to_pennylane()),
}


@pytest.mark.parametrize("package", CIRCUITS)
def test_a_circuit_goes_to_another_package_and_comes_back(package):
    pytest.importorskip(package)
    circuit = hq.Circuit(2).h(0).cx(0, 1).ry(1, 0.3)
    again = CIRCUITS[package](circuit)
    assert abs(np.vdot(again.state(), circuit.state())) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("package", "door"), [("dimod", "dimod"), ("qiskit_optimization", "qiskit")]
)
def test_a_problem_goes_to_another_package_and_comes_back(package, door):
    pytest.importorskip(package)
    bag = hq.Knapsack(values=[8, 47, 10], weights=[3, 11, 14], capacity=14)
    again = hq.problems.from_model(getattr(bag, f"to_{door}")())
    assert abs(hq.solve(again, rng=7).best.value) == 55


def test_tables_go_to_pandas_and_landscapes_to_xarray():
    pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    result = hq.solve(hq.datasets.load("petersen"), p=1, landscape=True, rng=7)
    assert result.table("evaluations").to_pandas()["value"].max() == pytest.approx(result.trained)
    assert float(result.to_xarray().max()) <= result.trained + 1e-9
