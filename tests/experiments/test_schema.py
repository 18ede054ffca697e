"""The JSON Schema of configs: its structure, and that it takes what `load_config` takes."""

import json
import re

import pytest
import yaml

from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.config import ExperimentConfig, parse_config
from hybridq.experiments.config.schema import DIALECT, json_schema

SCHEMA = json_schema()

CONFIGS = [
    """
name: depth-sweep
description: free text
problem: {kind: random-regular, nodes: 12, degree: 3, weights: uniform, instances: 5}
ansatz: {kind: qaoa, p: 3}
objective: {kind: cvar, alpha: 0.1, shots: 100}
optimizer: {kind: spsa, blocking: true}
strategy: {kind: direct, initial: auto, restarts: 0}
budget: {evaluations: 500, seconds: 10}
engine: {kind: auto, precision: double, threads: 1}
shots: 1024
repeats: 3
seed: 7
sweep:
  ansatz.p: [1, 2, 3]
  optimizer: [cobyla, {kind: spsa, calibration: 3}]
  zip: {problem.nodes: [8, 10], shots: [100, 1000]}
exclude:
  - {ansatz.p: 1, optimizer.kind: spsa}
  - {repeat: [1, 2], problem.instance: 4}
metric: ratio
retries: 1
time_limit: 60
journal: true
storage: sqlite:///hybridq.db
""",
    """
name: bonds
problem: {kind: molecule, geometry: "Li 0 0 0; H 0 0 {bond}", frozen_core: true}
ansatz: uccsd
sweep:
  problem.bond: {from: 1.0, to: 2.0, step: 0.1}
  zip:
    - {ansatz.repetitions: [1, 2], strategy.initial: [mp2, zero]}
""",
    """
name: fields
problem: {kind: tfim}
ansatz: {kind: hardware-efficient, rotations: [ry], final_rotations: false}
strategy: {initial: random}
sweep:
  problem.sites: [4, [2, 3]]
  problem.h: {from: 0.1, to: 10, points: 5, scale: log}
""",
]


def holds(schema, value):
    """Return whether a value fits a schema, by the keywords that occur here."""
    if "$ref" in schema and not holds(
        SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], value
    ):
        return False
    if "anyOf" in schema and not any(holds(each, value) for each in schema["anyOf"]):
        return False
    if "not" in schema and holds(schema["not"], value):
        return False
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    kinds = schema.get("type", [])
    if kinds and not any(
        _is_of(kind, value) for kind in ([kinds] if isinstance(kinds, str) else kinds)
    ):
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        if not set(schema.get("required", [])) <= set(value):
            return False
        if schema.get("additionalProperties") is False and not set(value) <= set(known):
            return False
        return all(holds(known[key], each) for key, each in value.items() if key in known)
    if isinstance(value, list):
        long = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return long and all(holds(schema.get("items", {}), each) for each in value)
    if isinstance(value, str):
        return re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (
            schema.get("minimum", value) <= value <= schema.get("maximum", value)
            and schema.get("exclusiveMinimum", value - 1) < value
        )
    return True


def _is_of(kind, value):
    types = {
        "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
        "integer": int, "number": int | float,
    }  # fmt: skip
    return isinstance(value, types[kind]) and (kind == "boolean" or not isinstance(value, bool))


def plain(text):
    """A config as an editor sees it, which knows numbers as YAML 1.2 does."""
    return parse_config(text, base=".").plain() | yaml.safe_load(text)


@pytest.mark.parametrize("text", CONFIGS)
def test_it_takes_configs_that_are_right(text):
    assert holds(SCHEMA, plain(text))


@pytest.mark.parametrize(
    "line",
    [
        "optimiser: spsa",
        "optimizer: spas",
        "optimizer: {kind: cobyla, blocking: true}",
        "optimizer: {kind: adam, schedule: cosin}",
        "ansatz: {kind: qaoa, p: 0}",
        "shots: many",
        "metric: speed",
        "sweep: {ansatz.p: []}",
        "sweep: {ansatz.q: [1]}",
        "sweep: {ansatz.p: [a]}",
        "sweep: {seed: [1]}",
        "sweep: {ansatz.p: {from: 1, to: 2.5}}",
        "sweep: {ansatz.p: {from: 1, to: 2, step: 1, points: 2}}",
        "sweep: {ansatz.p: {from: 1, to: 2, scale: log}}",
        "exclude: [{ansatz.q: 1}]",
    ],
)
def test_it_refuses_configs_that_are_wrong(line):
    right = {"name": "x", "problem": {"kind": "ring", "nodes": 6}}
    assert holds(SCHEMA, right)
    assert not holds(SCHEMA, right | yaml.safe_load(line))


def test_every_key_is_there_with_help():
    assert SCHEMA["$schema"] == DIALECT
    names = {*ExperimentConfig.model_fields, *SECTIONS, "sweep", "exclude", "include"}
    assert set(SCHEMA["properties"]) == names
    for name, each in SCHEMA["properties"].items():
        assert each.get("description"), name
    for name, each in SCHEMA["$defs"].items():
        for key, value in each.get("properties", {}).items():
            assert value.get("description") or name == "range", f"{name}.{key}"


def test_every_reference_leads_somewhere():
    text = json.dumps(SCHEMA)
    for name in re.findall(r'"\$ref": "#/\$defs/([^"]+)"', text):
        assert name in SCHEMA["$defs"]


def test_defaults_are_what_the_models_have():
    spsa = SCHEMA["$defs"]["optimizer spsa"]["properties"]
    assert spsa["calibration"]["default"] == 5
    assert spsa["kind"]["const"] == "spsa"
    assert SCHEMA["$defs"]["optimizer adam"]["properties"]["schedule"]["enum"] == [
        "constant",
        "exponential",
        "cosine",
    ]
