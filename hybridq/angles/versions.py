"""Versions of models: registration, views, and resolution of references."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from hybridq.angles import content as contents
from hybridq.angles.references import LATEST, Reference, checked_model
from hybridq.angles.tables import ALIASES, MODELS, VERSIONS
from hybridq.ansatz.learned_angles import LearnedAngles, ModelVersion
from hybridq.core.errors import ParameterError, UnknownNameError

MARGIN = 0.001
"""Loss of the mean ratio that the gate accepts, unless the model says otherwise."""

MOST_MODELS = 1000
"""Models of one tenant."""

MOST_VERSIONS = 1000
"""Versions of one model."""


class UnknownModelError(UnknownNameError):
    """A model, a version or an alias that does not exist."""


@dataclass(frozen=True)
class Version:
    """A version as the database has it.

    Attributes:
        model: name, number and digest.
        content: canonical JSON.
        created: seconds since 1970.
        origin: name of the one who registered it.
        compared: searches in which it was compared with ``"auto"``.
        overruled: those that ``"auto"`` began better.
    """

    model: ModelVersion
    content: str
    created: float
    origin: str
    compared: int
    overruled: int

    @property
    def angles(self) -> LearnedAngles:
        """The angles, which know their version."""
        return contents.angles_of(self.content, self.model)

    def summary(self) -> dict[str, Any]:
        """Return plain facts for lists."""
        learned = self.angles
        assert learned.training is not None
        training = learned.training
        return {
            "version": self.model.version,
            "digest": f"sha256:{self.model.digest}",
            "title": learned.name,
            "p": learned.p,
            "instances": learned.instances,
            "families": list(training.families),
            "signs": list(training.signs),
            "degrees": list(training.degrees),
            "sizes": None if training.sizes is None else list(training.sizes),
            "created": stamp(self.created),
            "origin": self.origin,
            "compared": self.compared,
            "overruled": self.overruled,
        }


def register(
    connection: Connection,
    tenant: str,
    name: str,
    content: str,
    now: float,
    *,
    origin: str = "",
    margin: float = MARGIN,
) -> tuple[int, bool]:
    """Add a version to a model, which is made where it is new.

    Args:
        connection: a transaction that writes.
        tenant: owner of the model.
        name: of the model.
        content: of the version, see `content_of`.
        now: the time.
        origin: name of the one who registers it.
        margin: of the gate, for a new model.

    Returns:
        the version's number, and whether it is new: the same content is the same version.

    Raises:
        ParameterError: the name is not accepted, or there are too many models.
    """
    checked_model(name)
    row = locked(connection, tenant, name)
    digest = contents.digest_of(content)
    if row is None and connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE angles_models IN EXCLUSIVE MODE")
        row = locked(connection, tenant, name)  # another may have made it meanwhile
    if row is None:
        count = len(names(connection, tenant))
        if count >= MOST_MODELS:
            raise ParameterError(
                argument="model", value=name, expected=f"one of at most {MOST_MODELS} models"
            )
        connection.execute(
            MODELS.insert().values(tenant=tenant, name=name, created=now, latest=0, margin=margin)
        )
    known = connection.execute(
        select(VERSIONS.c.version).where(*_of(VERSIONS, tenant, name), VERSIONS.c.digest == digest)
    ).scalar()
    if known is not None:
        return int(known), False
    number = 1 if row is None else row.latest + 1
    if number > MOST_VERSIONS:
        raise ParameterError(
            argument="version", value=number, expected=f"one of at most {MOST_VERSIONS} versions"
        )
    connection.execute(MODELS.update().where(*_of(MODELS, tenant, name)).values(latest=number))
    connection.execute(
        VERSIONS.insert().values(
            tenant=tenant,
            name=name,
            version=number,
            digest=digest,
            content=content,
            created=now,
            origin=origin,
            compared=0,
            overruled=0,
        )
    )
    return number, True


def locked(connection: Connection, tenant: str, name: str) -> Row[Any] | None:
    """Lock and return the row of a model, None if it is unknown."""
    query = select(MODELS).where(*_of(MODELS, tenant, name)).with_for_update()
    return connection.execute(query).first()


def names(connection: Connection, tenant: str) -> list[str]:
    """Return the names of a tenant's models in order."""
    query = select(MODELS.c.name).where(MODELS.c.tenant == tenant).order_by(MODELS.c.name)
    return list(connection.execute(query).scalars())


def model_row(connection: Connection, tenant: str, name: str) -> Row[Any]:
    """Return the row of a model.

    Raises:
        UnknownModelError: the tenant has no such model.
    """
    row = connection.execute(select(MODELS).where(*_of(MODELS, tenant, name))).first()
    if row is None:
        raise UnknownModelError("model", name, names(connection, tenant), argument="model")
    return row


def get(connection: Connection, tenant: str, name: str, number: int) -> Version:
    """Return a version.

    Raises:
        UnknownModelError: the version does not exist.
    """
    latest = model_row(connection, tenant, name).latest
    query = select(VERSIONS).where(*_of(VERSIONS, tenant, name), VERSIONS.c.version == number)
    row = connection.execute(query).first()
    if row is None:
        known = [str(each) for each in range(1, min(latest, 20) + 1)]
        raise UnknownModelError(f"version of {name}", str(number), known, argument="version")
    return _version(row)


def all_of(connection: Connection, tenant: str, name: str) -> list[Version]:
    """Return the versions of a model, the latest first."""
    query = select(VERSIONS).where(*_of(VERSIONS, tenant, name)).order_by(VERSIONS.c.version.desc())
    return [_version(row) for row in connection.execute(query)]


def find(connection: Connection, tenant: str, reference: Reference) -> int:
    """Return the number of the version that a reference names now.

    Raises:
        UnknownModelError: no such model, version or alias.
    """
    row = model_row(connection, tenant, reference.name)
    if reference.version is not None:
        return get(connection, tenant, reference.name, reference.version).model.version
    if reference.alias == LATEST:
        return int(row.latest)
    return int(_alias(connection, tenant, reference).version)


def resolve(connection: Connection, tenant: str, reference: Reference, key: bytes) -> LearnedAngles:
    """Return the angles that a submission begins with, for good.

    While a canary runs behind an alias, a share of the submissions gets its version, with the
    other one as `LearnedAngles.control`, and the rest gets the other one.

    Args:
        connection: a transaction.
        tenant: owner of the model.
        reference: the version or the alias.
        key: of the submission; the same key gets the same version.

    Raises:
        UnknownModelError: no such model, version or alias.
    """
    name = reference.name
    if reference.version is None and reference.alias != LATEST:
        model_row(connection, tenant, name)
        row = _alias(connection, tenant, reference)
        if row.control is not None:
            control = get(connection, tenant, name, row.control).angles
            if place_of(key) >= row.share:
                return control
            return replace(get(connection, tenant, name, row.version).angles, control=control)
    return get(connection, tenant, name, find(connection, tenant, reference)).angles


def place_of(key: bytes) -> float:
    """Return a number in [0, 1) that depends on the key alone, uniformly distributed."""
    return int.from_bytes(hashlib.sha256(key).digest()[:6]) / 2**48


def stamp(seconds: float) -> str:
    """Return a time as RFC 3339 writes it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _alias(connection: Connection, tenant: str, reference: Reference) -> Row[Any]:
    """Return the row of an alias.

    Raises:
        UnknownModelError: it names no version.
    """
    rows = connection.execute(select(ALIASES).where(*_of(ALIASES, tenant, reference.name))).all()
    for row in rows:
        if row.alias == reference.alias:
            return row
    known = [LATEST, *(row.alias for row in rows)]
    what = f"alias of {reference.name}"
    raise UnknownModelError(what, reference.alias, known, argument="alias")


def _of(table: Any, tenant: str, name: str) -> tuple[Any, Any]:
    """Return the conditions of the rows of a model."""
    return table.c.tenant == tenant, table.c.name == name


def _version(row: Row[Any]) -> Version:
    return Version(
        ModelVersion(row.name, row.version, row.digest),
        row.content,
        row.created,
        row.origin,
        row.compared,
        row.overruled,
    )


def document(text: str) -> dict[str, Any]:
    """Return a JSON object of the registry's own."""
    found: dict[str, Any] = json.loads(text)
    return found
