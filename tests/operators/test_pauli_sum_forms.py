"""PauliSum in and out of text, its promises at birth and its refusals."""

from __future__ import annotations

import contextlib
import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core import memory
from hybridq.core.errors import CapacityError, DimensionError, FormatError, ParameterError
from hybridq.operators import PauliSum
from tests.operators.dense_paulis import label_lists

any_float = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=60, deadline=None)
@given(label_lists(4, coefficients=st.builds(complex, any_float, any_float)))
def test_json_and_sparse_terms_round_trip_exactly(a):
    A = PauliSum.from_labels(a)
    for back in (PauliSum.from_json(A.to_json()), PauliSum.from_sparse(A.to_sparse(), 4)):
        np.testing.assert_array_equal(back.x_masks, A.x_masks)
        np.testing.assert_array_equal(back.z_masks, A.z_masks)
        np.testing.assert_array_equal(back.coefficients, A.coefficients)


@settings(max_examples=60, deadline=None)
@given(label_lists(5))
def test_labels_round_trip_with_equal_terms_merged(a):
    merged = {}
    for label, coefficient in a:
        merged[label] = merged.get(label, 0) + coefficient
    expected = {label: c for label, c in merged.items() if c != 0}
    assert PauliSum.from_labels(a).to_labels() == expected


def test_json_of_a_wide_sum_follows_the_documented_schema(tmp_path):
    A = PauliSum.from_sparse([("YX", (199, 3), -0.1), ("", (), 2j)], 200)
    data = json.loads(A.to_json(tmp_path / "a.json"))
    assert data == {
        "format": "hybridq-pauli-sum",
        "version": 1,
        "n_qubits": 200,
        "terms": [["XY", [3, 199], -0.1], ["", [], [0.0, 2.0]]],
    }
    assert PauliSum.from_json((tmp_path / "a.json").read_text(encoding="utf-8")) == A
    assert PauliSum.from_json(PauliSum.zero(3).to_json()) == PauliSum.zero(3)


GOOD = {"format": "hybridq-pauli-sum", "version": 1, "n_qubits": 2, "terms": [["Z", [0], 1.0]]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "other"}, "format"),
        ({"version": 2}, "version 2"),
        ({"n_qubits": 0}, "n_qubits must be .* got 0"),
        ({"n_qubits": 2.0}, "integer"),
        ({"n_qubits": 10**30}, "n_qubits must be .* got 10"),
        ({"n_qubits": 2**32, "terms": [["Z", [0], 1.0]] * 10_000}, "act on 1 in all"),
        ({"terms": {}}, "a list"),
        ({"terms": [["Z", [2], 1.0]]}, "qubit 2"),
        ({"terms": [["Z", [10**30], 1.0]]}, "integer"),
        ({"terms": [["Q", [0], 1.0]]}, "'Q'"),
        ({"terms": [["Ω", [0], 1.0]]}, "'Ω'"),
        ({"terms": [["ZZ", [0], 1.0]]}, "ZZ"),
        ({"terms": [["ZZ", [1, 1], 1.0]]}, "twice"),
        ({"terms": [["Z", [0], True]]}, "form"),
        ({"terms": [["Z", [0], float("nan")]]}, "finite"),
        ({"terms": [["Z", [0], "1"]]}, "form"),
        ({"terms": [["Z", [0], 10**400]]}, "large"),
        ({"terms": [7]}, "form"),
    ],
)
def test_wrong_json_is_a_format_error_that_names_the_source(change, said):
    assert len(PauliSum.from_json(json.dumps(GOOD))) == 1
    with pytest.raises(FormatError, match=said) as caught:
        PauliSum.from_json(json.dumps(GOOD | change), source="h.json")
    assert str(caught.value).startswith("h.json")
    assert "\n" not in str(caught.value)


def test_truncated_json_names_the_line():
    text = json.dumps(GOOD, indent=1)
    with pytest.raises(FormatError) as caught:
        PauliSum.from_json(text[:-4])
    assert caught.value.line is not None
    assert caught.value.line > 5


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.text() | json_values.map(lambda terms: json.dumps(GOOD | {"terms": terms})))
def test_any_text_gives_a_sum_or_a_format_error(text):
    with contextlib.suppress(FormatError):
        assert isinstance(PauliSum.from_json(text), PauliSum)


def test_the_sum_is_read_only_and_owns_its_arrays():
    x = np.zeros((1, 1), dtype=np.uint64)
    z = np.ones((1, 1), dtype=np.uint64)
    c = np.array([2.0 + 0j])
    A = PauliSum(1, x, z, c)
    z[0, 0], c[0] = 0, 7.0
    assert A.to_labels() == {"Z": 2.0}
    for again in (A, pickle.loads(pickle.dumps(A)), copy.deepcopy(A)):
        assert again == A
        for array in (again.x_masks, again.z_masks, again.coefficients):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
    with pytest.raises(AttributeError):
        A.n_qubits = 2


@pytest.mark.parametrize(
    ("build", "error", "said"),
    [
        (lambda: PauliSum({"XX": 1.0}), ParameterError, "PauliSum.from_labels"),
        (lambda: PauliSum([("XX", 1.0)]), ParameterError, "PauliSum.from_labels"),
        (lambda: PauliSum("XX"), ParameterError, "PauliSum.from_labels"),
        (lambda: PauliSum(0, [[0]], [[0]], [1.0]), ParameterError, "n_qubits must be .* got 0"),
        (
            lambda: PauliSum(True, [[0]], [[0]], [1.0]),
            ParameterError,
            "n_qubits must be .* got True",
        ),
        (lambda: PauliSum(2, [[4]], [[0]], [1.0]), DimensionError, "x_masks must have no bit"),
        (lambda: PauliSum(2, [[0]], [[4]], [1.0]), DimensionError, "z_masks must have no bit"),
        (lambda: PauliSum(65, [[0]], [[0]], [1.0]), DimensionError, r"must have shape \(1, 2\)"),
        (lambda: PauliSum(2, [[0], [0]], [[0]], [1.0]), DimensionError, "x_masks must have shape"),
        (lambda: PauliSum(2, [[-1]], [[0]], [1.0]), ParameterError, "uint64"),
        (lambda: PauliSum(2, [[0.5]], [[0]], [1.0]), ParameterError, "float64"),
        (lambda: PauliSum(2, [[0]], [[0]], [np.inf]), ParameterError, "inf"),
        (lambda: PauliSum(2, [[0]], [[0]], [[1.0]]), DimensionError, "coefficients"),
        (lambda: PauliSum.from_labels({}), ParameterError, "zero"),
        (lambda: PauliSum.from_labels({"XX": 1, "Z": 1}), DimensionError, "lengths 2 and 1"),
        (lambda: PauliSum.from_labels({"XA": 1}), ParameterError, "'A'"),
        (lambda: PauliSum.from_labels({"X": "one"}), ParameterError, "must be numbers"),
        (lambda: PauliSum.from_sparse([("Z", (3,), 1.0)], 3), DimensionError, "qubit 3"),
        (lambda: PauliSum.from_sparse([("Z", (-1,), 1.0)], 3), DimensionError, "qubit -1"),
        (lambda: PauliSum.from_sparse([("Z", (0.5,), 1.0)], 3), ParameterError, "integer"),
        (lambda: PauliSum.from_sparse([("ZZ", (0,), 1.0)], 3), DimensionError, "one letter"),
        (lambda: PauliSum.from_sparse([("XZ", (1, 1), 1.0)], 3), ParameterError, "twice"),
    ],
)
def test_wrong_input_is_refused_at_birth(build, error, said):
    with pytest.raises(error, match=said):
        build()


def test_sums_of_different_widths_do_not_combine():
    A, B = PauliSum.identity(2), PauliSum.identity(3)
    for combine in (
        lambda: A + B, lambda: A - B, lambda: A @ B, lambda: A.commutator(B), lambda: A.isclose(B),
    ):  # fmt: skip
        with pytest.raises(DimensionError, match="2 and 3"):
            combine()
    assert A != B


def test_star_takes_numbers_only_and_says_what_to_write():
    A = PauliSum.identity(2)
    with pytest.raises(ParameterError, match="a @ b"):
        A * A
    with pytest.raises(ParameterError, match="zero"):
        A / 0
    with pytest.raises(TypeError):
        A + "1"
    with pytest.raises(TypeError):
        np.ones(2) * A
    assert np.float64(2.0) * A == PauliSum.identity(2, 2.0)
    assert sum([A, A, A]) == 3 * A


def test_numbers_are_multiples_of_the_identity_and_powers_are_products():
    H = PauliSum.from_labels({"XZ": 1.0, "ZZ": 0.5, "IY": 2.0})
    dense, one = H.to_matrix().toarray(), np.eye(4)
    for sum_, matrix in (
        (H + 1.0, dense + one),
        (1j + H, dense + 1j * one),
        (2 - H, 2 * one - dense),
        (H - np.float64(3), dense - 3 * one),
        (H**0, one),
        (H**3, dense @ dense @ dense),
    ):
        np.testing.assert_allclose(sum_.to_matrix().toarray(), matrix, atol=1e-14)
    with pytest.raises(ParameterError, match="from 0 to 64"):
        H**-1
    with pytest.raises(TypeError):
        H**0.5


def test_values_of_a_sum_that_is_not_real_and_diagonal_are_refused_with_the_term():
    with pytest.raises(ParameterError, match=r"0\.5 X1 Z2"):
        PauliSum.from_labels({"ZII": 1.0, "IXZ": 0.5}).diagonal()
    with pytest.raises(ParameterError, match="Z0"):
        PauliSum.from_labels({"ZII": 1j}).diagonal_at([0, 0, 0])
    cancelled = PauliSum.from_labels([("XI", 1.0), ("XI", -1.0), ("IZ", 2.0)])
    assert cancelled.is_diagonal
    np.testing.assert_array_equal(cancelled.diagonal(), [2, 2, -2, -2])


def test_wrong_bits_are_refused():
    A = PauliSum.from_labels({"ZZ": 1.0})
    with pytest.raises(DimensionError, match=r"\(2, 3\)"):
        A.diagonal_at(np.zeros((2, 3)))
    with pytest.raises(ParameterError, match="spins"):
        A.diagonal_at([1, -1])


def test_what_does_not_fit_in_memory_is_refused_before_it_is_allocated(monkeypatch):
    ring = PauliSum.from_sparse([("ZZ", (0, 27), 1.0), ("X", (3,), 1.0)], 28)
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**30)
    with pytest.raises(CapacityError, match=r"diagonal on 28 qubits needs 2 GiB, 1 GiB"):
        PauliSum.identity(28).diagonal()
    with pytest.raises(CapacityError, match="GiB"):
        ring.to_matrix()
    for n in (64, 5000):
        with pytest.raises(CapacityError, match="GiB"):
            PauliSum.identity(n).diagonal()


def test_repr_shows_the_first_terms_in_sparse_notation():
    A = PauliSum.from_sparse([("ZZ", (0, 3), -1.5), ("X", (1,), 0.5), ("", (), 1 + 2j)], 5)
    assert repr(A) == "PauliSum(5 qubits, 3 terms: -1.5 Z0 Z3 + 0.5 X1 + (1+2j) I)"
    assert repr(PauliSum.zero(2)) == "PauliSum(2 qubits, 0 terms: 0)"
    many = PauliSum.from_sparse([("Z", (q,), 1.0) for q in range(4000)], 4000)
    assert len(repr(many)) < 120
    assert repr(many).endswith("+ ...)")


def test_an_empty_sum_is_true_and_has_length_zero():
    zero = PauliSum.identity(2) - PauliSum.identity(2)
    assert len(zero) == 0
    assert zero
    assert zero == PauliSum.zero(2)
    assert not zero.to_matrix().toarray().any()
    assert (zero @ zero) == zero
    np.testing.assert_array_equal(zero.diagonal(), np.zeros(4))
