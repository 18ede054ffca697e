"""The hardware-efficient ansatz: its layout, its parameters, the state at zero angles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz.hardware_efficient import ENTANGLERS, ENTANGLING_GATES
from hybridq.circuits.instructions import Gate, PauliRotation
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from tests.helpers import slow_twin


def test_the_usual_benchmark_has_180_parameters():
    ansatz = hq.HardwareEfficient(20, layers=4, final_rotations=["ry"])
    assert ansatz.n_params == 180
    assert ansatz.n_qubits == 20
    assert sum(isinstance(i, Gate) for i in ansatz.circuit.instructions) == 4 * 19


def test_parameters_stand_in_the_order_of_application():
    ansatz = hq.HardwareEfficient(3, layers=2, rotations=("rz", "ry"), reference="101")
    rotations = [i for i in ansatz.circuit.instructions if isinstance(i, PauliRotation)]
    assert [r.angle.parameter for r in rotations] == list(range(18))
    assert [r.paulis for r in rotations] == (["Z"] * 3 + ["Y"] * 3) * 3
    assert [r.qubits[0] for r in rotations] == [0, 1, 2] * 6


def test_one_layer_on_two_qubits_in_closed_form():
    a, b, c, d = x = np.array([0.3, -0.8, 1.1, 0.4])
    ansatz = hq.HardwareEfficient(2, layers=1, rotations="ry", entangling_gate="cz")

    def ry(angle):
        return np.array(
            [[np.cos(angle / 2), -np.sin(angle / 2)], [np.sin(angle / 2), np.cos(angle / 2)]]
        )

    state = np.kron(ry(b), ry(a))[:, 0] * [1, 1, 1, -1]
    state = np.kron(ry(d), ry(c)) @ state
    assert np.allclose(slow_twin.run(ansatz.circuit, x), state, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("linear", [(0, 1), (1, 2), (2, 3)]),
        ("ring", [(0, 1), (1, 2), (2, 3), (3, 0)]),
        ("pairwise", [(0, 1), (2, 3), (1, 2)]),
        ("full", [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]),
        ("none", []),
    ],
)
def test_entanglers(name, pairs):
    assert ENTANGLERS[name](4) == pairs
    assert ENTANGLERS[name](1) == []


@settings(max_examples=30, deadline=None)
@given(
    bits=st.lists(st.integers(0, 1), min_size=1, max_size=4),
    layers=st.integers(1, 3),
    entangler=st.sampled_from(list(ENTANGLERS)),
    gate=st.sampled_from(list(ENTANGLING_GATES)),
)
def test_all_angles_zero_give_the_reference(bits, layers, entangler, gate):
    ansatz = hq.HardwareEfficient(
        len(bits), layers=layers, entangler=entangler, entangling_gate=gate, reference=bits
    )
    state = slow_twin.run(ansatz.circuit, ansatz.initial_point("zero"))
    index = sum(bit << qubit for qubit, bit in enumerate(bits))
    assert abs(state[index]) == pytest.approx(1.0)


def test_starts_are_seeded_and_as_wide_as_said():
    ansatz = hq.HardwareEfficient(20, layers=6)
    start = ansatz.initial_point(rng=4)
    assert np.array_equal(start, ansatz.initial_point("random", rng=4))
    assert start.std() == pytest.approx(0.125, rel=0.2)
    assert np.abs(ansatz.initial_point("uniform", rng=4)).max() > 3.0


def test_text_and_flags_as_written_on_a_command_line():
    ansatz = hq.HardwareEfficient(4, layers=1, rotations="RY,rz", final_rotations=False)
    assert ansatz.describe()["rotations"] == ["ry", "rz"]
    assert ansatz.n_params == 8


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"n_qubits": 0}, ParameterError, "n_qubits must be an integer >= 1, got 0"),
        ({"n_qubits": 2, "layers": 0}, ParameterError, r"layers must be .*, got 0"),
        ({"n_qubits": 2, "layers": True}, ParameterError, r"layers must be .*, got True"),
        ({"n_qubits": 2, "rotations": ["ry", "rw"]}, UnknownNameError, "rotation 'rw'"),
        ({"n_qubits": 2, "entangler": "rign"}, UnknownNameError, "'ring'"),
        ({"n_qubits": 2, "entangling_gate": "cxx"}, UnknownNameError, "'cx'"),
        ({"n_qubits": 2, "rotations": []}, ParameterError, "needs rotations"),
        ({"n_qubits": 2, "reference": "011"}, DimensionError, "3 bits"),
    ],
)
def test_refusals(arguments, error, told):
    with pytest.raises(error, match=told):
        hq.HardwareEfficient(**arguments)
