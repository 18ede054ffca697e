"""Commands in somebody else's folder: nothing there is run, and nothing changes the answer."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from hybridq.experiments.trial import provenance
from tests.security.security_samples import FLORENTINE, H2, H2_HARTREE_FOCK, json_of, run, touching

EXPERIMENT = """
name: small
problem: {kind: random-regular, nodes: 6, degree: 3, instances: 2}
ansatz: {kind: qaoa, p: 1}
budget: {evaluations: 10}
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with every file that a library of ours would read, or run, where it is started."""
    bait, marker = tmp_path / "bait", tmp_path / "ran"
    bait.mkdir()
    code = touching(marker)
    (bait / ".pyscf_conf.py").write_text(f"{code}\nscf_hf_SCF_conv_tol = 1.0\n")
    (bait / ".numba_config.yaml").write_text("cache_dir: ./kernels\n")
    (bait / "matplotlibrc").write_text("text.usetex: True\nbackend: module://numpy\n")
    for name in ("numpy", "yaml", "numba", "pyscf", "hybridq", "sitecustomize", "logging"):
        (bait / f"{name}.py").write_text(f"{code}\nraise SystemExit(3)\n")
    for name in ("sto-3g", "sto3g"):
        (bait / name).write_text("#BASIS SET\nH S\n 1.0 1.0\nEND\n")
    # PySCF's first guess of the orbitals loads this basis set.
    (bait / "ano").write_text(f"#BASIS SET\nH S\n {code} 1.0\nEND\n")
    (bait / "h2.xyz").write_text(H2)
    (bait / "small.yaml").write_text(EXPERIMENT)
    return bait


@pytest.fixture
def marker(folder):
    return folder.parent / "ran"


def test_molecule_is_that_of_the_file(folder, marker):
    energy = json_of("solve", "molecule", "h2.xyz", "--basis", "sto-3g", cwd=folder)["energy"]
    assert energy["hartree_fock"] == pytest.approx(H2_HARTREE_FOCK, abs=1e-9)
    assert not marker.exists()


def test_settings_of_the_user_hold_and_evaluate_nothing(folder, marker, tmp_path):
    (tmp_path / ".pyscf_conf.py").write_text(
        f"open({str(tmp_path / 'read')!r}, 'w').close()\nDISABLE_EVAL = False\n"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    run("solve", "molecule", "h2.xyz", "--quiet", cwd=folder, env=environment)
    assert (tmp_path / "read").exists()
    assert not marker.exists()


def test_graph_is_solved_and_drawn_without_the_folders_settings(folder, marker):
    run("solve", "maxcut", FLORENTINE, "--p", 1, "--seed", 7, "--plot", "cut.png", cwd=folder)
    assert (folder / "cut.png").stat().st_size > 10_000
    assert not (folder / "kernels").exists()
    assert not marker.exists()


def test_workers_run_an_experiment_without_the_folders_settings(folder, marker):
    (folder / ".numba_config.yaml").write_text("cache_dir: [\n")  # Numba would end with an error
    run("run", "small.yaml", "--jobs", 2, "--storage", "runs.db", cwd=folder)
    assert not (folder / "kernels").exists()
    assert not marker.exists()


# ----- git, which tells trials the commit -----


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with one committed file; trials are asked for its commit."""
    if shutil.which("git") is None:
        pytest.skip("there is no git here")
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a.txt").write_text("1\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "a.txt")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "x")
    monkeypatch.chdir(folder)
    provenance._commit.cache_clear()
    return folder


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_commit_is_that_of_the_folder(repository):
    assert provenance.provenance(1)["commit"] == git(repository, "rev-parse", "HEAD")


def test_changed_files_are_told(repository):
    (repository / "a.txt").write_text("22\n")
    expected = git(repository, "rev-parse", "HEAD") + "-dirty"
    assert provenance.provenance(1)["commit"] == expected


def test_files_git_does_not_know_do_not_count_as_changes(repository):
    (repository / "b.txt").write_text("1\n")
    assert not provenance.provenance(1)["commit"].endswith("-dirty")


HOSTILE_GIT = {
    "a monitor": [("core.fsmonitor", "touch {ran}; false")],
    "a hook": [("core.hooksPath", "{hooks}")],
    "a filter": [("filter.evil.clean", "touch {ran}; cat")],
    "a process filter": [("filter.evil.process", "touch {ran}")],
    "a filter of an odd name": [("filter.a=b.clean", "touch {ran}; cat")],
    "a filter with a form feed": [("filter.evil\x0cname.clean", "touch {ran}; cat")],
    "a filter with another line end": [("filter.evil\u2028name.clean", "touch {ran}; cat")],
    "a filter in an included file": [("include.path", "{included}")],
    "a transport": [
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", "ext::sh -c 'touch {ran}'"),
        ("protocol.ext.allow", "always"),
    ],
}


@pytest.mark.parametrize("what", HOSTILE_GIT)
def test_commands_that_a_repository_names_are_not_run(what, repository, tmp_path):
    ran, hooks, included = (tmp_path / name for name in ("ran", "hooks", "included"))
    hooks.mkdir()
    (hooks / "post-index-change").write_text(f"#!/bin/sh\ntouch {ran}\n")
    (hooks / "post-index-change").chmod(0o755)
    included.write_text(f'[filter "evil"]\n\tclean = "touch {ran}; cat"\n')
    first = HOSTILE_GIT[what][0][0]
    name = first.split(".")[1] if first.startswith("filter.") else "evil"
    (repository / ".gitattributes").write_text(f"* filter={name}\n")
    for key, value in HOSTILE_GIT[what]:
        git(repository, "config", key, value.format(ran=ran, hooks=hooks, included=included))
    (repository / "a.txt").write_text("1\n")  # its time has changed, so git looks inside
    commit = provenance.provenance(1)["commit"]
    assert not ran.exists()
    assert len(commit.removesuffix("-dirty")) == 40


def test_git_itself_would_run_them(repository, tmp_path):
    """Without this the test above could not fail."""
    git(repository, "config", "core.fsmonitor", f"touch {tmp_path / 'ran'}; false")
    git(repository, "status")
    assert (tmp_path / "ran").exists()
