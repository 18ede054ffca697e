"""Configs: every choice can be named, every mistake is told with its place."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.ansatz.registry import ANSATZE
from hybridq.core.errors import ConfigError
from hybridq.engines.choose import ENGINES
from hybridq.experiments.config.choices import ANSATZ, OPTIMIZER, SECTIONS
from hybridq.experiments.config.config import load_config, parse_config, plan
from hybridq.objectives import OBJECTIVES
from hybridq.optimizers import OPTIMIZERS
from hybridq.strategies.registry import STRATEGIES
from tests.experiments.config_samples import RING, SPINS, problems, trials

GRAPH = {"nodes": ["a", "b", "c"], "edges": [["a", "b"], ["b", "c"], ["a", "c"]]}


# ----- what can be named -----


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_has_its_own_options_with_their_defaults(name):
    section, mistakes = OPTIMIZER.read({"kind": name}, ("optimizer",))
    assert not mistakes
    options = section.model_dump(exclude={"kind"})
    assert OPTIMIZERS[name](**options) == OPTIMIZERS[name]()
    assert list(options) == OPTIMIZERS[name].condition_names()


@pytest.mark.parametrize("name", [name for name in ANSATZE if name != "qaoa"])
def test_every_ansatz_has_its_own_options(name):
    assert set(ANSATZ.models[name].model_fields) == {"kind", *ANSATZE[name].options}


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("objective", OBJECTIVES),
        ("strategy", STRATEGIES),
        ("engine", ["auto", *ENGINES]),
        ("ansatz", ["auto", "qaoa", *ANSATZE, "adapt"]),
    ],
)
def test_every_name_of_a_registry_is_a_kind(section, names):
    for name in names:
        assert not SECTIONS[section].read({"kind": name}, (section,))[1]


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_has_its_own_options_and_none_is_set(name):
    section = SECTIONS["strategy"].models[name]()
    assert set(type(STRATEGIES[name]).option_names()) < set(type(section).model_fields)
    assert section.made() == STRATEGIES[name]
    assert section.options() == {}


def test_options_come_with_help_for_editors():
    for section in ("optimizer", "ansatz", "strategy"):
        for kind, model in SECTIONS[section].models.items():
            for name, field in model.model_fields.items():
                assert field.description, f"{section} {kind}.{name}"


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [("L-BFGS-B", "l-bfgs"), ("nelder_mead", "nelder-mead"), ("{kind: TPE}", "optuna-tpe")],
)
def test_names_are_read_as_python_reads_them(spelling, kind):
    [trial] = trials(f"{RING}optimizer: {spelling}")
    assert trial.conditions["optimizer"]["kind"] == kind


# ----- conditions -----


def test_conditions_are_resolved_and_facts_leave_out_threads():
    config = parse_config(f"{RING}seed: 7\nengine: {{threads: 2}}\nansatz: {{kind: qaoa, p: 2}}\n")
    [trial] = plan(config)
    assert trial.conditions == {
        "problem": {"kind": "ring", "weights": "none", "nodes": 6},
        "ansatz": {"kind": "qaoa", "p": 2},
        "objective": {"kind": "expectation"},
        "optimizer": {"kind": "auto"},
        "strategy": {"kind": "direct", "initial": "auto"},
        "budget": {},
        "engine": {"kind": "auto", "precision": "double"},
        "shots": 1024,
        "repeat": 0,
        "seed": 7,
    }
    assert trial.facts == trial.conditions
    assert trial.swept == {}
    assert config.threads == 2


def test_defaults_that_are_written_out_change_nothing():
    short = trials(f"{RING}optimizer: spsa")
    long = trials(f"{RING}optimizer: {{kind: spsa, blocking: false, calibration: 5}}\nshots: 1024")
    assert short == long


def test_the_identity_is_of_the_content_and_not_of_the_path(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.json").write_text(json.dumps(GRAPH))
    text = "name: x\nproblem: {kind: maxcut, path: %s/%s.json}"
    [one] = trials(text % ("here", "here"), base=tmp_path)
    [other] = trials(text % ("there", "there"), base=tmp_path)
    assert one.conditions["problem"]["path"] != other.conditions["problem"]["path"]
    assert one.identity == other.identity
    (tmp_path / "there" / "there.json").write_text(json.dumps({**GRAPH, "edges": [["a", "b"]]}))
    [changed] = trials(text % ("there", "there"), base=tmp_path)
    assert changed.identity != one.identity


def test_a_file_of_angles_counts_by_its_content(tmp_path):
    (tmp_path / "a.json").write_text("[0.1, 0.2]")
    (tmp_path / "b.json").write_text("[0.1, 0.2]")
    text = f"{RING}ansatz: {{kind: qaoa, p: 1}}\nstrategy: {{initial: %s.json}}"
    [one], [other] = (trials(text % name, base=tmp_path) for name in "ab")
    assert one.identity == other.identity
    digest = hashlib.sha256(b"[0.1, 0.2]").hexdigest()
    assert one.conditions["strategy"]["sha256"] == digest
    assert parse_config(text % "a", base=tmp_path).contents() == {digest: ("a.json", b"[0.1, 0.2]")}
    (tmp_path / "a.json").write_text("none")
    assert "a.json" in problems(text % "a", base=tmp_path)[0]


@settings(max_examples=30, deadline=None)
@given(st.permutations(["problem", "ansatz", "optimizer", "shots"]), st.randoms())
def test_the_identity_does_not_depend_on_the_order_of_keys(order, random):
    sections = {
        "problem": {"kind": "random-regular", "nodes": 8, "degree": 3},
        "ansatz": {"kind": "qaoa", "p": 2},
        "optimizer": {"kind": "spsa", "blocking": True},
        "shots": 10,
    }
    shuffled = {"name": "x"}
    for name in order:
        section = sections[name]
        if isinstance(section, dict):
            keys = list(section)
            random.shuffle(keys)
            section = {key: section[key] for key in keys}
        shuffled[name] = section
    [one] = trials(json.dumps({"name": "x", **sections}))
    [other] = trials(json.dumps(shuffled))
    assert one.identity == other.identity


def test_a_config_is_read_back_from_its_plain_values():
    text = f"{RING}ansatz: qaoa\nsweep: {{ansatz.p: {{from: 1, to: 3, step: 1}}}}\nrepeats: 2"
    config = parse_config(text)
    again = parse_config(json.dumps(config.plain()))
    assert again.plain() == config.plain()
    assert plan(again) == plan(config)


# ----- goal -----


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        (RING, ("ratio", "maximize")),
        (SPINS, ("energy", "minimize")),
        (f"{RING}metric: expectation", ("expectation", "maximize")),
        (f"{SPINS}metric: expectation", ("expectation", "minimize")),
        (f"{RING}metric: evaluations", ("evaluations", "minimize")),
    ],
)
def test_the_goal_follows_from_the_problem_or_the_metric(text, goal):
    found = parse_config(text).goal()
    assert (found.metric, found.direction) == goal


def test_a_metric_that_the_problems_do_not_have_is_refused():
    [line] = problems(f"{SPINS}metric: ratio")
    assert line.startswith("c.yaml:3:9: metric 'ratio' does not apply to all problems here (tfim)")
    [line] = problems(f"{SPINS}metric: enregy")
    assert line == "c.yaml:3:9: unknown metric 'enregy': did you mean 'energy'?"
    mixed = "name: x\nsweep: {problem: [{kind: ring, nodes: 5}, {kind: tfim, sites: 3}]}"
    assert "name one, such as metric: evaluations" in problems(mixed)[0]
    assert len(trials(f"{mixed}\nmetric: evaluations")) == 2


# ----- mistakes -----


def test_all_mistakes_are_told_sorted_by_line():
    text = """\
name: bad/name
problem: {kind: random-regular, nodes: 12}
ansatz: {kind: qaoa, p: 0}
optimiser: spsa
objective: {kind: cvar, alpha: 2}
retries: soon
"""
    assert problems(text) == [
        "c.yaml:1:7: name must be 1 to 100 letters, digits, blanks and . _ + -, got 'bad/name'",
        "c.yaml:3:25: ansatz.p must be at least 1, got 0",
        "c.yaml:4:1: unknown key 'optimiser': did you mean 'optimizer'?",
        "c.yaml:5:32: objective.alpha must be at most 1, got 2",
        "c.yaml:6:10: retries must be an integer, got 'soon'",
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("optimizer: {kind: spsa, calibrate: true}", "3:25: unknown key 'calibrate' of optimizer"
         " 'spsa': did you mean 'calibration'?"),
        ("optimizer: {kind: cobyla, blocking: true}", "3:27: optimizer 'cobyla' has no option"
         " 'blocking', which belongs to spsa, qn-spsa: 'cobyla' takes tolerance, initial_step"),
        ("ansatz: {kind: auto, p: 3}", "3:22: ansatz 'auto' has no option 'p', which "
         "belongs to qaoa: choose another kind, such as qaoa"),
        ("optimizer: {kind: adam, schedule: cosin}", "3:35: unknown schedule 'cosin': "
         "did you mean 'cosine'? choose from constant, cosine, exponential"),
        ("optimizer: {kind: adam, beta1: 2}", "3:32: beta1 must be a number of at least 0"),
        ("optimizer: {kind: spas}", "3:19: unknown optimizer 'spas': did you mean 'spsa'?"),
        ("optimizer: {kind: spsa, blocking: no}", "3:35: optimizer.blocking must be true or "
         "false, got 'no': 'no' is text in YAML 1.2"),
        ("shots: '5'", "3:8: shots must be an integer, got '5': write 5 without quotes"),
        ("shots: 1e3", "3:8: shots must be an integer, got 1000.0: write 1000"),
        ("description: 5", "3:14: description must be text, got 5: put it in quotes"),
        ("engine: {precision: half}", "3:21: engine.precision must be one of double, single, "
         "got 'half'"),
        ("engine: 3", "3:9: engine must be a mapping with a kind, got 3"),
        ("budget: {evaluations: 0}", "3:23: budget.evaluations must be at least 1, got 0"),
        ("strategy: {initial: rmp}", "3:21: the ansatz 'qaoa' has no initial point 'rmp': "
         "did you mean 'ramp'?"),
        ("strategy: {initial: [a]}", "3:22: strategy.initial.0 must be a number, got 'a'"),
        ("ansatz: uccsd", "3:9: ansatz 'uccsd' cannot be built for problem 'ring': choose from "
         "auto, qaoa, "),
        ("ansatz: {kind: qaoa, mixer: {sweep: [x, grover]}}", "3:29: ansatz.mixer must be text, "
         "got a mapping: to sweep it, write sweep: {ansatz.mixer: [x, grover]} at the top level"),
        ("ansatz: {p: [1, 2]}", "to sweep it, write sweep: {ansatz.p: [1, 2]} at the top level"),
        ("shots: [10, 20]", "to sweep it, write sweep: {shots: [10, 20]} at the top level"),
        ("ansatz: adapt", "3:9: ansatz 'adapt' cannot be built for problem 'ring'"),
        ("ansatz: {kind: qaoa, mixer: xy-ring}", "3:29: ansatz 'qaoa' does not fit ring of 6 "
         "nodes: mixer 'xy-ring' needs one-hot blocks"),
        ("ansatz: hva", "3:9: ansatz 'hva' cannot be built for problem 'ring'"),
        ("ansatz: {kind: qaoa, mixer: grover}\nstrategy: multi-angle", "4:11: the strategy "
         "'multi-angle' builds circuits with the X mixer: use mixer: x or another strategy"),
        ("ansatz: hardware-efficient\nstrategy: interp", "4:11: strategy 'interp' searches the "
         "angles of the ansatz 'qaoa', not of 'hardware-efficient': use direct"),
        ("optimizer: {kind: optuna-tpe, storage: sqlite:///a.db, study_name: s}",
         "cannot be repeated: leave out storage and study_name"),
        ("storage: ''", "3:10: storage must be text that is not empty, got ''"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_place_value_and_remedy(lines, told):
    [line] = problems(RING + lines)
    assert told in line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "c.yaml: the config is empty: write a name"),
        ("- 1", "c.yaml:1:1: a config must be a mapping, key: value"),
        ("just words", "c.yaml:1:1: a config must be a mapping, key: value"),
        ("problem: {kind: ring, nodes: 4}", "c.yaml:1:1: config needs the key 'name'"),
        ("name: x", "c.yaml:1:1: problem must be a mapping with a kind, got nothing"),
        ("name: x\nproblem: {nodes: 4}", "c.yaml:2:10: problem needs the key 'kind': choose from"),
        ("name: x\nproblem: ring", "c.yaml:2:10: problem 'ring' needs the key 'nodes'"),
    ],
)
def test_what_is_missing_is_told(text, told):
    assert problems(text)[0].startswith(told)


def test_an_objective_for_bits_is_refused_elsewhere():
    assert "needs a diagonal Hamiltonian" in problems(f"{SPINS}objective: cvar")[0]
    assert "cannot be built for problem 'tfim'" in problems(f"{SPINS}ansatz: qaoa")[0]


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("independent-set, graph: {kind: random-regular, node: 10}",
         "problem.graph 'random-regular' needs the key 'nodes'\n"
         "unknown key 'node' of problem.graph 'random-regular': did you mean 'nodes'?"),
        ("independent-set, graph: {kind: ring, nodes: 9, degree: 3}",
         "unknown key 'degree' of problem.graph 'ring': choose from instances, "
         "instance, weights, kind, nodes"),
        ("number-partitioning, numbers: {kind: random-integers, count: 9, larges: 3}",
         "unknown key 'larges' of problem.numbers 'random-integers': did you mean 'largest'?"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_section_within_names_that_section(problem, told):
    lines = problems(f"name: x\nproblem: {{kind: {problem}}}")
    assert [line.split(": ", 1)[1] for line in lines] == told.split("\n")


@pytest.mark.parametrize("line", ["repeats: [1, 2]", "engine: {threads: [1, 2]}", "name: [a, b]"])
def test_what_cannot_be_swept_is_not_told_to_be(line):
    text = RING.partition("\n")[2] if line.startswith("name") else RING
    assert not any("to sweep it" in each for each in problems(f"{text}{line}"))


SETS = "name: x\nproblem: {kind: independent-set, graph: {kind: random-regular, nodes: 8, "


@pytest.mark.parametrize("instances", [1, 3])
def test_a_mixer_that_no_trial_could_have_is_told_once(instances):
    text = f"{SETS}instances: {instances}}}}}\nsweep: {{ansatz.p: [1, 2], ansatz.mixer: [x, %s]}}"
    assert trials(text % "grover")
    [line] = problems(text % "xy-complete")
    assert line.startswith("c.yaml:3:45: ")
    assert "mixer 'xy-complete' needs one-hot blocks" in line


def test_an_ansatz_that_fits_some_instances_is_planned(tmp_path):
    (tmp_path / "a.json").write_text('{"ZZI": 1, "IZZ": 1, "ZIZ": 1}')  # all commute
    (tmp_path / "b.json").write_text('{"ZZ": 1, "XI": 1, "IX": 1}')
    text = 'name: x\nproblem: {kind: hamiltonian, path: "%s.json"}\nansatz: hva'
    assert len(trials(text % "*", base=tmp_path)) == 2
    [line] = problems(text % "a", base=tmp_path)
    assert line.startswith("c.yaml:3:9: ansatz 'hva' does not fit a")


def test_adapt_refuses_what_it_cannot_do():
    text = "name: x\nproblem: {kind: molecule, geometry: H 0 0 0; H 0 0 1}\nansatz: adapt\n"
    [line] = problems(f"{text}strategy: {{restarts: 2}}")
    assert line == "c.yaml:4:22: adapt grows from one start: omit restarts"
    assert "exact expectation value" in problems(f"{text}objective: {{shots: 5}}")[0]
    assert trials(f"{text}strategy: {{restarts: 0}}")


@pytest.mark.parametrize(
    ("problem", "more", "told"),
    [
        ("{kind: heisenberg, sites: 40}", "engine: statevector", "'statevector' holds 34 qubits"),
        ("{kind: hubbard, sites: 18}", "engine: statevector", "this problem has 36"),
        ("{kind: xxz, delta: 1, sites: [5, 7]}", "ansatz: hardware-efficient", "or hva"),
    ],
)
def test_what_has_no_sector_is_refused_beyond_the_qubits_of_a_state(problem, more, told):
    [line] = problems(f"name: x\nproblem: {problem}\n{more}")
    assert line.startswith("c.yaml:3:")
    assert told in line


@pytest.mark.parametrize(
    ("sites", "more"),
    [
        (34, "engine: statevector"),
        (34, "ansatz: hardware-efficient"),
        (40, "engine: sector"),
        (40, "ansatz: hva"),
        (40, "ansatz: {kind: hardware-efficient, rotations: [rz], entangling_gate: swap}"),
    ],
)
def test_what_a_state_or_a_sector_holds_is_planned(sites, more):
    assert trials(f"name: x\nproblem: {{kind: heisenberg, sites: {sites}}}\n{more}")


def test_a_problem_that_cannot_be_built_is_refused():
    text = "name: x\nproblem:\n  kind: random-regular\n  nodes: 9\n"
    [line] = problems(text)
    assert line.startswith("c.yaml:3:3: nodes: 9 times degree: 3 is odd")


def test_a_missing_instance_is_told_where_the_path_stands(tmp_path):
    for name in ("nothere.json", "'*.rud'"):
        [line] = problems(f"name: x\nproblem: {{kind: maxcut, path: {name}}}", base=tmp_path)
        assert line.startswith("c.yaml:2:31: ")


# ----- files -----


def test_an_include_is_under_the_config(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "base.yaml").write_text(
        "problem: {kind: ring, nodes: 6}\noptimizer: {kind: spsa, blocking: true}\nshots: 5\n"
    )
    text = "name: x\ninclude: sub/base.yaml\n"
    [trial] = trials(f"{text}problem: {{nodes: 8}}", base=tmp_path)
    assert trial.conditions["problem"]["nodes"] == 8
    assert trial.conditions["optimizer"]["blocking"]
    assert trial.conditions["shots"] == 5
    [trial] = trials(f"{text}optimizer: {{kind: cobyla}}", base=tmp_path)
    assert trial.conditions["optimizer"] == {"kind": "cobyla", "initial_step": 0.1}
    (tmp_path / "more.yaml").write_text("shots: 7\noptimizer: {blocking: maybe}\n")
    lines = problems("name: x\ninclude: [sub/base.yaml, more.yaml]", base=tmp_path)
    assert lines == [
        f"{tmp_path}/more.yaml:2:23: optimizer.blocking must be true or false, got 'maybe'"
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "include: {path}: the file does not exist"),
        ("", "c.yaml:2:10: the included file base.yaml is empty"),
        ("- 1", "{path}:1:1: an included file must be a mapping"),
        ("include: base.yaml", "{path}:1:10: base.yaml includes itself"),
        ("a: [", "{path}:1:5: "),
    ],
)
def test_what_is_wrong_with_an_include_is_told(tmp_path, content, told):
    if content is not None:
        (tmp_path / "base.yaml").write_text(content)
    [line] = problems("name: x\ninclude: base.yaml", base=tmp_path)
    assert told.format(path=tmp_path / "base.yaml") in line


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"nothere.yaml: the file does not exist"):
        load_config(tmp_path / "nothere.yaml")
    with pytest.raises(ConfigError, match="this is a folder"):
        load_config(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_config(tmp_path / "latin.yaml")


def test_a_config_knows_its_text_and_its_folder(tmp_path):
    (tmp_path / "c.yaml").write_text(RING)
    config = load_config(tmp_path / "c.yaml")
    assert config.text == RING
    assert config.base == tmp_path
    assert config.name == "rings"


# ----- overrides -----


def test_an_override_wins_and_ends_the_sweep_of_its_name():
    text = f"{RING}ansatz: qaoa\nsweep: {{ansatz.p: [1, 2], zip: {{problem.nodes: [4, 5]}}}}"
    assert len(trials(text)) == 4
    one, other = trials(text, "ansatz.p=3")
    assert {one.conditions["ansatz"]["p"], other.conditions["ansatz"]["p"]} == {3}
    [trial] = trials(text, "problem.nodes=7", "ansatz.p=1")
    assert trial.conditions["problem"]["nodes"] == 7
    assert len(trials(text, "sweep.ansatz.p=[1, 2, 3]")) == 6
    assert len(trials(text, "ansatz={kind: qaoa, p: 2}", "problem.nodes=4", "repeats=3")) == 3


def test_a_rule_that_an_override_takes_the_sense_of_is_no_mistake():
    text = f"{RING}ansatz: qaoa\nsweep: {{ansatz.p: [1, 2]}}\nexclude: [{{ansatz.p: 2}}]"
    assert len(trials(text)) == 1
    assert len(trials(text, "ansatz.p=1")) == 1


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("shots", "override shots: write NAME=VALUE"),
        ("=3", "override =3: write NAME=VALUE"),
        ("a..b=3", "override a..b=3: write NAME=VALUE"),
        ("shots=many", "override shots=many: shots must be an integer, got 'many'"),
        ("shots=[", "override shots=[:1:2: "),
        (
            "optimizer.knd=spsa",
            "override optimizer.knd=spsa: unknown key 'knd' of optimizer",
        ),
        ("shtos=1", "override shtos=1: unknown key 'shtos': did you mean 'shots'?"),
    ],
)
def test_a_mistake_in_an_override_names_the_option(override, told):
    assert problems(RING, override)[0].startswith(told)


def test_an_override_of_a_bare_kind_keeps_it():
    [trial] = trials(f"{RING}optimizer: spsa", "optimizer.blocking=true")
    assert trial.conditions["optimizer"]["kind"] == "spsa"
    assert trial.conditions["optimizer"]["blocking"] is True


def test_layers_p_imply_the_ansatz():
    planned = trials(RING + "sweep: {ansatz.p: [1, 2]}\n")
    assert [one.conditions["ansatz"] for one in planned] == [
        {"kind": "qaoa", "p": 1},
        {"kind": "qaoa", "p": 2},
    ]


def test_the_storage_is_not_among_what_is_stored():
    config = parse_config(RING + "storage: postgresql://me:secret@host/db\n")
    assert config.storage == "postgresql://me:secret@host/db"
    assert "secret" not in str(config.plain())


def test_a_geometry_that_reads_as_a_mapping_wants_quotes():
    (told,) = problems("name: x\nproblem: {kind: molecule, geometry: {bond}, bond: 0.7}")
    assert told.endswith(
        "problem.geometry must be text, got a mapping: put text with {...} in quotes"
    )


@pytest.mark.parametrize("name", ["optimizer", "objective", "ansatz"])
def test_a_section_in_place_of_a_swept_kind_is_told_how_to_sweep_it(name):
    text = "name: x\nproblem: {kind: tfim, sites: 3}\nsweep: {NAME.kind: [{kind: a}]}\n"
    with pytest.raises(
        ConfigError, match=rf"{name}.kind must be a name, got a mapping.*as {name}: \[\{{kind"
    ):
        plan(parse_config(text.replace("NAME", name), "c.yaml"))


def test_the_engine_decides_how_many_qubits_are_too_many():
    ring = "name: x\nproblem: {kind: KIND, graph: {kind: ring, nodes: 60}}\n"
    cut = ring.replace("KIND", "maxcut")
    wide = "60 qubits are too many to simulate exactly: give at most 34"
    for engine in ("diagonal", "statevector"):
        assert wide in problems(f"{cut}engine: {engine}\n")[0]
    assert wide in problems(f"{cut}strategy: multistart\n")[0]
    assert wide in problems(f"{cut}ansatz: hardware-efficient\n")[0]
    assert len(trials(cut)) == 1  # as on the command line: answered without samples
    assert len(trials(f"{cut}engine: p1\n")) == 1
    assert len(trials(f"{cut}strategy: recursive\n")) == 1  # it needs no samples
    # The widths of one problem under several engines are judged one by one.
    assert len(problems(f"{cut}sweep: {{engine: [p1, diagonal]}}\n")) == 1
    # Feasible states alone are simulated, so that no number of qubits is too many.
    assert len(trials(ring.replace("KIND", "vertex-cover"))) == 1


def test_a_graph_of_any_engine_is_generated_up_to_a_size():
    text = "name: x\nproblem: {kind: maxcut, graph: {kind: KIND, nodes: 90000}}\nengine: p1\n"
    assert (
        "4,049,955,000 edges are too many to generate"
        in problems(text.replace("KIND", "complete"))[0]
    )
