"""Ranks that are processes of MPI."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


def launch(size, *command, **options):
    """Start a command on `size` ranks."""
    environment = {
        **os.environ,
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "HYBRIDQ_KERNELS": "numpy",
    }
    return subprocess.Popen(
        [LAUNCHER, "-n", str(size), sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
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
