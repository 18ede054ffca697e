"""Readout errors on the strings that were seen, by mthree."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import hybridq as hq
from hybridq import Circuit
from hybridq.backends import vendor
from hybridq.core.errors import MissingExtraError, ParameterError
from hybridq.measurement import executor, plan
from hybridq.mitigation import MITIGATIONS, Label
from hybridq.mitigation.m3 import MatrixFree
from hybridq.noise.measurement import CorrelatedReadout, Readout

ERRORS = ((0.02, 0.11), (0.07, 0.01), (0.04, 0.05))
NOISE = hq.NoiseModel(
    two_qubit=hq.noise.depolarizing(0.01),
    readout=tuple(Readout(p10, p01, (q,)) for q, (p10, p01) in enumerate(ERRORS)),
)
STATE = Circuit(3).ry(0, 0.7).cx(0, 1).ry(2, 1.9).cx(1, 2)
ENERGY = hq.PauliSum.from_labels({"ZII": 0.7, "IZZ": -1.1, "ZIZ": 0.4, "XXI": 0.6, "III": 0.25})


def seen(shots: int) -> tuple[Any, list[Any]]:
    """Return the plan of `ENERGY` and its bits with noise."""
    found = plan(ENERGY, STATE, shots=shots)
    return found, executor(hq.engines.Density(NOISE), 5)(found.circuits, found.shots.tolist())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "package_version", lambda package: "")
    words = r"the mitigation m3 needs mthree, which is not installed: pip install mthree .*\[m3\]"
    with pytest.raises(MissingExtraError, match=words):
        hq.solve(
            hq.MaxCut([(0, 1)]), p=1, backend="embedded:readout=0.1/0.1", mitigate="m3",
            ledger=":memory:", callback=lambda record: pytest.fail("evaluated"),
        )  # fmt: skip


def test_a_value_is_that_of_the_inverse_matrix_on_all_strings() -> None:
    """All eight strings are seen, so that the matrix is the product of the qubits' own."""
    pytest.importorskip("mthree")
    measurement, bits = seen(20_000)
    found = MatrixFree().measure(measurement, lambda circuits, shots: bits, NOISE)
    strings = np.array(list(product((0, 1), repeat=3)), dtype=np.uint8)
    expected = measurement.constant
    own = [np.array([[1 - p10, p01], [p10, 1 - p01]]) for p10, p01 in ERRORS]
    matrix = np.kron(np.kron(own[0], own[1]), own[2])  # bit 0 the slowest, as in `strings`
    for group, rows in zip(measurement.groups, bits, strict=True):
        measured = np.array([(rows == string).all(axis=1).mean() for string in strings])
        corrected = np.linalg.solve(matrix, measured)
        for _, qubits, coefficient in group.diagonal.to_sparse():
            signs = (-1.0) ** strings[:, list(qubits)].sum(axis=1)
            expected += coefficient.real * float(corrected @ signs)
    assert (found.label, found.method, found.facts["strings"]) == (Label.BIASED, "m3", 8)
    assert found.value == pytest.approx(expected, abs=2e-5)  # mthree computes in single precision


def test_it_agrees_with_the_inversion_term_by_term() -> None:
    """Equal values where all strings are seen, and errors of the same size."""
    pytest.importorskip("mthree")
    measurement, bits = seen(20_000)
    values = [
        MITIGATIONS[name]().measure(measurement, lambda circuits, shots: bits, NOISE)
        for name in ("m3", "readout")
    ]
    assert values[0].value == pytest.approx(values[1].value, abs=2e-5)
    assert 0.5 < values[0].standard_error / values[1].standard_error < 2.0
    assert values[0].raw == values[1].raw


def test_correlated_errors_and_few_shots_are_refused() -> None:
    pytest.importorskip("mthree")
    both = CorrelatedReadout(np.eye(4) * 0.9 + 0.025, (0, 1))
    cases = (
        (hq.NoiseModel(readout=(both,)), 20_000, "are correlated"),
        (NOISE, 30, "at least 40 shots"),
    )
    for noise, shots, words in cases:
        measurement, bits = seen(shots)
        with pytest.raises(ParameterError, match=words):
            MatrixFree().measure(measurement, lambda circuits, shots, bits=bits: bits, noise)
