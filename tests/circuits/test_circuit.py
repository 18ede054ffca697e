"""Circuits refuse what cannot be run, and mean what their names say."""

import numpy as np
import pytest

from hybridq.ansatz import QAOA, Angle, Circuit
from hybridq.circuits.instructions import Gate, PauliRotation
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from hybridq.operators import PauliSum
from tests.helpers.slow_twin import random_ising, run


def test_a_bell_pair_comes_from_h_and_cx():
    state = run(Circuit(2).h(0).cx(0, 1), [])
    assert state == pytest.approx(np.array([1, 0, 0, 1]) / np.sqrt(2))


def test_qubit_0_is_the_lowest_bit_of_the_index():
    assert np.argmax(np.abs(run(Circuit(3).x(0), []))) == 1
    assert np.argmax(np.abs(run(Circuit(3).x(2), []))) == 4


@pytest.mark.parametrize("gate", ["rx", "ry", "rz"])
def test_rotations_by_two_pi_are_minus_the_identity(gate):
    start = Circuit(1).h(0)
    turned = getattr(start, gate)(0, 2 * np.pi)
    assert run(turned, []) == pytest.approx(-run(start, []))


def test_methods_return_new_circuits_and_leave_the_old_one_alone():
    start = Circuit(2)
    assert start.h(0).instructions == (Gate("h", (0,)),)
    assert start.instructions == ()


def test_the_number_of_parameters_is_one_more_than_the_highest_index():
    circuit = Circuit(2).rx(0, Angle(parameter=3)).rz(1, 0.5)
    assert circuit.n_params == 4
    assert Circuit(1).h(0).n_params == 0


def test_an_angle_is_affine_in_its_parameter():
    assert Angle(0.5, 1, -2.0).value(np.array([9.0, 0.25])) == 0.0
    assert Angle(0.5).value(np.array([])) == 0.5


@pytest.mark.parametrize(
    ("build", "error", "match"),
    [
        (lambda: Circuit(0), ParameterError, "n_qubits must be an integer >= 1, got 0"),
        (lambda: Circuit(2).h(2), DimensionError, "qubits 0 to 1"),
        (lambda: Circuit(2).h(-1), DimensionError, "qubit -1"),
        (lambda: Circuit(2).cx(1, 1), ParameterError, "repeated"),
        (lambda: Circuit(2).gate("hh", 0), UnknownNameError, "unknown gate"),
        (lambda: Gate("cx", (0,)), DimensionError, "2 qubits"),
        (lambda: PauliRotation("XI", (0, 1), Angle()), ParameterError, "X, Y or Z"),
        (lambda: PauliRotation("XX", (0,), Angle()), ParameterError, "each qubit"),
        (lambda: Angle(np.nan), ParameterError, "angle must be finite"),
        (lambda: Angle(0.0, -1), ParameterError, "parameter must be an integer >= 0, got -1"),
        (
            lambda: Circuit(2).phase(PauliSum.from_labels({"XI": 1.0}), 0.1),
            ParameterError,
            "I and Z only",
        ),
        (
            lambda: Circuit(2).phase(PauliSum.from_labels({"ZII": 1.0}), 0.1),
            DimensionError,
            "3 qubits in a circuit of 2",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_at_birth(build, error, match):
    with pytest.raises(error, match=match):
        build()


def test_a_qaoa_circuit_prepares_the_state_of_its_definition():
    ising = random_ising(4, 2)
    ansatz = QAOA(ising.to_pauli_sum(), 2)
    x = np.array([0.3, -0.7, 1.1, 0.2])
    energies = ising.to_pauli_sum().diagonal()
    from tests.helpers.slow_twin import qaoa_state

    assert run(ansatz.circuit, x) == pytest.approx(qaoa_state(energies, x))
