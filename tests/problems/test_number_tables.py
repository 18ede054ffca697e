"""Tables and arrays: matrices of distances, and returns with their mean and covariance."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.problems.formats import choose, parse, read

MATRIX = [[0, 2, 3], [4, 0, 6], [7, 8, 0]]


def table(rows: object, mark: str = ",") -> str:
    return "".join(mark.join(map(str, row)) + "\n" for row in rows)


NAMES = ("A", "b c", "9")
LABELLED = [("", *NAMES), *((name, *row) for name, row in zip(NAMES, MATRIX, strict=True))]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_matrix_of_distances_may_have_labels(mark: str) -> None:
    assert parse(table(MATRIX, mark), "distances").cities == (0, 1, 2)
    for rows in (
        LABELLED,
        [("city", *NAMES), *LABELLED[1:]],
        [NAMES, *LABELLED[1:]],  # without a corner
    ):
        found = parse(table(rows, mark), "distances")
        assert found.distances.tolist() == MATRIX
        assert found.cities == ("A", "b c", 9)


def test_a_matrix_between_blanks_is_read() -> None:
    text = "# three cities\n0 2 3\n 4  0 6\n\n7 8 0\n"
    assert choose(text, "distances").name == "distance-matrix"
    assert parse(text, "distances").distances.tolist() == MATRIX


def test_decimal_commas_are_read_where_the_columns_have_another_mark() -> None:
    found = parse("0;1,5;2\n1,5;0;3\n2;3;0\n", "distances").distances
    assert found[0].tolist() == [0, 1.5, 2]


def test_a_matrix_of_numpy_is_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array(MATRIX))
    assert read(tmp_path / "a.npy", "distances").distances.tolist() == MATRIX


# ----- returns -----

PERIODS = st.lists(
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=8
)


@settings(deadline=None, max_examples=50)
@given(PERIODS, st.booleans(), st.sampled_from([",", ";", "\t"]))
def test_mean_and_covariance_are_those_of_numpy(
    periods: list[tuple[float, ...]], dated: bool, mark: str
) -> None:
    rows = [(f"2026-01-{k + 1:02}", *row) if dated else row for k, row in enumerate(periods)]
    header = ("date", "A", "B", "C") if dated else ("A", "B", "C")
    found = parse(table([header, *rows], mark), "portfolio")
    assert found.assets == ("A", "B", "C")
    assert found.returns == pytest.approx(np.mean(periods, axis=0), abs=1e-12)
    assert found.covariance == pytest.approx(np.cov(np.array(periods).T), abs=1e-12)
    assert (found.risk, found.budget) == (None, None)


def test_two_periods_by_hand() -> None:
    found = parse("a,b\n0.1,0.2\n0.3,0.1\n", "portfolio", source="returns.csv")
    assert found.returns == pytest.approx([0.2, 0.15])
    assert found.covariance.ravel() == pytest.approx([0.02, -0.01, -0.01, 0.005])


def test_returns_without_names_and_with_numbered_years() -> None:
    bare = parse("0.1,0.2\n0.3,0.1\n", "portfolio")
    assert bare.assets == (0, 1)
    dated = parse("year,a\n2024,0.1\n2025,0.3\n", "portfolio")
    assert (dated.assets, dated.returns.tolist()) == (("a",), [0.2])
    asked = parse("1,2\n0.1,0.2\n0.3,0.1\n", "portfolio", header="yes")
    assert asked.assets == ("1", "2")


def test_arrays_of_numpy_hold_returns_or_their_moments(tmp_path: Path) -> None:
    periods = np.array([[0.1, 0.2], [0.3, 0.1], [0.2, 0.2]])
    np.save(tmp_path / "a.npy", periods)
    found = read(tmp_path / "a.npy", "portfolio")
    assert found.covariance == pytest.approx(np.cov(periods.T))
    np.savez(tmp_path / "a.npz", returns=found.returns, covariance=found.covariance)
    again = read(tmp_path / "a.npz", "portfolio")
    assert np.array_equal(again.covariance, found.covariance)


def npy(array: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npz(**arrays: object) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("shape", "data", "line", "words"),
    [
        ("distances", "0 1 2\n1 0\n2 3 0\n", 2, "the row has 2 numbers, expected 3"),
        ("distances", "0 1 2\n1 0 3\n", 2, "2 rows and 3 columns of numbers: give a square"),
        ("distances", "0 1 2\n1 0 nan\n2 3 0\n", 2, "distance 3 of the row is 'nan'"),
        ("distances", "0 1 2\n1 0 1e999\n2 3 0\n", 2, "'1e999' is not a finite number"),
        ("distances", "0,1,2\n1,,3\n2,3,0\n", 2, "distance 2 of the row is ''"),
        ("distances", "0,1,2\n1,0,x\n2,3,0\n", 2, "'x' is not a finite number"),
        ("distances", "a,b\na,0,1\nc,1,0\n", 3, "row 'c' is in the place of column 'b'"),
        ("distances", "a,a\na,0,1\na,1,0\n", 1, "'a' is used twice"),
        ("distances", "# nothing\n", None, "the table has no rows of distances"),
        ("distances", npy(np.ones((2, 3))), None, "shape (2, 3): give a square matrix"),
        ("distances", npy(np.ones(4)), None, "shape (4,) and type float64: give a matrix"),
        ("distances", npy(np.full((2, 2), np.nan)), None, "distance [0, 0] is nan"),
        ("distances", npy(np.array([[None]])), None, "type object: give a matrix of real"),
        (
            "distances",
            npy(np.ones((9, 9)))[:-400],
            None,
            "shorter than its array: is it truncated?",
        ),
        ("portfolio", "a,b\n0.1,0.2\n", 2, "give the returns of at least two periods"),
        ("portfolio", "a,b\n0.1,0.2\n0.3\n", 3, "the row has 1 numbers, expected 2"),
        ("portfolio", "a,b\n0.1,0.2\n0.3,NaN\n", 3, "return in column 'b' is 'NaN'"),
        ("portfolio", "a,b\n0.1,0.2\n0.3,\n", 3, "return in column 'b' is ''"),
        ("portfolio", "a,b\n0.1,0.2\n0.3,1%\n", 3, "'1%' is not a finite number"),
        ("portfolio", "a,a\n0.1,0.2\n0.3,0.1\n", 1, "names of assets, 'a' is used twice"),
        ("portfolio", "a,b\n", None, ""),
        ("portfolio", npy(np.ones((1, 3))), None, "at least two periods"),
        ("portfolio", npz(returns=np.ones(2)), None, "the archive has no array 'covariance'"),
        (
            "portfolio",
            npz(returns=np.ones(2), covariance=np.ones((3, 3))),
            None,
            "returns have shape (2,) and covariance (3, 3)",
        ),
        ("portfolio", npz(returns=[np.inf], covariance=[[1.0]]), None, "NaN or infinity"),
        ("portfolio", npz(a=np.zeros(10**7)), None, "unpacks to far more than it holds"),
        ("portfolio", npz(a=np.zeros(9))[:-9], None, "not a .npz file"),
    ],
)
def test_a_faulty_table_is_refused(
    shape: str, data: str | bytes, line: int | None, words: str
) -> None:
    with pytest.raises(FormatError) as caught:
        parse(data, shape, source="a")
    assert words in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)
