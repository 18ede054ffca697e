"""Aliases of versions: gated moves, rollback, history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from hybridq.angles import evaluations, versions
from hybridq.angles.canary import Wealth
from hybridq.angles.references import LATEST, checked_alias
from hybridq.angles.tables import ALIASES, MOVES
from hybridq.core.errors import HybridqError, ParameterError, Setting

Kind = Literal["promote", "force", "rollback", "canary"]
"""Kinds of moves; ``"canary"`` is the rollback by a canary's test."""

ANY: Any = object()
"""Value of `if_version` that compares nothing."""


class MovedError(HybridqError):
    """An alias that names another version than the caller believes."""


@dataclass(frozen=True)
class Promotion:
    """A move of an alias to a version.

    Args:
        version: its number.
        alias: to be moved.
        if_version: the version that the alias has to name now, None for none; by default any.
        evaluation: identifier of the evaluation that allows it; by default the latest.
        force: move without one.
        reason: why, of a move by force; kept in the history.
        share: share of the jobs that get the version while a canary runs; None without a canary.
    """

    version: int
    alias: str = "champion"
    if_version: int | None = ANY
    evaluation: str | None = None
    force: bool = False
    reason: str = ""
    share: float | None = None

    def __post_init__(self) -> None:
        checked_alias(self.alias)
        if self.alias == LATEST:
            raise ParameterError(
                argument="alias", value=LATEST, expected="an alias other than that of the last one"
            )
        if self.force and not self.reason.strip():
            raise ParameterError(
                argument="reason", value=self.reason, expected="given for a move by force"
            )
        if self.share is not None and not 0.0 < self.share <= 1.0:
            raise ParameterError(
                argument="canary", value=self.share, expected="a share above 0 and at most 1"
            )


def promote(
    connection: Connection, tenant: str, name: str, asked: Promotion, now: float, actor: str
) -> None:
    """Move an alias to a version that the gate lets pass.

    Args:
        connection: a transaction that writes.
        tenant: owner of the model.
        name: of the model.
        asked: the move.
        now: the time.
        actor: name of the mover in the history.

    Raises:
        UnknownModelError: no such model or version.
        MovedError: the alias names another version than `if_version`.
        GateError: no evaluation allows it, and it is not forced.
        ParameterError: a canary without a version to compare with.
    """
    versions.locked(connection, tenant, name)
    versions.get(connection, tenant, name, asked.version)
    row = _row(connection, tenant, name, asked.alias)
    current = None if row is None else int(row.version)
    # While a canary runs, the version that it is compared with is the one that is replaced.
    baseline = current if row is None or row.control is None else int(row.control)
    if asked.if_version is not ANY and asked.if_version != current:
        raise MovedError(
            f"{name}@{asked.alias} names {_named(current)}, not {_named(asked.if_version)}",
            remedy="look at the model again",
        )
    if asked.share is not None and (baseline is None or baseline == asked.version):
        raise ParameterError(
            "a canary compares a version with another one that the alias names",
            argument="canary",
            value=asked.share,
            remedy=("leave out ", Setting("canary")),
        )
    finishes = row is not None and row.control is not None and current == asked.version
    evaluation = None
    if not asked.force and baseline != asked.version and not (finishes and asked.share is None):
        evaluation = evaluations.allowing(
            connection, tenant, name, asked.version, baseline, asked.evaluation
        )
    _set(connection, tenant, name, asked.alias, asked.version, now)
    reason = asked.reason
    if asked.share is not None:
        _watch(connection, tenant, name, asked.alias, baseline, asked.share)
        note = f"a canary with {asked.share:g} of the jobs, against version {baseline}"
        reason = f"{reason}; {note}" if reason else note
    kind: Kind = "force" if asked.force else "promote"
    _record(
        connection, tenant, name, asked.alias, current, asked.version, kind, reason, actor, now,
        evaluation,
    )  # fmt: skip


def roll_back(
    connection: Connection,
    tenant: str,
    name: str,
    now: float,
    actor: str,
    *,
    alias: str = "champion",
    to: int | None = None,
    if_version: int | None = ANY,
    reason: str = "",
    kind: Kind = "rollback",
) -> int:
    """Move an alias back to a version that it named before, and end its canary.

    Args:
        connection: a transaction that writes.
        tenant: owner of the model.
        name: of the model.
        now: the time.
        actor: name of the mover in the history.
        alias: to be moved.
        to: the version; by default the one before.
        if_version: the version that the alias has to name now; by default any.
        reason: kept in the history.
        kind: of the move.

    Returns:
        the version that the alias names now.

    Raises:
        UnknownModelError: no such model.
        MovedError: the alias names another version than `if_version`.
        ParameterError: the alias never named the version, or no other one before.
    """
    versions.locked(connection, tenant, name)
    versions.model_row(connection, tenant, name)
    row = _row(connection, tenant, name, alias)
    current = None if row is None else int(row.version)
    if if_version is not ANY and if_version != current:
        raise MovedError(
            f"{name}@{alias} names {_named(current)}, not {_named(if_version)}",
            remedy="look at the model again",
        )
    moves = connection.execute(
        select(MOVES)
        .where(MOVES.c.tenant == tenant, MOVES.c.name == name, MOVES.c.alias == alias)
        .order_by(MOVES.c.id.desc())
    ).all()
    if to is None:
        forward = (m for m in moves if m.after == current and m.kind in ("promote", "force"))
        to = next((m.before for m in forward if m.before != current), None)
        if to is None:
            raise ParameterError(
                f"{name}@{alias} named no other version before {_named(current)}", argument="to"
            )
    elif to not in {m.after for m in moves}:
        raise ParameterError(
            argument="to",
            value=to,
            expected=f"a version that {name}@{alias} named before",
            remedy="promote it, with an evaluation",
        )
    _set(connection, tenant, name, alias, to, now)
    _record(connection, tenant, name, alias, current, to, kind, reason, actor, now, None)
    return to


def watch(connection: Connection, row: Row[Any], wealth: Wealth) -> None:
    """Store the state of a canary's test."""
    connection.execute(
        ALIASES.update()
        .where(*_key(row.tenant, row.name, row.alias))
        .values(wealth=json.dumps(wealth.describe()))
    )


def watched(connection: Connection, tenant: str, name: str, version: int) -> list[Row[Any]]:
    """Return the aliases behind which a canary of the version runs."""
    return list(
        connection.execute(
            select(ALIASES).where(
                ALIASES.c.tenant == tenant,
                ALIASES.c.name == name,
                ALIASES.c.version == version,
                ALIASES.c.control.is_not(None),
            )
        )
    )


def all_of(connection: Connection, tenant: str, name: str) -> list[dict[str, Any]]:
    """Return the aliases of a model as plain values."""
    rows = connection.execute(
        select(ALIASES)
        .where(ALIASES.c.tenant == tenant, ALIASES.c.name == name)
        .order_by(ALIASES.c.alias)
    )
    return [_shown(row) for row in rows]


def history(
    connection: Connection, tenant: str, name: str, most: int | None = None
) -> list[dict[str, Any]]:
    """Return moves of a model's aliases, the latest first, as plain values.

    Args:
        connection: a transaction.
        tenant: owner of the model.
        name: of the model.
        most: number of moves; all by default.
    """
    rows = connection.execute(
        select(MOVES)
        .where(MOVES.c.tenant == tenant, MOVES.c.name == name)
        .order_by(MOVES.c.id.desc())
        .limit(most)
    )
    return [
        {
            "alias": row.alias,
            "from": row.before,
            "to": row.after,
            "kind": row.kind,
            "reason": row.reason,
            "actor": row.actor,
            "evaluation": row.evaluation,
            "time": versions.stamp(row.time),
        }
        for row in rows
    ]


def _shown(row: Row[Any]) -> dict[str, Any]:
    """Return an alias as plain values."""
    facts: dict[str, Any] = {
        "alias": row.alias,
        "version": row.version,
        "moved": versions.stamp(row.moved),
        "canary": None,
    }
    if row.control is not None:
        wealth = Wealth.from_plain(json.loads(row.wealth))
        facts["canary"] = {
            "control": row.control,
            "share": row.share,
            "looks": wealth.looks,
            "mean": wealth.total / wealth.looks if wealth.looks else None,
            "wealth": wealth.value,
        }
    return facts


def _key(tenant: str, name: str, alias: str) -> tuple[Any, ...]:
    return ALIASES.c.tenant == tenant, ALIASES.c.name == name, ALIASES.c.alias == alias


def _row(connection: Connection, tenant: str, name: str, alias: str) -> Row[Any] | None:
    return connection.execute(select(ALIASES).where(*_key(tenant, name, alias))).first()


def _named(version: int | None) -> str:
    return "no version" if version is None else f"version {version}"


def _set(
    connection: Connection, tenant: str, name: str, alias: str, version: int, now: float
) -> None:
    """Let an alias name a version, without a canary."""
    values = {"version": version, "moved": now, "control": None, "share": None, "wealth": None}
    done = connection.execute(ALIASES.update().where(*_key(tenant, name, alias)).values(**values))
    if not done.rowcount:
        connection.execute(ALIASES.insert().values(tenant=tenant, name=name, alias=alias, **values))


def _watch(
    connection: Connection, tenant: str, name: str, alias: str, control: int | None, share: float
) -> None:
    """Begin a canary of the version that an alias names."""
    connection.execute(
        ALIASES.update()
        .where(*_key(tenant, name, alias))
        .values(control=control, share=share, wealth=json.dumps(Wealth().describe()))
    )


def _record(
    connection: Connection,
    tenant: str,
    name: str,
    alias: str,
    before: int | None,
    after: int,
    kind: Kind,
    reason: str,
    actor: str,
    now: float,
    evaluation: str | None,
) -> None:
    """Add a move to the history."""
    connection.execute(
        MOVES.insert().values(
            tenant=tenant,
            name=name,
            alias=alias,
            before=before,
            after=after,
            kind=kind,
            reason=reason,
            actor=actor,
            evaluation=evaluation,
            time=now,
        )
    )
