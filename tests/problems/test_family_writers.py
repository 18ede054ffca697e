"""Writers of the families' formats: what is written reads back to the same data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ProblemError
from hybridq.problems.formats import FORMATS, choose, parse, read
from hybridq.problems.instance_data import (
    AssignmentData,
    BinData,
    ClauseData,
    DistanceData,
    EquationData,
    JobData,
    KnapsackData,
    PortfolioData,
    SetData,
    SizeData,
)

FOLDER = Path(__file__).parent / "instances"
NUMBERS = st.integers(0, 10**6) | st.floats(0, 1e12)


def array(draw: Callable[[Any], Any], *shape: int) -> np.ndarray:
    size = int(np.prod(shape))
    values = draw(st.lists(NUMBERS, min_size=size, max_size=size))
    return np.array(values, dtype=float).reshape(shape)


@st.composite
def knapsacks(draw: Any, rows: int = 3) -> KnapsackData:
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, rows))
    return KnapsackData(array(draw, n), array(draw, m, n), array(draw, m))


@st.composite
def quadratic_knapsacks(draw: Any) -> KnapsackData:
    n = draw(st.integers(2, 4))
    pairs = np.triu(array(draw, n, n), k=1)
    return KnapsackData(array(draw, n), array(draw, 1, n), array(draw, 1), pairs)


@st.composite
def bins(draw: Any) -> BinData:
    return BinData(array(draw, draw(st.integers(1, 5))), draw(st.integers(1, 99)) + 0.5)


@st.composite
def equations(draw: Any) -> EquationData:
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    return EquationData(array(draw, m, n), array(draw, m))


@st.composite
def distances(draw: Any, numbered: bool = False) -> DistanceData:
    n = draw(st.integers(3, 5))
    matrix = array(draw, n, n)
    np.fill_diagonal(matrix, 0)
    if numbered:
        return DistanceData(matrix, tuple(range(1, n + 1)), array(draw, n, 2))
    cities = draw(st.sampled_from([(), ("Ulm", "Bonn", 7, "Köln", "a b")[:n]]))
    return DistanceData(matrix, cities)


@st.composite
def assignments(draw: Any) -> AssignmentData:
    n = draw(st.integers(1, 4))
    return AssignmentData(array(draw, n, n), array(draw, n, n))


@st.composite
def portfolios(draw: Any) -> PortfolioData:
    n = draw(st.integers(1, 3))
    matrix = array(draw, n, n)
    assets = draw(st.sampled_from([(), ("A", "B", "C")[:n]]))
    risk, budget = draw(st.sampled_from([(None, None), (0.5, 1)]))
    return PortfolioData(array(draw, n), matrix + matrix.T, assets, risk, budget)


@st.composite
def sets(draw: Any, numbered: bool = False) -> SetData:
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    universe: tuple[Any, ...] = tuple(range(1, n + 1))
    if not numbered:
        universe = draw(st.sampled_from([universe, ("a", "b", 3, "d")[:n]]))
    chosen = st.lists(st.sampled_from(universe), unique=True).map(lambda x: sorted(x, key=str))
    labels = range(1, m + 1) if numbered else draw(st.sampled_from([range(m), "wxyz"[:m]]))
    costs = tuple(array(draw, m).tolist())
    return SetData(universe, tuple((label, tuple(draw(chosen))) for label in labels), costs)


@st.composite
def shops(draw: Any) -> JobData:
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    orders = [draw(st.permutations(range(m))) for _ in range(n)]
    return JobData(tuple(tuple((k, draw(st.integers(0, 99))) for k in order) for order in orders))


LITERALS = st.lists(st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4]), min_size=1).map(tuple)


@st.composite
def clauses(draw: Any, weighted: bool = True, hard: bool = True) -> ClauseData:
    soft = draw(st.lists(LITERALS, min_size=1, max_size=4))
    weights = st.integers(1, 9).map(float) | st.sampled_from([0.5, 2.25])
    pairs = tuple((draw(weights) if weighted else 1.0, each) for each in soft)
    fixed = tuple(draw(st.lists(LITERALS, max_size=3))) if hard else ()
    most = max(abs(x) for each in (*soft, *fixed) for x in each)
    spare = 0 if hard and weighted else draw(st.integers(0, 2))
    parity = False if hard else draw(st.booleans())
    return ClauseData(most + spare, pairs, fixed, parity)


WRITTEN = {
    "json-knapsack": knapsacks() | quadratic_knapsacks(),
    "json-bins": bins(),
    "json-equations": equations(),
    "json-distances": distances() | distances(numbered=True),
    "json-assignment": assignments(),
    "json-portfolio": portfolios(),
    "json-sets": sets() | sets(numbered=True),
    "json-jobs": shops(),
    "json-clauses": clauses() | clauses(hard=False),
    "json-size": st.integers(1, 10**6).map(SizeData),
    "cnf": clauses(weighted=False, hard=False),
    "wcnf": clauses(),
    "tsplib": distances(numbered=True),
    "distance-matrix": distances(),
    "mknap": knapsacks(),
    "knapsack-list": knapsacks(rows=1),
    "bpplib": bins(),
    "scp": sets(numbered=True),
    "qaplib": assignments(),
    "jobshop": shops(),
    "market-split": equations(),
}


# A few numbers in a column may be either of two formats of one shape.
AMBIGUOUS = ("knapsack-list", "bpplib")


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)


@settings(deadline=None, max_examples=25)
@given(st.data())
@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_reads_back_to_the_same_data(name: str, data: st.DataObject) -> None:
    instance = data.draw(WRITTEN[name])
    entry = FORMATS[name]
    assert entry.write is not None
    text = entry.write(instance)
    assert name in AMBIGUOUS or choose(text, entry.shape).name == name
    found = parse(text, entry.shape, name)
    assert type(found) is type(instance)
    for each in (each for each in fields(instance) if each.compare):
        assert same(getattr(found, each.name), getattr(instance, each.name)), (each.name, text)


@pytest.mark.parametrize(
    "path", [*FOLDER.glob("*.tsp"), FOLDER / "br17.atsp"], ids=lambda path: path.name
)
def test_published_distances_survive_both_formats(path: Path) -> None:
    data = read(path, "distances")
    for name in ("tsplib", "json-distances"):
        write = FORMATS[name].write
        assert write is not None
        again = parse(write(data), "distances")
        assert again.cities == data.cities
        assert np.array_equal(again.distances, data.distances)
        assert same(again.coordinates, data.coordinates)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("cnf", ClauseData(1, ((2.0, (1,)),)), "write wcnf or JSON"),
        ("cnf", ClauseData(1, (), ((1,),)), "write wcnf or JSON"),
        ("wcnf", ClauseData(1, ((1.0, (1,)),), (), True), "write cnf or JSON"),
        ("tsplib", DistanceData(np.zeros((2, 2))), "number the cities from 1"),
        ("scp", SetData(("a",), ((1, ("a",)),)), "number elements and sets from 1"),
        ("jobshop", JobData((((0, 1),), ((1, 1),))), "does not visit each machine once"),
        ("jobshop", JobData((((1, 1),),)), "does not visit each machine once"),
        (
            "knapsack-list",
            KnapsackData(np.ones(1), np.ones((2, 1)), np.ones(2)),
            "has 2 constraints: write mknap or JSON",
        ),
        (
            "mknap",
            KnapsackData(np.ones(1), np.ones((1, 1)), np.ones(1), np.zeros((1, 1))),
            "pairs of items have values",
        ),
    ],
)
def test_what_a_format_cannot_hold_is_not_written(name: str, data: Any, words: str) -> None:
    write = FORMATS[name].write
    assert write is not None
    with pytest.raises(ProblemError, match=words):
        write(data)
