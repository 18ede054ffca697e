"""Webhooks of tenants in the database."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hybridq.core.errors import ParameterError
from hybridq.service.queue.records import new_id
from hybridq.service.queue.sharing import locked
from hybridq.service.store.database import Database
from hybridq.service.store.tables import DELIVERIES, TENANTS, WEBHOOKS
from hybridq.service.webhooks.targets import Targets

MOST_WEBHOOKS = 10
"""Webhooks of a tenant."""


@dataclass(frozen=True)
class Webhook:
    """A webhook as its tenant sees it.

    Attributes:
        id: identifier.
        url: where notices go.
        created: seconds since 1970.
        waiting: notices that have not been delivered.
        given_up: notices of the last week whose attempts all failed.
        error: of the last attempt, None if it succeeded.
    """

    id: str
    url: str
    created: float
    waiting: int
    given_up: int
    error: str | None


class Webhooks:
    """Webhooks in a database.

    Args:
        database: the tables.
        secret_of: returns 32 secret bytes for an identifier, which is not stored with it.
        targets: those that may be added.
    """

    def __init__(
        self, database: Database, secret_of: Callable[[str], bytes], targets: Targets
    ) -> None:
        self._database, self._secret_of, self._targets = database, secret_of, targets

    def add(self, tenant: str, url: str) -> tuple[str, str]:
        """Add a webhook; return its identifier, and the secret of its signatures.

        Raises:
            ParameterError: the URL is not allowed, or there are too many.
        """
        self._targets.target(url)
        name = new_id()
        with self._database.writing() as connection:
            now = self._database.now(connection)
            share = locked(connection, tenant)
            if share is None or share.webhooks >= MOST_WEBHOOKS:
                raise ParameterError(
                    f"a tenant may have {MOST_WEBHOOKS} webhooks", remedy="delete one first"
                )
            connection.execute(
                WEBHOOKS.insert().values(id=name, tenant=tenant, url=url, created=now)
            )
            self._count(connection, tenant)
        return name, "whsec_" + base64.b64encode(self._secret_of(name)).decode()

    def list(self, tenant: str) -> list[Webhook]:
        """Return the webhooks of a tenant, the oldest first."""
        query = (
            select(WEBHOOKS, func.count(DELIVERIES.c.id), func.count(DELIVERIES.c.due))
            .outerjoin(DELIVERIES, DELIVERIES.c.webhook == WEBHOOKS.c.id)
            .where(WEBHOOKS.c.tenant == tenant)
            .group_by(*WEBHOOKS.c)
            .order_by(WEBHOOKS.c.id)
        )
        with self._database.reading() as connection:
            return [
                Webhook(name, url, created, waiting, known - waiting, error)
                for name, _, url, created, error, known, waiting in connection.execute(query)
            ]

    def delete(self, tenant: str, name: str) -> bool:
        """Delete a webhook and its notices; return False if the tenant has no such one."""
        with self._database.writing() as connection:
            locked(connection, tenant)
            own = (WEBHOOKS.c.id == name, WEBHOOKS.c.tenant == tenant)
            found = connection.execute(select(WEBHOOKS.c.id).where(*own).with_for_update()).first()
            if found is None:
                return False
            connection.execute(DELIVERIES.delete().where(DELIVERIES.c.webhook == name))
            connection.execute(WEBHOOKS.delete().where(*own))
            self._count(connection, tenant)
            return True

    @staticmethod
    def _count(connection: Connection, tenant: str) -> None:
        """Store the number of a tenant's webhooks, which ends of jobs read."""
        number = select(func.count()).where(WEBHOOKS.c.tenant == tenant).scalar_subquery()
        own = TENANTS.update().where(TENANTS.c.name == tenant)
        connection.execute(own.values(webhooks=number))
