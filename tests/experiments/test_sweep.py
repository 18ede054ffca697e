"""Sweeps: how many trials, which, in what order; what is refused."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import CapacityError, ConfigError
from hybridq.experiments.config.axes import Range, read_axes
from hybridq.experiments.config.config import parse_config
from tests.experiments.config_samples import RING, problems, trials

QAOA = f"{RING}ansatz: qaoa\n"


def column(text):
    """The values that a range stands for."""
    axes, mistakes = read_axes({"budget.seconds": text})
    assert not mistakes
    return list(axes[0].columns[0])


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"from": 1, "to": 4, "step": 1}, [1, 2, 3, 4]),
        ({"from": 1, "to": 4}, [1, 2, 3, 4]),
        ({"from": 2, "to": 2}, [2]),
        ({"from": 1, "to": 6, "step": 2}, [1, 3, 5]),
        ({"from": 5, "to": 1, "step": -2}, [5, 3, 1]),
        ({"from": 0.1, "to": 0.5, "step": 0.1}, [0.1, 0.2, 0.3, 0.4, 0.5]),
        ({"from": 0.0, "to": 1, "step": 0.25}, [0.0, 0.25, 0.5, 0.75, 1.0]),
        ({"from": 0, "to": 1, "points": 5}, [0, 0.25, 0.5, 0.75, 1]),
        ({"from": 10, "to": 1000, "points": 3, "scale": "log"}, [10, 100, 1000]),
        ({"from": 0.001, "to": 1.0, "points": 4, "scale": "log"}, [0.001, 0.01, 0.1, 1.0]),
        ({"from": 3, "to": 3, "step": 1}, [3]),
    ],
)
def test_ranges_include_both_ends_and_are_exact(given_, expected):
    found = column(given_)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@given(st.integers(-1000, 1000), st.integers(1, 50), st.integers(0, 200), st.integers(0, 3))
def test_a_decimal_range_is_what_one_would_write_by_hand(start, step, more, digits):
    scale = 10**digits
    stop = start + step * more
    found = column({"from": start / scale, "to": stop / scale, "step": step / scale})
    assert found == [(start + step * index) / scale for index in range(more + 1)]


def test_whole_numbers_stay_whole():
    text = f"{RING}sweep: {{shots: {{from: 10, to: 1000, points: 3, scale: log}}}}"
    swept = [trial.swept["shots"] for trial in trials(text)]
    assert swept == [10, 100, 1000]


def test_grid_zip_instances_and_repeats_multiply():
    text = """\
name: x
problem: {kind: random-regular, nodes: 8, instances: 5}
ansatz: qaoa
repeats: 3
sweep:
  ansatz.p: [1, 2, 3]
  optimizer: [cobyla, {kind: spsa, blocking: true}]
  zip: {problem.nodes: [8, 10], shots: [100, 1000]}
exclude:
  - {ansatz.p: 1, optimizer.kind: SPSA}
"""
    planned = trials(text)
    assert len(planned) == (3 * 2 * 2 - 2) * 5 * 3
    assert len({trial.identity for trial in planned}) == len(planned)
    assert planned[0].swept == {
        "ansatz.p": 1,
        "optimizer.kind": "cobyla",
        "problem.nodes": 8,
        "shots": 100,
        "problem.instance": 0,
        "repeat": 0,
    }
    assert {(t.swept["problem.nodes"], t.swept["shots"]) for t in planned} == {(8, 100), (10, 1000)}
    assert not [
        t for t in planned if (t.swept["ansatz.p"], t.swept["optimizer.kind"]) == (1, "spsa")
    ]


def test_trials_that_are_compared_come_one_after_the_other():
    text = """\
name: x
problem: {kind: random-regular, nodes: 8, instances: 2}
ansatz: qaoa
repeats: 2
sweep: {ansatz.p: [1, 2]}
"""
    order = [
        (t.swept["repeat"], t.swept["problem.instance"], t.swept["ansatz.p"]) for t in trials(text)
    ]
    assert order == sorted(order)


def test_all_conditions_see_the_same_instances():
    text = "name: x\nproblem: {kind: erdos-renyi, nodes: 6, instances: 2}\nsweep: {shots: [1, 2]}"
    planned = trials(text)
    instances = {str(trial.facts["problem"]) for trial in planned}
    assert (len(planned), len(instances)) == (4, 2)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(3, 9), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True),
    st.integers(1, 3),
    st.data(),
)
def test_the_number_of_trials_is_the_product_less_what_is_excluded(p, nodes, shots, repeats, data):
    depth, size = data.draw(st.sampled_from(p)), data.draw(st.sampled_from(nodes))
    sweep = f"{{ansatz.p: {p}, problem.nodes: {nodes}, shots: {shots}}}"
    text = f"{QAOA}repeats: {repeats}\nsweep: {sweep}"
    whole = len(p) * len(nodes) * len(shots) * repeats
    assert len(trials(text)) == whole
    config = parse_config(text)
    assert config.sweep().trials() == whole
    rule = f"\nexclude: [{{ansatz.p: {depth}, problem.nodes: [{size}, 99]}}]"
    left = whole - len(shots) * repeats
    if left:
        assert len(trials(text + rule)) == left
    else:
        assert "exclude every trial" in problems(text + rule)[0]


def test_a_dotted_name_is_told_of_every_trial_even_with_one_value():
    [trial] = trials(f"{QAOA}sweep: {{ansatz.p: [3]}}")
    assert trial.swept == {"ansatz.p": 3}


def test_of_whole_sections_only_what_differs_is_told():
    text = f"{RING}sweep: {{optimizer: [{{kind: spsa}}, {{kind: spsa, blocking: true}}]}}"
    assert [t.swept for t in trials(text)] == [
        {"optimizer.blocking": False},
        {"optimizer.blocking": True},
    ]
    text = f"{RING}sweep: {{optimizer: [cobyla, {{kind: spsa, calibration: 3}}]}}"
    assert [t.swept for t in trials(text)] == [
        {"optimizer.kind": "cobyla"},
        {"optimizer.kind": "spsa"},
    ]


def test_the_problem_itself_may_be_swept():
    text = "name: x\nsweep: {problem: [{kind: ring, nodes: 5}, {kind: complete, nodes: 5}]}"
    assert [t.swept["problem.kind"] for t in trials(text)] == ["ring", "complete"]


def test_files_of_a_pattern_are_told_by_path(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"0 1\n1 2\n{(name == 'a' and '2 0') or ''}\n")
    text = "name: x\nproblem: {kind: maxcut, path: '*.txt', format: edge-list}"
    assert [t.swept for t in trials(text, base=tmp_path)] == [
        {"problem.path": "a.txt"},
        {"problem.path": "b.txt"},
    ]
    assert len(parse_config(text, base=tmp_path).contents()) == 2


def test_files_of_one_content_are_one_trial(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("0 1\n")
    text = "name: x\nproblem: {kind: maxcut, path: '*.txt', format: edge-list}"
    assert len(trials(text, base=tmp_path)) == 1


def test_a_bond_is_swept_within_the_geometry():
    text = """\
name: x
problem: {kind: molecule, geometry: "H 0 0 0; H 0 0 {bond}"}
sweep: {problem.bond: {from: 0.5, to: 1.0, step: 0.25}}
"""
    assert [t.conditions["problem"]["bond"] for t in trials(text)] == [0.5, 0.75, 1.0]


# ----- mistakes -----


@pytest.mark.parametrize(
    ("sweep", "told"),
    [
        ("{ansatz.p: []}", "4:19: ansatz.p: the list is empty: omit the name"),
        ("{ansatz.pp: [1]}", "4:9: sweep: unknown name 'ansatz.pp': did you mean 'ansatz.p'?"),
        ("{p: [1]}", "4:9: sweep: unknown name 'p': did you mean 'ansatz.p'?"),
        ("{alpha: [1]}", "4:9: sweep: unknown name 'alpha': did you mean 'objective.alpha'"),
        ("{anstaz.p: [1]}", "4:9: sweep: unknown name 'anstaz.p': did you mean 'ansatz.p'?"),
        ("{shots.p: [1]}", "4:9: sweep: unknown name 'shots.p': shots is a single value"),
        ("{ansatz.p: 3}", "4:19: ansatz.p must be a list, {from, to, step} or"),
        ("{ansatz.p: [1, 2, 1]}", "4:26: ansatz.p: 1 is in the list twice"),
        ("{optimizer: [l-bfgs, LBFGS]}", "is in the list twice"),
        ("{ansatz.p: [1, 0]}", "4:23: ansatz.p must be at least 1, got 0"),
        ("{ansatz.p: {from: 0, to: 2, step: 1}}", "4:19: ansatz.p must be at least 1, got 0"),
        ("{seed: [1, 2]}", "4:9: seed cannot be swept: repeats: 3"),
        ("{engine.threads: [1]}", "4:9: engine.threads cannot be swept"),
        ("{problem.instances: [1]}", "4:9: problem.instances cannot be swept"),
        ("[1]", "4:8: sweep must be a mapping"),
        ("{zip: [3]}", "4:15: zip must be a mapping"),
        ("{zip: {shots: [1, 2], ansatz.p: [1]}}", "zip: the lists must have equal lengths: "
         "shots has 2, ansatz.p has 1 values"),
        ("{shots: [1], zip: {shots: [1, 2]}}", "4:27: shots is swept twice"),
        ("{ansatz.p: {from: 1, too: 3, step: 1}}", "unknown key 'too': did you mean 'to'?"),
        ("{ansatz.p: {from: 1, to: 3.5}}", "a range must have either step or points"),
        ("{ansatz.p: {from: 1, to: 3, scale: log}}", "a range must have either step or points"),
        ("{ansatz.p: {from: 3, to: 1}}", "step: 1 does not lead from 3 to 1"),
        ("{ansatz.p: {from: 1, to: 3, step: 0}}", "step: 0 does not lead from 1 to 3"),
        ("{ansatz.p: {from: 3, to: 1, step: 1}}", "step: 1 does not lead from 3 to 1"),
        ("{ansatz.p: {from: 1, to: a, step: 1}}", "to must be a number, got 'a'"),
        ("{ansatz.p: {from: 1, to: 3, points: 1}}", "points must be an integer >= 2, got 1"),
        ("{shots: {from: 0, to: 3, points: 2, scale: log}}", "and ends above 0"),
        ("{shots: {from: 1, to: 3, points: 2, scale: lg}}", "must be one of linear, log"),
        ("{shots: {from: 1, to: 4, points: 3}}", "4:16: shots must be an integer, got 2.5"),
        ("{optimizer: [{kind: cobyla, initial_step: -1}]}", "must be a positive number, got -1.0"),
        ("{optimizer: [{kind: spsa, blokcing: true}]}", "4:34: unknown key 'blokcing'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_sweep_is_told_at_its_entry(sweep, told):
    assert told in problems(f"{QAOA}sweep: {sweep}")[0]


def test_a_value_that_the_sweep_makes_wrong_is_told_with_the_combination():
    text = (
        "name: x\nproblem: {kind: random-regular}\n"
        "sweep: {problem.nodes: [8, 9], problem.degree: [2, 3]}"
    )
    [line] = problems(text)
    assert line.startswith("c.yaml:3:52: nodes: 9 times degree: 3 is odd")
    assert line.endswith("(with problem.nodes 9, problem.degree 3)")
    assert len(trials(f"{text}\nexclude: [{{problem.nodes: 9, problem.degree: 3}}]")) == 3


def test_options_of_another_kind_are_told_clearly():
    spsa = f"{RING}optimizer: {{kind: spsa, blocking: true}}\n"
    text = f"{spsa}sweep: {{optimizer.kind: [spsa, cobyla]}}"
    [line] = problems(text)
    assert line.startswith("c.yaml:3:25: optimizer 'cobyla' has no option 'blocking'")
    assert "(with optimizer.kind 'cobyla' of the sweep)" in line
    assert "sweep whole sections: optimizer: [{kind: ..., option: ...}, {kind: ...}]" in line


@pytest.mark.parametrize(
    ("exclude", "told"),
    [
        ("[{ansatz.p: 3}]", "5:11: this rule matches no trial: ansatz.p: 3"),
        ("[{ansatz.q: 3}]", "5:12: exclude: unknown name 'ansatz.q': did you mean 'ansatz.p'?"),
        ("[{}]", "5:11: exclude must be a mapping"),
        ("{ansatz.p: 1}", "5:10: exclude must be a list of mappings"),
        ("[{ansatz.p: true}]", "this rule matches no trial"),
        ("[{problem.kind: ring}]", "5:1: the rules exclude every trial"),
    ],
)
def test_a_mistake_in_a_rule_is_told(exclude, told):
    assert told in problems(f"{QAOA}sweep: {{ansatz.p: [1, 2]}}\nexclude: {exclude}")[0]


def test_rules_may_name_repeats_instances_and_whole_sections():
    problem = "{kind: erdos-renyi, nodes: 6, instances: 3}"
    text = f"name: x\nproblem: {problem}\nrepeats: 2\noptimizer: spsa\n"
    assert len(trials(f"{text}exclude: [{{repeat: 1, problem.instance: [0, 2]}}]")) == 4
    assert len(trials(f"{text}exclude: [{{optimizer: spsa, repeat: 0}}]")) == 3
    assert len(trials(f"{text}exclude: [{{optimizer: {{blocking: false}}, repeat: 0}}]")) == 3


# ----- numbers -----


def test_too_many_trials_are_counted_and_refused_before_they_are_made():
    text = (
        f"{QAOA}repeats: 100\nsweep: {{ansatz.p: {{from: 1, to: 100000, step: 1}}, shots: [1, 2]}}"
    )
    [line] = problems(text)
    assert line == (
        "c.yaml:5:1: 20,000,000 trials (ansatz.p 100,000 × shots 2 × repeats 100) exceed the "
        "limit of 100,000: shorten the sweep, or plan without a limit"
    )
    many = "name: x\nproblem: {kind: erdos-renyi, nodes: 6, instances: 1000000000}"
    assert "c.yaml:2:40: 1,000,000,000 trials" in problems(many)[0]
    with pytest.raises(CapacityError, match="shorten the sweep"):
        trials(f"{many}\nrepeats: 1000000", limit=None)


def test_as_many_trials_as_are_allowed():
    text = f"{RING}sweep: {{shots: {{from: 1, to: 300, step: 1}}}}"
    assert len(trials(text, limit=300)) == 300
    with pytest.raises(ConfigError, match="300 trials"):
        trials(text, limit=299)
    assert len(trials(text, limit=None)) == 300


def test_a_long_range_is_not_written_out():
    length = 10**15
    values = Range(0, 1, length)
    assert len(values) == length
    assert math.isclose(values[length // 2], 0.5)


def test_mistakes_beside_a_sweep_that_makes_no_sense_are_told_with_it():
    told = problems(f"""{RING}ansatz: [{{kind: qaoa, p: 1}}, {{kind: qaoa, p: 2}}]
sweep: {{ansatz.p: [1, 2], optimizer.knd: [a], budget.evaluations: [-1, 2]}}
shots: -3
""")
    assert [line.split(": ", 1)[1] for line in told] == [
        "ansatz must be a mapping with a kind, got a list: sweep several, as ansatz: [...]",
        "sweep: unknown name 'optimizer.knd': did you mean 'optimizer.kind'?",
        "budget.evaluations must be at least 1, got -1",
        "shots must be at least 1, got -3",
    ]


def test_what_a_wrong_axis_would_have_given_is_not_missed():
    text = "name: x\nproblem: {kind: ring}\nsweep: {zip: {problem.nodes: [4, 6], shots: [1]}}"
    assert len(problems(text)) == 1
