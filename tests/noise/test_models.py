"""Noise models: rules, errors of the measurement, plain values, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import DimensionError, FormatError, ParameterError, UnknownNameError
from hybridq.noise.measurement import apply_readout, read_with_errors

noise = hq.noise
MODEL = hq.NoiseModel(
    one_qubit=noise.depolarizing(0.001),
    two_qubit=[noise.depolarizing(0.01), noise.over_rotation(relative=0.02)],
    readout=[noise.readout(p10=0.01, p01=0.04), noise.readout(0.1, 0.2, qubits=(2,))],
    rules=[
        noise.rule(None, gates="rz"),
        noise.rule(noise.phase_damping(0.1), gates=["cx"], qubits=[(0, 1)]),
    ],
)


def test_the_first_rule_that_applies_counts_and_the_width_decides_otherwise():
    assert MODEL.after("rx", (0,)) == (noise.depolarizing(0.001),)
    assert MODEL.after("rz", (0,)) == ()
    assert MODEL.after("cx", (1, 0)) == (noise.phase_damping(0.1),)
    assert MODEL.after("cx", (0, 2)) == MODEL.after("rzz", (0, 1)) == MODEL.two_qubit


def test_a_readout_of_named_qubits_comes_before_that_of_all_others():
    found = {each.qubits: np.array(each.matrix) for each in MODEL.readouts(3)}
    assert set(found) == {(0,), (1,), (2,)}
    np.testing.assert_allclose(found[(0,)], [[0.99, 0.04], [0.01, 0.96]])
    np.testing.assert_allclose(found[(2,)], [[0.9, 0.2], [0.1, 0.8]])
    assert hq.NoiseModel(readout=noise.readout(0, 0)).readouts(3) == ()
    with pytest.raises(DimensionError, match="readout on qubit 2: the circuit has 2 qubits"):
        MODEL.readouts(2)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(3)), st.integers(0, 2**32))
def test_a_joint_readout_acts_as_the_sum_over_what_was_prepared(order, seed):
    qubits, rng = order[:2], np.random.default_rng(seed)
    joint, chances = rng.dirichlet(np.ones(4), size=4).T, rng.dirichlet(np.ones(8))
    expected = np.zeros(8)
    for z in range(8):
        prepared = (z >> qubits[0] & 1) + 2 * (z >> qubits[1] & 1)
        rest = z & ~(1 << qubits[0] | 1 << qubits[1])
        for read in range(4):
            there = rest | (read & 1) << qubits[0] | (read >> 1) << qubits[1]
            expected[there] += joint[read, prepared] * chances[z]
    np.testing.assert_allclose(apply_readout(joint, qubits, chances), expected, atol=1e-14)


def test_plain_values_restore_a_model():
    assert hq.NoiseModel.from_description(MODEL.describe()) == MODEL
    assert hq.NoiseModel.from_json(MODEL.to_json()) == MODEL
    assert hq.NoiseModel().describe() == {}
    joint = hq.NoiseModel(readout=noise.correlated_readout(np.full((4, 4), 0.25), (0, 2)))
    assert hq.NoiseModel.from_json(joint.to_json()) == joint
    short = hq.NoiseModel.from_description({"one_qubit": 0.001, "two_qubit": [0.01]})
    assert short == hq.NoiseModel(
        one_qubit=noise.depolarizing(0.001), two_qubit=noise.depolarizing(0.01)
    )


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ({"one_quibt": 0.1}, "did you mean 'one_qubit'"),
        ({"one_qubit": {"kind": "depolarising", "strength": 0.1}}, "did you mean 'depolarizing'"),
        ({"one_qubit": {"strength": 0.1}}, "the key kind"),
        ({"one_qubit": {"kind": "depolarizing"}}, "strength"),
        ({"one_qubit": {"kind": "depolarizing", "strength": 2}}, "from 0 to 1, got 2"),
        ({"one_qubit": "much"}, "one_qubit must be a mapping"),
        ({"readout": {"p10": 0.1}}, "p01"),
        ({"readout": 0.1}, "readout must be a mapping"),
        ({"rules": {"noise": 0.1}}, "a list of rules"),
        ([1], "noise must be a mapping"),
    ],
)
def test_plain_values_of_another_form_are_refused(description, words):
    with pytest.raises(ParameterError) as refusal:
        hq.NoiseModel.from_description(description)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: hq.NoiseModel(one_qubit=0.1), "noise such as hybridq.noise.depolarizing(0.001)"),
        (lambda: hq.NoiseModel(readout=0.1), "errors such as hybridq.noise.readout"),
        (lambda: hq.NoiseModel(rules=[noise.depolarizing(0.1)]), "rules such as"),
        (
            lambda: hq.NoiseModel(readout=[noise.readout(0, 0.1), noise.readout(0.1, 0)]),
            "readout gives all other qubits two errors",
        ),
        (
            lambda: hq.NoiseModel(
                readout=[
                    noise.readout(0.1, 0, (1,)),
                    noise.correlated_readout(np.eye(4), (0, 1)),
                ]
            ),
            "readout gives qubit 1 two errors",
        ),
        (lambda: noise.readout(1.1, 0), "p10 must be a number from 0 to 1"),
        (lambda: noise.readout(0, 0, (1, 1)), "different integers"),
        (lambda: noise.correlated_readout(np.eye(2), (0, 1)), "shape (4, 4)"),
        (lambda: noise.correlated_readout([[0.9, 0.1], [0.2, 0.9]], (0,)), "adds up to 1.1"),
        (lambda: noise.rule(None, qubits=[(0, 1, 2)]), "one or two qubits"),
        (lambda: noise.rule(None, qubits=[0]), "one or two qubits"),
        (lambda: noise.rule(None, gates=[]), "names such as"),
    ],
)
def test_models_of_another_form_are_refused(make, words):
    with pytest.raises(ParameterError) as refusal:
        make()
    assert words in str(refusal.value)


def test_a_short_text_is_depolarizing_noise_and_a_readout(tmp_path):
    text = "one_qubit=0.001, two_qubit=0.01,readout=0.01/0.04"
    model = hq.NoiseModel(
        one_qubit=noise.depolarizing(0.001),
        two_qubit=noise.depolarizing(0.01),
        readout=noise.readout(p10=0.01, p01=0.04),
    )
    assert hq.NoiseModel.from_text(text) == model
    path = tmp_path / "model.json"
    path.write_text(MODEL.to_json())
    assert hq.NoiseModel.from_text(str(path)) == MODEL
    assert hq.engines.Density(text) == hq.engines.Density(model)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("three_qubit=0.1", "one_qubit=NUM"),
        ("one_qubit=0.1,one_qubit=0.2", "each at most once"),
        ("one_qubit=0.1,", "each at most once"),
        ("one_qubit=much", "one_qubit must be a number from 0 to 1, got 'much'"),
        ("one_qubit=0.1/0.2", "a strength of depolarizing noise"),
        ("readout=0.1", "readout=P10/P01"),
        ("two_qubit=1.5", "two_qubit must be a number from 0 to 1, got 1.5"),
    ],
)
def test_short_texts_of_another_form_are_refused(text, words):
    with pytest.raises(ParameterError) as refusal:
        hq.NoiseModel.from_text(text)
    assert words in str(refusal.value)


def test_errors_name_the_nearest_option_and_bad_json():
    with pytest.raises(UnknownNameError, match="did you mean 'one_qubit'"):
        hq.NoiseModel(one_qubits=noise.depolarizing(0.1))
    with pytest.raises(FormatError, match="not JSON"):
        hq.NoiseModel.from_json("{")


def test_what_is_read_of_samples_has_the_probabilities_of_the_readout():
    joint = np.array(
        [[0.7, 0.1, 0.2, 0], [0.1, 0.8, 0, 0.3], [0.2, 0, 0.6, 0.1], [0, 0.1, 0.2, 0.6]]
    )
    readouts = hq.NoiseModel(
        readout=[noise.correlated_readout(joint, (2, 0)), noise.readout(0.1, 0.3, qubits=(1,))]
    ).readouts(3)
    shots = 20000
    for prepared in (0, 3, 6):
        chances = np.zeros(8)
        chances[prepared] = 1.0
        for each in readouts:
            chances = apply_readout(each.matrix, each.qubits, chances)
        found = read_with_errors(
            np.full(shots, prepared), readouts, np.random.default_rng(prepared)
        )
        counts = np.bincount(found, minlength=8)
        error = np.sqrt(chances * (1 - chances) / shots)
        assert (np.abs(counts / shots - chances) <= 5 * error).all()
