"""Instances by name: `hybridq.datasets`."""

from __future__ import annotations

from pathlib import Path

import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.problems import datasets

SMALL = [name for name in datasets.names() if datasets.path(name).stat().st_size < 10_000]


def test_every_file_of_the_folder_has_a_name_of_its_own() -> None:
    root = datasets.path("florentine").parents[1]
    files = {path for path in root.glob("*/*") if path.suffix not in (".md", ".py")}
    files.discard(root / "maxcut" / "index.json")
    named = [datasets.path(name) for name in datasets.names()]
    assert set(named) == files
    assert len(named) == len(set(named)) > 100


@pytest.mark.parametrize("name", SMALL)
def test_an_instance_is_a_problem_of_its_family(name: str) -> None:
    problem = datasets.load(name)
    assert name.startswith(f"{problem.kind}/")
    assert problem.n_qubits >= 1


def test_a_name_needs_no_family_where_one_instance_has_it() -> None:
    problem = hq.datasets.load("florentine")
    assert isinstance(problem, hq.MaxCut)
    assert (len(problem.nodes), len(problem.edges)) == (15, 20)  # Breiger and Pattison 1986
    assert datasets.path("florentine") == datasets.path("maxcut/florentine")


def test_names_of_one_family() -> None:
    cliques = datasets.names("clique")
    assert cliques == ("clique/hamming6_4", "clique/johnson8_2_4")
    with pytest.raises(UnknownNameError, match="did you mean 'maxcut'"):
        datasets.names("maxcutt")


def test_options_go_to_the_family() -> None:
    assert datasets.load("myciel3", colors=5).colors == 5  # type: ignore[attr-defined]
    with pytest.raises(UnknownNameError, match="colors"):
        datasets.load("myciel3", colours=5)


def test_a_name_of_several_families_is_refused_with_the_full_names() -> None:
    with pytest.raises(ParameterError, match="choose from exact-cover/glover_4, max-sat/glover_4"):
        datasets.load("glover_4")
    assert datasets.load("max-sat/glover_4").kind == "max-sat"


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'florentine'"):
        datasets.load("florentin")
    with pytest.raises(UnknownNameError, match="did you mean 'maxcut/G81'"):
        datasets.path("maxcut/G8l")


def test_files_that_differ_in_their_ending_are_named_with_it() -> None:
    assert [name for name in datasets.names("hamiltonian") if "h2_qiskit" in name] == [
        "hamiltonian/h2_qiskit.json",
        "hamiltonian/h2_qiskit.txt",
    ]


def test_a_package_without_the_files_says_so(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets, "_FOLDERS", (tmp_path / "instances",))
    datasets._files.cache_clear()
    try:
        with pytest.raises(hq.HybridqError, match="the instances are missing"):
            datasets.names()
    finally:
        datasets._files.cache_clear()
