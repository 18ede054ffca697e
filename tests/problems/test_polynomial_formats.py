"""Files of polynomials: the three conventions, known optima, other libraries' readings."""

from __future__ import annotations

import io
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from hybridq.core.errors import FormatError, ParameterError, ProblemError
from hybridq.problems.formats import FORMATS, choose, parse, read
from hybridq.problems.formats.solution import parse_solution
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.polynomial import merged, on_all_bits

DATA = Path(__file__).parent / "data"
LISTED = "2 3\n1 1 1\n1 2 3\n2 2 5\n"
LP = "Minimize\n obj: [ 1 x1 ^ 2 + 3 x1 * x2 + 5 x2 ^ 2 ] / 2\nBinary\n x1 x2\nEnd\n"
QPLIB = "a\nQBN\nminimize\n2\n3\n1 1 1\n2 1 3\n2 2 5\n0\n0\n0\n1e20\n0\n0\n0\n0\n0\n0\n"
MTX = "%%MatrixMarket matrix coordinate real symmetric\n2 2 3\n1 1 1\n2 1 3\n2 2 5\n"

# The entries 1, 3, 5 of two variables as each format has them: what x_0, x_1, x_0 x_1 weigh.
# Sources: qbsolv's README (qubo); QOBLIB's README of .qs; MQLib and OR-Library list one triangle
# of a symmetric matrix; LP and QPLIB halve what is listed.
CONVENTIONS = {
    "qubo": ("p qubo 0 2 2 1\n0 0 1\n1 1 5\n0 1 3\n", (1, 5, 3), "once"),
    "qoblib-qs": (LISTED, (1, 5, 6), "twice"),
    "biq-mac": (LISTED, (1, 5, 6), "twice"),
    "mqlib": (LISTED, (1, 5, 6), "twice"),
    "or-library-bqp": (f"1\n{LISTED}", (1, 5, 6), "twice"),
    "quadratic-market": (MTX, (1, 5, 6), "twice"),
    "quadratic-matrix": ("1 3\n0 5\n", (1, 5, 3), "once"),
    "lp": (LP, (0.5, 2.5, 1.5), ""),
    "qplib": (QPLIB, (0.5, 2.5, 1.5), ""),
}


def coefficients(data) -> dict[tuple[int, ...], float]:
    """Coefficients over bits, of which x · x = x."""
    if isinstance(data, PolynomialData):
        return merged((set(key), value) for value, key in data.terms)
    return merged((set(key), value) for key, value in data.objective.items())


def polynomial(text: str, format: str, **options) -> PolynomialData:
    return parse(text, "polynomial", format, **options)


def energies(data: PolynomialData) -> np.ndarray:
    return on_all_bits(coefficients(data), len(data.names))


@pytest.mark.parametrize("name", CONVENTIONS)
def test_an_off_diagonal_entry_counts_as_its_format_says(name: str) -> None:
    text, (first, second, product), said = CONVENTIONS[name]
    data = parse(text, FORMATS[name].shape, name)
    assert coefficients(data) == {(0,): first, (1,): second, (0, 1): product}
    if said:
        assert data.convention == f"2 variables, 3 terms, off-diagonals counted {said}" + (
            ", maximized" if data.sense == "maximize" else ""
        )
    assert data.sense == ("maximize" if name in ("mqlib", "or-library-bqp") else "minimize")


@pytest.mark.parametrize(
    ("convention", "expected", "said"),
    [
        ("once", (1, 5, 3), "off-diagonals counted once"),
        ("twice", (1, 5, 6), "off-diagonals counted twice"),
        ("half", (0.5, 2.5, 1.5), "all entries counted half"),
    ],
)
@pytest.mark.parametrize("name", [name for name, case in CONVENTIONS.items() if case[2]])
def test_the_option_convention_overrides_the_format(name, convention, expected, said) -> None:
    data = polynomial(CONVENTIONS[name][0], name, convention=convention)
    assert coefficients(data) == dict(zip([(0,), (1,), (0, 1)], expected, strict=True))
    assert said in data.convention


def test_another_convention_is_refused() -> None:
    with pytest.raises(ParameterError, match="'once' or 'twice' or 'half', got 'thrice'"):
        polynomial(LISTED, "mqlib", convention="thrice")
    with pytest.raises(ParameterError, match="json-polynomial does not take convention"):
        polynomial('{"variables": ["x"], "terms": []}', "json-polynomial", convention="once")


# ----- instances of libraries -----


def test_market_split_of_qoblib_is_one_polynomial_in_both_files() -> None:
    """The entry 1 2 1064 of the file is 2128 of x_1 x_2; values by QOBLIB."""
    listed = read(DATA / "ms_03_050_002.qs", "polynomial")
    assert listed.convention == (
        "20 variables, 210 terms, offset 202539, off-diagonals counted twice"
    )
    found = coefficients(listed)
    assert (found[0, 1], found[0,], found[()]) == (2128, -49120, 202539)
    assert found == coefficients(read(DATA / "ms_03_050_002_unconstrained.lp", "program"))


def test_market_split_has_its_published_solution_alone() -> None:
    data = read(DATA / "ms_03_050_002.qs", "polynomial")
    values = energies(data)
    solution = parse_solution((DATA / "ms_03_050_002.opt.sol").read_text(), data.names)
    index = sum(bit << place for place, bit in enumerate(solution.values()))
    assert values.min() == 0
    assert np.flatnonzero(values == 0).tolist() == [index]


def test_biq_mac_has_its_published_minimum() -> None:
    data = read(DATA / "gka1b.sparse", "polynomial")
    assert data.convention == "20 variables, 207 terms, off-diagonals counted twice"
    assert energies(data).min() == -133


def test_independent_set_of_qoblib_has_its_published_size() -> None:
    """The file minimizes −Σ x + 2 Σ x x: 10 nodes in two ways (QOBLIB's solutions)."""
    values = energies(read(DATA / "mis_farm.qs", "polynomial"))
    graph = read(DATA / "farm.gph", "graph")
    size = max(map(len, nx.find_cliques(nx.complement(graph))))
    assert (values.min(), np.count_nonzero(values == values.min())) == (-size, 2) == (-10, 2)


# ----- recognition -----


def test_lists_that_look_alike_are_told_apart_by_their_suffix_or_not_at_all() -> None:
    with pytest.raises(FormatError, match=r"format='qoblib-qs' or format='mqlib'"):
        parse(LISTED, "polynomial")
    assert choose(LISTED, "polynomial", "a.qs").name == "qoblib-qs"
    assert choose(LISTED, "polynomial", "a.sparse").name == "biq-mac"
    marked = f"# ObjectiveOffset 7\n{LISTED}"
    assert choose(marked, "polynomial").name == "qoblib-qs"
    assert coefficients(parse(marked, "polynomial"))[()] == 7


@pytest.mark.parametrize(
    ("source", "text", "words"),
    [
        ("a.qs", "2 1\n1 2 x\n", "line 2: entry 'x' is not a finite number"),
        ("a.sparse", "2 1 0\n1 2 1\n", "line 1: the header is '2 1 0'"),
        ("a.txt", "2 1\n1 2 x\n", "line 2: entry 'x' is not a finite"),
        ("a.qubo", "0 1 3\n", "line 1: '0 1 3' comes before the header"),
    ],
)
def test_a_damaged_file_is_recognized_all_the_same(source: str, text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        parse(text, "polynomial", source=source)


def test_a_quadratic_file_stays_a_graph_for_families_of_graphs() -> None:
    text = "3 2\n1 2 1\n2 3 -1\n"
    assert parse(text, "graph", source="a.rud").number_of_edges() == 2
    assert parse(text, "polynomial", source="a.sparse").names == ("x1", "x2", "x3")


def test_several_instances_of_or_library_are_refused() -> None:
    with pytest.raises(FormatError, match="line 1: the file holds 10 instances"):
        polynomial(f"10\n{LISTED}{LISTED}", "or-library-bqp")
    with pytest.raises(FormatError, match="line 4: index 3 is outside 1 to 2"):
        polynomial("1\n2 3\n1 1 1\n1 3 3\n2 2 5\n", "or-library-bqp")


# ----- matrices -----


def test_matrices_are_quadratic_forms_in_every_notation() -> None:
    matrix = np.array([[1, 2, 0, 0], [4, -3, 0.5, 0], [0, 0, 0, 7], [0, 0, 1, 2.5]])
    rows = np.array([[x >> k & 1 for k in range(4)] for x in range(16)], dtype=float)
    expected = np.einsum("ri,ij,rj->r", rows, matrix, rows)
    dense, sparse, market, general = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(dense, matrix)
    scipy.sparse.save_npz(sparse, scipy.sparse.csr_array(matrix))
    scipy.io.mmwrite(market, scipy.sparse.coo_array(matrix))
    scipy.io.mmwrite(general, matrix)
    text = "\n".join(" ".join(map(str, row)) for row in matrix.tolist())
    for data in (dense, sparse, market, general, text):
        content = data if isinstance(data, str) else data.getvalue()
        found = parse(content, "polynomial")
        assert energies(found).tolist() == expected.tolist()
        assert found.convention == "4 variables, 6 terms, off-diagonals counted once"


def test_symmetric_market_files_hold_one_triangle() -> None:
    matrix = np.array([[1.0, 3, 0], [3, 5, -2], [0, -2, 4]])
    for layout in (scipy.sparse.coo_array(matrix), matrix):
        stream = io.BytesIO()
        scipy.io.mmwrite(stream, layout, symmetry="symmetric")
        found = coefficients(parse(stream.getvalue(), "polynomial"))
        assert found == {(0,): 1, (1,): 5, (2,): 4, (0, 1): 6, (1, 2): -4}


def test_labels_of_a_matrix_are_names() -> None:
    data = polynomial(",a,b\na,1,2\nb,0,3\n", "quadratic-matrix")
    assert data.names == ("a", "b")
    assert coefficients(data) == {(0,): 1, (1,): 3, (0, 1): 2}


# ----- JSON -----


def test_json_holds_any_order_spins_and_sense() -> None:
    text = (
        '{"variables": ["a", "b", "c"], "spins": true, "sense": "maximize",\n'
        '"terms": [[2, ["a", "b", "c"]], [-1.5, []], [1, ["b", "b"]]]}'
    )
    data = parse(text, "polynomial")
    assert data.spins
    assert data.sense == "maximize"
    assert data.names == ("a", "b", "c")
    assert data.terms == ((2, (0, 1, 2)), (-1.5, ()), (1, (1, 1)))


# ----- writers -----


def test_what_a_writer_cannot_keep_is_refused() -> None:
    cubic = PolynomialData(("a", "b", "c"), ((1.0, (0, 1, 2)),))
    spins = PolynomialData(("a",), ((1.0, (0,)),), spins=True)
    blank = PolynomialData(("a b",), ((1.0, (0,)),))
    for name in ("qubo", "qoblib-qs"):
        write = FORMATS[name].write
        with pytest.raises(ProblemError, match="one of 3: write JSON"):
            write(cubic)
        with pytest.raises(ProblemError, match="the polynomial has spins: write JSON"):
            write(spins)
        with pytest.raises(ProblemError, match="cannot keep the name 'a b'"):
            write(blank)


def test_a_maximized_polynomial_is_negated_for_readers_that_minimize() -> None:
    data = PolynomialData(("x1", "x2"), ((3.0, (0, 1)), (1.0, ())), sense="maximize")
    text = FORMATS["qoblib-qs"].write(data)
    assert "1 2 -1.5" in text
    assert "ObjectiveOffset -1" in text
    again = parse(text, "polynomial")
    assert again.sense == "maximize"
    assert coefficients(again) == {(0, 1): 3, (): 1}


def test_families_pass_the_convention_on(tmp_path: Path) -> None:
    from hybridq.problems import MaxCut

    (tmp_path / "a.txt").write_text("1 2\n2 3\n")
    with pytest.raises(ParameterError, match="the format edgelist does not take convention"):
        MaxCut.from_file(tmp_path / "a.txt", "edgelist", convention="once")
