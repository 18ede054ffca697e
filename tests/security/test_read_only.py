"""Machines on which neither the package nor HOME can be written."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from hybridq.core import kernel_cache
from tests.security.security_samples import FLORENTINE, ROOT, respecting_permissions, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")

NOTICE = "compiled kernels cannot be stored in the package or in the user's cache folder"
KERNEL = '''
from hybridq.core.jit import jit


@jit()
def twice(x):
    """Return 2 x."""
    return 2 * x
'''
# A kernel is compiled in a first process; a second says whether it had to compile it again.
CALL = """
import warnings
from hybridq.core import kernel_cache
if {nowhere}:
    kernel_cache.temporary_folder = lambda: None
import numba.core.event as event
from hybridq.doubling import twice
compiled = []
class Compilations(event.Listener):
    def on_start(self, event): compiled.append(1)
    def on_end(self, event): pass
event.register("numba:compile", Compilations())
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    assert twice(21) == 42 and twice(1.5) == 3.0
print(len(compiled), *(str(one.message) for one in said))
"""


@pytest.fixture
def site(tmp_path):
    """A copy of the package that cannot be written to; `made_read_only` ends its making."""
    package = tmp_path / "site" / "hybridq"
    # With the bytecode that is there, which spares each process a second, and without kernels.
    shutil.copytree(ROOT / "hybridq", package, ignore=shutil.ignore_patterns("*.nb[ci]"))
    yield package
    _change_modes(package.parent, lambda mode: mode | stat.S_IWUSR)


def made_read_only(package: Path) -> None:
    _change_modes(package.parent, lambda mode: mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


def _change_modes(top: Path, change) -> None:
    for path in [top, *top.rglob("*")]:
        path.chmod(change(path.stat().st_mode))


@pytest.fixture
def environment(tmp_path, site):
    """Variables of a process that finds no folder of its own but one for temporary files."""
    locked, temporary = tmp_path / "home", tmp_path / "tmp"
    locked.mkdir()
    temporary.mkdir()
    locked.chmod(0o555)
    foreign = ("NUMBA_", "XDG_", "MPL", "HYBRIDQ_")  # a stranger has set none of them
    kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    (site / "doubling.py").write_text(KERNEL)
    return {
        **kept,
        "HOME": str(locked),
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(site.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def python(*arguments, cwd, env, **options):
    command = [sys.executable, "-P"]
    return run(
        *arguments,
        cwd=cwd,
        command=command,
        env=env,
        preexec_fn=respecting_permissions(),
        **options,
    )


def call(environment, tmp_path, nowhere=False):
    code = CALL.format(nowhere=nowhere)
    compiled, *said = python("-c", code, cwd=tmp_path, env=environment).stdout.split(maxsplit=1)
    return int(compiled) > 0, " ".join(said).strip()


def test_kernels_go_to_a_private_temporary_folder(site, environment, tmp_path):
    made_read_only(site)
    compiled, said = call(environment, tmp_path)
    folder = tmp_path / "tmp" / f"hybridq-kernels-{os.geteuid()}"
    assert compiled
    assert said.count(NOTICE) == 1
    assert str(folder) in said
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.rglob("*.nbc"))
    compiled, said = call(environment, tmp_path)
    assert not compiled
    assert not said


def test_without_any_folder_kernels_are_compiled_in_each_process(site, environment, tmp_path):
    made_read_only(site)
    for _ in range(2):
        compiled, said = call(environment, tmp_path, nowhere=True)
        assert compiled
        assert said.count(NOTICE) == 1
        assert "compiled again in every process" in said
    assert not list((tmp_path / "tmp").rglob("*.nbc"))


@pytest.mark.parametrize("nowhere", [False, True])
def test_kernels_that_came_with_the_package_are_used(nowhere, site, environment, tmp_path):
    call(environment, tmp_path)  # as its installation might
    assert list(site.rglob("*.nbc"))
    made_read_only(site)
    compiled, said = call(environment, tmp_path, nowhere=nowhere)
    assert not compiled
    assert not said


def test_everything_is_solved_with_one_line_of_notice_at_most(site, environment, tmp_path):
    made_read_only(site)
    picture = tmp_path / "tmp" / "cut.png"
    done = python(
        *("-m", "hybridq", "solve", "maxcut", FLORENTINE, "--p", 1, "--seed", 7, "--json", "-"),
        *("--plot", picture),
        cwd=tmp_path,
        env=environment,
    )
    assert json.loads(done.stdout)["best"]["value"] == 17
    assert picture.exists()
    lines = done.stderr.splitlines()
    assert len(lines) <= 1
    assert all(NOTICE in line for line in lines)


# ----- a folder that somebody else could have filled is not taken -----


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """`temporary_folder` as in a new process whose temporary folder is `tmp_path`."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    kernel_cache.temporary_folder.cache_clear()
    yield tmp_path / f"hybridq-kernels-{os.geteuid()}"
    kernel_cache.temporary_folder.cache_clear()


def test_private_folder_is_taken(fresh):
    assert kernel_cache.temporary_folder() == fresh


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o755, 0o701])
def test_folder_open_to_others_is_not_taken(fresh, mode):
    fresh.mkdir()
    fresh.chmod(mode)
    assert kernel_cache.temporary_folder() is None


def test_link_is_not_taken(fresh, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    fresh.symlink_to(tmp_path / "elsewhere")
    assert kernel_cache.temporary_folder() is None


def test_folder_of_another_user_is_not_taken(fresh, monkeypatch):
    fresh.mkdir(mode=0o700)
    owner = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    fresh.rename(fresh.with_name(f"hybridq-kernels-{owner + 1}"))
    assert kernel_cache.temporary_folder() is None


def test_working_folder_is_not_taken_for_a_temporary_one(fresh, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    assert kernel_cache.temporary_folder() is None
