"""Outcomes of searches that began with a version, for guard and canary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from hybridq.angles import aliases, versions
from hybridq.angles.canary import Wealth
from hybridq.angles.tables import VERSIONS
from hybridq.core.checks import is_finite

CANARY = "canary"
"""Actor of rollbacks by a canary's test."""


def observe(connection: Connection, tenant: str, result: Mapping[str, Any], now: float) -> None:
    """Count a search that began with a version, and test its canary.

    A canary whose test finds its version worse is rolled back in the same transaction. Its test
    takes exact expectation values alone, which the gate compares too.

    Args:
        connection: a transaction that writes.
        tenant: owner of the model.
        result: JSON of the solve, with the guard's comparison in ``ansatz.model``.
        now: the time.
    """
    guard = result.get("ansatz", {}).get("model")
    if not isinstance(guard, dict) or not is_finite(guard.get("energy")):
        return
    name, number = guard["name"], guard["version"]
    versions.locked(connection, tenant, name)
    overruled = int(guard["kept"] == "auto")
    counted = connection.execute(
        VERSIONS.update()
        .where(
            VERSIONS.c.tenant == tenant,
            VERSIONS.c.name == name,
            VERSIONS.c.version == number,
            VERSIONS.c.digest == guard["digest"],
        )
        .values(compared=VERSIONS.c.compared + 1, overruled=VERSIONS.c.overruled + overruled)
    )
    control, scale = guard.get("control"), (result.get("reference") or {}).get("value")
    objective = result.get("objective", {})
    is_exact = objective.get("kind") == "expectation" and "shots" not in objective
    if not (counted.rowcount and control and is_exact and is_finite(scale) and scale):
        return
    if not is_finite(control["energy"]):
        return
    difference = (control["energy"] - guard["energy"]) / abs(scale)
    for row in aliases.watched(connection, tenant, name, number):
        if row.control != control["version"]:
            continue
        wealth = Wealth.from_plain(json.loads(row.wealth)).after(difference)
        aliases.watch(connection, row, wealth)
        if wealth.rejects:
            aliases.roll_back(
                connection,
                tenant,
                name,
                now,
                CANARY,
                alias=row.alias,
                to=row.control,
                reason=(
                    f"worse by {-wealth.total / wealth.looks:.4f} on average in {wealth.looks} "
                    f"searches, wealth {wealth.value:.1f}"
                ),
                kind="canary",
            )
