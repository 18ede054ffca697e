"""Memory that a process can have: the machine's, its control groups', its own limits'."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core import memory
from hybridq.core.errors import CapacityError

GIB = 2**30
MOUNT_V2 = "30 1 0:26 {root} {mount} rw - cgroup2 cgroup rw\n"
MOUNT_V1 = "31 1 0:27 {root} {mount} rw - cgroup cgroup rw,{controllers}\n"


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A /proc and control groups of our own; the machine has 64 GiB."""
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {64 * 2**20} kB\n")
    monkeypatch.setattr(memory, "_PROC", proc)
    memory._groups.cache_clear()
    yield tmp_path
    memory._groups.cache_clear()


def group(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def mounted(system, line, mount, path, root="/", controllers="memory"):
    text = line.format(root=root, mount=mount, controllers=controllers)
    (system / "proc/self/mountinfo").write_text("x\n" + text)
    is_v2 = "cgroup2" in line
    (system / "proc/self/cgroup").write_text(f"{'0::' if is_v2 else f'4:{controllers}:'}{path}\n")


def test_without_limits_it_is_the_machines(system):
    assert memory.available() == memory.Free(64 * GIB, "")


def test_the_group_of_a_container_counts(system):
    top = system / "cgroup"
    group(top / "job", memory__max=8 * GIB, memory__current=3 * GIB, memory__stat="anon 5")
    mounted(system, MOUNT_V2, top, "/job")
    assert memory.available_bytes() == 5 * GIB
    assert "limit of 8 GiB, control group" in memory.available().limit


def test_file_caches_of_a_group_can_be_had(system):
    top = system / "cgroup"
    group(
        top / "job",
        memory__max=8 * GIB,
        memory__current=7 * GIB,
        memory__stat=f"anon 5\ninactive_file {6 * GIB}",
    )
    mounted(system, MOUNT_V2, top, "/job")
    assert memory.available_bytes() == 7 * GIB


def test_the_tightest_of_nested_groups_counts(system):
    top = system / "cgroup"
    group(top / "user", memory__max=4 * GIB, memory__current=2 * GIB)
    group(top / "user/job", memory__max="max", memory__current=1 * GIB)
    mounted(system, MOUNT_V2, top, "/user/job")
    assert memory.available_bytes() == 2 * GIB


def test_the_limit_from_which_a_group_is_slowed_down_counts(system):
    top = system / "cgroup"
    group(top / "job", memory__max="max", memory__high=2 * GIB, memory__current=GIB)
    mounted(system, MOUNT_V2, top, "/job")
    assert memory.available_bytes() == GIB


def test_groups_of_the_first_version_count(system):
    top = system / "memory"
    group(
        top / "slurm/job",
        memory__limit_in_bytes=6 * GIB,
        memory__usage_in_bytes=5 * GIB,
        memory__stat=f"inactive_file 1\ntotal_inactive_file {GIB}",
    )
    group(top, memory__limit_in_bytes=2**63 - 4096, memory__usage_in_bytes=5 * GIB)
    mounted(system, MOUNT_V1, top, "/slurm/job")
    assert memory.available_bytes() == 2 * GIB


def test_a_container_that_sees_its_group_as_the_root_is_understood(system):
    top = system / "cgroup"
    group(top, memory__max=3 * GIB, memory__current=GIB)
    mounted(system, MOUNT_V2, top, "/../../kubepods/pod1", root="/")
    assert memory.available_bytes() == 2 * GIB


def test_a_group_that_is_mounted_from_within_is_understood(system):
    top = system / "cgroup"
    group(top / "job", memory__max=3 * GIB, memory__current=GIB)
    mounted(system, MOUNT_V2, top, "/docker/abc/job", root="/docker/abc")
    assert memory.available_bytes() == 2 * GIB


def test_groups_without_memory_say_nothing(system):
    mounted(system, MOUNT_V1, system / "cpu", "/job", controllers="cpu,cpuacct")
    assert memory.available_bytes() == 64 * GIB


@pytest.mark.parametrize("content", ["", "max", "-1", "²", "9" * 30, "1 2"])
def test_odd_limits_are_none(system, content):
    top = system / "cgroup"
    group(top / "job", memory__max=content, memory__current=GIB)
    mounted(system, MOUNT_V2, top, "/job")
    assert memory.available_bytes() == 64 * GIB


def test_more_in_use_than_allowed_leaves_nothing(system):
    top = system / "cgroup"
    group(top / "job", memory__max=GIB, memory__current=2 * GIB)
    mounted(system, MOUNT_V2, top, "/job")
    assert memory.available_bytes() == 0


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_the_system_says_nothing_breaks(mountinfo, cgroup):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        (Path(folder) / "self").mkdir()
        (Path(folder) / "self/mountinfo").write_text(mountinfo, encoding="utf-8", errors="replace")
        (Path(folder) / "self/cgroup").write_text(cgroup, encoding="utf-8", errors="replace")
        patch.setattr(memory, "_PROC", Path(folder))
        memory._groups.cache_clear()
        assert memory.available() is not None
    memory._groups.cache_clear()


def test_refusal_names_the_limit(system):
    top = system / "cgroup"
    group(top / "job", memory__max=GIB, memory__current=0)
    mounted(system, MOUNT_V2, top, "/job")
    with pytest.raises(CapacityError) as caught:
        memory.require(2 * GIB, "the state", "use fewer qubits")
    assert str(caught.value) == (
        "the state needs 2 GiB, 1 GiB are free (limit of 1 GiB, control group): use fewer qubits"
    )


# ----- limits of the process, for which a process of its own is needed -----

LIMITED = """
import resource
from hybridq.core import memory
limit = 4 * 2**30
resource.setrlimit(resource.{name}, (limit, limit))
free = memory.available()
assert 2 * 2**30 < free.size < limit, free
assert free.limit == "limit of 4 GiB, {command}", free
"""


def in_process(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize(
    ("name", "command"), [("RLIMIT_AS", "ulimit -v"), ("RLIMIT_DATA", "ulimit -d")]
)
def test_limits_of_the_process_count(name, command):
    in_process(LIMITED.format(name=name, command=command))


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_state_that_a_limit_forbids_is_refused_before_it_is_allocated():
    said = in_process(
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))\n"
        "import hybridq as hq\n"
        "from hybridq.core.errors import CapacityError\n"
        "try:\n"
        "    hq.Circuit(29).h(0).state()\n"
        "except CapacityError as error:\n"
        "    print(error)\n"
    )
    assert "8 GiB" in said or "16 GiB" in said
    assert "ulimit -v" in said


# ----- memory that runs out all the same -----


def test_memory_error_becomes_a_capacity_error_with_numbers(system):
    with pytest.raises(CapacityError) as caught, memory.capacity("solving", "use fewer qubits"):
        np.zeros(2**60, dtype=np.uint8)
    message = str(caught.value)
    assert message.startswith("solving ran out of memory (Unable to allocate 1.00 EiB")
    assert "64 GiB are free: use fewer qubits" in message
    assert isinstance(caught.value.__cause__, MemoryError)


def test_memory_error_without_words_has_numbers_too(system):
    expected = "solving ran out of memory, 64 GiB are free: x"
    with pytest.raises(CapacityError, match=expected), memory.capacity("solving", "x"):
        raise MemoryError


def test_memory_that_runs_out_during_the_report_is_reported_all_the_same(monkeypatch):
    def broke():
        raise MemoryError

    monkeypatch.setattr(memory, "available_bytes", broke)
    expected = r"^solving ran out of memory: x$"
    with pytest.raises(CapacityError, match=expected), memory.capacity("solving", "x"):
        raise MemoryError


def test_system_error_is_one_of_memory_only_where_little_is_left(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**20)
    with pytest.raises(CapacityError, match="ran out"), memory.capacity("solving", "x"):
        raise SystemError("error return without exception set")
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**33)
    with pytest.raises(SystemError, match="broken"), memory.capacity("solving", "x"):
        raise SystemError("broken")


def no_memory(*_, **__):
    raise MemoryError("no room")


@pytest.mark.parametrize(
    ("where", "call"),
    [
        ("hybridq.solver.qaoa.solve_qaoa", lambda: hq.solve(square(), p=1)),
        (
            "hybridq.optimizers.search.Driver",
            lambda: hq.minimize(lambda x: float(x @ x), [1.0], method="cobyla"),
        ),
        (
            "hybridq.problems.formats._reading.decode",
            lambda: hq.MaxCut.from_bytes(b"1 2\n", source="a.edgelist"),
        ),
        ("hybridq.engines.run.full_vector", lambda: hq.Circuit(2).h(0).state()),
        ("hybridq.engines.run.full_vector", lambda: hq.Circuit(2).h(0).sample(10)),
        ("hybridq.strategies.adapt.resolve_problem", lambda: hq.adapt_vqe(hydrogen())),
        (
            "hybridq.strategies.excited.resolve_problem",
            lambda: hq.excited_states(hydrogen(), 2),
        ),
    ],
)
def test_every_door_tells_of_memory_by_a_capacity_error(where, call, monkeypatch):
    monkeypatch.setattr(where, no_memory)
    with pytest.raises(CapacityError, match=r"ran out of memory \(no room\), .* GiB are free"):
        call()


def square():
    import networkx as nx

    return hq.MaxCut(nx.cycle_graph(4))


def hydrogen():
    return hq.Molecule.from_fcidump("problems/molecules/h2_sto3g.fcidump")
