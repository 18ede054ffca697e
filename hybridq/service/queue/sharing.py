"""Fair shares of tenants by virtual time.

Each tenant has the virtual time at which its next job starts. The tenant with the lowest starts a
job, and its time advances by the job's cost over the tenant's weight, where the cost is what its
latest jobs took; when the job ends, by the difference between the work and that cost. So tenants
with work get shares of the machine in proportion to their weights, whatever the number of their
jobs. A tenant without waiting jobs returns at the time of the others, which is that of the latest
start, or of the next one where costs were too high: it has no credit for the past. Of jobs that are
claimed together the first counts as the latest start, since the others have not begun.

Every transaction that changes jobs locks their tenant first, so that no two wait for each other.

Source: start-time fair queueing, P. Goyal, H. M. Vin, H. Cheng, IEEE/ACM Trans. Networking 5, 690
(1997).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Double, bindparam, cast, select

from hybridq.service.store.database import VIRTUAL
from hybridq.service.store.tables import SETTINGS, TENANTS

DAY_SECONDS = 86_400.0

MOST_QUEUED = 10_000
"""Jobs of a tenant that may wait, unless its quota says otherwise."""

MOST_RUNNING = 1_000
"""Jobs of a tenant that may run at a time, unless its quota says otherwise."""


# Statements are built once: that takes longer than SQLite takes to run them.
_LOCKED = (
    select(
        TENANTS.c.name,
        TENANTS.c.weight,
        TENANTS.c.virtual,
        TENANTS.c.most_queued,
        TENANTS.c.most_running,
        TENANTS.c.webhooks,
        TENANTS.c.most_circuits,
        TENANTS.c.day,
        TENANTS.c.circuits,
        TENANTS.c.typical,
    )
    .where(TENANTS.c.name == bindparam("tenant_name"))
    .with_for_update()
)
SET_VIRTUAL = (
    TENANTS.update()
    .where(TENANTS.c.name == bindparam("tenant_name"))
    .values(virtual=bindparam("to"))
)
"""Sets the virtual time of `tenant_name`."""

_WORKED = SET_VIRTUAL.values(
    day=bindparam("today"), circuits=bindparam("spent"), typical=bindparam("lately")
)
_LATEST_WEIGHT = 0.5  # of the latest job in `typical`

_VIRTUAL_TIME = select(SETTINGS.c.value).where(SETTINGS.c.name == VIRTUAL)
_ADVANCE_VIRTUAL_TIME = (
    SETTINGS.update()
    .where(SETTINGS.c.name == VIRTUAL, cast(SETTINGS.c.value, Double) < bindparam("latest"))
    .values(value=bindparam("now"))
)


@dataclass(frozen=True)
class Share:
    """Share and quotas of a tenant.

    Attributes:
        name: of the tenant.
        weight: its share among tenants with work.
        virtual: time of its next start.
        most_queued: jobs that may wait.
        most_running: jobs that may run at a time.
        webhooks: number of its webhooks.
        most_circuits: circuits a day, None for any number.
        day: the latest day with work, in days since 1970.
        circuits: those of that day.
        typical: seconds that its latest jobs took, charged when one starts whose cost is unknown.
    """

    name: str
    weight: float
    virtual: float
    most_queued: int
    most_running: int
    webhooks: int
    most_circuits: int | None
    day: int
    circuits: int
    typical: float

    def circuits_on(self, now: float) -> int:
        """Return the circuits that were simulated on the present day, in UTC."""
        return self.circuits if self.day == int(now // DAY_SECONDS) else 0


def add_tenant(
    connection: Connection,
    name: str,
    now: float,
    *,
    weight: float = 1.0,
    most_queued: int = MOST_QUEUED,
    most_running: int = MOST_RUNNING,
) -> bool:
    """Insert a tenant; return False if it exists already, unchanged."""
    if connection.execute(select(TENANTS.c.name).where(TENANTS.c.name == name)).first():
        return False
    connection.execute(
        TENANTS.insert().values(
            name=name,
            created=now,
            weight=weight,
            virtual=virtual_time(connection),
            most_queued=most_queued,
            most_running=most_running,
        )
    )
    return True


def change_share(connection: Connection, tenant: str, **shares: float | None) -> Share | None:
    """Set weight or quotas of a tenant; return its share, None for an unknown tenant.

    Args:
        connection: a transaction.
        tenant: its name.
        shares: new values of ``weight``, ``most_queued``, ``most_running`` and ``most_circuits``.
    """
    if locked(connection, tenant) is not None and shares:
        connection.execute(TENANTS.update().where(TENANTS.c.name == tenant).values(**shares))
    return locked(connection, tenant)


def locked(connection: Connection, tenant: str) -> Share | None:
    """Lock a tenant until the end of the transaction and return its share."""
    row = connection.execute(_LOCKED, {"tenant_name": tenant}).first()
    return None if row is None else Share(**row._mapping)


def virtual_time(connection: Connection) -> float:
    """Return the virtual time of the latest start; its cost may have been too high."""
    return float(connection.execute(_VIRTUAL_TIME).scalar_one())


def charge(connection: Connection, share: Share, cost: float) -> None:
    """Advance the virtual times for jobs that start.

    Args:
        connection: a transaction that has locked the tenant.
        share: of the tenant, as it was locked.
        cost: expected seconds of work.
    """
    to = share.virtual + cost / share.weight
    connection.execute(SET_VIRTUAL, {"tenant_name": share.name, "to": to})
    latest = {"latest": share.virtual, "now": repr(share.virtual)}
    connection.execute(_ADVANCE_VIRTUAL_TIME, latest)


def account(
    connection: Connection,
    share: Share,
    now: float,
    work: Sequence[tuple[float, float | None, int]],
) -> None:
    """Advance a tenant's time by work beyond the costs, and count its circuits.

    Args:
        connection: a transaction that has locked the tenant.
        share: of the tenant, as it was locked.
        now: the time.
        work: for each job that has ended the seconds that were charged at its start, those that it
            took, None where that is not known, and the number of circuits.
    """
    to, lately, is_first = share.virtual, share.typical, share.day == 0
    for cost, seconds, _ in work:
        if seconds is not None:
            to += (seconds - cost) / share.weight
            lately += (1.0 if is_first else _LATEST_WEIGHT) * (seconds - lately)
            is_first = False
    connection.execute(
        _WORKED,
        {
            "tenant_name": share.name,
            "to": to,
            "today": int(now // DAY_SECONDS),
            "spent": share.circuits_on(now) + sum(circuits for _, _, circuits in work),
            "lately": lately,
        },
    )
