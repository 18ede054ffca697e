"""TSPLIB: distances of published instances, by the lengths of their published shortest tours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from hybridq.core.errors import FormatError
from hybridq.problems.formats import choose, parse, read, shape_of

FOLDER = Path(__file__).parent / "instances"

# Shortest tours of TSPLIB (the files *.opt.tour).
TOURS = {
    "berlin52.tsp": (
        7542,
        "1 49 32 45 19 41 8 9 10 43 33 51 11 52 14 13 47 26 27 28 12 25 4 6 15 5 24 48 38 37 40 39 "
        "36 35 34 44 46 16 29 50 20 23 30 2 7 42 21 17 3 18 31 22",
    ),
    "att48.tsp": (
        10628,
        "1 8 38 31 44 18 7 28 6 37 19 27 17 43 30 36 46 33 20 47 21 32 39 48 5 42 24 10 45 35 4 26 "
        "2 29 34 41 16 22 3 23 14 25 13 11 12 15 40 9",
    ),
    "bayg29.tsp": (
        1610,
        "1 28 6 12 9 26 3 29 5 21 2 20 10 4 15 18 14 17 22 11 19 25 7 23 8 27 16 13 24",
    ),
}


def distances_of(name: str) -> np.ndarray:
    return read(FOLDER / name, "distances").distances


def held_karp(distances: np.ndarray) -> float:
    """Length of the shortest tour, by dynamic programming over subsets of cities."""
    n = len(distances) - 1
    inner = distances[1:, 1:]
    best = np.full((1 << n, n), np.inf)
    best[1 << np.arange(n), np.arange(n)] = distances[0, 1:]
    masks = np.arange(1 << n)
    sizes = sum((masks >> k) & 1 for k in range(n))
    for size in range(1, n):
        layer = masks[sizes == size]
        for k in range(n):
            rows = layer[(layer >> k) & 1 == 0]
            best[rows | 1 << k, k] = (best[rows] + inner[:, k]).min(axis=1)
    return float((best[-1] + distances[1:, 0]).min())


def shortest_by_cuts(distances: np.ndarray) -> float:
    """Length of the shortest symmetric tour, by integer programming with subtour cuts."""
    n = len(distances)
    i, j = np.triu_indices(n, k=1)
    rows = [((i == k) | (j == k)).astype(float) for k in range(n)]
    least, most = [2.0] * n, [2.0] * n
    while True:
        found = milp(
            distances[i, j],
            constraints=LinearConstraint(np.array(rows), least, most),
            integrality=np.ones(len(i)),
            bounds=Bounds(0, 1),
        )
        used = found.x > 0.5
        part = {0}
        while True:
            inside = np.isin(i, list(part)), np.isin(j, list(part))
            more = part | set(j[used & inside[0]].tolist()) | set(i[used & inside[1]].tolist())
            if more == part:
                break
            part = more
        if len(part) == n:
            return float(found.fun)
        rows.append((inside[0] & inside[1]).astype(float))
        least.append(0.0)
        most.append(len(part) - 1.0)


@pytest.mark.parametrize(
    ("name", "length"),
    [("burma14.tsp", 3323), ("gr17.tsp", 2085), ("ulysses16.tsp", 6859), ("br17.atsp", 39)],
)
def test_the_shortest_tour_has_the_published_length(name: str, length: float) -> None:
    assert held_karp(distances_of(name)) == length


def test_the_shortest_tour_of_21_cities_has_the_published_length() -> None:
    assert shortest_by_cuts(distances_of("gr21.tsp")) == pytest.approx(2707)


@pytest.mark.parametrize("name", TOURS)
def test_the_published_tour_has_the_published_length(name: str) -> None:
    length, words = TOURS[name]
    tour = np.array(words.split(), dtype=int) - 1
    distances = distances_of(name)
    assert sorted(tour) == list(range(len(distances)))
    assert distances[tour, np.roll(tour, -1)].sum() == length


def test_cities_are_numbered_and_have_the_coordinates_of_the_file() -> None:
    berlin = read(FOLDER / "berlin52.tsp", "distances")
    assert berlin.cities == tuple(range(1, 53))
    assert berlin.coordinates[0].tolist() == [565, 575]
    bavaria = read(FOLDER / "bayg29.tsp", "distances")
    assert bavaria.coordinates[-1].tolist() == [360, 1980]  # of its display data
    assert read(FOLDER / "gr17.tsp", "distances").coordinates is None


def test_geographical_coordinates_are_longitude_and_latitude_in_degrees() -> None:
    # The file says latitude 16.47 and longitude 96.10: 16 degrees 47 minutes, 96 degrees 10.
    burma = read(FOLDER / "burma14.tsp", "distances")
    assert burma.coordinates[0] == pytest.approx([96 + 10 / 60, 16 + 47 / 60])


def coordinates_text(kind: str, points: list[tuple[float, ...]]) -> str:
    lines = [f"{k} {' '.join(map(repr, point))}" for k, point in enumerate(points, start=1)]
    return "\n".join(
        [f"DIMENSION: {len(points)}", f"EDGE_WEIGHT_TYPE: {kind}", "NODE_COORD_SECTION", *lines]
    )


# The points (0, 0) and (x, y): by hand, from the formulas of the documentation.
@pytest.mark.parametrize(
    ("kind", "point", "distance"),
    [
        ("EUC_2D", (1, 1), 1),  # 1.414
        ("EUC_2D", (1.5, 0), 2),  # halves are rounded up
        ("EUC_2D", (2.5, 0), 3),  # and never to even
        ("CEIL_2D", (1, 1), 2),
        ("CEIL_2D", (3, 4), 5),
        ("MAN_2D", (1.2, 1.2), 2),  # 2.4
        ("MAX_2D", (1.2, 3.6), 4),
        ("ATT", (10, 10), 5),  # sqrt(20) = 4.47, rounded up
        ("ATT", (3, 1), 1),  # sqrt(1)
        ("ATT", (8, 6), 4),  # sqrt(10) = 3.16, rounded up
        ("EUC_3D", (2, 3, 6), 7),
        ("MAN_3D", (2, 3, 6), 11),
        ("MAX_3D", (2, 3, 6), 6),
    ],
)
def test_distances_of_coordinates_follow_the_documentation(
    kind: str, point: tuple[float, ...], distance: float
) -> None:
    text = coordinates_text(kind, [(0,) * len(point), point])
    assert parse(text, "distances").distances.tolist() == [[0, distance], [distance, 0]]


LAYOUTS = {
    "FULL_MATRIX": lambda n: [(i, j) for i in range(n) for j in range(n)],
    "UPPER_ROW": lambda n: [(i, j) for i in range(n) for j in range(i + 1, n)],
    "LOWER_ROW": lambda n: [(i, j) for i in range(n) for j in range(i)],
    "UPPER_DIAG_ROW": lambda n: [(i, j) for i in range(n) for j in range(i, n)],
    "LOWER_DIAG_ROW": lambda n: [(i, j) for i in range(n) for j in range(i + 1)],
    "UPPER_COL": lambda n: [(i, j) for j in range(n) for i in range(j)],
    "LOWER_COL": lambda n: [(i, j) for j in range(n) for i in range(j + 1, n)],
    "UPPER_DIAG_COL": lambda n: [(i, j) for j in range(n) for i in range(j + 1)],
    "LOWER_DIAG_COL": lambda n: [(i, j) for j in range(n) for i in range(j, n)],
}


def explicit_text(layout: str, matrix: list[list[float]], width: int = 4) -> str:
    entries = [str(matrix[i][j]) for i, j in LAYOUTS[layout](len(matrix))]
    lines = [" ".join(entries[k : k + width]) for k in range(0, len(entries), width)]
    return "\n".join(
        [
            "NAME : x",
            f"DIMENSION : {len(matrix)}",
            "EDGE_WEIGHT_TYPE : EXPLICIT",
            f"EDGE_WEIGHT_FORMAT : {layout}",
            "EDGE_WEIGHT_SECTION",
            *lines,
            "EOF",
        ]
    )


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from([*LAYOUTS]), st.integers(2, 6), st.integers(1, 7))
def test_every_layout_of_a_matrix_is_read(
    data: st.DataObject, layout: str, n: int, width: int
) -> None:
    number = st.integers(0, 999) | st.sampled_from([0.5, 1.25e3])
    matrix = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            matrix[i][j] = matrix[j][i] = data.draw(number)
    text = explicit_text(layout, matrix, width)
    assert choose(text, "distances").name == "tsplib"
    assert parse(text, "distances").distances.tolist() == matrix


def test_an_asymmetric_matrix_needs_the_type_atsp() -> None:
    text = explicit_text("FULL_MATRIX", [[9, 1], [2, 9]])
    with pytest.raises(FormatError, match="from 1 to 2 is 1, and back 2: correct it, or write"):
        parse(text, "distances")
    read_back = parse(f"TYPE : ATSP\n{text}", "distances")
    assert read_back.distances.tolist() == [[0, 1], [2, 0]]  # from a city to itself


@pytest.mark.parametrize("name", ["berlin52.tsp", "br17.atsp"])
def test_vrplib_reads_the_same_distances(name: str) -> None:
    vrplib = pytest.importorskip("vrplib")
    expected = vrplib.read_instance(FOLDER / name)["edge_weight"].astype(float)
    np.fill_diagonal(expected, 0)
    # vrplib leaves the rounding of EUC_2D to its user.
    assert np.array_equal(distances_of(name), np.floor(expected + 0.5))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=8),
    st.sampled_from(["CEIL_2D", "LOWER_ROW"]),
)
def test_vrplib_agrees_on_files_written_here(
    tmp_path_factory: pytest.TempPathFactory, points: list[tuple[int, int]], kind: str
) -> None:
    vrplib = pytest.importorskip("vrplib")
    text = coordinates_text(kind, points)
    if kind == "LOWER_ROW":
        text = explicit_text(kind, [[abs(a[0] - b[1]) for a in points] for b in points])
    path = tmp_path_factory.getbasetemp() / "any.tsp"
    path.write_text(text + "\n")
    expected = vrplib.read_instance(path)["edge_weight"]
    assert np.array_equal(read(path, "distances").distances, expected)


HEAD = "NAME : x\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : {}\n"
EXPLICIT = HEAD.format("EXPLICIT") + "EDGE_WEIGHT_FORMAT : {}\nEDGE_WEIGHT_SECTION\n"
PLANE = HEAD.format("EUC_2D") + "NODE_COORD_SECTION\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (EXPLICIT.format("UPPER_ROW") + "1 2\n", 6, "has 3 entries, the section holds 2: is the"),
        (
            EXPLICIT.format("UPPER_ROW") + "0 1 2\n0 3\n0\n",
            5,
            "holds 6: write EDGE_WEIGHT_FORMAT : UPPER_DIAG_ROW or LOWER_DIAG_ROW",
        ),
        (EXPLICIT.format("LOWER_DIAG_ROW") + "1\n2 3\n", 7, "UPPER_ROW or LOWER_ROW"),
        (EXPLICIT.format("UPPER_ROW") + "1 2\nnan\n", 7, "'nan' in a section is not a number"),
        (EXPLICIT.format("UPPER_ROW") + "1 2\n1e999\n", 7, "'1e999' is not a finite number"),
        (EXPLICIT.format("UPPER_ROW") + "1 2x\n3\n", 6, "'2x' is not a finite number"),
        (EXPLICIT.format("FUNCTION"), 4, "EDGE_WEIGHT_FORMAT is 'FUNCTION', and one of FULL"),
        (HEAD.format("EXPLICIT") + "EDGE_WEIGHT_FORMAT : UPPER_ROW\n", None, "SECTION is missing"),
        (PLANE + "1 0 0\n2 1 0\n", 6, "has 2 lines: is the file truncated?"),
        (PLANE + "1 0 0\n2 1 0\n3 1\n", 7, "'3 1' is not a city: write its number and 2"),
        (PLANE + "1 0 0\n2 1 0\n2 1 1\n", 7, "city 2 is listed twice, first in line 6"),
        (PLANE + "1 0 0\n2 1 0\n4 1 1\n", 7, "city 4 is outside the range 1 to 3"),
        (PLANE + "1 0 0\n2 1 0\n3 1 0\n4 1 1\n", 4, "has 4 lines: correct DIMENSION"),
        (PLANE + "1 0 0\n2 1 0\n3 one 1\n", 7, "coordinate 'one' is not a finite number"),
        (HEAD.format("XRAY1"), 3, "EDGE_WEIGHT_TYPE is 'XRAY1', and one of EXPLICIT, EUC_2D"),
        ("TYPE : CVRP\n" + HEAD.format("EUC_2D"), 1, "TYPE is 'CVRP', and one of TSP, ATSP"),
        ("DIMENSIN : 3\nEDGE_WEIGHT_TYPE : ATT\n", 1, "did you mean DIMENSION?"),
        (HEAD.format("ATT") + "FIXED_EDGES_SECTION\n1 2\n", 4, "unknown keyword 'FIXED_EDGES_"),
        ("DIMENSION : 3\nDIMENSION : 4\n", 2, "DIMENSION is given twice"),
        ("DIMENSION : 0\nEDGE_WEIGHT_TYPE : ATT\n", 1, "DIMENSION is 0"),
        ("DIMENSION : three\n", 1, "DIMENSION 'three' is not a whole number"),
        ("DIMENSION : 1000000000\nEDGE_WEIGHT_TYPE : ATT\n", 1, "at most 20000 are read"),
        ("EDGE_WEIGHT_TYPE : ATT\n", None, 'the line "DIMENSION : n" is missing'),
        ("DIMENSION : 2\n", None, "the line EDGE_WEIGHT_TYPE is missing"),
    ],
)
def test_a_faulty_file_is_refused_by_line(text: str, line: int | None, words: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, "distances", source="a.tsp")
    assert words in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_the_files_are_recognized() -> None:
    for path in [*FOLDER.glob("*.tsp"), *FOLDER.glob("*.atsp")]:
        assert shape_of(path) == "distances"
