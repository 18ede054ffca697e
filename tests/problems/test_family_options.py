"""Options of families that are given to readers of files and data."""

import copy
from dataclasses import fields

import networkx as nx
import pytest

import hybridq as hq
from hybridq.circuits.digest import digest
from hybridq.cli.family_options import declared
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.problems import PROBLEMS
from hybridq.problems.formats import write_graph
from hybridq.problems.programs.penalty_terms import INEQUALITIES
from hybridq.problems.programs.registers import INTEGER_ENCODINGS


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


IDLE = [(kind, name) for kind, family in PROBLEMS.items() for name in family.idle_options]


@pytest.mark.parametrize(("kind", "option"), IDLE)
def test_an_idle_option_changes_nothing_and_is_not_on_the_command_line(kind, option):
    problem = PROBLEMS[kind].example()
    assert option not in declared(PROBLEMS[kind]).family
    values = INTEGER_ENCODINGS if option == "encoding" else INEQUALITIES
    for value in values:
        made = copy.copy(problem)  # without what is cached
        made.__dict__.clear()
        made.__dict__.update(
            {field.name: getattr(problem, field.name) for field in fields(problem)}
        )
        made.__dict__[option] = value
        assert digest(made.cost()) == digest(problem.cost()), value
