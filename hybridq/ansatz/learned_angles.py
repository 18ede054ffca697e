"""Angles learned on a set of instances, for similar ones."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.angle_file import read_angles, text_of_angles
from hybridq.ansatz.angle_tables import fitted, mean_degree, phase_unit, resampled
from hybridq.ansatz.training_set import TrainingSet
from hybridq.core.errors import DimensionError, FormatError, ParameterError
from hybridq.core.files import write_text

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]

FORMAT = "hybridq learned angles"
VERSION = 1


@dataclass(frozen=True)
class ModelVersion:
    """A version of a registered model.

    Args:
        name: of the model.
        version: its number, from 1.
        digest: SHA-256 of its content, in hexadecimal digits.
    """

    name: str
    version: int
    digest: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, eq=False)
class LearnedAngles:
    """QAOA angles that belong to a class of instances.

    Args:
        name: name of the angles.
        schedule: γ_1 … γ_p in `phase_unit` of an instance, β_1 … β_p; shape (2p,).
        degree: mean degree of the training instances.
        instances: number of training instances.
        source: origin of the instances.
        training: the training instances, where they are known.
        model: the version of a registered model that these are. A search then begins with the
            better of these angles and ``"auto"``.
        control: the version that a canary compares these with, on every search.

    Raises:
        ParameterError: an empty name, or angles that are not finite.
        DimensionError: not two angles for each layer.

    Source: the median over instances as in Lotshaw, Humble, Herrman, Ostrowski, Siopsis 2021,
    arXiv:2102.06813; the unit as in Sureshbabu et al. 2024, arXiv:2305.15201.
    """

    name: str
    schedule: Vector
    degree: float
    instances: int
    source: str = ""
    training: TrainingSet | None = None
    model: ModelVersion | None = None
    control: LearnedAngles | None = None

    def __post_init__(self) -> None:
        schedule = np.array(self.schedule, dtype=np.float64)
        if schedule.ndim != 1 or not len(schedule) or len(schedule) % 2:
            raise DimensionError(
                "schedule must be gamma_1 ... gamma_p, beta_1 ... beta_p, shape (2p,), "
                f"got shape {schedule.shape}",
                argument="schedule",
            )
        if not np.isfinite(schedule).all():
            raise ParameterError("the learned angles must be finite numbers", argument="schedule")
        if not str(self.name).strip():
            raise ParameterError(
                argument="name", value=self.name, expected="text that is not blank"
            )
        schedule.setflags(write=False)
        object.__setattr__(self, "schedule", schedule)

    @classmethod
    def median_of(
        cls,
        name: str,
        found: Iterable[tuple[Ising, ArrayLike]],
        source: str = "",
    ) -> Self:
        """Return the median, angle by angle, of the best angles of instances.

        Args:
            name: name of the angles.
            found: the cost and the best angles, shape (2p,), of each instance; p is the same.
            source: origin of the instances.

        Raises:
            ParameterError: no instances.
            DimensionError: the depths differ.
        """
        rows, degrees = [], []
        for ising, angles in found:
            row = np.array(angles, dtype=np.float64)
            row[: len(row) // 2] /= phase_unit(ising)
            rows.append(row)
            degrees.append(mean_degree(ising))
        if not rows:
            raise ParameterError(
                "found is empty: no instances to learn from",
                argument="found",
                remedy="give at least one",
            )
        if len({len(row) for row in rows}) > 1:
            raise DimensionError("the instances have angles of several depths: give one depth")
        return cls(
            name, np.median(rows, axis=0), round(float(np.mean(degrees)), 6), len(rows), source
        )

    @property
    def p(self) -> int:
        """Number of layers."""
        return len(self.schedule) // 2

    def angles(self, ising: Ising, p: int | None = None) -> Vector:
        """Return the angles for an instance, resampled to depth `p`; shape (2p,)."""
        return fitted(resampled(self.schedule, p or self.p), ising, p or self.p)

    def without_digests(self) -> Self:
        """Return the same angles, with the kind of the training instances alone."""
        training, control = self.training, self.control
        return replace(
            self,
            training=None if training is None else replace(training, digests=(), shapes=()),
            control=None if control is None else control.without_digests(),
        )

    def describe(self) -> dict[str, Any]:
        """Return plain values for JSON, of which `from_plain` makes the angles."""
        facts: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "p": self.p,
            "degree": self.degree,
            "instances": self.instances,
            "source": self.source,
            "gamma": self.schedule[: self.p].tolist(),
            "beta": self.schedule[self.p :].tolist(),
        }
        if self.training is not None:
            facts["training"] = self.training.describe()
        if self.model is not None:
            facts["model"] = vars(self.model).copy()
        if self.control is not None:
            facts["control"] = self.control.describe()
        return facts

    @classmethod
    def from_plain(cls, facts: Mapping[str, Any], source: str = "input") -> Self:
        """Return the angles that `describe` wrote.

        Args:
            facts: plain values.
            source: their origin, for errors.

        Raises:
            FormatError: they are something else.
        """
        if facts.get("format") != FORMAT:
            raise FormatError(
                "the file or value has no learned angles: give what LearnedAngles.save wrote",
                source=source,
            )
        if facts.get("version") != VERSION:
            raise FormatError(
                f"version {facts.get('version')!r} of learned angles is unknown: "
                f"this hybridq reads version {VERSION}",
                source=source,
            )
        try:
            gamma, beta = ([float(x) for x in facts[key]] for key in ("gamma", "beta"))
            if len(gamma) != len(beta):
                raise DimensionError(f"there are {len(gamma)} gamma and {len(beta)} beta")
            training, model, control = (facts.get(key) for key in ("training", "model", "control"))
            return cls(
                str(facts["name"]),
                np.array(gamma + beta),
                float(facts["degree"]),
                int(facts["instances"]),
                str(facts.get("source", "")),
                training=None if training is None else TrainingSet.from_plain(training),
                model=None if model is None else _version_of(model),
                control=None if control is None else cls.from_plain(control, source),
            )
        except FormatError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise FormatError(f"the learned angles are broken: {what}", source=source) from error

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the angles as JSON, atomically; `load` reads them.

        Raises:
            OutputError: the file cannot be written.
        """
        write_text(path, json.dumps(self.describe(), indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the angles in a file written by `save`.

        Raises:
            FormatError: the file cannot be read, or is something else.
        """
        document = _document(path)
        if document is None:
            raise FormatError(
                "the file has no learned angles: give a file that LearnedAngles.save wrote",
                source=str(path),
            )
        return cls.from_plain(document, str(path))


def _version_of(facts: Mapping[str, Any]) -> ModelVersion:
    return ModelVersion(str(facts["name"]), int(facts["version"]), str(facts["digest"]))


def angles_in(path: str | os.PathLike[str]) -> Vector | LearnedAngles:
    """Return the learned angles or the plain numbers in a file.

    Raises:
        FormatError: the file cannot be read, or has neither.
    """
    return read_angles(path) if _document(path) is None else LearnedAngles.load(path)


def _document(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return the JSON object of learned angles in a file, None for other content."""
    try:
        document = json.loads(text_of_angles(path))
    except (ValueError, RecursionError):
        return None
    known = isinstance(document, dict) and document.get("format") == FORMAT
    return document if known else None
