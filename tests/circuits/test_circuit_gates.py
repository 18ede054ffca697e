"""Every gate method writes the matrix of its definition, global phase included."""

import numpy as np
import pytest
import scipy.linalg

from hybridq.ansatz import Circuit
from hybridq.circuits.instructions import Excitation, PhaseGate, Transition
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from tests.helpers.slow_twin import ONE_QUBIT, PAULI, on_qubit, unitary

A, B, C = 0.37, -1.21, 2.05


def matrix(circuit, x=()):
    total = np.eye(2**circuit.n_qubits, dtype=complex)
    for instruction in circuit.instructions:
        total = unitary(circuit.n_qubits, instruction, np.asarray(x, dtype=float)) @ total
    return total


def controlled(gate):
    """Control is qubit 0 (the low bit), target qubit 1."""
    return np.kron(np.eye(2), np.diag([1, 0])) + np.kron(gate, np.diag([0, 1]))


def turn(pauli, angle):
    return scipy.linalg.expm(-0.5j * angle * PAULI[pauli])


@pytest.mark.parametrize("name", sorted(ONE_QUBIT))
def test_each_gate_on_one_qubit_has_a_method(name):
    assert matrix(getattr(Circuit(2), name)(1)) == pytest.approx(on_qubit(2, 1, ONE_QUBIT[name]))


def test_u_is_the_matrix_in_the_specification():
    expected = np.array(
        [
            [np.cos(A / 2), -np.exp(1j * C) * np.sin(A / 2)],
            [np.exp(1j * B) * np.sin(A / 2), np.exp(1j * (B + C)) * np.cos(A / 2)],
        ]
    )
    assert matrix(Circuit(1).u(0, A, B, C)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("circuit", "expected"),
    [
        (Circuit(2).cx(0, 1), controlled(PAULI["X"])),
        (Circuit(2).cy(0, 1), controlled(PAULI["Y"])),
        (Circuit(2).cz(0, 1), controlled(PAULI["Z"])),
        (Circuit(2).crx(0, 1, A), controlled(turn("X", A))),
        (Circuit(2).cry(0, 1, A), controlled(turn("Y", A))),
        (Circuit(2).crz(0, 1, A), controlled(turn("Z", A))),
        (Circuit(2).cp(0, 1, A), np.diag([1, 1, 1, np.exp(1j * A)])),
        (Circuit(1).p(0, A), np.diag([1, np.exp(1j * A)])),
        (Circuit(2).swap(0, 1), np.eye(4)[[0, 2, 1, 3]]),
        (
            Circuit(2).ecr(0, 1),
            np.array([[0, 1, 0, 1j], [1, 0, -1j, 0], [0, 1j, 0, 1], [-1j, 0, 1, 0]]) / np.sqrt(2),
        ),
        (Circuit(2).rxx(0, 1, A), scipy.linalg.expm(-0.5j * A * np.kron(*[PAULI["X"]] * 2))),
        (Circuit(2).ryy(0, 1, A), scipy.linalg.expm(-0.5j * A * np.kron(*[PAULI["Y"]] * 2))),
        (Circuit(2).rzz(0, 1, A), scipy.linalg.expm(-0.5j * A * np.kron(*[PAULI["Z"]] * 2))),
    ],
    ids=lambda value: next(iter(value.gate_counts())) if isinstance(value, Circuit) else "",
)
def test_gates_on_two_qubits_are_their_matrices(circuit, expected):
    assert matrix(circuit) == pytest.approx(expected, abs=1e-14)


def test_iswap_is_evolution_under_xx_plus_yy():
    both = np.kron(*[PAULI["X"]] * 2) + np.kron(*[PAULI["Y"]] * 2)
    expected = scipy.linalg.expm(0.25j * np.pi * both)
    assert matrix(Circuit(2).iswap(0, 1)) == pytest.approx(expected, abs=1e-14)


def test_toffoli_flips_the_target_where_both_controls_are_set():
    expected = np.eye(8)[[0, 1, 2, 7, 4, 5, 6, 3]]
    assert matrix(Circuit(3).ccx(0, 1, 2)) == pytest.approx(expected)
    assert Circuit(3).toffoli(0, 1, 2) == Circuit(3).ccx(0, 1, 2)


def test_a_rotation_takes_its_letters_to_the_named_qubits():
    product = on_qubit(3, 2, PAULI["X"]) @ on_qubit(3, 0, PAULI["Z"])
    expected = scipy.linalg.expm(-0.5j * A * product)
    assert matrix(Circuit(3).rotation("XZ", (2, 0), A)) == pytest.approx(expected)


def test_an_excitation_rotates_by_its_angle_between_two_states():
    """e^{θ(a†_1 a_0 − h.c.)} on |01⟩ (qubit 0 full) is cos θ |01⟩ + sin θ |10⟩."""
    state = matrix(Circuit(2).x(0).excitation((1,), (0,), A))[:, 0]
    assert state == pytest.approx([0, np.cos(A), np.sin(A), 0])
    hopping = Circuit(2).x(0).excitation((1,), (0,), A, imaginary=True)
    assert matrix(hopping)[:, 0] == pytest.approx([0, np.cos(A), -1j * np.sin(A), 0])


def test_an_excitation_has_controls_and_may_leave_out_the_signs():
    circuit = Circuit(4).excitation((2,), (0,), A, controls=(3,), fermionic=False)
    term = Transition((2,), (0,), (3,), fermionic=False)
    assert circuit.instructions == (Excitation(((1.0, term),), circuit.instructions[0].angle),)
    signs = (
        matrix(Circuit(3).excitation((2,), (0,), A)),
        matrix(Circuit(3).excitation((2,), (0,), A, fermionic=False)),
    )
    assert np.abs(signs[0] - signs[1]).max() > 0.1


def test_a_mixer_on_some_qubits_leaves_the_others_alone():
    assert matrix(Circuit(2).x_mixer(A, (1,))) == pytest.approx(on_qubit(2, 1, turn("X", -2 * A)))


@pytest.mark.parametrize(
    ("build", "error", "match"),
    [
        (lambda: Circuit(2).h(0.5), ParameterError, r"qubit 0\.5: a qubit must be an integer"),
        (lambda: Circuit(2).h("0"), ParameterError, "qubit '0'"),
        (lambda: Circuit(2).h(True), ParameterError, "qubit True"),
        (lambda: Circuit(3).ccx(0, 2, 2), ParameterError, "ccx on qubits 0, 2, 2: qubit 2 is rep"),
        (lambda: Circuit(2).swap(0, 2), DimensionError, "swap on qubit 2: .* 0 to 1"),
        (lambda: Circuit(1).rzz(0, 1, A), DimensionError, "rzz on qubit 1: .* only qubit 0"),
        (lambda: Circuit(1).rx(0, np.nan), ParameterError, "must be finite"),
        (lambda: Circuit(1).rx(0, None), ParameterError, "angle must be radians, .* got None"),
        (lambda: Circuit(1).rx(0, 1j), ParameterError, "angle must be radians, .* got 1j"),
        (lambda: Circuit(1).rx(0, True), ParameterError, "angle must be radians, .* got True"),
        (lambda: Circuit(1).rx(0, " "), ParameterError, "name must be printable text"),
        (lambda: Circuit(1).gate("hadamard", 0), UnknownNameError, "unknown gate"),
        (lambda: Circuit(1).gate("h", 0, 1), DimensionError, "1 qubit, got 2"),
        (lambda: Circuit(2.5), ParameterError, "n_qubits must be an integer >= 1, got 2.5"),
        (lambda: Circuit(2).append(PhaseGate((), None)), ParameterError, "at least one"),
    ],
)
def test_bad_gates_are_refused_and_named(build, error, match):
    with pytest.raises(error, match=match):
        build()
