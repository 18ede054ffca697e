"""Circuits as text: what is joined is seen to be joined, and lines fit the terminal."""

import textwrap

import numpy as np
import pytest
from hypothesis import given, settings

import hybridq as hq
from hybridq.ansatz import Angle, Circuit, Parameter
from hybridq.circuits.instructions import Excitation, Transition
from hybridq.circuits.layout import angle_text
from hybridq.core.errors import ParameterError
from hybridq.operators import PauliSum
from tests.circuits.random_circuits import TUNED, circuits


def assert_drawn(circuit, expected):
    assert str(circuit) == textwrap.dedent(expected.strip("\n")).rstrip()


def test_gates_stand_on_their_wires():
    assert_drawn(
        Circuit(3).h(0).cx(0, 1).rx(2, 0.3).ccx(2, 0, 1),
        """
        q0: ────┤H├────●─●─
                       │ │
        q1: ───────────⊕─⊕─
                         │
        q2: ─┤RX(0.3)├───●─
        """,
    )


def test_links_cross_the_wires_between():
    assert_drawn(
        Circuit(3).swap(0, 2).cz(2, 0).cy(0, 2),
        """
        q0: ─×─●──●──
             │ │  │
        q1: ─┼─┼──┼──
             │ │  │
        q2: ─×─●─┤Y├─
        """,
    )


def test_one_instruction_on_several_wires_is_named_on_the_first():
    circuit = Circuit(3).rotation("XZ", (2, 0), Parameter("a") * -1).cp(1, 2, np.pi / 4)
    assert_drawn(
        circuit,
        """
        q0: ─┤RZX(−a)├──────────
                 │
        q1: ─────┼─────────●────
                 │         │
        q2: ────┤X├────┤P(π/4)├─
        """,
    )


def test_excitations_show_their_ladder_operators():
    circuit = (
        Circuit(3)
        .excitation((2,), (0,), "t", controls=(1,))
        .excitation((1,), (2,), 0.5, fermionic=False, imaginary=True)
    )
    assert_drawn(
        circuit,
        """
        q0: ─┤a exc(t)├───────────────
                  │
        q1: ──────●─────┤b† hop(0.5)├─
                  │           │
        q2: ────┤a†├─────────┤b├──────
        """,
    )
    pair = ((1.0, Transition((1,), (0,))), (1.0, Transition((2,), (1,))))
    text = str(Circuit(3).append(Excitation(pair, Angle(0.25))))
    assert "exc(0.25)" in text
    assert text.count("┤exc├") == 2


def test_phases_and_mixers_are_drawn():
    circuit = hq.QAOA(PauliSum.from_labels({"ZZ": 1.0}), 1).circuit
    assert_drawn(
        circuit,
        """
        q0: ─┤H├─┤phase(x[0])├─┤mix(x[1])├─
                       │
        q1: ─┤H├────┤phase├────┤mix(x[1])├─
        """,
    )


def test_a_circuit_without_instructions_is_bare_wires():
    assert str(Circuit(2)) == "q0: ───\n\nq1: ───"


@settings(max_examples=40, deadline=None)
@given(circuits(4, angles=TUNED, most=30))
def test_no_line_is_wider_than_asked(circuit):
    for width in (24, 40, 80):
        lines = circuit.to_text(width).splitlines()
        assert max(map(len, lines)) <= width


def test_panels_continue_and_long_circuits_are_cut_when_printed():
    circuit = Circuit(2).h(0).cx(0, 1).rz(1, 0.25).repeat(200)
    whole = circuit.to_text()
    assert whole.count("RZ(0.25)") == 200
    printed = str(circuit)
    assert printed.count("q0: ") == 8
    drawn = sum(printed.count(sign) for sign in ("┤H├", "⊕", "RZ"))
    assert printed.endswith(
        f"... {600 - drawn} further instructions; circuit.to_text() draws them all"
    )


def test_qubit_numbers_are_aligned():
    lines = str(Circuit(11).h(10)).splitlines()
    assert lines[0].startswith(" q0: ─")
    assert lines[-1].startswith("q10: ─┤H├")


def test_a_terminal_that_is_too_narrow_is_refused():
    with pytest.raises(ParameterError, match="at least 24"):
        Circuit(1).to_text(10)


@pytest.mark.parametrize(
    ("angle", "text"),
    [
        (Angle(0.3), "0.3"),
        (Angle(np.pi), "π"),
        (Angle(-np.pi / 2), "−π/2"),
        (Angle(3 * np.pi / 4), "3π/4"),
        (Angle(0.0), "0"),
        (Angle(1 / 3), "0.3333"),
        (Angle(0.0, 0), "a"),
        (Angle(0.1, 0, 2.0), "2·a+0.1"),
        (Angle(-np.pi, 0, 0.5), "0.5·a−π"),
    ],
)
def test_angles_are_short(angle, text):
    assert angle_text(angle, ("a",)) == text
