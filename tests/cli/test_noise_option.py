"""`--noise`: strengths by name, or the JSON file of a model."""

import json

import pytest

import hybridq as hq

TEXT = "one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04"
MODEL = hq.NoiseModel.from_text(TEXT)


@pytest.fixture
def solve(hybridq, square):
    """Return a function that solves a square with noise."""

    def run(noise, *options):
        fixed = ("--p", 1, "--seed", 3, "--kernels", "numpy", "--json", "-", "--quiet")
        return hybridq("solve", "maxcut", square, *fixed, "--noise", noise, *options)

    return run


def test_a_text_and_a_file_are_the_same_noise(solve, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(MODEL.to_json())
    by_text, by_file = (json.loads(solve(noise).out) for noise in (TEXT, path))
    assert by_text["expectation"] == by_file["expectation"]
    assert by_text["engine"]["name"] == "density"
    assert by_text["engine"]["noise"] == MODEL.describe()


def test_a_snapshot_of_a_device_is_its_noise_and_pairs_that_it_lacks_are_refused(solve, tmp_path):
    device = hq.noise.DeviceSnapshot(
        "star",
        5 * (hq.noise.QubitCalibration(1e-4, 8e-5, 0.01, 0.03),),
        gates=(
            *(hq.noise.GateCalibration("sx", (q,), 3e-4, 3.5e-8) for q in range(5)),
            *(hq.noise.GateCalibration("cx", (4, q), 8e-3, 3e-7) for q in range(4)),
        ),
    )
    path = tmp_path / "star.json"
    device.write(path)
    found = json.loads(solve(f"snapshot={path},uncoupled=median").out)
    model = hq.NoiseModel.from_snapshot(device, uncoupled="median").restricted(4)
    assert found["engine"]["noise"] == model.describe()
    refused = solve(path)
    assert refused.code != 0
    assert "the device does not couple them" in refused.err
    assert "uncoupled=median" in refused.err


@pytest.mark.parametrize(
    ("noise", "options", "message"),
    [
        ("three=1", (), "--noise must be a JSON file, or one_qubit=NUM"),
        ("one_qubit=2", (), "one_qubit must be a number from 0 to 1, got 2.0"),
        ("missing.json", (), "missing.json: file not found"),
        (TEXT, ("--engine", "diagonal"), "does not take noise: use --engine density"),
    ],
)
def test_mistakes_are_named_in_the_spelling_of_the_command(solve, noise, options, message):
    outcome = solve(noise, *options)
    assert outcome.code != 0
    assert message in outcome.err


def test_noise_of_excited_states_is_refused(hybridq):
    file = "problems/molecules/h2_sto3g.fcidump"
    outcome = hybridq("solve", "molecule", file, "--excited", 1, "--noise", TEXT)
    assert outcome.code != 0
    assert "--noise cannot be combined with --excited" in outcome.err
