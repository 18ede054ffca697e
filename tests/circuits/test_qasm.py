"""OpenQASM out and in: the state survives, readers elsewhere agree, errors name the line."""

import numpy as np
import pytest
from hypothesis import given, settings

from hybridq.ansatz import Circuit, Parameter
from hybridq.circuits.instructions import Angle, Excitation, PhaseGate, Transition
from hybridq.circuits.qasm.gates import HEADER
from hybridq.core.errors import FormatError, ParameterError
from hybridq.operators import PauliSum
from tests.circuits.random_circuits import circuits
from tests.helpers.slow_twin import run

HEAD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'

SHOWCASE = (
    Circuit(3).h(0).cx(0, 1).sx(2).sxdg(1).y(0).tdg(2).swap(0, 2).iswap(1, 2).gate("iswapdg", 0, 1)
    .ccx(0, 1, 2).cy(2, 0).u(1, 0.3, -0.2, 1.1).rotation("XYZ", (2, 0, 1), 0.7).cp(0, 2, 0.4)
    .crx(0, 1, 0.9).excitation((2,), (0,), 0.35).x_mixer(0.2)
    .phase(PauliSum.from_labels({"ZZI": 0.5, "IZZ": -1.5, "III": 2.0}), 0.6)
)  # fmt: skip


def same_up_to_phase(first, second, tolerance=1e-11):
    return abs(abs(np.vdot(first, second)) - 1.0) < tolerance


@settings(max_examples=30, deadline=None)
@given(circuits())
def test_reading_back_what_was_written_gives_the_same_state(circuit):
    # Hadamards first, so that every amplitude counts.
    circuit = Circuit(3).h(0).h(1).h(2).ry(1, 0.4).rx(2, 0.9).compose(circuit)
    again = Circuit.from_qasm(circuit.to_qasm())
    assert same_up_to_phase(run(again, []), run(circuit, []))


def test_angles_keep_all_their_digits():
    angle = 0.1 + 1e-16
    for value in (angle, np.pi / 3, -3 * np.pi / 4, 1e-300, 12345.678901234567):
        again = Circuit.from_qasm(Circuit(1).rz(0, value).to_qasm())
        assert again.instructions[0].angle.constant == value
    assert "rz(-3*pi/4) q[0];" in Circuit(1).rz(0, -3 * np.pi / 4).to_qasm()


def test_version_2_is_written_in_the_gates_of_the_paper():
    assert Circuit(2).h(0).cx(0, 1).p(1, np.pi / 2).to_qasm() == (
        HEAD + "qreg q[2];\nh q[0];\ncx q[0], q[1];\nu1(pi/2) q[1];\n"
    )


def test_version_3_declares_free_parameters():
    circuit = Circuit(2).rx(0, "theta").rz(1, Parameter("x[1]") * -2 + 0.5).sx(0)
    assert circuit.to_qasm(version=3) == (
        'OPENQASM 3.0;\ninclude "stdgates.inc";\ninput float[64] theta;\ninput float[64] x_1;\n'
        "qubit[2] q;\nrx(theta) q[0];\nrz(-2.0 * x_1 + 0.5) q[1];\nsx q[0];\n"
    )


def test_names_become_distinct_identifiers():
    circuit = Circuit(1)
    for name in ("a b", "a-b", "pi", "2", "θ", "!"):
        circuit = circuit.rx(0, Parameter(name))
    text = circuit.to_qasm(version=3)
    for name in ("a_b", "a_b_2", "p_pi", "p_2", "θ", "parameter"):
        assert f"rx({name}) q[0];" in text


@pytest.mark.parametrize("version", [1, "2", True, 2.5])
def test_other_versions_are_refused(version):
    with pytest.raises(ParameterError, match="version must be 2 or 3"):
        Circuit(1).to_qasm(version)


def test_version_2_refuses_free_parameters_by_name():
    with pytest.raises(ParameterError, match="'theta' is free: bind it, or write version=3"):
        Circuit(1).rx(0, "theta").to_qasm()


def test_excitations_without_an_exact_product_are_refused():
    terms = tuple((1.0, Transition((to,), (0,))) for to in (1, 2))
    with pytest.raises(ParameterError, match="do not commute"):
        Circuit(3).append(Excitation(terms, Angle(0.3))).to_qasm()


# -- beside Qiskit -------------------------------------------------------------------------------


def qiskit_state(circuit):
    from qiskit.quantum_info import Statevector

    return np.asarray(Statevector(circuit).data)


def test_qiskit_reads_version_2_as_the_same_state():
    qasm2 = pytest.importorskip("qiskit.qasm2")
    theirs = qasm2.loads(SHOWCASE.to_qasm(), strict=True)
    assert same_up_to_phase(qiskit_state(theirs), run(SHOWCASE, []))


@pytest.mark.filterwarnings("ignore:This is an experimental")
def test_qiskit_reads_version_3_as_the_same_state():
    qasm3 = pytest.importorskip("qiskit.qasm3")
    if not hasattr(qasm3, "loads_experimental"):
        pytest.skip("this Qiskit reads no OpenQASM 3 by itself")
    theirs = qasm3.loads_experimental(SHOWCASE.to_qasm(version=3))
    assert same_up_to_phase(qiskit_state(theirs), run(SHOWCASE, []))


def test_phases_with_many_controls_are_written_in_both_versions():
    circuit = Circuit(3).h(0).h(1).h(2).append(PhaseGate((0, 1, 2), Angle(0.7)))
    assert same_up_to_phase(run(Circuit.from_qasm(circuit.to_qasm()), []), run(circuit, []))
    assert "ctrl(2) @ p(0.7) q[0], q[1], q[2];" in circuit.to_qasm(version=3)


@pytest.mark.parametrize("name", sorted(HEADER))
def test_gates_of_the_header_mean_what_qiskit_means(name):
    qasm2 = pytest.importorskip("qiskit.qasm2")
    gate = HEADER[name]
    # u0 counts idle cycles: whole numbers.
    angles = [2] if name == "u0" else [0.3, -0.9, 1.7, 0.45][: gate.angles]
    call = name + (f"({','.join(map(str, angles))})" if angles else "")
    qubits = ",".join(f"q[{k}]" for k in range(gate.qubits))
    opening = "".join(f"u3(0.{k + 3},0.{k + 5},-0.7) q[{k}];\n" for k in range(gate.qubits))
    text = f"{HEAD}qreg q[{gate.qubits}];\n{opening}{call} {qubits};\n"
    theirs = qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    assert same_up_to_phase(qiskit_state(theirs), run(Circuit.from_qasm(text), []))


def test_our_gates_are_qiskits_global_phase_included():
    qiskit = pytest.importorskip("qiskit")
    theirs = qiskit.QuantumCircuit(3)
    ours = Circuit(3)
    for name, arguments in [
        ("h", (0,)), ("sx", (1,)), ("ry", (0.3, 2)), ("cx", (0, 1)), ("u", (0.3, 1.2, -0.7, 1)),
        ("p", (0.4, 0)), ("cp", (0.9, 0, 2)), ("rxx", (0.3, 0, 1)), ("ryy", (0.8, 1, 2)),
        ("rzz", (1.3, 0, 2)), ("crx", (0.5, 2, 0)), ("cry", (0.6, 0, 1)), ("crz", (0.7, 1, 0)),
        ("swap", (0, 2)), ("iswap", (1, 2)), ("cy", (0, 2)), ("ccx", (2, 0, 1)), ("tdg", (1,)),
    ]:  # fmt: skip
        getattr(theirs, name)(*arguments)
        width = sum(isinstance(argument, int) for argument in arguments)
        angles, qubits = arguments[:-width], arguments[-width:]
        ours = getattr(ours, name)(*qubits, *angles)
    assert run(ours, []) == pytest.approx(qiskit_state(theirs), abs=1e-12)


# -- reading -------------------------------------------------------------------------------------


def test_registers_lie_one_after_the_other_and_gates_spread_over_them():
    circuit = Circuit.from_qasm(HEAD + "qreg a[2]; qreg b[2];\nx a; cx a,b; h b[1]; cz a[0],b;")
    assert circuit == Circuit(4).x(0).x(1).cx(0, 2).cx(1, 3).h(3).cz(0, 2).cz(0, 3)


def test_definitions_are_expanded_with_their_arguments():
    text = (
        HEAD
        + "gate turn(a, b) p, q { rx(a/2) p; barrier p, q; cx p, q; rz(-b^2 + sin(pi/2)) q; }\n"
        "gate twice(c) q, p { turn(c, 2*c) p, q; turn(c, 0) q, p; }\n"
        "gate nothing q { }\n"
        "qreg q[2]; twice(0.4) q[0], q[1]; nothing q[0];"
    )
    expected = (
        Circuit(2).rx(1, 0.2).cx(1, 0).rz(0, -(0.8**2) + 1).rx(0, 0.2).cx(0, 1).rz(1, 1.0)
    )  # fmt: skip
    assert run(Circuit.from_qasm(text), []) == pytest.approx(run(expected, []))


def test_a_programs_own_gate_wins_over_the_header():
    text = HEAD + "gate sx a { x a; }\nqreg q[1];\nsx q[0];"
    assert Circuit.from_qasm(text) == Circuit(1).x(0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pi/2", np.pi / 2),
        ("-pi", -np.pi),
        ("2*(3+4)-5/2", 11.5),
        ("2^3^2", 512.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("1.5e-3+.5", 0.5015),
        ("cos(0)+ln(exp(2))*sqrt(4)-tan(0)", 5.0),
        ("--1", 1.0),
        ("8/2/2", 2.0),
    ],
)
def test_expressions_follow_arithmetic(text, value):
    circuit = Circuit.from_qasm(f"{HEAD}qreg q[1];rz({text}) q[0];")
    assert circuit.instructions[0].angle.constant == pytest.approx(value)


def test_without_the_header_there_are_u_and_cx():
    circuit = Circuit.from_qasm("OPENQASM 2.0;\nqreg q[2];\nU(0.1,0.2,0.3) q[0];\nCX q[0],q[1];")
    assert circuit == Circuit(2).u(0, 0.1, 0.2, 0.3).cx(0, 1)


def test_barriers_and_final_measurements_are_left_out():
    text = HEAD + "qreg q[2]; creg c[2]; h q[0]; barrier q; measure q[0] -> c[0]; x q[1];"
    assert Circuit.from_qasm(text) == Circuit(2).h(0).x(1)
    assert len(Circuit.from_qasm(HEAD + "qreg q[2]; creg c[2]; measure q -> c;")) == 0


def test_a_program_is_read_from_a_file(tmp_path):
    path = tmp_path / "bell.qasm"
    path.write_text("\ufeff// a Bell pair\n" + Circuit(2).h(0).cx(0, 1).to_qasm(), "utf-8")
    assert Circuit.from_qasm(path) == Circuit.from_qasm(str(path)) == Circuit(2).h(0).cx(0, 1)
    path.write_text("OPENQASM 2.0;\nqreg q[1]\n")
    with pytest.raises(FormatError, match=r"bell\.qasm, line 3: expected ';', found the end"):
        Circuit.from_qasm(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "lost.qasm"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FormatError, match=r"lost\.qasm: the program cannot be read"):
        Circuit.from_qasm(path)


BAD = [
    ("h q[0];", 3, "unknown quantum register 'q'"),
    ("qreg q[2];\nh q[2];", 4, r"q\[2\] is out of range: q has places 0 to 1"),
    ("qreg q[2];\nhh q[0];", 4, "unknown gate 'hh'"),
    ("qreg q[2];\ncx q[0];", 4, "takes 2 qubits, got 1"),
    ("qreg q[2];\nrx q[0];", 4, "takes 1 angles, got 0"),
    ("qreg q[2];\ncx q[1],q[1];", 4, r"acts twice on qubit q\[1\]"),
    ("qreg q[2];\ncx q,q[1];", 4, r"acts twice on qubit q\[1\]"),
    ("qreg q[2]; qreg r[3];\ncx q,r;", 4, "different sizes"),
    ("qreg q[2];\nqreg q[1];", 4, "register 'q' is declared twice"),
    ("qreg q[0];", 3, "size 0"),
    ("qreg q[12345678901];", 3, "expected a register's size"),
    (
        "qreg q[2];\nif (c==1) x q[0];",
        4,
        "'if' cannot be read: it is not part of a unitary circuit",
    ),
    ("qreg q[2];\nh q[0];\nreset q[0];", 5, "'reset' of q.0. cannot"),
    ("opaque magic a;\nqreg q[1];\nmagic q[0];", 5, "'magic' is opaque"),
    ('include "other.inc";', 3, "cannot be included"),
    ("qreg q[1]; creg c[1];\nmeasure q[0] -> c[0];\nx q[0];", 5, "measurement in line 4"),
    ("qreg q[1]; creg c[2];\nmeasure q -> c;", 4, "a register into one of its size"),
    ("qreg q[1];\nmeasure q -> c;", 4, "unknown classical register 'c'"),
    ("qreg q[1];\nrz(1/0) q[0];", 4, "no finite value"),
    ("qreg q[1];\nrz(ln(-1)) q[0];", 4, "no finite value"),
    ("qreg q[1];\nrz(1e999) q[0];", 4, "angle inf"),
    ("qreg q[1];\nrz(theta) q[0];", 4, "unknown name 'theta' in an expression"),
    ("qreg q[1];\nrz(2 3) q[0];", 4, r"expected '\)', found '3'"),
    ("qreg q[1];\nx q[0]\nx q[0];", 5, "expected ';', found 'x'"),
    ("qreg q[1];\nx $;", 4, r"'\$' has no meaning"),
    ("gate g a { x b; }", 3, "'b' is not an argument of this gate"),
    ("gate g a, a { x a; }", 3, "an argument twice"),
    ("gate g a {\n cx a, a; }", 4, "acts twice on qubit a"),
    ("gate g a { g a; }", 3, "unknown gate 'g'"),
    ("gate g a { x a; }\ngate g a { x a; }", 4, "gate 'g' is defined twice"),
    ("gate g a { x a;", 3, "expected a gate or '}', found the end"),
    ("creg c[1];", 3, "declares no qubits"),
    ("3;", 3, "expected a statement"),
]


@pytest.mark.parametrize(("body", "line", "match"), BAD)
def test_bad_programs_are_refused_with_the_line(body, line, match):
    with pytest.raises(FormatError, match=match) as caught:
        Circuit.from_qasm(HEAD + body)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("qreg q[1];", "begins with OPENQASM"),
        ("OPENQASM 4.0;\nqubit q;", "version 4.0 cannot be read"),
        ("OPENQASM 2.0;\nqreg q[1];\nh q[0];", "needs include"),
        (";", "begins with"),
    ],
)
def test_programs_of_another_kind_are_refused(text, match):
    with pytest.raises(FormatError, match=match):
        Circuit.from_qasm(text)


def test_definitions_that_explode_are_refused(monkeypatch):
    monkeypatch.setattr("hybridq.circuits.qasm.program.MOST_INSTRUCTIONS", 1000)
    grow = "".join(f"gate g{k + 1} a {{ g{k} a; g{k} a; }}\n" for k in range(40))
    with pytest.raises(FormatError, match="expands to more than 1,000 gates"):
        Circuit.from_qasm(f"{HEAD}gate g0 a {{ }}\n{grow}qreg q[1];\ng40 q[0];")


def test_deep_nesting_is_refused():
    deep = "(" * 20_000 + "1" + ")" * 20_000
    with pytest.raises(FormatError, match="nested too deeply"):
        Circuit.from_qasm(f"{HEAD}qreg q[1];\nrz({deep}) q[0];")


def test_measurements_are_written_in_the_syntax_of_each_version():
    circuit = Circuit(2).h(0)
    assert circuit.to_qasm(2, measure=True).endswith(
        "measure q[0] -> c[0];\nmeasure q[1] -> c[1];\n"
    )
    assert circuit.to_qasm(3, measure=True).endswith("c[0] = measure q[0];\nc[1] = measure q[1];\n")
    assert "bit[2] c;" in circuit.to_qasm(3, measure=True)
    assert "measure" not in circuit.to_qasm(3)


def test_braket_has_gates_of_its_own_names_and_no_library():
    circuit = Circuit(3).cx(0, 1).gate("sdg", 2).p(0, "v").cp(0, 1, 0.5).ccx(0, 1, 2).gate("sx", 1)
    written = circuit.to_qasm(3, dialect="braket")
    assert written == (
        "OPENQASM 3.0;\ninput float[64] v_2;\nqubit[3] q;\ncnot q[0], q[1];\nsi q[2];\n"
        "phaseshift(v_2) q[0];\ncphaseshift(0.5) q[0], q[1];\nccnot q[0], q[1], q[2];\nv q[1];\n"
    )


def test_another_dialect_is_refused():
    with pytest.raises(ParameterError, match="dialect must be stdgates or braket, got 'quil'"):
        Circuit(1).to_qasm(3, dialect="quil")
    with pytest.raises(ParameterError, match="one of OpenQASM 3: write version=3"):
        Circuit(1).to_qasm(2, dialect="braket")
