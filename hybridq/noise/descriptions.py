"""Noise models from plain values: JSON, YAML and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hybridq.core.checks import is_real
from hybridq.core.errors import DimensionError, FormatError, ParameterError, UnknownNameError
from hybridq.core.files import read_bytes
from hybridq.core.registry import Registry
from hybridq.noise import channels, general, qubitwise
from hybridq.noise.idle import Idle
from hybridq.noise.measurement import AnyReadout, CorrelatedReadout, Readout
from hybridq.noise.model import NoiseModel
from hybridq.noise.rules import GateNoise, Rule
from hybridq.noise.snapshot import DeviceSnapshot, is_description

_ALL: tuple[type[Any], ...] = (
    channels.Depolarizing,
    channels.AmplitudeDamping,
    channels.PhaseDamping,
    channels.ThermalRelaxation,
    general.PauliChannel,
    general.KrausChannel,
    qubitwise.QubitwiseChannel,
    general.OverRotation,
)

CHANNELS: Registry[type[Any]] = Registry(
    "noise", {each.kind: each for each in _ALL}, argument="kind"
)
"""Noise of gates by name."""

_PLAIN = ("one_qubit_time", "two_qubit_time", "n_qubits", "strict")
_KEYS = ("one_qubit", "two_qubit", "readout", "rules", "idle", *_PLAIN)
_SNAPSHOT_KEYS = ("snapshot", "qubits", "uncoupled", "clip_t2", "readout", "idle")
_FLAGS = {"true": True, "false": False}


def model_from(description: Any) -> NoiseModel:
    """Return the model of plain values; see `NoiseModel.from_description`.

    Raises:
        ParameterError: a key or a value of another form.
    """
    given = _mapping("noise", description)
    if is_description(given):
        return NoiseModel.from_snapshot(DeviceSnapshot.from_description(given))
    if "snapshot" in given:
        return _of_snapshot(given)
    for key in given:
        if key not in _KEYS:
            known = [*_KEYS, "snapshot"]
            raise UnknownNameError("key of a noise model", str(key), known, argument="noise")
    rules = given.get("rules") or ()
    if not isinstance(rules, list | tuple):
        raise ParameterError(argument="rules", value=rules, expected="a list of rules")
    return NoiseModel(
        one_qubit=_noise("one_qubit", given.get("one_qubit")),
        two_qubit=_noise("two_qubit", given.get("two_qubit")),
        readout=_readouts(given.get("readout")),
        rules=[_rule(each) for each in rules],
        idle=_idle(given.get("idle")),
        **{key: given[key] for key in _PLAIN if key in given},
    )


def _of_snapshot(given: Mapping[str, Any]) -> NoiseModel:
    """Return the noise of a device, with options of `NoiseModel.from_snapshot`.

    Raises:
        ParameterError: another key, or a value of another form.
        FormatError: the snapshot's file cannot be read.
    """
    for key in given:
        if key not in _SNAPSHOT_KEYS:
            raise UnknownNameError(
                "key of the noise of a device", str(key), _SNAPSHOT_KEYS, argument="noise"
            )
    device = snapshot_from(given["snapshot"])
    options = {key: value for key, value in given.items() if key != "snapshot"}
    return NoiseModel.from_snapshot(device, **options)


def snapshot_from(source: Any, base: Path = Path()) -> DeviceSnapshot:
    """Return the snapshot in a file, of plain values, or itself.

    Args:
        source: a file's name, a mapping or a snapshot.
        base: folder of relative names.

    Raises:
        FormatError: the file cannot be read.
        ParameterError: the values describe no snapshot.
    """
    if isinstance(source, str):
        return DeviceSnapshot.from_file(base / source)
    if isinstance(source, DeviceSnapshot):
        return source
    return DeviceSnapshot.from_description(source)


def model_from_text(text: str) -> NoiseModel:
    """Return the model of a short text or a JSON file; see `NoiseModel.from_text`.

    Raises:
        ParameterError: another key, a key given twice, or a value that is not a number.
        FormatError: the file cannot be read, or is not JSON.
    """
    if "=" not in text:
        data, name = read_bytes(text)
        try:
            return NoiseModel.from_json(data.decode("utf-8", "replace"))
        except FormatError as error:  # of a text
            raise FormatError(error.text, source=name, line=error.line) from None
        except (ParameterError, DimensionError) as error:
            raise FormatError(error.text, source=name) from None
    if text.partition("=")[0].strip() == "snapshot":
        return _of_snapshot(_snapshot_options(text))
    given: dict[str, Any] = {}
    for part in text.split(","):
        key, equals, value = (word.strip() for word in part.partition("="))
        if not equals or key not in ("one_qubit", "two_qubit", "readout") or key in given:
            raise ParameterError(
                argument="noise",
                value=text,
                expected="a JSON file, or one_qubit=NUM, two_qubit=NUM and readout=P10/P01 with "
                "commas between, each at most once, or snapshot=FILE with options",
            )
        numbers = [_number(key, each) for each in value.split("/")]
        if len(numbers) != (2 if key == "readout" else 1):
            raise ParameterError(
                argument="noise",
                value=part.strip(),
                expected="readout=P10/P01, the probabilities of reading 1 for 0 and 0 for 1"
                if key == "readout"
                else f"{key}=NUM, a strength of depolarizing noise",
            )
        given[key] = numbers
        if key == "readout":
            given[key] = {"p10": numbers[0], "p01": numbers[1]}
    return model_from(given)


def _snapshot_options(text: str) -> dict[str, Any]:
    """Return the file of a snapshot and the options that a text gives.

    Raises:
        ParameterError: a part of another form, or an option that is given twice.
    """
    given: dict[str, Any] = {}
    for part in text.split(","):
        key, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not value or key in given or (key == "qubits" and not _is_list(value)):
            raise ParameterError(
                argument="noise",
                value=text,
                expected="snapshot=FILE, and of these each at most once: uncoupled=median, "
                "clip_t2=true, readout=false, idle=false, qubits=3/5/8",
            )
        given[key] = value if key == "snapshot" else _FLAGS.get(value.lower(), value)
        if key == "qubits":
            given[key] = tuple(map(int, value.split("/")))
    return given


def _is_list(value: str) -> bool:
    """Return whether a text holds integers with slashes between."""
    return all(each.isascii() and each.isdigit() and len(each) < 10 for each in value.split("/"))


def _number(key: str, text: str) -> float:
    """Return the number in a text.

    Raises:
        ParameterError: it holds something else.
    """
    try:
        return float(text)
    except ValueError:
        raise ParameterError(argument=key, value=text, expected="a number from 0 to 1") from None


def noise_from(description: Any, argument: str = "noise") -> GateNoise:
    """Return the noise of a gate that plain values describe.

    Args:
        description: a mapping with ``kind`` and options, or the strength of depolarizing noise.
        argument: its name in messages.

    Raises:
        ParameterError: another form, or a value that the noise does not accept.
        UnknownNameError: a kind that does not exist.
    """
    if is_real(description):
        try:
            return channels.Depolarizing(description)
        except ParameterError as error:
            raise error.with_argument(argument) from None
    given = _mapping(argument, description)
    if "kind" not in given:
        raise ParameterError(
            argument=argument,
            value=description,
            expected="a strength of depolarizing noise, or a mapping with the key kind",
            remedy=f"choose from {', '.join(CHANNELS)}",
        )
    options = {key: value for key, value in given.items() if key != "kind"}
    found: GateNoise = _made(CHANNELS[str(given["kind"])], options, argument)
    return found


def _noise(argument: str, description: Any) -> tuple[GateNoise, ...]:
    """Return the noise of a gate, none for None."""
    if description is None:
        return ()
    several = description if isinstance(description, list | tuple) else [description]
    return tuple(noise_from(each, argument) for each in several)


def _rule(description: Any) -> Rule:
    given = _mapping("rules", description)
    options = {**given, "noise": _noise("noise", given.get("noise"))}
    found: Rule = _made(Rule, options, "rules")
    return found


def _readouts(description: Any) -> tuple[AnyReadout, ...]:
    if description is None:
        return ()
    several = description if isinstance(description, list | tuple) else [description]
    return tuple(_readout(each) for each in several)


def _idle(description: Any) -> tuple[Idle, ...]:
    if description is None:
        return ()
    several = description if isinstance(description, list | tuple) else [description]
    return tuple(_made(Idle, _mapping("idle", each), "idle") for each in several)


def _readout(description: Any) -> AnyReadout:
    given = _mapping("readout", description)
    kind: type[Any] = CorrelatedReadout if "matrix" in given else Readout
    found: AnyReadout = _made(kind, given, "readout")
    return found


def _made(kind: type[Any], options: Mapping[str, Any], argument: str) -> Any:
    """Return an object of a class from its options.

    Raises:
        ParameterError: an option is missing, unknown or not accepted.
    """
    try:
        return kind(**options)
    except ParameterError:
        raise
    except TypeError as error:  # an option without a default is missing
        text = str(error).partition("() ")[2] or str(error)
        raise ParameterError(
            f"{argument}: {text}", argument=argument, value=dict(options)
        ) from None


def _mapping(argument: str, value: Any) -> Mapping[str, Any]:
    """Return a mapping with texts as keys.

    Raises:
        ParameterError: something else.
    """
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ParameterError(argument=argument, value=value, expected="a mapping")
    return value
