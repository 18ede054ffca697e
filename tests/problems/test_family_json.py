"""JSON of each problem family: fixed keys, and faults by line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.problems.formats import choose, parse, recognize
from hybridq.problems.formats.family_json import FIELDS

# shape: the smallest document of it
SMALL = {
    "knapsack": {"values": [3, 4], "weights": [1, 2], "capacity": 2},
    "bins": {"sizes": [3, 4.5], "capacity": 5},
    "equations": {"matrix": [[1, 2, 3], [4, 5, 6]], "sides": [3, 9]},
    "distances": {"distances": [[0, 1], [2, 0]]},
    "assignment": {"flows": [[0, 1], [1, 0]], "distances": [[0, 5], [5, 0]]},
    "portfolio": {"returns": [0.1, 0.2], "covariance": [[2, 1], [1, 3]], "risk": 0.5, "budget": 1},
    "sets": {"universe": ["a", "b"], "sets": [["a"], ["a", "b"]]},
    "jobs": {"jobs": [[[0, 3], [1, 2]], [[1, 4]]]},
    "clauses": {"clauses": [[1, -2], [3]]},
    "size": {"n": 20},
}


@pytest.mark.parametrize("shape", FIELDS)
@pytest.mark.parametrize("indent", [None, 1])
def test_each_shape_is_recognized_and_read(shape: str, indent: int | None) -> None:
    for document in (SMALL[shape], {"problem": "any", "name": "x", **SMALL[shape]}):
        text = json.dumps(document, indent=indent)
        assert choose(text, shape).name == f"json-{shape}"
        found = recognize(text)
        assert found is not None
        assert found.shape == shape
        parse(text, shape)
        assert json.dumps(dict(reversed(document.items())))  # keys in any order
        parse(json.dumps(dict(reversed(document.items()))), shape)


def read(shape: str, **keys: object) -> object:
    return parse(json.dumps(SMALL[shape] | keys), shape)


def test_a_knapsack_has_one_row_of_weights_or_several() -> None:
    plain = read("knapsack")
    assert (plain.values.tolist(), plain.weights.tolist()) == ([3, 4], [[1, 2]])
    assert (plain.capacity.tolist(), plain.profits) == ([2], None)
    several = read("knapsack", weights=[[1, 2], [5, 6], [0, 1]], capacity=[2, 6, 1])
    assert several.weights.tolist() == [[1, 2], [5, 6], [0, 1]]
    assert several.capacity.tolist() == [2, 6, 1]


@pytest.mark.parametrize("pairs", [[[0, 7], [0, 0]], [[0, 0], [7, 0]], [[0, 7], [7, 0]]])
def test_profits_of_pairs_count_once(pairs: list[list[int]]) -> None:
    assert read("knapsack", profits=pairs).profits.tolist() == [[0, 7], [0, 0]]


def test_the_values_of_the_other_shapes() -> None:
    assert (read("bins").sizes.tolist(), read("bins").capacity) == ([3, 4.5], 5)
    assert read("equations").matrix.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert read("distances").cities == (0, 1)
    cities = read("distances", cities=["Ulm", 5], coordinates=[[0, 1], [2, 3]])
    assert (cities.cities, cities.coordinates.tolist()) == (("Ulm", 5), [[0, 1], [2, 3]])
    assert read("assignment").distances.tolist() == [[0, 5], [5, 0]]
    portfolio = read("portfolio", assets=["A", "B"])
    assert (portfolio.risk, portfolio.budget, portfolio.assets) == (0.5, 1, ("A", "B"))
    bare = parse('{"returns": [1], "covariance": [[2]]}', "portfolio")
    assert (bare.risk, bare.budget, bare.assets) == (None, None, (0,))
    assert read("jobs").jobs == (((0, 3), (1, 2)), ((1, 4),))
    assert read("size").n == 20


def test_sets_are_lists_or_have_labels() -> None:
    assert read("sets").sets == ((0, ("a",)), (1, ("a", "b")))
    named = read("sets", sets={"x": ["b"], "y": []}, costs=[2, 3.5])
    assert named.sets == (("x", ("b",)), ("y", ()))
    assert named.costs == (2, 3.5)


def test_clauses_may_be_hard_weighted_and_of_parity() -> None:
    assert read("clauses").soft == ((1.0, (1, -2)), (1.0, (3,)))
    found = read("clauses", weights=[2, 0.5], hard=[[-1, 4]], variables=6, parity=True)
    assert found.soft == ((2.0, (1, -2)), (0.5, (3,)))
    assert (found.hard, found.n_variables, found.parity) == (((-1, 4),), 6, True)
    only_hard = read("clauses", clauses=[], hard=[[1]])
    assert (only_hard.soft, only_hard.hard) == ((), ((1,),))


@settings(deadline=None, max_examples=50)
@given(st.data(), st.integers(1, 5), st.integers(1, 3))
def test_numbers_are_kept_exactly(data: st.DataObject, n: int, m: int) -> None:
    number = st.integers(0, 10**6) | st.floats(0, 1e9)
    row = st.lists(number, min_size=n, max_size=n)
    values, weights = data.draw(row), data.draw(st.lists(row, min_size=m, max_size=m))
    capacity = data.draw(st.lists(number, min_size=m, max_size=m))
    text = json.dumps({"values": values, "weights": weights, "capacity": capacity})
    found = parse(text, "knapsack")
    assert np.array_equal(found.values, values)
    assert np.array_equal(found.weights, weights)
    assert np.array_equal(found.capacity, capacity)


@pytest.mark.parametrize(
    ("shape", "text", "line", "words"),
    [
        ("knapsack", '{"values": [1],\n "weights": [1],', 2, "the file ends too early"),
        ("knapsack", '{"values": [1], "weights": [1]}', None, 'the JSON has no "capacity": give'),
        ("knapsack", "[1, 2]", None, "does not appear to hold items of a knapsack"),
        ("knapsack", "{}", None, 'the JSON has no "values": give items of a knapsack with'),
        (
            "knapsack",
            '{"values": [1, 2],\n"weights": [1,\n-2],\n"capacity": 3}',
            3,
            'entry 2 of "weights" is -2: give at least 0',
        ),
        ("knapsack", '{"values": [1], "weights": [1],\n"capacity": -3}', 2, '"capacity" is -3'),
        ("knapsack", '{"values": [1, 2],\n"weights": [1], "capacity": 3}', 2, "1 entries for 2 v"),
        ("knapsack", '{"values": [],\n"weights": [], "capacity": 3}', 1, '"values" is empty'),
        ("knapsack", '{"values": [1], "weights": [1], "capacity":\n[3, 4]}', 2, "for 1 rows of"),
        ("knapsack", '{"values": 1,\n"weights": [1], "capacity": 3}', 1, "give a list of numbers"),
        (
            "knapsack",
            '{"values": [1], "weights": [1], "capacity": 3,\n"profit": [[0]]}',
            2,
            "unknown key 'profit': write \"profits\"",
        ),
        (
            "bins",
            '{"sizes": [1], "capacity": 3,\n"bins": 4}',
            2,
            "unknown key 'bins': choose from sizes, capacity, or call it comment",
        ),
        ("numbers", '{"numbers": [1],\n"parts": 3}', 2, "unknown key 'parts': choose from numbers"),
        (
            "graph",
            '{"nodes": 3, "edges": [[0, 1], [1, 2]],\n"weights": [5, 6]}',
            2,
            "unknown key 'weights': choose from nodes, edges",
        ),
        (
            "knapsack",
            '{"values": [1, 2], "weights": [1, 1], "capacity": 3,\n"profits": [[0, 1],\n[2, 0]]}',
            2,
            '"profits" of items 1 and 2 are 1 and 2: give one triangle',
        ),
        ("bins", '{"sizes": [1,\nNaN], "capacity": 3}', 2, "is nan, and not a finite number"),
        ("bins", '{"sizes": [1, "2"], "capacity": 3}', 1, "is '2', and not a finite number"),
        ("bins", '{"sizes": [1, true], "capacity": 3}', 1, "is True, and not a finite number"),
        ("bins", f'{{"sizes": [1{"0" * 400}], "capacity": 3}}', 1, "not a finite number"),
        ("bins", '{"sizes": [1], "capacity":\n0}', 2, '"capacity" is 0: give a positive number'),
        ("distances", '{"distances": [[0, 1],\n[1]]}', 2, 'row 2 of "distances" has 1 entries'),
        ("distances", '{"distances": [[0, 1, 2],\n[1, 0, 2]]}', 1, "has 3 entries, expected 2"),
        ("distances", '{"distances": [[0,\n1], [null,\n0]]}', 2, 'entry 1 in row 2 of "distances"'),
        ("distances", '{"distances": [[0]], "cities":\n[1, 2]}', 2, "2 entries for 1 rows of"),
        (
            "distances",
            '{"distances": [[0, 1], [1, 0]], "cities":\n["a",\n"a"]}',
            3,
            "entry 2 of \"cities\" is 'a', as is entry 1: remove one",
        ),
        ("assignment", '{"flows": [[1]],\n"distances": [[1, 2], [3, 4]]}', 2, "2 entries for 1"),
        ("portfolio", '{"returns": [1, 2],\n"covariance": [[1]]}', 2, "1 entries for 2 returns"),
        (
            "portfolio",
            '{"returns": [1, 2], "covariance": [[1, 2],\n[3, 1]]}',
            1,
            "of assets 1 and 2 is 2, and 3 the other way: give a symmetric matrix",
        ),
        ("portfolio", '{"returns": [1], "covariance": [[1]],\n"budget": 2}', 2, "is 2 of 1 assets"),
        ("portfolio", '{"returns": [1], "covariance": [[1]], "budget": 0.5}', 1, "a whole number"),
        ("portfolio", '{"returns": [1], "covariance": [[1]],\n"risk": -1}', 2, "at least 0"),
        ("sets", '{"universe": [1, 2], "sets": [[1],\n[2, 3]]}', 2, "set 1 holds 3, which is not"),
        ("sets", '{"universe": [1, 2], "sets": [[1],\n[2,\n2]]}', 3, "is 2, as is entry 1"),
        ("sets", '{"universe": [1,\n1], "sets": [[1]]}', 2, 'entry 2 of "universe" is 1, as is'),
        ("sets", '{"universe": [1], "sets": [[1]],\n"costs": [1, 2]}', 2, "2 entries for 1 sets"),
        ("sets", '{"universe": [1], "sets": [1]}', 1, "give a list of elements"),
        (
            "sets",
            '{"universe": ["a"], "sets": {"x": ["a"],\n"y": ["a",\n"b"]}}',
            3,
            "set 'y' holds 'b', which is not in the universe",
        ),
        ("sets", '{"universe": [1], "sets": {"x":\n[1, 1]}}', 2, "entry 2 in 'x' of \"sets\" is 1"),
        ("sets", '{"universe": [1], "sets": {"x":\n7}}', 2, "set 'x' is 7: give a list"),
        ("sets", '{"universe": [1], "sets": {}}', 1, '"sets" is empty'),
        ("sets", '{"universe": [null], "sets": [[1]]}', 1, "is None: use text or a number"),
        ("jobs", '{"jobs": [[[0, 1]],\n[[0, 1], [1]]]}', 2, "operation 2 of job 2 is [1]: give"),
        ("jobs", '{"jobs": [[[0, -1]]]}', 1, "whole numbers of at least 0"),
        ("jobs", '{"jobs": [[[0, 1]],\n[]]}', 2, 'entry 2 of "jobs" is []'),
        ("clauses", '{"clauses": [[1, 2],\n[0]]}', 2, "literal 1 of entry 2 is 0: give v or -v"),
        ("clauses", '{"clauses": []}', 1, '"clauses" is empty: give at least one clause'),
        ("clauses", '{"clauses": [[1], [2]],\n"weights": [1]}', 2, "1 entries for 2 clauses"),
        ("clauses", '{"clauses": [[1]],\n"weights": [0]}', 2, "give a positive number"),
        ("clauses", '{"clauses": [[900000000]]}', 1, "variable 900,000,000 is named"),
        ("clauses", '{"clauses": [[3]], "variables":\n2}', 2, "a clause names variable 3"),
        ("equations", '{"matrix": [[1, 2]],\n"sides": [1, 2]}', 2, "2 entries for 1 rows"),
        ("equations", '{"matrix": [[1, 2], 3],\n"sides": [1, 2]}', 1, "is 3: give a row of"),
        ("size", '{"n":\n0}', 2, '"n" is 0: give a number from 1'),
        ("size", '{"n": 2.5}', 1, '"n" is 2.5: give a whole number'),
        ("size", '{"n": true}', 1, '"n" is True: give a whole number'),
    ],
)
def test_a_faulty_document_is_refused_by_line(
    shape: str, text: str, line: int | None, words: str
) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, shape, source="a.json")
    assert words in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_words_about_a_problem_are_accepted() -> None:
    words = '"name": "a", "comment": "b", "source": "c", "license": "CC0"'
    assert parse(f'{{"sizes": [2], "capacity": 3, {words}}}', "bins").capacity == 3.0
    assert parse(f'{{"numbers": [2], {words}}}', "numbers") == [2]
    assert list(parse(f'{{"edges": [[0, 1]], {words}}}', "graph")) == [0, 1]
    # Programs that write entries as objects have keys of their own.
    text = '{"nodes": [{"id": 0}, {"id": 1}], "links": [{"source": 0, "target": 1}], "zoom": 2}'
    assert list(parse(text, "graph")) == [0, 1]
