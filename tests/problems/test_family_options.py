"""Options of families that are given to readers of files and data."""

import networkx as nx
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.problems.formats import write_graph


@pytest.fixture
def path(tmp_path):
    write_graph(nx.path_graph(3), tmp_path / "path.json")
    return tmp_path / "path.json"


def test_an_unknown_option_is_refused_with_the_nearest_one(path):
    for make in (
        lambda: hq.IndependentSet.from_file(path, penalti=3),
        lambda: hq.IndependentSet.from_bytes(path.read_bytes(), source="p.json", penalti=3),
        lambda: hq.IndependentSet.from_data(nx.path_graph(3), name="p", penalti=3),
    ):
        with pytest.raises(UnknownNameError, match="did you mean 'penalty'") as caught:
            make()
        assert caught.value.argument == "penalti"


def test_a_family_without_options_says_so(path):
    with pytest.raises(ParameterError, match="unknown option of maxcut 'penalty': choose from"):
        hq.MaxCut.from_file(path, penalty=3)


def test_an_unknown_option_is_refused_before_the_file_is_read():
    with pytest.raises(ParameterError, match="unknown option of maxcut"):
        hq.MaxCut.from_file("there_is_no_such_file", penalty=3)


def test_an_option_is_taken(path):
    assert hq.IndependentSet.from_file(path, penalty=3).penalty == 3
