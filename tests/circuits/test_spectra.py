"""Frequencies along each parameter, against Fourier transforms of expectation values."""

from __future__ import annotations

import numpy as np
import pytest

import hybridq as hq
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.circuits.spectra import frequencies, parameter_layers, parameter_spectra
from hybridq.operators.pauli_sum import PauliSum

T = Angle(parameter=0)
MOVE = Transition((1,), (0,))
COST = PauliSum.from_labels([("III", 5.0), ("ZZI", 1.5), ("IZZ", -0.5), ("ZII", 1.0)])

CASES = {
    "rotation": ([PauliRotation("XY", (0, 1), T)], (1.0, 1)),
    "scaled": ([PauliRotation("X", (0,), T * -3.0)], (3.0, 1)),
    "shared": ([PauliRotation("X", (q,), T) for q in range(3)], (1.0, 3)),
    "shared and scaled": (
        [PauliRotation("X", (0,), T), PauliRotation("Y", (0,), T * 1.5)],
        (0.5, 5),
    ),
    "phase gate": ([PhaseGate((0, 1), T)], (1.0, 1)),
    "mixer": ([XMixer((0, 1, 2), T)], (2.0, 3)),
    "excitation": ([Excitation(((1.0, MOVE),), T)], (1.0, 2)),
    "cost": ([DiagonalPhase(COST, T)], (1.0, 6)),
    "nothing": ([PauliRotation("X", (0,), T * 0.0)], (1.0, 0)),
}


@pytest.mark.parametrize("case", list(CASES))
def test_an_expectation_value_has_these_frequencies_and_no_others(case):
    steps, expected = CASES[case]
    start = [PauliRotation("Y", (q,), Angle(0.7 + 0.3 * q)) for q in range(3)]
    end = [PauliRotation("X", (q,), Angle(0.4 + 0.5 * q)) for q in range(3)]
    circuit = Circuit(3, (*start, *steps, *end))
    ((frequency, degree),) = frequencies(circuit)
    assert (frequency, degree) == expected
    h = PauliSum.from_labels([("ZZZ", 1.0), ("XIY", 0.7), ("ZII", 0.4)])
    period, points = 2 * np.pi / frequency, 2 * degree + 9
    values = [circuit.expectation(h, [period * k / points]) for k in range(points)]
    waves = abs(np.fft.rfft(values)) / points
    assert waves[degree + 1 :].max() < 1e-12
    if case not in ("nothing", "shared and scaled", "cost"):
        assert waves[degree] > 1e-6


def test_costs_of_real_weights_and_sums_of_excitations_have_no_common_frequency():
    weights = PauliSum.from_labels([("ZZ", 1.0), ("ZI", np.pi)])
    hop = Excitation(((1.0, MOVE), (0.5, Transition((2,), (1,)))), Angle(parameter=1))
    circuit = Circuit(3, (DiagonalPhase(COST, T), hop))
    assert frequencies(circuit)[1] is None
    assert frequencies(Circuit(2, (DiagonalPhase(weights, T),))) == (None,)


def test_the_identity_of_a_cost_is_a_global_phase():
    (spectrum,) = parameter_spectra(Circuit(3, (DiagonalPhase(COST, T),)))
    assert (spectrum.center, spectrum.radius) == (5.0, 3.0)


def test_layers_are_what_can_be_turned_at_the_same_time():
    ansatz = hq.HardwareEfficient(3, layers=1)
    assert parameter_layers(ansatz.circuit) == ((0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10, 11))
    # A parameter of two layers joins them; one that nothing depends on stands alone.
    circuit = Circuit(
        2,
        (
            PauliRotation("X", (0,), Angle(parameter=0)),
            PauliRotation("X", (1,), Angle(parameter=1)),
            PauliRotation("ZZ", (0, 1), Angle(parameter=3)),
            PauliRotation("X", (0,), Angle(parameter=1)),
        ),
        ("a", "b", "c", "d"),
    )
    assert parameter_layers(circuit) == ((0, 1), (2,), (3,))
