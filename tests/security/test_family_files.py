"""Files of problem families: odd numbers, cut files, and sizes that are declared too large.

Each ends in data or in an error of hybridq of one short line, and no size is allocated before the
numbers behind it are seen.
"""

from __future__ import annotations

import re
import tracemalloc

import pytest

from hybridq.core.errors import FormatError, HybridqError
from hybridq.problems.formats import FORMATS, parse
from tests.security.test_odd_numbers import ODD

NUMBER = re.compile(r"(?<![\w.])-?\d+(\.\d+)?")
LONGEST = 700
MOST_MEMORY = 20 * 2**20  # bytes

EXPLICIT = (
    "NAME: a\nTYPE: TSP\nDIMENSION: {}\nEDGE_WEIGHT_TYPE: EXPLICIT\n"
    "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n1 2\n3\nEOF\n"
)
PLANE = "DIMENSION: {}\nEDGE_WEIGHT_TYPE: {}\nNODE_COORD_SECTION\n1 0 0\n2 3 4.5\n3 1 1\nEOF\n"

# format: a text that it reads
TEXTS = {
    "json-knapsack": '{"values": [3, 4], "weights": [[1, 2]], "capacity": [2]}',
    "json-bins": '{"sizes": [3, 4.5], "capacity": 5}',
    "json-equations": '{"matrix": [[1, 2, 3]], "sides": [3]}',
    "json-distances": '{"distances": [[0, 1], [2, 0]], "coordinates": [[0, 1], [2, 3]]}',
    "json-assignment": '{"flows": [[0, 1], [1, 0]], "distances": [[0, 5], [5, 0]]}',
    "json-portfolio": '{"returns": [0.1], "covariance": [[2]], "risk": 0.5, "budget": 1}',
    "json-sets": '{"universe": [1, 2], "sets": [[1], [1, 2]], "costs": [3, 4]}',
    "json-jobs": '{"jobs": [[[0, 3], [1, 2]], [[1, 4]]]}',
    "json-clauses": '{"clauses": [[1, -2], [3]], "weights": [2, 1], "hard": [[2]]}',
    "json-size": '{"n": 20}',
    "cnf": "p cnf 3 2\n1 -2 0\nx2 3 0\n".replace("x", ""),
    "wcnf": "p wcnf 3 2 9\n9 1 -2 0\n2 2 3 0\n",
    "tsplib": EXPLICIT.format(3),
    "quadratic-knapsack": "name\n3\n10 20 30\n1 2\n3\n\n0\n7\n4 5 6\n",
    "mknap": "1\n2 1 7\n3 4\n1 2\n3\n",
    "knapsack-list": "2 3\n3 1\n4 2\n",
    "binpack": "1\na\n9 2 1\n4\n5\n",
    "bpplib": "2\n9\n4\n5\n",
    "jobshop": "2 2\n0 3 1 2\n1 2 0 4\n",
    "scp": "2 2\n1 3\n1\n2\n2\n1 2\n",
    "qaplib": "2\n0 1\n1 0\n0 5\n5 0\n",
    "market-split": "1 3\n1 2 4 3\n",
    "distance-matrix": "0 2 3\n4 0 6\n7 8 0\n",
    "csv-returns": "a,b\n0.1,0.2\n0.3,0.1\n",
}


def read(text: str, name: str | None, shape: str) -> None:
    """Read a text, and check the error if there is one."""
    try:
        parse(text, shape, name, source="a.file")
    except HybridqError as refusal:
        message = str(refusal)
        assert "\n" not in message
        assert len(message) < LONGEST


def test_every_format_has_a_text_here() -> None:
    shapes = {FORMATS[name].shape for name in TEXTS}
    assert all(
        name in TEXTS
        for name, entry in FORMATS.items()
        if entry.shape in shapes and not entry.magic
    )
    for name, text in TEXTS.items():
        parse(text, FORMATS[name].shape, name)


@pytest.mark.parametrize("name", TEXTS)
def test_an_odd_number_in_any_place_is_data_or_an_error_of_one_line(name: str) -> None:
    text = TEXTS[name]
    for found in NUMBER.finditer(text):
        for odd in ODD:
            read(text[: found.start()] + odd + text[found.end() :], name, FORMATS[name].shape)


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_is_cut_anywhere_is_data_or_an_error_of_one_line(name: str) -> None:
    text, shape = TEXTS[name], FORMATS[name].shape
    for end in range(len(text)):
        read(text[:end], None if end % 5 == 0 else name, shape)


# format: texts that declare far more than follows
DECLARED = {
    "tsplib": (
        EXPLICIT.format(10**9),
        EXPLICIT.format(20_000),
        PLANE.format(10**9, "EUC_2D"),
        PLANE.format(20_000, "GEO"),
    ),
    "quadratic-knapsack": ("name\n1000000000\n1\n0\n0\n1\n", "name\n100000\n1\n0\n0\n1\n"),
    "mknap": ("1\n1000000000 1000000000 0\n1\n", "1000000 1 0\n1\n", "1000000000\n2 1 3\n"),
    "knapsack-list": ("1000000000 3\n1 2\n", "1000000000\n1 2 3\n4\n"),
    "binpack": ("1\na\n9 1000000000 1\n4\n", "1000000000\na\n9 1 1\n4\n"),
    "bpplib": ("1000000000\n9\n4\n",),
    "jobshop": ("1000000000 2\n0 1 1 2\n", "1 1000000000\n0 1\n"),
    "scp": ("1000000000 2\n1 1\n1\n1\n", "2 1000000000\n1 1\n1\n1\n", "1 1\n1\n1000000000\n1\n"),
    "qaplib": ("1000000000\n1\n", "100000\n1\n"),
    "market-split": ("1000000000 1\n1 2\n", "1 1000000000\n1 2\n"),
    "cnf": ("p cnf 1000000000 1\n1 0\n", "p cnf 1 1000000000\n1 0\n"),
    "wcnf": ("p wcnf 1000000000 1 2\n2 1 0\n", "h 1000000000 0\n"),
    "json-clauses": ('{"clauses": [[1000000000]]}', '{"clauses": [[1]], "variables": 1000000000}'),
    "json-size": ('{"n": 1000000000000}',),
}


@pytest.mark.parametrize("name", DECLARED)
def test_a_size_that_no_numbers_follow_is_refused_before_it_is_allocated(name: str) -> None:
    for text in DECLARED[name]:
        tracemalloc.start()
        with pytest.raises(FormatError):
            parse(text, FORMATS[name].shape, name)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < MOST_MEMORY


@pytest.mark.parametrize(
    ("shape", "name", "text"),
    [
        ("distances", "tsplib", "DIMENSION: 2\nEDGE_WEIGHT_TYPE" + " " * 50_000 + ": x\n"),
        ("distances", "tsplib", "A" * 50_000),
        ("clauses", "cnf", "p cnf 1 1\n" + "1" * 50_000),
        ("clauses", "wcnf", "1" * 50_000 + " 1 0"),
        ("jobs", "jobshop", "1 1\n0 " + "9" * 50_000),
        ("portfolio", "csv-returns", "a" * 50_000 + "\n" + "1" * 50_000 + "x\n"),
        ("distances", "distance-matrix", "1" * 50_000 + "x 2\n3 4\n"),
        ("sets", "json-sets", '{"universe": [' + "[" * 50_000),
        ("sets", "json-sets", '{"universe": ["' + "a" * 50_000 + '"], "sets": [["b"]]}'),
    ],
)
def test_long_words_are_refused_briefly(shape: str, name: str, text: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, shape, name)
    assert len(str(caught.value)) < LONGEST
