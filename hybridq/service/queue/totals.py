"""Sums over ended jobs, kept as they end: no question has to read them all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, select, tuple_

from hybridq.service.queue.records import State
from hybridq.service.queue.sharing import DAY_SECONDS
from hybridq.service.store.tables import TOTALS, WHOLE

Sums: TypeAlias = Counter[str]

_KEY = (TOTALS.c.day, TOTALS.c.kind, TOTALS.c.tag)
_FIND = select(*_KEY, TOTALS.c.sums).where(
    TOTALS.c.tenant == bindparam("of_tenant"),
    tuple_(*_KEY).in_(bindparam("keys", expanding=True)),
)
_UPDATE = (
    TOTALS.update()
    .where(
        TOTALS.c.tenant == bindparam("of_tenant"),
        *(column == bindparam(f"of_{column.name}") for column in _KEY),
    )
    .values(sums=bindparam("to"))
)
_INSERT = TOTALS.insert()


@dataclass(frozen=True)
class Ended:
    """A job that has ended, as its tenant's sums see it."""

    created: float
    kind: str
    tags: Sequence[str]
    source: str
    state: State
    usage: Mapping[str, Any]


def add(connection: Connection, tenant: str, ended: Iterable[Ended]) -> None:
    """Add jobs that have ended to the sums of their tenant, which must be locked."""
    changes: dict[tuple[int, str, str], Sums] = {}
    for each in ended:
        work = {"jobs": 1, "reused": int(each.source != "computed"), **each.usage}
        for tag in ("", *each.tags):
            key = (int(each.created // DAY_SECONDS), each.kind, tag)
            changes.setdefault(key, Counter()).update(work)
        changes.setdefault((WHOLE, "", ""), Counter()).update(_facts(each.state, each.source))
    _write(connection, tenant, changes)


def remove(connection: Connection, tenant: str, state: State, source: str) -> None:
    """Count a deleted job no more; the work for it stays in the sums of its day."""
    fewer = Counter(dict.fromkeys(_facts(state, source), -1))
    _write(connection, tenant, {(WHOLE, "", ""): fewer})


def counted(connection: Connection, tenant: str | None = None) -> Sums:
    """Return the numbers of ended jobs by ``state N`` and ``source WORD``."""
    query = select(TOTALS.c.sums).where(TOTALS.c.day == WHOLE)
    if tenant is not None:
        query = query.where(TOTALS.c.tenant == tenant)
    found: Sums = Counter()
    for sums in connection.execute(query).scalars():
        found.update(json.loads(sums))
    return found


def _facts(state: State, source: str) -> tuple[str, str]:
    """Return the names under which a job counts."""
    return f"state {int(state)}", f"source {source.partition(':')[0]}"


def _write(
    connection: Connection, tenant: str, changes: Mapping[tuple[int, str, str], Sums]
) -> None:
    """Add to sums, which are made where they do not exist."""
    rows = connection.execute(_FIND, {"of_tenant": tenant, "keys": list(changes)})
    known = {(row.day, row.kind, row.tag): row.sums for row in rows}
    updated, inserted = [], []
    for key, change in changes.items():
        day, kind, tag = key
        if key in known:
            sums = Counter(json.loads(known[key]))
            sums.update(change)
            named = {"of_tenant": tenant, "of_day": day, "of_kind": kind, "of_tag": tag}
            updated.append({**named, "to": json.dumps(sums)})
        else:
            named = {"tenant": tenant, "day": day, "kind": kind, "tag": tag}
            inserted.append({**named, "sums": json.dumps(change)})
    if updated:
        connection.execute(_UPDATE, updated)
    if inserted:
        connection.execute(_INSERT, inserted)
