"""OpenQASM 3 in: what we write, what Qiskit exports, and what people add by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from hybridq.ansatz import Circuit, Parameter
from hybridq.core.errors import FormatError
from tests.circuits.random_circuits import circuits
from tests.circuits.test_qasm import SHOWCASE, same_up_to_phase
from tests.helpers.slow_twin import run

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'


def read(body: str) -> Circuit:
    return Circuit.from_qasm(HEAD + body)


@settings(max_examples=40, deadline=None)
@given(circuits())
def test_reading_back_what_was_written_gives_the_same_state(circuit):
    circuit = Circuit(3).h(0).h(1).h(2).ry(1, 0.4).rx(2, 0.9).compose(circuit)
    again = Circuit.from_qasm(circuit.to_qasm(version=3))
    assert same_up_to_phase(run(again, []), run(circuit, []))


def test_inputs_are_free_parameters():
    theta, phi = Parameter("theta"), Parameter("phi")
    circuit = Circuit(2).h(0).rx(0, 2 * theta + 0.1).cp(0, 1, phi).rz(1, -theta).ry(1, 0.3)
    again = Circuit.from_qasm(circuit.to_qasm(version=3))
    assert again.parameters == ("theta", "phi")
    for point in ([0.3, -1.2], [2.0, 0.7]):
        assert same_up_to_phase(run(again, point), run(circuit, point))


def test_what_qiskit_exports_is_read_as_qiskit_means_it():
    qiskit = pytest.importorskip("qiskit")
    info = pytest.importorskip("qiskit.quantum_info")
    from qiskit import qasm3
    from qiskit.circuit.random import random_circuit

    for seed in range(25):
        made = random_circuit(3, 6, max_operands=2, seed=seed)
        made = qiskit.transpile(
            made, basis_gates=["u3", "cx", "h", "rz", "cp", "sx", "ry", "swap"], seed_transpiler=1
        )
        ours = Circuit.from_qasm(qasm3.dumps(made))
        assert same_up_to_phase(run(ours, []), info.Statevector(made).data, 1e-9)
    defined = qiskit.QuantumCircuit(3)
    defined.h(0)
    defined.rzz(0.4, 0, 1)  # not among the standard gates: Qiskit writes its definition
    defined.iswap(1, 2)
    defined.ccx(0, 1, 2)
    ours = Circuit.from_qasm(qasm3.dumps(defined))
    assert same_up_to_phase(run(ours, []), info.Statevector(defined).data, 1e-9)


@pytest.mark.parametrize(
    ("body", "circuit"),
    [
        ("qubit a;\nqubit[2] b;\nx a;\ncx a, b[1];", Circuit(3).x(0).cx(0, 2)),
        ("qubit[2] q; /* two\nlines */ h q;", Circuit(2).h(0).h(1)),
        ("qubit[2] q;\nrx(π/4 + tau/8) q[0];", Circuit(2).rx(0, np.pi / 2)),
        ("qubit[1] q;\nrz(2**-1) q[0];", Circuit(1).rz(0, 0.5)),
        ("qubit[1] q;\ninv @ s q[0];\nh q[0];", Circuit(1).sdg(0).h(0)),
        ("qubit[1] q;\nh q[0];\npow(3) @ t q[0];", Circuit(1).h(0).t(0).t(0).t(0)),
        ("qubit[1] q;\nh q[0];\npow(-1) @ s q[0];", Circuit(1).h(0).sdg(0)),
        ("qubit[3] q;\nh q;\nctrl(2) @ x q[0], q[1], q[2];\nt q[2];",
         Circuit(3).h(0).h(1).h(2).ccx(0, 1, 2).t(2)),
        ("qubit[2] q;\nh q;\nctrl @ p(0.3) q[0], q[1];", Circuit(2).h(0).h(1).cp(0, 1, 0.3)),
        ("qubit[2] q;\nh q;\nctrl @ inv @ s q[0], q[1];",
         Circuit(2).h(0).h(1).cp(0, 1, -np.pi / 2)),
        ("gate bell a, b { h a; cx a, b; }\nqubit[2] q;\nbell q[0], q[1];",
         Circuit(2).h(0).cx(0, 1)),
        ("qubit[2] q;\nnegctrl @ x q[0], q[1];", Circuit(2).x(1)),
        ("qubit[3] q;\nh q;\nctrl @ negctrl @ z q[0], q[1], q[2];",
         Circuit(3).h(0).h(1).h(2).x(1).h(2).ccx(0, 1, 2).h(2).x(1)),
        ("h $0;\ncx $0, $2;", Circuit(3).h(0).cx(0, 2)),
        ("qubit[2] q;\nbit[2] c;\nreset q;\nh q[0];\nbarrier q;\nc = measure q;", Circuit(2).h(0)),
        ("qubit[2] q;\nbit c;\nh q[1];\nc = measure q[1];\n;", Circuit(2).h(1)),
        ("qubit[2] q;\ngphase(0.7);\nU(0.1, 0.2, 0.3) q[0];", Circuit(2).u(0, 0.1, 0.2, 0.3)),
        ("qreg q[2];\ncreg c[2];\nh q[0];\nmeasure q -> c;", Circuit(2).h(0)),
    ],
)  # fmt: skip
def test_programs_are_read_as_their_circuit(body, circuit):
    assert same_up_to_phase(run(read(body), []), run(circuit, []))


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("qubit[2] q;\nbit c;\nc = measure q[0];\nx q[0];", 6, "after its measurement"),
        ("qubit[2] q;\nif (true) { x q[0]; }", 4, "'if' cannot be read"),
        ("qubit[2] q;\nfor int i in [0:1] { x q[i]; }", 4, "'for' cannot be read"),
        ("qubit[2] q;\nctrl @ h q[0], q[1];", 4, "ctrl is read before"),
        ("qubit[2] q;\nctrl @ x q[0], q[0];", 4, "acts twice"),
        ("input int[32] n;\nqubit q;", 3, "an input of type 'int'"),
        ("input float[64] a;\nqubit q;\nrx(a * a) q;", 5, "'*' has no finite value"),
        ("qubit[2] q;\nbit[3] c;\nc = measure q;", 5, "one of its size"),
        ("qubit[20000] q;", 3, "at most 10,000"),
        ("qubit[2] q;\nmagic q[0];", 4, "unknown gate 'magic'"),
        ("gate g a, b { ctrl @ x a, b; }", 3, "apply the modifier where the gate is used"),
        ("gate g a, b, c { ctrl(2) @ x a, b, c; }", 3, "apply the modifier"),
    ],
)
def test_what_is_not_a_circuit_is_refused_with_the_line(body, line, words):
    with pytest.raises(FormatError) as caught:
        read(body)
    assert words in str(caught.value)
    assert caught.value.line == line


def test_the_version_is_checked_before_the_rest():
    with pytest.raises(FormatError, match=r"line 2: version 4\.0 cannot be read"):
        Circuit.from_qasm("// @@@\nOPENQASM 4.0;\n@@@;")


def test_the_showcase_survives():
    again = Circuit.from_qasm(SHOWCASE.to_qasm(version=3))
    assert same_up_to_phase(run(again, []), run(SHOWCASE, []))
