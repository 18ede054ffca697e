"""Ranks that are processes of MPI."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hybridq.experiments.store.store import Store

pytest.importorskip("mpi4py")

GRAPH = Path(__file__).parents[3] / "problems" / "maxcut" / "petersen.edgelist"
LAUNCHER = shutil.which("mpiexec", path=os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
))  # fmt: skip
pytestmark = pytest.mark.skipif(LAUNCHER is None, reason="needs a launcher of MPI")

SCRIPT = """
import os, time
import networkx as nx
import numpy as np
import hybridq as hq
from mpi4py import MPI
comm = MPI.COMM_WORLD
qaoa = hq.QAOA(hq.MaxCut(nx.petersen_graph()), 2)
engine = hq.engines.Distributed(comm, kernels="numpy").bind(qaoa.circuit, qaoa.hamiltonian)
value, gradient = engine.expectation_and_gradient([0.4, 0.7, 0.5, 0.2])
whole = hq.engines.Diagonal(kernels="numpy").bind(qaoa.circuit, qaoa.hamiltonian)
expected, slopes = whole.expectation_and_gradient([0.4, 0.7, 0.5, 0.2])
assert abs(value - expected) < 1e-12 and np.abs(gradient - slopes).max() < 1e-12
assert engine.sent == 2 * 3 * (1 - 1 / comm.size) * 2**9 / comm.size * 16
if comm.rank == 0:
    print("the same on", comm.size)
{then}
"""


def launch(size, *command, paths=""):
    """Start a command on `size` ranks, with further folders of modules."""
    environment = {
        **os.environ,
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "HYBRIDQ_KERNELS": "numpy",
        "PYTHONPATH": paths,
    }
    return subprocess.Popen(
        [LAUNCHER, "-n", str(size), sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finished(process):
    """Return the exit code, the output and the errors."""
    out, errors = process.communicate(timeout=300)
    return process.returncode, out, errors


def test_ranks_of_a_script_have_the_value_of_one_state(tmp_path):
    script = tmp_path / "ranks.py"
    script.write_text(SCRIPT.format(then=""))
    code, out, errors = finished(launch(4, str(script)))
    assert (code, out.strip()) == (0, "the same on 4"), errors


def test_a_rank_that_is_killed_ends_all(tmp_path):
    then = """
comm.Barrier()
if comm.rank == 1:
    os.kill(os.getpid(), 9)
engine.expectation([0.4, 0.7, 0.5, 0.2])
time.sleep(600)
"""
    script = tmp_path / "ranks.py"
    script.write_text(SCRIPT.format(then=then))
    code, out, errors = finished(launch(2, str(script)))
    assert code != 0
    assert re.search("signal|EXIT CODE: 9", out + errors)


def test_the_command_prints_once_and_ends_all_ranks():
    command = ("-m", "hybridq", "solve", "maxcut", str(GRAPH), "--p", "1", "--seed", "1",
               "--engine", "distributed", "--json", "-")  # fmt: skip
    code, out, errors = finished(launch(2, *command))
    assert code == 0, errors
    found = json.loads(out)
    assert found["engine"]["name"] == "distributed"
    assert "2 ranks" in found["engine"]["reason"]
    place = command.index("--engine")
    joined = (*command[:place], "--engine=distributed", *command[place + 2 :])
    code, out, errors = finished(launch(3, *joined))
    assert code == 2
    assert errors.count("must be a power of two, got 3: use 2 or 4") == 1
    assert not out.strip()


LED = """
import numpy as np
import networkx as nx
import hybridq as hq
from hybridq.core.executors import open_mapper
from hybridq.core.launch import lead

def inverse(number):
    from mpi4py import MPI
    return 1.0 / number, MPI.COMM_WORLD.rank

def main():
    qaoa = hq.QAOA(hq.MaxCut(nx.petersen_graph()), 1)
    point = [0.4, 0.5]
    whole = hq.engines.Diagonal(kernels="numpy").bind(qaoa.circuit, qaoa.hamiltonian)
    for turn in range(2):
        with open_mapper("mpi") as mapper:
            found = mapper.map(inverse, range(1, 40))
            assert [value for value, _ in found] == [1.0 / number for number in range(1, 40)]
            assert {rank for _, rank in found} == {1}
            try:
                hq.engines.Distributed().bind(qaoa.circuit, qaoa.hamiltonian)
            except hq.HybridqError as error:
                assert "run the tasks of an executor" in str(error)
            else:
                raise AssertionError
        engine = hq.engines.Distributed(kernels="numpy").bind(qaoa.circuit, qaoa.hamiltonian)
        assert abs(engine.expectation(point) - whole.expectation(point)) < 1e-12
        assert engine.info.reason.endswith("2 ranks of MPI")
    with open_mapper("serial"):
        print("led")
    with open_mapper("mpi"):
        try:
            engine.expectation(point)
        except hq.HybridqError as error:
            assert "gone on to other work" in str(error)
        else:
            raise AssertionError
    return 0

if __name__ == "__main__":
    raise SystemExit(lead(main))
"""


def test_rank_0_assigns_tasks_and_states_to_the_others_in_turn(tmp_path):
    script = tmp_path / "led.py"
    script.write_text(LED)
    code, out, errors = finished(launch(2, str(script)))
    assert (code, out) == (0, "led\n"), errors


@pytest.mark.parametrize("line", [
    "engine: {kind: diagonal, kernels: numpy}\nexecutor: mpi",
    "engine: {kind: distributed, kernels: numpy}",
])  # fmt: skip
def test_ranks_follow_what_a_config_asks_for(tmp_path, line):
    config = tmp_path / "config.yaml"
    config.write_text(
        "name: ranks\nproblem: {kind: random-regular, nodes: 8, degree: 3, instances: 3}\n"
        f"ansatz: {{kind: qaoa, p: 1}}\n{line}\n"
    )
    url = f"sqlite:///{tmp_path}/runs.db"
    command = ("-m", "hybridq", "run", str(config), "--storage", url, "--quiet")
    code, out, errors = finished(launch(2, *command))
    assert code == 0, errors
    assert out.count("3 of 3 trials done") == 1
    with Store.open(url) as store:
        engines = {t.outcome.provenance["engine"] for t in store.experiment("ranks").trials()}
    ranks = {"2 ranks of MPI" in engine for engine in engines}
    assert ranks == {"distributed" in line}


def test_mpi_that_is_not_installed_is_one_message(tmp_path):
    hidden = tmp_path / "mpi4py"
    hidden.mkdir()
    (hidden / "__init__.py").write_text("raise ImportError('hidden')")
    command = ("-m", "hybridq", "solve", "maxcut", str(GRAPH), "--engine", "distributed")
    code, out, errors = finished(launch(2, *command, paths=str(tmp_path)))
    assert (code, out) == (2, "")
    assert errors.count("hybridq: error: MPI cannot be loaded: hidden: install") == 1
