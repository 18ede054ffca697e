"""Families and sources in a config: any family that reads a shape takes any source of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hybridq.core.errors import ConfigError
from hybridq.experiments.problems import problem_section
from hybridq.problems import IndependentSet, MaxCut, NumberPartitioning
from tests.experiments import config_samples

HERE = Path()
REGULAR = {"kind": "random-regular", "degree": 3, "nodes": 8}


def trials(config):
    return config_samples.trials(json.dumps({"name": "sources", **config}))


def problems(config):
    return config_samples.problems(json.dumps({"name": "sources", **config}))


def built(seed: int = 3, **plain):
    return [each.build(HERE, seed, {}) for each in problem_section(plain).expand(HERE)]


def test_families_on_one_source_get_the_same_graphs():
    cuts = built(kind="maxcut", graph={**REGULAR, "instances": 2})
    sets = built(kind="independent-set", graph={**REGULAR, "instances": 2})
    assert [type(each) for each in (*cuts, *sets)] == [MaxCut] * 2 + [IndependentSet] * 2
    for cut, chosen in zip(cuts, sets, strict=True):
        assert cut.graph.edges == chosen.graph.edges
        assert cut.name == chosen.name
    assert cuts[0].graph.edges != cuts[1].graph.edges


def test_the_long_form_of_maxcut_is_stored_as_its_short_form():
    long = problem_section({"kind": "maxcut", "graph": {**REGULAR, "instances": 3}}).expand(HERE)
    short = problem_section({**REGULAR, "instances": 3}).expand(HERE)
    assert [each.resolved() for each in long] == [each.resolved() for each in short]
    assert [each.facts(HERE, 5) for each in long] == [each.facts(HERE, 5) for each in short]


def test_options_of_the_family_stand_beside_the_source():
    (problem,) = built(kind="independent-set", graph={"kind": "ring", "nodes": 5}, penalty=1.25)
    assert problem.penalty == 1.25


def test_numbers_stand_in_the_config_or_are_drawn():
    (given,) = built(kind="number-partitioning", numbers=[4, 5, 6])
    assert isinstance(given, NumberPartitioning)
    assert given.numbers == (4, 5, 6)
    source = {"kind": "random-integers", "count": 9, "largest": 7, "instances": 2}
    first, second = built(kind="number-partitioning", numbers=source)
    assert len(first.numbers) == 9
    assert set(first.numbers) <= set(range(1, 8))
    assert first.numbers != second.numbers


def test_keys_of_a_source_are_swept_and_instances_counted():
    config = {
        "problem": {"kind": "independent-set", "graph": {**REGULAR, "instances": 2}},
        "sweep": {"problem.graph.nodes": [8, 10], "problem.penalty": [1.5, 2]},
    }
    found = trials(config)
    assert len(found) == 8
    nodes = [each.conditions["problem"]["graph"]["nodes"] for each in found]
    assert sorted(nodes) == [8] * 4 + [10] * 4


def test_unknown_and_contradicting_keys_are_refused_where_they_stand():
    wrong = {"problem": {"kind": "independent-set", "graph": {"kind": "ring", "node": 5}}}
    assert any("unknown key 'node'" in line for line in problems(wrong))
    both = {"problem": {"kind": "maxcut", "graph": {"kind": "ring", "nodes": 5}, "path": "a.json"}}
    assert "either path, a file, or graph" in problems(both)[0]
    unswept = {"problem": {"kind": "maxcut", "graph": REGULAR}, "sweep": {"problem.graph.odd": [1]}}
    assert "unknown name 'problem.graph.odd'" in problems(unswept)[0]
    with pytest.raises(ConfigError):
        trials(unswept)
