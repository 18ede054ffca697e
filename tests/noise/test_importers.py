"""Importers of device snapshots: Qiskit, Amazon Braket, cirq-google."""

import json
import math

import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError

N = hq.noise
Gate, Qubit = N.GateCalibration, N.QubitCalibration


def test_a_qiskit_backend_gives_the_numbers_of_its_target():
    fake = pytest.importorskip("qiskit.providers.fake_provider")
    backend = fake.GenericBackendV2(4, coupling_map=[[0, 1], [1, 0], [1, 2], [3, 2]], seed=7)
    device, target = N.from_qiskit(backend), backend.target
    assert device.n_qubits == 4
    assert device.coupling == ((0, 1), (1, 2), (2, 3))
    assert device.basis == ("cx", "id", "rz", "sx", "x")
    for name in device.basis:
        for qubits, reported in target[name].items():
            assert device.gate(name, qubits).error == reported.error
            assert device.gate(name, qubits).duration == reported.duration
    for qubit, known in enumerate(target.qubit_properties):
        each = device.qubits[qubit]
        assert (each.t1, each.t2) == (known.t1, known.t2)
        assert each.p10 == each.p01 == target["measure"][(qubit,)].error
    assert device.readout_duration == target["measure"][(0,)].duration
    assert device.name == backend.name
    assert "the same for 0 and 1" in device.source
    assert N.from_qiskit(target, name="t").gates == device.gates


def test_a_qiskit_backend_with_properties_has_different_errors_of_0_and_1():
    fake = pytest.importorskip("qiskit.providers.fake_provider")

    class Properties:
        last_update_date = "2026-11-30"

        def qubit_property(self, qubit):
            return {
                "prob_meas1_prep0": (0.01 * (qubit + 1), None),
                "prob_meas0_prep1": (0.03 * (qubit + 1), None),
            }

    backend = fake.GenericBackendV2(2, seed=7)
    backend.properties = Properties
    device = N.from_qiskit(backend)
    assert [(each.p10, each.p01) for each in device.qubits] == [(0.01, 0.03), (0.02, 0.06)]
    assert device.date == "2026-11-30"
    assert "properties" in device.source


def test_what_is_no_calibrated_qiskit_device_is_refused():
    transpiler = pytest.importorskip("qiskit.transpiler")
    with pytest.raises(ParameterError, match="a Qiskit BackendV2 or Target with qubits"):
        N.from_qiskit(object())
    with pytest.raises(ParameterError, match="a Qiskit BackendV2 or Target with qubits"):
        N.from_qiskit(transpiler.Target())


def test_without_qiskit_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "qiskit.circuit", None)
    with pytest.raises(ParameterError, match=r"pip install 'hybridq\[qiskit\]'"):
        N.from_qiskit(object())


# After the examples of braket.device_schema (Apache-2.0), versions 1 and 3.
BRAKET = {
    "service": {"updatedAt": "2026-11-29T10:00:00"},
    "paradigm": {
        "qubitCount": 3,
        "nativeGateSet": ["rx", "rz", "cz"],
        "connectivity": {
            "fullyConnected": False,
            "connectivityGraph": {"1": ["2"], "2": ["1", "10"], "10": ["2"]},
        },
    },
    "standardized": {
        "oneQubitProperties": {
            label: {
                "T1": {"value": 28.9, "standardError": 0.01, "unit": "us"},
                "T2": {"value": 4.45e-5, "standardError": None, "unit": "S"},
                "oneQubitFidelity": [
                    {
                        "fidelityType": {"name": "SIMULTANEOUS_RANDOMIZED_BENCHMARKING"},
                        "fidelity": 0.99,
                    },
                    {"fidelityType": {"name": "RANDOMIZED_BENCHMARKING"}, "fidelity": fidelity},
                    {"fidelityType": {"name": "READOUT"}, "fidelity": 0.9},
                ],
            }
            for label, fidelity in (("10", 0.9993), ("2", 0.9986), ("1", 0.999))
        },
        "twoQubitProperties": {
            "1-2": {
                "twoQubitGateFidelity": [
                    {
                        "direction": {"control": 2, "target": 1},
                        "gateName": "CZ",
                        "fidelity": 0.977,
                        "fidelityType": {"name": "INTERLEAVED_RANDOMIZED_BENCHMARKING"},
                    }
                ]
            },
            "2-10": {"twoQubitGateFidelity": [{"gateName": "CNOT", "fidelity": 0.95}]},
        },
    },
}


def test_braket_properties_by_qubit_are_read_with_their_units():
    device = N.from_braket(json.dumps(BRAKET), name="ankaa")
    assert [each.label for each in device.qubits] == ["1", "2", "10"]
    assert device.qubits[0].t1 == pytest.approx(28.9e-6)
    assert device.qubits[0].t2 == pytest.approx(4.45e-5)
    assert device.qubits[2].p10 == device.qubits[2].p01 == pytest.approx(0.1)
    assert device.coupling == ((0, 1), (1, 2))
    assert device.gate("rx", (2,)).error == pytest.approx(0.0007)
    assert device.gate("rz", (1,)) == Gate("rz", (1,), 0.0, 0.0)
    assert device.gate("cz", (1, 0)).error == pytest.approx(0.023)
    assert device.gate("cx", (1, 2)).error == pytest.approx(0.05)
    assert device.date == "2026-11-29T10:00:00"
    model = hq.NoiseModel.from_snapshot(device)
    assert model.after("p", (0,)) == ()
    (first,) = model.after("h", (1,))
    assert first.strength == pytest.approx(0.0028)


def test_braket_devices_that_report_means_are_coupled_all_to_all():
    given = {
        "paradigm": {
            "qubitCount": 3,
            "nativeGateSet": ["GPI", "GPI2", "MS"],
            "connectivity": {"fullyConnected": True, "connectivityGraph": {}},
        },
        "provider": {
            "fidelity": {
                "1Q": {"mean": 0.99717},
                "2Q": {"mean": 0.9696},
                "spam": {"mean": 0.9961},
            },
            "timing": {"T1": 1e10, "T2": 5e5, "1Q": 1.1e-05, "2Q": 0.00021, "readout": 0.000175},
        },
    }
    device = N.from_braket(given, name="aria")
    assert device.coupling == ((0, 1), (0, 2), (1, 2))
    assert device.gate("ms", (0, 2)).error == pytest.approx(0.0304)
    gpi = device.gate("gpi", (2,))
    assert (gpi.error, gpi.duration) == (pytest.approx(0.00283), 1.1e-5)
    assert device.qubits[1].p10 == pytest.approx(0.0039)
    assert device.readout_duration == 0.000175
    cx = hq.NoiseModel.from_snapshot(device).after("cx", (0, 1))
    assert cx[0].strength == pytest.approx(4 / 3 * 0.0304, rel=1e-6)
    given["standardized"] = {
        "T1": {"value": 100.0, "standardError": None, "unit": "s"},
        "T2": {"value": 1000.0, "standardError": None, "unit": "ms"},
        "twoQubitGateFidelity": [{"fidelity": 0.995, "unit": "fraction", "fidelityType": None}],
        "twoQubitGateDuration": {"value": 200.0, "standardError": None, "unit": "us"},
    }
    newer = N.from_braket(given, name="forte")
    ms = newer.gate("ms", (1, 2))
    assert (ms.error, ms.duration) == (pytest.approx(0.005), pytest.approx(2e-4))
    assert (newer.qubits[0].t1, newer.qubits[0].t2) == (100.0, 1.0)


def test_what_are_no_braket_properties_is_refused():
    with pytest.raises(ParameterError, match="properties of a Braket device"):
        N.from_braket("nothing", name="d")
    with pytest.raises(ParameterError, match="the key paradigm"):
        N.from_braket({"service": {}}, name="d")
    odd = json.loads(json.dumps(BRAKET).replace('"us"', '"weeks"'))
    with pytest.raises(ParameterError, match="unit must be one of s, ms, us, ns, got 'weeks'"):
        N.from_braket(odd, name="d")


# Numbers of the first two qubits of Google's willow_pink, 2024-08-16, rounded (cirq-google 1.7.0).
PINK = {
    "single_qubit_idle_t1_micros": {("0_6",): [71.887], ("0_7",): [62.0]},
    "single_qubit_rb_incoherent_error_per_gate": {("0_6",): [2.8116e-4], ("0_7",): [1e-5]},
    "single_qubit_rb_pauli_error_per_gate": {("0_6",): [1.11766e-3], ("0_7",): [1e-3]},
    "single_qubit_p00_error": {("0_6",): [0.00379], ("0_7",): [0.004]},
    "single_qubit_p11_error": {("0_6",): [0.00822], ("0_7",): [0.009]},
    "two_qubit_parallel_cz_gate_xeb_pauli_error_per_cycle": {("0_6", "0_7"): [0.003257]},
}


def test_googles_pauli_errors_become_average_errors_and_t2_follows_from_incoherent_ones():
    device = N.from_cirq_google(PINK, name="pink")
    first, second = device.qubits
    assert (first.label, first.p10, first.p01) == ("0_6", 0.00379, 0.00822)
    rate = 3 * 2.8116e-4 / 25e-9 - 1 / 71.887e-6
    assert first.t2 == pytest.approx(1 / (0.5 / 71.887e-6 + rate), rel=1e-12)
    assert second.t2 == pytest.approx(2 * 62e-6)  # the incoherent error is below that of T1
    assert device.gate("phased_x_z", (0,)).error == pytest.approx(2 / 3 * 1.11766e-3)
    cz = device.gate("cz", (0, 1))
    assert (cz.error, cz.duration) == (pytest.approx(0.8 * 0.003257), 32e-9)
    model = hq.NoiseModel.from_snapshot(device)
    fidelity = math.prod(each.process_fidelity(2) for each in model.after("cz", (1, 0)))
    assert 1 - fidelity == pytest.approx(0.003257, rel=1e-2)  # a Pauli error is a process error
    slow = N.from_cirq_google(PINK, name="p", gate_times={"cz": 1e-7})
    assert slow.gate("cz", (0, 1)).duration == 1e-7
    with pytest.raises(ParameterError, match="single_qubit_rb_pauli_error_per_gate"):
        N.from_cirq_google({}, name="p")
    with pytest.raises(ParameterError, match="gate_times must be names of"):
        N.from_cirq_google(PINK, name="p", gate_times={"cnot": 1.0})
    with pytest.raises(ParameterError, match="a cirq_google Calibration"):
        N.from_cirq_google(3, name="p")
