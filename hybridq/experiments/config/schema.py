"""JSON Schema of configs, for completion and checks in editors."""

from __future__ import annotations

from hybridq.experiments.config.axes import CANNOT_BE_SWEPT, all_names
from hybridq.experiments.config.choice import Choice, Group, Single
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.config import ExperimentConfig
from hybridq.experiments.goal import DIRECTIONS
from hybridq.experiments.records import Plain, canonical
from hybridq.experiments.section import Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SECTION_HELP = {
    "problem": "The problem: instances in files, or drawn by a seed.",
    "ansatz": "The circuit.",
    "objective": "The quantity that the search minimizes.",
    "optimizer": "The classical optimizer with its own options.",
    "strategy": "The strategy of the search, and its initial point.",
    "budget": "The end of the search, unless it converges before.",
    "engine": "The simulator of the circuit.",
    "shots": "Measurements of the final state, for problems over bits.",
    "backend": "The machine that runs the trained circuit; the simulator itself by default.",
    "measurement": "The shots of the final energy, for molecules and Hamiltonians.",
    "mitigation": "The correction of noise in a measured energy.",
}
_SWEEP_HELP = (
    "Dotted names, each with a list or a range; every combination is run. Names under zip change "
    "together."
)
_EXCLUDE_HELP = (
    "Rules that exclude trials: a rule excludes a trial that has all of its values. A list "
    "matches any of its values."
)
_INCLUDE_HELP = (
    "A file, or several, whose keys are included; keys here override them, within sections one "
    "by one. "
    "Paths in it are relative to the folder of the including config."
)


def json_schema() -> Plain:
    """Return the JSON Schema of a config, draft 2020-12.

    It accepts every config that `load_config` accepts with the registered spelling of names. It
    does not check conditions on several keys, such as an ansatz that does not suit a problem.
    """
    definitions: Plain = {}
    settings = _model(ExperimentConfig, definitions)["properties"]
    settings["metric"] = {**settings["metric"], "enum": [*DIRECTIONS, None]}
    for name, section in SECTIONS.items():
        definitions[name] = _section(section, definitions)
    for name in all_names():
        definitions[f"value of {name}"] = _value(name)
    definitions["range"] = _range()
    return {
        "$schema": DIALECT,
        "title": "Experiment of hybridq",
        "description": "A problem, how to solve it, and the conditions to vary.",
        "type": "object",
        "properties": {
            **settings,
            **{
                name: {"$ref": f"#/$defs/{name}", "description": _SECTION_HELP[name]}
                for name in SECTIONS
            },
            "sweep": _sweep(),
            "exclude": {
                "description": _EXCLUDE_HELP,
                "type": ["array", "null"],
                "items": _rule(),
            },
            "include": {
                "description": _INCLUDE_HELP,
                "anyOf": [
                    {"type": "string", "minLength": 1},
                    {"type": "array", "items": {"type": "string", "minLength": 1}},
                ],
            },
        },
        "additionalProperties": False,
        "anyOf": [{"required": ["name"]}, {"required": ["include"]}],
        "$defs": definitions,
    }


def _model(model: type[Section], definitions: Plain) -> Plain:
    """Return the schema of a model without required keys, which a sweep may have."""
    schema = model.model_json_schema()
    for name, inner in schema.pop("$defs", {}).items():
        if "kind" in inner["properties"]:
            inner["properties"]["kind"].setdefault("description", inner.get("description", ""))
        definitions[name] = _plain(inner)
    return _plain(schema)


def _plain(schema: Plain) -> Plain:
    """Return the schema of a model without required keys and titles."""
    schema.pop("required", None)
    for each in schema["properties"].values():
        each.pop("title", None)
    return schema


def _section(section: Choice | Group | Single, definitions: Plain) -> Plain:
    if isinstance(section, Single):
        value: Plain = _model(section.model, definitions)["properties"][section.name]
        return value
    if isinstance(section, Group):
        return {**_model(section.model, definitions), "type": ["object", "null"]}
    kinds = []
    for kind, model in section.models.items():
        schema = _model(model, definitions)
        schema["title"] = f"{section.name} {kind}"
        schema["properties"]["kind"].setdefault("description", schema.get("description", ""))
        definitions[f"{section.name} {kind}"] = schema
        kinds.append({"$ref": f"#/$defs/{section.name} {kind}"})
    short: Plain = {"enum": list(section.models), "title": "a kind with its defaults"}
    nothing = [] if section.default is None else [{"type": "null"}]
    return {"anyOf": [*kinds, short, *nothing]}


_NOT_OF_VALUES = ("default", "description", "title")


def _value(name: str) -> Plain:
    """Return the schema of a dotted name: all that one of the kinds accepts."""
    head, _, key = name.partition(".")
    section = SECTIONS[head]
    models = section.models.values() if isinstance(section, Choice) else [section.model]
    if isinstance(section, Choice) and key == "kind":
        return {"enum": list(section.models)}
    options: dict[str, Plain] = {}
    description = ""
    for model in models:
        for schema in map(dict, model.schemas_of(key)):
            description = description or schema.pop("description", "")
            schema = {k: v for k, v in schema.items() if k not in _NOT_OF_VALUES}
            for option in schema.get("anyOf", [schema]):
                options[canonical(option)] = option
    found = list(options.values())
    return {**(found[0] if len(found) == 1 else {"anyOf": found}), "description": description}


def _range() -> Plain:
    number: Plain = {"type": "number"}
    return {
        "title": "a range",
        "description": "Numbers at equal steps, or a number of points, with both ends.",
        "type": "object",
        "properties": {
            "from": number,
            "to": number,
            "step": {
                "type": "number",
                "description": "To the next value; 1 between whole numbers.",
            },
            "points": {"type": "integer", "minimum": 2, "description": "In place of a step."},
            "scale": {"enum": ["linear", "log"], "default": "linear", "description": "Of points."},
        },
        "required": ["from", "to"],
        "not": {"required": ["step", "points"]},
        "anyOf": [
            {"required": ["step"]},
            {"required": ["points"]},
            {
                "properties": {"from": {"type": "integer"}, "to": {"type": "integer"}},
                "not": {"required": ["scale"]},
            },
        ],
        "additionalProperties": False,
    }


def _reference(name: str) -> Plain:
    return {"$ref": f"#/$defs/{name if name in SECTIONS else f'value of {name}'}"}


def _sweep() -> Plain:
    names = [name for name in [*SECTIONS, *all_names()] if name not in CANNOT_BE_SWEPT]
    lists = {
        name: {
            "anyOf": [
                {"type": "array", "minItems": 1, "items": _reference(name)},
                {"$ref": "#/$defs/range"},
            ]
        }
        for name in names
    }
    group: Plain = {"type": "object", "minProperties": 1, "properties": lists}
    group["additionalProperties"] = False
    return {
        "description": _SWEEP_HELP,
        "type": ["object", "null"],
        "properties": {
            **lists,
            "zip": {
                "description": "Lists of equal length: their first values are combined, and so on.",
                "anyOf": [group, {"type": "array", "items": group}],
            },
        },
        "additionalProperties": False,
    }


def _rule() -> Plain:
    values: Plain = {
        name: {"anyOf": [_reference(name), {"type": "array", "items": _reference(name)}]}
        for name in [*SECTIONS, *all_names()]
    }
    values["repeat"] = {"type": ["integer", "array"], "description": "Which repeat, from 0."}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": values,
        "additionalProperties": False,
    }
