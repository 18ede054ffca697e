"""YAML text to plain values: what scalars mean, where values stand, what is refused."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ConfigError
from hybridq.experiments.config.yaml_source import MOST_VALUES, Place, dump, parse


def value(text):
    return parse(text, "c.yaml").value


def refusal(text):
    with pytest.raises(ConfigError) as caught:
        parse(text, "c.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("1e-3", 1e-3),
        ("1E5", 1e5),
        (".5", 0.5),
        ("-2.", -2.0),
        ("+7", 7),
        ("100_000", 100_000),
        ("0x1F", 31),
        ("0o17", 15),
        ("012", "012"),
        ("0", 0),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text, expected):
    found = value(f"x: {text}")["x"]
    assert found == expected
    assert type(found) is type(expected)


def test_places_are_lines_and_columns_from_1():
    document = parse("a:\n  b: [1, {c: 2}]\n", "c.yaml")
    assert document.place(("a", "b"), key=True) == Place("c.yaml", 2, 3)
    assert document.place(("a", "b", 0)) == Place("c.yaml", 2, 7)
    assert document.place(("a", "b", 1, "c")) == Place("c.yaml", 2, 14)
    assert str(document.place(("a", "b", 1, "missing"))) == "c.yaml:2:10"


def test_anchors_and_merge_keys():
    text = """
    one: &base {kind: spsa, blocking: true}
    two: *base
    three: {<<: *base, blocking: false}
    four: {<<: [{kind: a}, {kind: b, x: 1}]}
    """
    found = value(text)
    assert found["two"] == {"kind": "spsa", "blocking": True}
    assert found["three"] == {"kind": "spsa", "blocking": False}
    assert found["four"] == {"kind": "a", "x": 1}


def test_a_duplicate_key_names_both_lines():
    assert refusal("a: 1\nb: 2\na: 3\n") == (
        "c.yaml:3:1: the key 'a' is repeated, first in line 1: omit one of the two"
    )


def test_several_mistakes_are_told_at_once():
    lines = refusal("a: 1\na: 2\n3: x\nb: .inf\n").splitlines()
    assert [line.split(": ")[0] for line in lines] == ["c.yaml:2:1", "c.yaml:3:1", "c.yaml:4:4"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\n\tb: 2", "c.yaml:2:1: a tab: YAML is indented with spaces"),
        ("a: b: c", "c.yaml:1:5: mapping values are not allowed here"),
        ("a: [1, 2", "c.yaml:1:9: expected ',' or ']'"),
        ("a: *b", "undefined alias 'b'"),
        ("a: &x [*x]", "this alias contains itself"),
        ("a: !!python/object:os.system {}", "the tag !!python/object:os.system is not supported"),
        ("a: !!binary aGk=", "the tag !!binary is not supported"),
        ("a: !!int x", "x cannot be read as int"),
        ("a: 1e999", "1e999 is not a finite number"),
        ("a: .nan", ".nan is not a finite number"),
        ("? [1]\n: 2", "a key must be text, got a list"),
        ("1: 2", "a key must be text, got '1': put it in quotes"),
        ("{<<: 3}", "<<: must be a mapping"),
        ("a: 1\n---\nb: 2", "expected a single document"),
        ("a: \x01", "this is not YAML"),
        ("[" * 1500, "nested too deeply"),
    ],
)
def test_refusals_say_where_and_what(text, told):
    message = refusal(text)
    assert told in message
    assert message.startswith("c.yaml")


def test_aliases_that_multiply_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 8)]
    assert f"more than {MOST_VALUES:,} values" in refusal("\n".join(lines))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(max_size=12)
    | st.floats(allow_nan=False, allow_infinity=False)
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(PLAIN)
@example({"1e3": "0E0", "yes": "012", "n": "~", "\x85": None})
def test_what_a_yaml_writer_writes_is_read_back(plain):
    found = value(dump({"x": plain}))["x"]
    assert found == plain
    assert _types(found) == _types(plain)


def _types(plain):
    if isinstance(plain, dict):
        return {key: _types(each) for key, each in plain.items()}
    if isinstance(plain, list):
        return [_types(each) for each in plain]
    return (type(plain), math.copysign(1, plain) if isinstance(plain, float) else 0)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    told = ["c.yaml"]
    try:
        parse(text, "c.yaml")
    except ConfigError as error:
        told = error.problems
    assert all(line.startswith("c.yaml") for line in told)


@pytest.mark.parametrize(
    "text",
    ["x: {geometry: H 0 0 {bond}, bond: 1}", "x: [H 0 0 {bond}, H]", "x:\n  geometry: {bond} H"],
)
def test_a_place_to_fill_in_wants_quotes(text):
    assert refusal(text).endswith("put the geometry, or any text with {...}, in quotes")
