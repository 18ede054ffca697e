"""Sections of problem families, made from the registry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator

from hybridq.core.errors import FormatError, UnknownNameError
from hybridq.core.registry import canonical_name
from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.problems.files import FileSection
from hybridq.experiments.problems.graphs import GRAPHS
from hybridq.experiments.problems.limits import MOST_OF_A_STATE, check_qubits, check_size
from hybridq.experiments.problems.random_graphs import RANDOM_GRAPHS
from hybridq.experiments.problems.sources import RandomIntegers, Source
from hybridq.experiments.records import Plain
from hybridq.problems import PROBLEMS
from hybridq.problems.base import BinaryProblem, Problem
from hybridq.problems.formats import family_json

#: Sources by the shape of their data.
SOURCES: dict[str, tuple[type[Source], ...]] = {
    "graph": (*RANDOM_GRAPHS, *GRAPHS),  # type: ignore[arg-type]
    "numbers": (RandomIntegers,),
}
#: Types of data that may be written directly in the config, by shape. An object is that of the
#: JSON file of its shape.
INLINE: dict[str, Any] = {
    "numbers": Annotated[list[float], Field(min_length=1)],
    **dict.fromkeys((*family_json.FIELDS, "polynomial", "program"), dict[str, Any]),
}


def _format_name(name: str) -> str:
    from hybridq.problems.formats import FORMATS

    try:
        return FORMATS.canonical(name)
    except UnknownNameError as error:
        raise ValueError(str(error)) from None


class FamilySection(FileSection):
    """An instance of a problem family: from a file, a source, or values in the config.

    Class attributes:
        shape: the key of the source, the shape of data that the family reads.
    """

    shape: ClassVar[str]
    format: Annotated[str, AfterValidator(_format_name)] | None = None
    """The file's format by name; recognized from its content by default."""

    header: Literal["yes", "no"] | None = None
    """yes or no: the first row of a table names the columns; by default judged by its words."""

    convention: Literal["once", "twice", "half"] | None = None
    """Weight of an off-diagonal entry of a quadratic file; that of the format by default."""

    @property
    def source(self) -> Any:
        """The section of the source, the values in the config, or None with a file."""
        return getattr(self, self.shape)

    @property
    def instances(self) -> int:
        """Number of instances of the source."""
        return self.source.instances if isinstance(self.source, Source) else 1

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.source is None):
            raise ValueError(f"give either path, a file, or {self.shape}, the source of the data")
        for name in ("format", "header", "convention"):
            if self.path is None and getattr(self, name) is not None:
                raise ValueError(f"{name} belongs to path: leave it out")
        return self

    def expand(self, base: Path) -> list[Any]:
        """See `ProblemSection.expand`."""
        if not isinstance(self.source, Source):
            return super().expand(base)
        if self.source.short_form_of == self.family.kind:
            return self.source.expand(base)
        return [self.model_copy(update={self.shape: each}) for each in self.source.expand(base)]

    def resolved(self) -> Plain:
        """See `ProblemSection.resolved`."""
        plain = super().resolved()
        if isinstance(self.source, Source):
            plain[self.shape] = self.source.resolved()
        return plain

    def facts(self, base: Path, seed: int) -> Plain:
        """See `ProblemSection.facts`."""
        if self.path is not None:
            return super().facts(base, seed)
        plain = self.resolved()
        if isinstance(self.source, Source):
            plain[self.shape] = self.source.facts(base, seed)
        return plain

    def limit(self, most: int | None) -> int | None:
        """See `FileSection.limit`: that of the engine."""
        return most

    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """See `ProblemSection.check`: the file is read, or an instance is built."""
        if self.path is not None:
            super().check(base, most)
            return
        if isinstance(self.source, Source):
            if self.family.space is Problem.space:  # of no instance the feasible states alone
                check_qubits(self.source.order, most, f"{self.shape}: {self.source.kind}")  # type: ignore[attr-defined]
            self.source.check(base, None)
        check_size(self.build(base, 0, {}), most)

    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """See `ProblemSection.build`."""
        if self.path is not None:
            return super().build(base, seed, contents)
        if isinstance(self.source, Source):
            data = self.source.data(self.source.facts(base, seed))
            return self.family.from_data(data, name=self.source.instance_title(), **self.options())
        return self.family.from_data(self._inline(), name=self.title(), **self.options())

    def _inline(self) -> Any:
        """Return the data that are written in the config.

        Raises:
            FormatError: an object is not that of a JSON file of its shape.
        """
        if not isinstance(self.source, dict):
            return self.source
        from hybridq.problems.formats import FORMATS

        try:
            return FORMATS[f"json-{self.shape}"].read(json.dumps(self.source), self.shape)
        except FormatError as error:  # without the line of a text that nobody wrote
            raise FormatError(
                error.message or str(error), source=self.shape, remedy=error.remedy
            ) from None

    def title(self) -> str:
        """Return a name for values that are written in the config."""
        digest = hashlib.sha256(repr(self.source).encode()).hexdigest()[:6]
        if isinstance(self.source, dict):
            return f"{self.family.kind} {digest}"
        return f"{len(self.source)} {self.shape} {digest}"

    def options(self) -> Plain:
        """Return the options of the family."""
        return {option.name: getattr(self, option.name) for option in self.family.options()}

    def read(self, data: bytes, source: str) -> Problem:
        """See `FileSection.read`."""
        return self.family.from_bytes(
            data,
            source=source,
            format=self.format,
            header=self.header,
            convention=self.convention,
            **self.options(),
        )


def family_section(family: type[Problem]) -> type[FamilySection]:
    """Return the section of a family: ``kind``, source, options, ``path``, ``format``."""
    shape = family.reads[0]
    fields: dict[str, Any] = {
        "kind": (Literal[family.kind], Field(family.kind, description=family.summary)),
        shape: (
            source_type(shape) | None,
            Field(None, description=f"Source of the {shape}, in place of a file."),
        ),
    }
    for option in family.options():
        fields[option.name] = (option.type, Field(option.default, description=option.help))
    config: dict[str, Any] = {"use_attribute_docstrings": False}
    made = create_model(
        type_name(family.kind),
        __base__=FamilySection,
        __doc__=family.summary,
        __cls_kwargs__=config,
        **fields,
    )
    made.family, made.shape, made.summary = family, shape, family.summary
    made.nested = {shape: SOURCES.get(shape, ())}
    made.over_bits = issubclass(family, BinaryProblem)
    made.may_be_diagonal = family.may_be_diagonal
    return made


def type_name(kind: str) -> str:
    """Return a class name for a kind, ``IndependentSet`` for ``independent-set``."""
    return "".join(part.capitalize() for part in kind.split("-"))


def source_type(shape: str) -> Any:
    """Return the type of the source of a shape: a section by its kind, or values."""
    kinds = SOURCES.get(shape, ())
    options: list[Any] = [INLINE[shape]] if shape in INLINE else []
    if len(kinds) == 1:
        options.append(kinds[0])
    elif kinds:
        options.append(Annotated[reduce(or_, kinds), Field(discriminator="kind")])
    if not options:
        return str  # without a source of this shape only files are accepted
    return Annotated[reduce(or_, options), BeforeValidator(_canonical_kind)]


def _canonical_kind(raw: Any) -> Any:
    """Return a source with its kind in the registered spelling; a bare text is a kind."""
    if isinstance(raw, str):
        raw = {"kind": raw}
    if isinstance(raw, dict) and isinstance(raw.get("kind"), str):
        return {**raw, "kind": canonical_name(raw["kind"])}
    return raw


def family_sections(by_hand: tuple[str, ...]) -> tuple[type[ProblemSection], ...]:
    """Return the sections of every registered family but those written by hand."""
    return tuple(
        family_section(family)
        for kind, family in PROBLEMS.items()
        if kind not in by_hand and family.reads
    )
