"""Content of a version: angles, training set and provenance, as canonical JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hybridq.ansatz.learned_angles import LearnedAngles, ModelVersion
from hybridq.ansatz.training_set import TrainingSet
from hybridq.core.errors import FormatError, ParameterError
from hybridq.core.versions import versions

FORMAT = "hybridq model version"

MOST_CHARACTERS = 2**22
"""Characters of the content of a version: the digests of some 20,000 instances."""

MOST_LAYERS = 1000


def content_of(
    learned: LearnedAngles,
    *,
    family: str | None = None,
    sign: str | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> str:
    """Return the content of a version as canonical JSON.

    Args:
        learned: the angles.
        family: kind of problems, of angles without a training set.
        sign: sign of their couplings, of `training_set.SIGNS`.
        provenance: plain facts on how they were learned, such as a config and a seed.

    Raises:
        ParameterError: without a training set, family or sign is missing.
    """
    training = learned.training
    if training is None:
        for argument, value in (("family", family), ("sign", sign)):
            if value is None:
                raise ParameterError(
                    argument=argument,
                    value=None,
                    expected="given for angles that do not name their training set",
                    remedy="give family and sign, or learn the angles again",
                )
        training = TrainingSet((str(family),), (str(sign),), (learned.degree, learned.degree))
    if learned.p > MOST_LAYERS:
        raise ParameterError(argument="p", value=learned.p, expected=f"at most {MOST_LAYERS}")
    if learned.instances < 1:
        raise ParameterError(argument="instances", value=learned.instances, expected="at least 1")
    angles = replace(learned, training=training, model=None, control=None)
    document = {
        "format": FORMAT,
        "angles": angles.describe(),
        "provenance": {"versions": versions(), **(provenance or {})},
    }
    text = canonical(document)
    if len(text) > MOST_CHARACTERS:
        raise ParameterError(
            argument="angles",
            value=f"{len(text):,} characters",
            expected=f"at most {MOST_CHARACTERS:,} characters with all digests",
        )
    return text


def angles_of(content: str, model: ModelVersion) -> LearnedAngles:
    """Return the angles of a version, which know their version.

    Raises:
        FormatError: the content is something else.
    """
    return replace(LearnedAngles.from_plain(checked(content)["angles"]), model=model)


def checked(content: str) -> dict[str, Any]:
    """Return the content of a version as plain values.

    Raises:
        FormatError: it is something else.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the content of a version is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FormatError("this is not the content of a version of a model")
    if not isinstance(document.get("angles"), dict):
        raise FormatError("the content of a version has no angles")
    if LearnedAngles.from_plain(document["angles"]).training is None:
        raise FormatError("the content of a version has no training set")
    return document


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and without blanks: equal for equal values.

    Raises:
        FormatError: a number is not finite, or a text is not valid Unicode.
    """
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        text.encode()
    except UnicodeEncodeError:
        raise FormatError("a text of the model has half a character (a lone surrogate)") from None
    except ValueError:
        raise FormatError("a number of the model is not finite") from None
    return text


def digest_of(content: str) -> str:
    """Return the SHA-256 of a content in hexadecimal digits."""
    return hashlib.sha256(content.encode()).hexdigest()
