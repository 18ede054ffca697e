"""Stored evaluations, and what a promotion demands of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from hybridq.angles.content import canonical
from hybridq.angles.tables import EVALUATIONS
from hybridq.angles.versions import document, get, stamp
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.training_set import TrainingSet
from hybridq.core.errors import HybridqError, ParameterError

AUTO = "auto"
"""Baseline of an evaluation where an alias names no version yet: the start `auto`."""

MOST_EVALUATIONS = 10_000
"""Evaluations of one tenant."""


class GateError(HybridqError):
    """A promotion that the evaluations do not allow."""


def add(
    connection: Connection,
    tenant: str,
    name: str,
    evaluation: Mapping[str, Any],
    now: float,
    *,
    imported: bool = False,
) -> str:
    """Store an evaluation and return its identifier.

    Args:
        connection: a transaction that writes.
        tenant: owner of the model.
        name: of the model.
        evaluation: ``version``, ``baseline`` (a version or ``"auto"``), ``passed``, ``verdicts``
            and ``instances``, plain values.
        now: the time.
        imported: another registry made it: it is shown, and no promotion rests on it.

    Raises:
        UnknownModelError: the version does not exist.
        ParameterError: the tenant has too many.
    """
    version, baseline = int(evaluation["version"]), evaluation["baseline"]
    get(connection, tenant, name, version)
    if baseline != AUTO:
        get(connection, tenant, name, int(baseline))
    count = connection.execute(select(EVALUATIONS.c.id).where(EVALUATIONS.c.tenant == tenant)).all()
    if len(count) >= MOST_EVALUATIONS:
        raise ParameterError(
            argument="evaluations", value=len(count), expected=f"fewer than {MOST_EVALUATIONS:,}"
        )
    identifier = str(uuid.uuid4())
    connection.execute(
        EVALUATIONS.insert().values(
            id=identifier,
            tenant=tenant,
            name=name,
            version=version,
            baseline=0 if baseline == AUTO else int(baseline),
            passed=bool(evaluation["passed"]),
            content=canonical(dict(evaluation)),
            created=now,
            imported=imported,
        )
    )
    return identifier


def all_of(
    connection: Connection, tenant: str, name: str, version: int | None = None
) -> list[dict[str, Any]]:
    """Return the evaluations of a model or of a version, the latest first."""
    query = select(EVALUATIONS).where(EVALUATIONS.c.tenant == tenant, EVALUATIONS.c.name == name)
    if version is not None:
        query = query.where(EVALUATIONS.c.version == version)
    rows = connection.execute(query.order_by(EVALUATIONS.c.created.desc()))
    return [_shown(row) for row in rows]


def allowing(
    connection: Connection,
    tenant: str,
    name: str,
    version: int,
    baseline: int | None,
    identifier: str | None = None,
) -> str:
    """Return the evaluation that allows a promotion.

    Args:
        connection: a transaction.
        tenant: owner of the model.
        name: of the model.
        version: the candidate.
        baseline: the version that the alias names now, None where it names none.
        identifier: of the evaluation; by default the latest of these two versions.

    Raises:
        GateError: none exists, it did not pass, or its instances were trained on.
    """
    query = select(EVALUATIONS).where(
        EVALUATIONS.c.tenant == tenant,
        EVALUATIONS.c.name == name,
        EVALUATIONS.c.version == version,
        EVALUATIONS.c.baseline == (baseline or 0),
        EVALUATIONS.c.imported.is_(False),
    )
    if identifier is not None:
        query = query.where(EVALUATIONS.c.id == identifier)
    row = connection.execute(query.order_by(EVALUATIONS.c.created.desc()).limit(1)).first()
    against = AUTO if baseline is None else f"{name}@{baseline}"
    if row is None:
        raise GateError(
            f"{name}@{version} has no evaluation against {against}",
            remedy="evaluate it on held-out instances first",
        )
    content = document(row.content)
    if not row.passed:
        reasons = [
            f"{place}: {reason}"
            for place, verdict in content["verdicts"].items()
            for reason in verdict["reasons"]
        ]
        raise GateError(
            f"the evaluation of {name}@{version} against {against} did not pass: "
            + "; ".join(reasons),
            remedy="learn better angles, or promote by force with a reason",
        )
    compared = [get(connection, tenant, name, number) for number in (version, baseline) if number]
    check_held_out([each.angles for each in compared], content["instances"])
    return str(row.id)


def check_held_out(
    compared: Sequence[LearnedAngles], instances: Sequence[Mapping[str, Any]]
) -> None:
    """Raise if an instance may have been trained on, or if that is not known.

    Args:
        compared: the candidate and its baseline.
        instances: with ``digest``, ``shape`` and ``name`` of each.

    Raises:
        GateError: an instance is equal or may be isomorphic to one of a training set, or a version
            does not name its training instances, or instances repeat.
    """
    digests = [instance["digest"] for instance in instances]
    if len(set(digests)) < len(digests):
        raise GateError(
            "held-out instances must differ, and some are equal", remedy="leave the repeated out"
        )
    for learned in compared:
        training = learned.training or TrainingSet(("",), (), (0.0, 0.0))
        if len(training.digests) < learned.instances:
            raise GateError(
                f"{learned.model} does not name its training instances, so that none is known to "
                "be held out",
                remedy="learn the angles again, or promote by force with a reason",
            )
        for instance in instances:
            if training.has(instance["digest"], instance["shape"]):
                raise GateError(
                    f"the instance {instance['name']} is, or may be isomorphic to, one that "
                    f"{learned.model} was trained on",
                    remedy="evaluate on other instances",
                )


def _shown(row: Row[Any]) -> dict[str, Any]:
    """Return an evaluation as plain values."""
    return {
        "id": row.id,
        **document(row.content),
        "created": stamp(row.created),
        "imported": bool(row.imported),
    }
