"""Device snapshots: the JSON form, parts of a device, refusals by name."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import DimensionError, FormatError, HybridqError, ParameterError

Qubit, Gate, Device = hq.noise.QubitCalibration, hq.noise.GateCalibration, hq.noise.DeviceSnapshot

LINE = Device(
    "line",
    (
        Qubit(1e-4, 8e-5, 0.01, 0.03, "A1"),
        Qubit(2e-4, 1.5e-4, 0.02, 0.05),
        Qubit(9e-5, 1.2e-4, 0, 0),
    ),
    gates=(
        *(Gate("rz", (q,), 0.0, 0.0) for q in range(3)),
        *(Gate("sx", (q,), 3e-4 * (q + 1), 3.5e-8) for q in range(3)),
        Gate("cx", (0, 1), 8e-3, 3e-7),
        Gate("cx", (2, 1), 1.2e-2, 4e-7),
    ),
    date="2026-11-30",
    source="by hand",
    readout_duration=1e-6,
)  # fmt: skip

times = st.none() | st.floats(1e-9, 1e3)
chances = st.none() | st.floats(0, 1)


@st.composite
def devices(draw):
    n = draw(st.integers(1, 4))
    pairs = [(a, b) for a in range(n) for b in range(n) if a != b]
    keys = draw(st.lists(st.sampled_from([(q,) for q in range(n)] + pairs), unique=True))
    gates = tuple(
        Gate(draw(st.sampled_from(["a", "b"])), q, draw(chances), draw(times)) for q in keys
    )
    qubits = tuple(
        Qubit(*(draw(each) for each in (times, times, chances, chances)), draw(st.text(max_size=3)))
        for _ in range(n)
    )
    return Device(draw(st.text(max_size=5)), qubits, gates=gates, readout_duration=draw(times))


@settings(max_examples=60, deadline=None)
@given(devices())
def test_json_restores_every_device(device):
    assert Device.from_json(device.to_json()) == device


def test_a_file_restores_a_device(tmp_path):
    LINE.write(tmp_path / "line.json")
    assert Device.from_file(tmp_path / "line.json") == LINE
    assert LINE.coupling == ((0, 1), (1, 2))
    assert LINE.basis == ("cx", "rz", "sx")
    assert (LINE.gate("cx", (0, 1)).error, LINE.gate("cx", (1, 0))) == (8e-3, None)
    assert {gate.qubits for gate in LINE.gates_on(1, 2)} == {(2, 1)}


def test_a_part_of_a_device_is_numbered_in_its_order():
    part = LINE.part((2, 1))
    assert part.qubits == (LINE.qubits[2], LINE.qubits[1])
    assert part.coupling == ((0, 1),)
    assert part.gate("cx", (0, 1)) == Gate("cx", (0, 1), 1.2e-2, 4e-7)
    assert part.gate("sx", (0,)).error == pytest.approx(9e-4)
    with pytest.raises(DimensionError, match="snapshot line has no qubit 7"):
        LINE.part((0, 7))
    with pytest.raises(ParameterError, match="different integers"):
        LINE.part((0, 0))


def test_clipping_changes_t2_above_twice_t1_alone():
    device = Device("d", (Qubit(1e-4, 3e-4), Qubit(1e-4, 1e-4), Qubit(None, 1.0), Qubit(1.0)))
    assert [each.t2 for each in device.clipped().qubits] == [2e-4, 1e-4, 1.0, None]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "hybridq-device-9"}, 'a mapping with "format": "hybridq-device-1"'),
        ({"qubits": []}, "from 1 to 100,000 qubits"),
        ({"qubits": 5}, "qubits must be a list of mappings"),
        ({"qubits": [{"t3": 1}]}, "key of qubits[0]"),
        ({"qubits": [{}, {"t1": -1}, {}]}, "qubits[1]: t1 must be a positive number, got -1"),
        ({"qubits": [{}, {}, {"p10": 2}]}, "qubits[2]: p10 must be a number from 0 to 1"),
        ({"qubits": [{}, {}]}, "gate rz on qubit 2: the snapshot line has no qubit 2"),
        ({"gates": [{"name": "cx", "qubits": [0, 3]}]}, "gate cx on qubits 0 and 3"),
        ({"gates": [{"name": "cx"}]}, "gates[0] must be a gate's name and qubits"),
        ({"gates": [{"name": "cx", "qubits": [1, 1]}]}, "one or two different integers"),
        ({"gates": [{"name": "x", "qubits": [0], "error": 1.5}]}, "error must be a number from"),
        ({"gates": [{"name": "x", "qubits": [0], "duration": -1}]}, "must be a number >= 0"),
        ({"gates": 2 * [{"name": "x", "qubits": [0]}]}, "x on qubit 0 twice"),
        ({"coupling": [[0, 2]]}, "gates act on qubits 0 and 1, which coupling does not list"),
        ({"coupling": [[0, 1, 2]]}, "coupling must be two different integers"),
        ({"coupling": 3}, "pairs such as [[0, 1]]"),
        ({"name": 3}, "name must be a text"),
        ({"nmae": "x"}, "nmae"),
    ],
)  # fmt: skip
def test_values_of_another_form_are_refused_by_name(change, words):
    with pytest.raises(HybridqError) as refusal:
        Device.from_description({**LINE.describe(), **change})
    assert words in str(refusal.value)


def test_a_file_without_a_snapshot_is_refused_with_its_name(tmp_path):
    path = tmp_path / "broken.json"
    for content in ("{", "[]", json.dumps({**LINE.describe(), "qubits": [{}]})):
        path.write_text(content)
        with pytest.raises(FormatError, match=r"broken\.json"):
            Device.from_file(path)
    with pytest.raises(FormatError, match="file not found"):
        Device.from_file(tmp_path / "missing.json")
