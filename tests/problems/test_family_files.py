"""Files of knapsacks, bins, sets, assignments, shops and equations, published ones among them."""

from __future__ import annotations

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.problems.formats import choose, parse, read, shape_of
from hybridq.problems.instance_data import KnapsackData

FOLDER = Path(__file__).parent / "instances"


def rows(lists: object) -> str:
    return "\n".join(" ".join(map(str, row)) for row in lists)


def most_value(data: KnapsackData) -> float:
    """Largest value of a knapsack, by brute force."""
    bits = np.array(list(product((0, 1), repeat=len(data.values))))
    fits = (bits @ data.weights.T <= data.capacity).all(axis=1)
    return float((bits[fits] @ data.values).max())


# ----- knapsacks -----

# The first problem of the OR-Library's mknap1, whose optimum is 3800.
MKNAP = """1
6 10 3800
100 600 1200 2400 500 2000
8 12 13 64 22 41
8 12 13 75 22 41
3 6 4 18 6 4
5 10 8 32 6 12
5 13 8 42 6 20
5 13 8 48 6 20
0 0 0 0 8 0
3 0 4 0 8 0
3 2 4 0 8 4
3 2 4 8 8 4
80 96 20 36 44 48 10 18 22 24
"""

# Burkardt's p01, whose optimum is 309.
P01_VALUES = (92, 57, 49, 68, 60, 43, 67, 84, 87, 72)
P01_WEIGHTS = (23, 31, 29, 44, 53, 38, 63, 85, 89, 82)
P01_ITEMS = list(zip(P01_VALUES, P01_WEIGHTS, strict=True))
P01 = f"10 165\n{rows(P01_ITEMS)}\n"
P01_NUMBERED = f"10\n{rows((k, *item) for k, item in enumerate(P01_ITEMS, start=1))}\n165\n"


@pytest.mark.parametrize("text", [MKNAP, MKNAP.partition("\n")[2], MKNAP.replace("\n", " \n ")])
def test_the_first_problem_of_mknap1_has_the_published_optimum(text: str) -> None:
    assert choose(text, "knapsack").name == "mknap"
    found = parse(text, "knapsack")
    assert found.weights.shape == (10, 6)
    assert most_value(found) == 3800


@pytest.mark.parametrize("text", [P01, P01_NUMBERED, f"# p01\n\n{P01}"])
def test_a_list_of_items_has_the_published_optimum(text: str) -> None:
    assert choose(text, "knapsack").name == "knapsack-list"
    found = parse(text, "knapsack")
    assert (found.weights.tolist(), found.capacity.tolist()) == ([list(P01_WEIGHTS)], [165])
    assert most_value(found) == 309


# Items of a selection of the best known value, 18558.
CHOSEN = """1 2 3 8 9 10 12 13 18 19 20 23 26 29 31 34 35 37 38 39 45 46 52 53 55 56 58 59 61 63 64
66 67 70 73 77 78 79 80 81 83 84 88 90 91 93 94 95 99 100"""


def test_a_quadratic_knapsack_reaches_its_published_value() -> None:
    path = FOLDER / "jeu_100_25_1.txt"
    assert shape_of(path) == "knapsack"
    found = read(path, "knapsack")
    bits = np.zeros(100)
    bits[np.array(CHOSEN.split(), dtype=int) - 1] = 1
    assert found.weights[0] @ bits <= found.capacity[0] == 669
    assert found.values @ bits + bits @ found.profits @ bits == 18558
    assert not np.tril(found.profits).any()


QUADRATIC = "name\n3\n10 20 30\n1 2\n3\n\n0\n7\n4 5 6\n\nComments\n9\n"


def test_the_pairs_of_a_quadratic_knapsack_are_an_upper_triangle() -> None:
    found = parse(QUADRATIC, "knapsack")
    assert found.profits.tolist() == [[0, 1, 2], [0, 0, 3], [0, 0, 0]]
    assert (found.values.tolist(), found.weights.tolist()) == ([10, 20, 30], [[4, 5, 6]])


# ----- bins -----


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1\n u3_00\n 150 3 2\n42\n69\n67\n", "binpack"),
        ("3\n150\n42\n69\n67\n", "bpplib"),
        ("3 150\n42\n69\n67\n", "bpplib"),
    ],
)
def test_items_and_bins_are_read(text: str, name: str) -> None:
    assert choose(text, "bins").name == name
    found = parse(text, "bins")
    assert (found.sizes.tolist(), found.capacity) == ([42, 69, 67], 150)


# ----- sets -----


def test_a_set_cover_file_lists_the_columns_of_each_row() -> None:
    text = "3 4\n2 3 4 5\n2\n1 2\n1\n2\n3\n1 3 4\n"
    assert choose(text, "sets").name == "scp"
    found = parse(text, "sets")
    assert found.universe == (1, 2, 3)
    assert found.sets == ((1, (1, 3)), (2, (1, 2)), (3, (3,)), (4, (3,)))
    assert found.costs == (2, 3, 4, 5)


@settings(deadline=None, max_examples=50)
@given(st.data(), st.integers(1, 5), st.integers(1, 6), st.integers(1, 5))
def test_any_set_cover_file_is_read(
    data: st.DataObject, n_rows: int, n_columns: int, width: int
) -> None:
    column = st.integers(1, n_columns)
    cover = [data.draw(st.lists(column, unique=True, min_size=1)) for _ in range(n_rows)]
    costs = data.draw(st.lists(st.integers(1, 9), min_size=n_columns, max_size=n_columns))
    words = [*costs, *(x for columns in cover for x in (len(columns), *columns))]
    lines = [words[k : k + width] for k in range(0, len(words), width)]
    found = parse(f"{n_rows} {n_columns}\n{rows(lines)}\n", "sets", "scp")
    assert found.costs == tuple(costs)
    for label, elements in found.sets:
        assert elements == tuple(r for r in range(1, n_rows + 1) if label in cover[r - 1])


# ----- assignments -----

# Five facilities of Nugent, Vollmann and Ruml 1968, whose optimum is 50 (25 for one triangle).
NUG5 = """5

0 5 2 4 1
5 0 3 0 2
2 3 0 0 0
4 0 0 0 5
1 2 0 5 0

0 1 1 2 3
1 0 2 1 2
1 2 0 1 2
2 1 1 0 1
3 2 2 1 0
"""


def test_a_quadratic_assignment_has_the_published_optimum() -> None:
    assert choose(NUG5, "assignment").name == "qaplib"
    found = parse(NUG5, "assignment")
    values = [
        (found.flows * found.distances[np.ix_(order, order)]).sum()
        for order in permutations(range(5))
    ]
    assert min(values) == 50


def test_the_rows_of_the_matrices_may_break_anywhere() -> None:
    text = " ".join(NUG5.split()[:30]) + "\n" + "\n".join(NUG5.split()[30:])
    found, expected = parse(text, "assignment", "qaplib"), parse(NUG5, "assignment")
    assert np.array_equal(found.flows, expected.flows)
    assert np.array_equal(found.distances, expected.distances)


# ----- shops -----

# Fisher and Thompson 1963: 6 jobs, 6 machines.
FT06 = """ 2  1  0  3  1  6  3  7  5  3  4  6
 1  8  2  5  4 10  5 10  0 10  3  4
 2  5  3  4  5  8  0  9  1  1  4  7
 1  5  0  5  2  5  3  3  4  8  5  9
 2  9  1  3  4  5  5  4  0  3  3  1
 1  3  3  3  5  9  0 10  4  4  2  1
"""
OR_LIBRARY = f""" This file contains a set of JSP test instances.
 +++++++++++++++++++++++++++++
 instance ft06
 +++++++++++++++++++++++++++++
 Fisher and Thompson 6x6 instance, alternate name (mt06)
 6 6
{FT06} +++++++++++++++++++++++++++++
"""


@pytest.mark.parametrize("text", [OR_LIBRARY, f"6 6\n{FT06}", f"# ft06\n6\t6\n{FT06}"])
def test_the_shop_of_fisher_and_thompson_is_read(text: str) -> None:
    assert choose(text, "jobs").name == "jobshop"
    jobs = parse(text, "jobs").jobs
    assert jobs[0] == ((2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6))
    assert all(sorted(machine for machine, _ in job) == list(range(6)) for job in jobs)
    # Durations of the six jobs and in all, from the published table.
    assert [sum(d for _, d in job) for job in jobs] == [26, 47, 34, 35, 25, 30]


# ----- equations -----


@pytest.mark.parametrize(("name", "solutions"), [("ms_03_050_002", 1), ("ms_03_050_005", 3)])
def test_a_market_split_has_the_published_solutions(name: str, solutions: int) -> None:
    path = FOLDER / f"{name}.dat"
    assert shape_of(path) == "equations"
    found = read(path, "equations")
    assert found.matrix.shape == (3, 20)
    published = np.loadtxt(FOLDER / f"{name}.opt.sol")
    assert np.array_equal(found.matrix @ published, found.sides)
    # All halves of the bits, and the sums that complete them.
    bits = np.array(list(product((0, 1), repeat=10)))
    left = bits @ found.matrix[:, :10].T
    right = found.sides - bits @ found.matrix[:, 10:].T
    counts: dict[tuple[float, ...], int] = {}
    for sums in map(tuple, left.tolist()):
        counts[sums] = counts.get(sums, 0) + 1
    assert sum(counts.get(sums, 0) for sums in map(tuple, right.tolist())) == solutions


# ----- graphs -----


def test_graphs_of_qoblib_and_weights_of_nodes_are_read() -> None:
    files = sorted(FOLDER.glob("*.gph"))
    assert len(files) == 10
    for path in files:
        text = path.read_text()
        header = next(line for line in text.splitlines() if line.startswith("p "))
        graph = parse(text, "graph", source=path.name)
        assert f"p edge {graph.number_of_nodes()} {graph.number_of_edges()}" == header
        assert shape_of(path) == "graph"
    weighted = parse("p edge 3 2\nn 1 4\nn 3 0.5\ne 1 2\ne 2 3\n", "graph")
    assert dict(weighted.nodes(data="weight")) == {1: 4, 2: None, 3: 0.5}


# ----- bad input -----


@pytest.mark.parametrize(
    ("shape", "text", "line", "words"),
    [
        # knapsacks
        ("knapsack", MKNAP.replace("1\n6", "7\n6"), 1, "the file holds 7 problems, and one is"),
        ("knapsack", MKNAP[:-20], 14, "76 numbers (values, weights and capacities) have to"),
        ("knapsack", MKNAP + "5\n", 15, "1 more entries follow after the capacities"),
        ("knapsack", MKNAP.replace("80 96", "-80 96"), 14, "the capacity is '-80': give at least"),
        ("knapsack", MKNAP.replace("75 22", "-75 22"), 5, "the weight is '-75'"),
        ("knapsack", MKNAP.replace("2400", "x"), 3, "value 'x' is not a finite number"),
        ("knapsack", "1\n0 10 5\n", 2, "the number of items is 0: give at least 1"),
        ("knapsack", P01[:-6], 1, "10 items are declared, and 9 lines of items follow: is the"),
        ("knapsack", P01 + "1 2\n", 1, "11 lines of items follow: correct the number"),
        ("knapsack", P01.replace("165", "-165"), 1, "the capacity is '-165'"),
        ("knapsack", P01.replace("57 31", "57 nan"), 3, "weight 'nan' is not a finite number"),
        ("knapsack", P01.replace("57 31", "57"), 3, "'57' is not an item: write value and weight"),
        ("knapsack", P01_NUMBERED.replace("3 49 29", "2 49 29"), 4, "item 3 is numbered '2'"),
        ("knapsack", QUADRATIC.replace("\n0\n", "\n1\n"), 7, "kind 1 asks for a total weight"),
        ("knapsack", QUADRATIC.replace("\n7\n", "\n-7\n"), 8, "the capacity is '-7'"),
        ("knapsack", QUADRATIC.partition("4 5")[0], 8, "is the file truncated?"),
        ("knapsack", QUADRATIC.replace("1 2\n3\n", "1 2 9\n3\n"), 5, "the kind of the cons"),
        ("knapsack", "once upon a time\n", None, "does not appear to hold items of a knapsack"),
        # bins
        ("bins", "2\na\n5 2 1\n1\n2\nb\n5 2 1\n1\n2\n", 1, "the file holds 2 problems"),
        ("bins", "1\na\n5 3 1\n1\n2\n", 5, "3 numbers (size) have to follow and 2 do"),
        ("bins", "3\n0\n1\n2\n3\n", 2, "the capacity is 0: give a positive number"),
        ("bins", "3\n-9\n1\n2\n3\n", 2, "the capacity is '-9'"),
        ("bins", "3\n9\n1\ninf\n3\n", 4, "size 'inf' is not a finite number"),
        (
            "bins",
            "3\n9\n1\n2\n3\n4\n",
            6,
            "1 more entries follow after the sizes, the first is '4'",
        ),
        ("bins", "3\n9\n1 4\n2 5\n3 6\n", 3, "sizes and demands, as for cutting stock"),
        # sets
        ("sets", "2 2\n1 1\n1\n1\n2\n1\n", 6, "2 numbers (columns that cover row 2) have to"),
        ("sets", "2 2\n1 1\n1\n3\n1\n1\n", 4, "column 3 is outside the declared range 1 to 2"),
        ("sets", "2 2\n1 1\n2\n1 1\n1\n1\n", 4, "row 1 lists column 1 twice: remove one"),
        ("sets", "2 2\n1 1\n1\n1\n1\n1\n7\n", 7, "1 more entries follow after 2 rows"),
        ("sets", "0 2\n1 1\n", 1, "the number of rows is 0"),
        ("sets", "2 2\n1 y\n1\n1\n1\n1\n", 2, "cost 'y' is not a finite number"),
        # assignments
        ("assignment", NUG5[:-8], 13, "two matrices of 5 rows and columns) have to follow and 46"),
        ("assignment", NUG5 + "1\n", 14, "1 more entries follow after the two matrices"),
        ("assignment", NUG5.replace("5 0 3 0 2", "5 0 NaN 0 2"), 4, "flow 'NaN' is not a"),
        ("assignment", "0\n1\n", 1, "the size is 0"),
        # shops
        ("jobs", f"6 6\n{FT06[:-38]}", 1, "6 jobs are declared, and 5 lines follow: is the file"),
        ("jobs", "2 2\n0 1 1 2\n0 1 1\n", 3, "3 numbers, expected 2 pairs of machine and dur"),
        ("jobs", "2 2\n0 1 1 2\n0 1 2 2\n", 3, "machine 2 is outside the declared range 0 to 1"),
        ("jobs", "2 2\n0 1 1 2\n0 1 0 2\n", 3, "the job visits machine 0 twice"),
        ("jobs", "2 2\n0 1 1 2\n0 1 1 -2\n", 3, "duration '-2' is not a whole number"),
        ("jobs", "2 2\n0 1 1 2\n0 1 1 2.5\n", 3, "duration '2.5' is not a whole number"),
        ("jobs", "0 2\n", 1, "the number of jobs is 0"),
        ("jobs", "2 3\n1 2 3\n4 5 6\n1 2 3\n3 2 1\n", 2, "Taillard's layout"),
        ("jobs", "Nb of jobs, Nb of Machines\n2 2\nTimes\n1 2\n2 1\n", 1, "Taillard's layout"),
        ("jobs", f"{OR_LIBRARY} instance la01\n 1 1\n 0 5\n", 14, "holds several problems ('ft06'"),
        # equations
        ("equations", "2 2\n1 2 3\n", 2, "6 numbers (coefficients and right-hand sides) have to"),
        ("equations", "2 2\n1 2 3\n4 5\n", 3, "2 numbers, expected 2 coefficients and a right"),
        ("equations", "2 2\n1 2 3\n4 five 6\n", 3, "coefficient 'five' is not a finite number"),
        ("equations", "1 2\n1 2 3\n4 5 6\n", 3, "3 more entries follow after 1 equations"),
        ("equations", "0 2\n", 1, "the number of equations is 0"),
    ],
)
def test_a_faulty_file_is_refused_by_line(
    shape: str, text: str, line: int | None, words: str
) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, shape, source="a.file")
    message = str(caught.value)
    assert words in message
    assert caught.value.line == line
    assert "\n" not in message
    assert "list of numbers" not in message  # the shape that was asked for is the right one


def test_numbers_in_several_columns_are_still_a_list_of_numbers() -> None:
    text = rows([[4, 7, 1, 9], [3, 8, 2, 6], [5, 5, 1, 2], [8, 1, 1, 3]])
    assert parse(text, "numbers") == [int(word) for word in text.split()]
    # A family may read both, as number partitioning does with market split.
    assert parse("3 1 4 1 5\n9 2 6", ("numbers", "equations")) == [3, 1, 4, 1, 5, 9, 2, 6]
    assert parse("1 3\n1 2 4 3\n", ("numbers", "equations")).sides.tolist() == [3]
