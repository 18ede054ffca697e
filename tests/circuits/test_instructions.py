"""Facts that instructions give about themselves, against their dense matrices."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.circuits.instructions import Angle, Gate, PauliRotation, PhaseGate
from hybridq.core.errors import CapacityError
from tests.circuits.random_circuits import FIXED, instructions
from tests.helpers.slow_twin import unitary

N = 3
ANY = instructions(N, st.builds(Angle, FIXED))


def dense(instruction):
    return unitary(N, instruction, [])


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_the_parts_of_an_instruction_multiply_to_it_global_phase_included(instruction):
    product = np.eye(2**N, dtype=complex)
    for part in instruction.decompose():
        assert type(part) in (Gate, PauliRotation)
        product = dense(part) @ product
    assert product == pytest.approx(dense(instruction), abs=1e-11)


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_the_inverse_undoes_an_instruction(instruction):
    both = dense(instruction.inverse()) @ dense(instruction)
    assert both == pytest.approx(np.eye(2**N), abs=1e-11)


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_an_instruction_acts_on_its_support_only(instruction):
    matrix = dense(instruction)
    index = np.arange(2**N)
    for qubit in set(range(N)) - instruction.support:
        flipped = index ^ (1 << qubit)
        assert matrix[np.ix_(flipped, flipped)] == pytest.approx(matrix, abs=1e-12)
        bit = index >> qubit & 1
        assert np.abs(matrix[bit[:, None] != bit[None, :]]).max() < 1e-12


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_the_eigenvalues_of_the_generator_lie_in_the_spectrum(instruction):
    if instruction.angle is None:
        assert instruction.spectrum == (0.0, (), True)
        return
    # Eigenphases at a small angle are those of the generator.
    small = 1e-4
    matrix = dense(instruction.with_angle(lambda _: Angle(small)))
    eigenvalues = -np.angle(scipy.linalg.eigvals(matrix)) / small
    center, radii, _ = instruction.spectrum
    assert np.abs(eigenvalues - center).max() <= sum(radii) + 1e-8


@pytest.mark.parametrize(
    ("instruction", "symbol"),
    [
        (Gate("cx", (0, 1)), "cx"),
        (PauliRotation("ZZ", (0, 1), Angle()), "rzz"),
        (PhaseGate((0, 1), Angle()), "cp"),
    ],
)
def test_symbols_are_the_usual_names(instruction, symbol):
    assert instruction.symbol == symbol


def test_a_phase_gate_on_many_qubits_is_not_written_out():
    with pytest.raises(CapacityError, match=r"2\^24 rotations"):
        PhaseGate(tuple(range(24)), Angle(0.1)).decompose()


def test_parameters_are_those_of_the_angle():
    assert Gate("h", (0,)).parameter is None
    assert PauliRotation("X", (0,), Angle(0.2)).parameter is None
    assert PauliRotation("X", (0,), Angle(parameter=3)).parameter == 3
