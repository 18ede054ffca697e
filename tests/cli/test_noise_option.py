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


@pytest.mark.parametrize(
    ("noise", "options", "message"),
    [
        ("three=1", (), "--noise must be a JSON file, or one_qubit=NUM"),
        ("one_qubit=2", (), "strength must be a number from 0 to 1, got 2.0"),
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
