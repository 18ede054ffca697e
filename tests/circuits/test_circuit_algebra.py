"""Inverse, composition, repetition and binding, against dense matrices; facts about circuits."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz import Angle, Circuit, Parameter
from hybridq.circuits.decompose import rotations
from hybridq.circuits.instructions import Excitation, Gate, Transition
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from hybridq.operators import PauliSum
from tests.circuits.random_circuits import POINT, TUNED, circuits
from tests.helpers.slow_twin import on_qubit, run, unitary


def padded_point(circuit):
    return POINT[: circuit.n_params]


def full_matrix(circuit, x):
    total = np.eye(2**circuit.n_qubits, dtype=complex)
    for instruction in circuit.instructions:
        total = unitary(circuit.n_qubits, instruction, x) @ total
    return total


@settings(max_examples=30, deadline=None)
@given(circuits(angles=TUNED))
def test_a_circuit_and_its_inverse_do_nothing(circuit):
    both = circuit.compose(circuit.inverse())
    assert both.parameters == circuit.parameters
    x = padded_point(circuit)
    assert full_matrix(both, x) == pytest.approx(np.eye(8), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(circuits(angles=TUNED), circuits(angles=TUNED))
def test_composition_is_the_product_of_the_matrices(first, second):
    both = first.compose(second)
    x = padded_point(both)
    expected = full_matrix(second, x) @ full_matrix(first, x)
    assert full_matrix(both, x) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(circuits(2), st.permutations(range(3)))
def test_composition_on_chosen_qubits_moves_every_instruction(small, order):
    where = order[:2]
    try:
        moved = Circuit(3).compose(small, where)
    except ParameterError:  # a Jordan-Wigner string that would change, tested below
        assume(False)
    # Bring the chosen qubits to the front, act there, and bring them back.
    index = np.arange(8)
    front = sum((index >> qubit & 1) << place for place, qubit in enumerate(order))
    shuffle = np.eye(8)[:, np.argsort(front)].T
    expected = shuffle.T @ np.kron(np.eye(2), full_matrix(small, ())) @ shuffle
    assert full_matrix(moved, ()) == pytest.approx(expected, abs=1e-12)


def test_a_fermionic_excitation_moves_to_neighbours_and_not_over_other_qubits():
    small = Circuit(2).excitation((1,), (0,), 0.4)
    assert Circuit(4).compose(small, (1, 2)) == Circuit(4).excitation((2,), (1,), 0.4)
    with pytest.raises(ParameterError, match=r"modes \[1, 0\] cannot move to qubits \[2, 0\]"):
        Circuit(4).compose(small, (0, 2))


@settings(max_examples=30, deadline=None)
@given(circuits(most=1))
def test_rotations_are_the_instruction_up_to_a_global_phase(circuit):
    for instruction in circuit.instructions:
        if not isinstance(instruction, Gate):
            written = Circuit(3, tuple(rotations(instruction)))
            ratio = full_matrix(written, ()) @ full_matrix(circuit, ()).conj().T
            assert ratio == pytest.approx(ratio[0, 0] * np.eye(8), abs=1e-12)


def test_terms_that_do_not_commute_have_no_product_of_rotations():
    terms = tuple((1.0, Transition((to,), (0,))) for to in (1, 2))
    with pytest.raises(ParameterError, match="do not commute"):
        rotations(Excitation(terms, Angle(0.3)))


def test_names_are_entries_in_the_order_of_their_first_use():
    circuit = Circuit(2).ry(0, "b").u(1, "a", "b", "c").rx(0, Parameter("a") * 2 + 0.1)
    assert circuit.parameters == ("b", "a", "c")
    assert circuit.n_params == 3
    assert circuit.instructions[-1].angle == Angle(0.1, 1, 2.0)


def test_indices_have_default_names():
    circuit = Circuit(1).rx(0, Angle(parameter=1)).ry(0, "theta").rz(0, "x[0]")
    assert circuit.parameters == ("x[0]", "x[1]", "theta")
    assert [step.angle.parameter for step in circuit.instructions] == [1, 2, 0]
    assert hq.QAOA(PauliSum.from_labels({"ZZ": 1.0}), 1).circuit.parameters == ("x[0]", "x[1]")


def test_a_default_name_that_is_taken_is_refused():
    with pytest.raises(ParameterError, match=r"entry 1 .* 'x\[1\]', which is entry 0"):
        Circuit(1).rx(0, "x[1]").ry(0, Angle(parameter=1))


@pytest.mark.parametrize("text", ["2*theta", "-a", "theta+1", "1.5", "x[i]", "a b"])
def test_a_string_that_is_no_name_is_refused_with_the_way_to_write_arithmetic(text):
    with pytest.raises(ParameterError, match=r"2 \* hq.Parameter\('theta'\)"):
        Circuit(1).rx(0, text)


def test_names_are_letters_digits_underscores_and_an_index():
    names = ("theta", "_b2", "θ_1", "x[12]")
    circuit = Circuit(1)
    for name in names:
        circuit = circuit.rx(0, name)
    assert circuit.parameters == names


def test_arithmetic_on_parameters_is_affine():
    theta = hq.Parameter("theta")
    angle = -(np.float64(2.0) * theta - 0.5) / 4 + np.float64(1.0)
    assert angle == Parameter("theta", -0.5, 1.125)
    assert 1 - theta == Parameter("theta", -1.0, 1.0)
    with pytest.raises(ParameterError, match="depends on one parameter"):
        theta + Parameter("phi")
    with pytest.raises(ParameterError, match="divided by zero"):
        theta / 0
    with pytest.raises(ParameterError, match="must be finite"):
        theta * np.inf


def test_binding_gives_numbers_to_some_parameters_or_to_all():
    circuit = Circuit(2).ry(0, "a").rx(1, Parameter("b") * 2 + 0.1).rzz(0, 1, "c").ry(1, "a")
    part = circuit.bind({"b": 0.3})
    assert part.parameters == ("a", "c")
    whole = part.bind([0.7, -0.2])
    assert whole.parameters == ()
    assert run(whole, []) == pytest.approx(run(circuit, [0.7, 0.3, -0.2]))
    assert circuit.bind({}) == circuit


@pytest.mark.parametrize(
    ("values", "error", "match"),
    [
        ({"tehta": 1.0}, UnknownNameError, "did you mean 'theta'"),
        ([1.0, 2.0, 3.0], DimensionError, r"takes 2 parameters \(theta, phi\), got .*\(3,\)"),
        ({"theta": np.nan}, ParameterError, "'theta' must be a finite number in radians, got nan"),
        ([1.0, np.inf], ParameterError, "'phi' must be a finite number in radians, got inf"),
        ({"theta": "0.3"}, ParameterError, "'theta' must be .* got '0.3'"),
    ],
)
def test_what_cannot_be_bound_is_refused(values, error, match):
    with pytest.raises(error, match=match):
        Circuit(1).rx(0, "theta").rz(0, "phi").bind(values)


def test_binding_without_parameters_left_says_so():
    with pytest.raises(ParameterError, match="no parameters are free"):
        Circuit(1).rx(0, 0.1).bind({"theta": 1.0})


def test_composition_merges_parameters_by_name():
    first = Circuit(2).rx(0, "a").ry(1, "b")
    second = Circuit(1).rz(0, "b").rx(0, "c")
    both = first.compose(second, (1,))
    assert both.parameters == ("a", "b", "c")
    assert [step.angle.parameter for step in both.instructions] == [0, 1, 1, 2]


def test_repetition_repeats_the_same_parameters():
    circuit = Circuit(1).rx(0, "a")
    assert circuit.repeat(3).instructions == circuit.instructions * 3
    assert (circuit**2).parameters == ("a",)
    assert len(circuit**0) == 0
    assert full_matrix(circuit**4, POINT[:1]) == pytest.approx(
        np.linalg.matrix_power(full_matrix(circuit, POINT[:1]), 4)
    )


@pytest.mark.parametrize(
    ("build", "error", "match"),
    [
        (lambda c: c.repeat(-1), ParameterError, "times must be an integer >= 0, got -1"),
        (lambda c: c.repeat(0.5), ParameterError, "times must be an integer >= 0, got 0.5"),
        (lambda c: c.compose(Circuit(3)), DimensionError, "3 qubits after one of 2"),
        (lambda c: c.compose(Circuit(2), (0,)), DimensionError, r"must be 2 qubits.*got \[0\]"),
        (lambda c: c.compose(Circuit(2), (0, 0)), ParameterError, "qubit 0 is repeated"),
        (lambda c: c.compose(Circuit(1), (2,)), DimensionError, "qubit 2 is out of range"),
        (lambda c: c.compose(Circuit(1), (0.5,)), ParameterError, "qubit 0.5 must be an integer"),
        (lambda c: Circuit(1, (), ("a", "a")), ParameterError, "two parameters are called 'a'"),
        (lambda c: Circuit(1, (), "ab"), ParameterError, "sequence of names"),
        (lambda c: Circuit(1).rx(0, Angle(parameter=0.5)), ParameterError, "integer >= 0, got 0.5"),
    ],
)
def test_what_cannot_be_put_together_is_refused(build, error, match):
    with pytest.raises(error, match=match):
        build(Circuit(2))


def test_circuits_are_equal_when_their_parts_are():
    cost = {"ZZ": 1.0, "ZI": 0.5}
    build = [Circuit(2).h(0).phase(PauliSum.from_labels(cost), "g").x_mixer("b") for _ in range(2)]
    assert build[0] == build[1]
    assert hash(build[0]) == hash(build[1])
    assert build[0] != build[0].bind({"g": 0.1})
    assert Circuit(1).rx(0, "a") != Circuit(1).rx(0, "b")


def test_depth_counts_instructions_that_wait_for_one_another():
    assert Circuit(3).depth() == 0
    assert Circuit(3).h(0).h(1).h(2).depth() == 1
    assert Circuit(3).cx(0, 1).cx(1, 2).h(0).depth() == 2
    # The Jordan-Wigner string between modes 0 and 2 acts on qubit 1.
    assert Circuit(3).x(1).excitation((2,), (0,), 0.1).depth() == 2
    assert Circuit(3).x(1).excitation((2,), (0,), 0.1, fermionic=False).depth() == 1


def test_gates_are_counted_by_their_usual_names():
    circuit = Circuit(3).h(0).h(1).rzz(0, 1, 0.1).cp(0, 2, 0.1).excitation((1,), (0,), 0.2)
    counts = {"h": 2, "rzz": 1, "cp": 1, "excitation": 1}
    assert circuit.gate_counts() == counts
    assert circuit.describe() == {
        "n_qubits": 3, "n_params": 0, "instructions": 5, "depth": 4, "gates": counts,
    }  # fmt: skip
    assert len(circuit) == 5
    assert Circuit(1)
    assert repr(Circuit(2).rx(0, "a").h(1)) == "Circuit(2 qubits, 2 instructions, parameters a)"


def test_the_dense_matrix_helper_agrees_with_a_kronecker_product():
    expected = on_qubit(2, 1, np.array([[1, 1], [1, -1]]) / np.sqrt(2))
    assert full_matrix(Circuit(2).h(1), ()) == pytest.approx(expected)
