"""The tables of what can be chosen by name."""

from __future__ import annotations

from dataclasses import fields

import pytest

from hybridq.ansatz.qaoa import INITIAL_POINTS
from hybridq.core.docstrings import read_docstring
from hybridq.optimizers import OPTIMIZERS
from hybridq.strategies.registry import STRATEGIES


def within_eighty_columns(outcome):
    assert outcome.code == 0
    assert outcome.err == ""
    assert all(line == line.rstrip() for line in outcome.out.splitlines())
    assert max(map(len, outcome.out.splitlines())) <= 80
    return outcome.out.splitlines()


def test_the_table_names_every_optimizer_in_eighty_columns(hybridq):
    lines = within_eighty_columns(hybridq("optimizers"))
    assert {line.split(" ")[0] for line in lines} >= set(OPTIMIZERS)
    (lbfgs,) = (line for line in lines if line.startswith("l-bfgs"))
    assert "needed" in lbfgs
    (spsa,) = (line for line in lines if line.startswith("spsa"))
    assert spsa.split()[1:3] == ["no", "2"]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_page_tells_all_of_an_optimizer(hybridq, name):
    lines = within_eighty_columns(hybridq("optimizers", name))
    text = " ".join(" ".join(lines).split())
    assert lines[1].split()[0] == name
    assert "Prefer it" in text
    assert "Cost: " in text
    assert "`" not in text
    told = read_docstring(OPTIMIZERS[name])
    assert told.source
    for option in fields(OPTIMIZERS[name]):
        (row,) = (line for line in lines if line.split()[:1] == [option.name])
        assert row.split()[1] == str(option.default).lower()
        assert told.arguments[option.name]


def test_a_page_is_found_by_any_spelling(hybridq):
    assert hybridq("optimizers", "LBFGS").out == hybridq("optimizers", "l-bfgs").out
    wrong = hybridq("optimizers", "spas")
    assert wrong.code == 2
    assert "did you mean 'spsa'" in wrong.err


def test_the_table_names_every_strategy_and_where_it_is_taken(hybridq):
    lines = within_eighty_columns(hybridq("strategies"))
    assert {line.split(" ")[0] for line in lines} >= set(STRATEGIES)
    assert "hybridq solve FAMILY --strategy NAME" in " ".join(lines)


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_page_tells_all_of_a_strategy(hybridq, name):
    lines = within_eighty_columns(hybridq("strategies", name))
    assert lines == within_eighty_columns(hybridq("list", "strategies", name))
    assert lines[1].strip() == name
    assert "Cost:" not in [line.strip() for line in lines]
    for option in fields(STRATEGIES[name]):
        assert [line for line in lines if line.split()[:1] == [option.name]]


@pytest.mark.parametrize(
    ("family", "mixers"),
    [
        ("maxcut", "x, grover"),
        ("independent-set", "bit-flip, grover, x"),
        ("number-partitioning", "x, grover"),
    ],
)
def test_help_lists_only_choices_that_can_fit_the_family(hybridq, family, mixers):
    text = hybridq("solve", family, "--help").out
    assert f"QAOA: {mixers} (default:" in " ".join(text.split())
    assert "xy-ring" not in text
    assert "hva" not in text


def test_the_table_names_every_start(hybridq):
    lines = within_eighty_columns(hybridq("angles", "list"))
    assert {line.split(" ")[0] for line in lines} >= set(INITIAL_POINTS)


@pytest.mark.parametrize(
    ("command", "option", "words"),
    [
        ("molecule", "--strategy", "--strategy is an option of 'maxcut'"),
        ("hamiltonian", "--basis", "--basis is an option of 'molecule', not of 'hamiltonian'"),
        ("maxcut", "--excited", "--excited is an option of 'molecule' and 'hamiltonian'"),
        ("maxcut", "--nonsense", "No such option"),
    ],
)
def test_an_option_of_another_command_is_told(hybridq, command, option, words):
    outcome = hybridq("solve", command, "file", option, "x")
    assert outcome.code == 2
    assert words in outcome.err
