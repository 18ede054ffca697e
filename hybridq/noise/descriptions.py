"""Noise models from plain values: JSON, YAML and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hybridq.core.checks import is_real
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.files import read_bytes
from hybridq.core.registry import Registry
from hybridq.noise import channels, general
from hybridq.noise.measurement import AnyReadout, CorrelatedReadout, Readout
from hybridq.noise.model import GateNoise, NoiseModel, Rule

_ALL: tuple[type[Any], ...] = (
    channels.Depolarizing,
    channels.AmplitudeDamping,
    channels.PhaseDamping,
    channels.ThermalRelaxation,
    general.PauliChannel,
    general.KrausChannel,
    general.OverRotation,
)

CHANNELS: Registry[type[Any]] = Registry(
    "noise", {each.kind: each for each in _ALL}, argument="kind"
)
"""Noise of gates by name."""

_KEYS = ("one_qubit", "two_qubit", "readout", "rules")


def model_from(description: Any) -> NoiseModel:
    """Return the model of plain values; see `NoiseModel.from_description`.

    Raises:
        ParameterError: a key or a value of another form.
    """
    given = _mapping("noise", description)
    for key in given:
        if key not in _KEYS:
            raise UnknownNameError("key of a noise model", str(key), _KEYS, argument="noise")
    rules = given.get("rules") or ()
    if not isinstance(rules, list | tuple):
        raise ParameterError(argument="rules", value=rules, expected="a list of rules")
    return NoiseModel(
        one_qubit=_noise("one_qubit", given.get("one_qubit")),
        two_qubit=_noise("two_qubit", given.get("two_qubit")),
        readout=_readouts(given.get("readout")),
        rules=[_rule(each) for each in rules],
    )


def model_from_text(text: str) -> NoiseModel:
    """Return the model of a short text or a JSON file; see `NoiseModel.from_text`.

    Raises:
        ParameterError: another key, a key given twice, or a value that is not a number.
        FormatError: the file cannot be read, or is not JSON.
    """
    if "=" not in text:
        return NoiseModel.from_json(read_bytes(text)[0].decode("utf-8", "replace"))
    given: dict[str, Any] = {}
    for part in text.split(","):
        key, equals, value = (word.strip() for word in part.partition("="))
        if not equals or key not in ("one_qubit", "two_qubit", "readout") or key in given:
            raise ParameterError(
                argument="noise",
                value=text,
                expected="a JSON file, or one_qubit=NUM, two_qubit=NUM and readout=P10/P01 with "
                "commas between, each at most once",
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
        return channels.Depolarizing(description)
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
