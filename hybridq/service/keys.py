"""API keys of 256 random bits; the database holds authentication codes only."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, or_, select

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.service.queue.sharing import add_tenant
from hybridq.service.store.database import Database
from hybridq.service.store.tables import KEYS, SETTINGS

DEFAULT_SCOPES = ("jobs:read", "jobs:write", "models:read", "models:write", "models:promote")

SCOPES = (*DEFAULT_SCOPES, "admin")
"""Rights of a key; ``admin`` manages the keys of its tenant and sees figures of the server."""

_VALID = select(KEYS.c.id).where(
    KEYS.c.id.in_(bindparam("keys", expanding=True)),
    KEYS.c.revoked.is_(False),
    or_(KEYS.c.expires.is_(None), KEYS.c.expires > bindparam("now")),
)
_MOST_KNOWN = 10_000  # keys in memory
_KEY_OF_ID = select(KEYS).where(KEYS.c.id == bindparam("key"))
_PEPPER = "key_pepper"
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_KEY = re.compile(r"hq_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Principal:
    """Owner and rights of an accepted key."""

    tenant: str
    key: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Key:
    """A key as lists show it; times are seconds since 1970."""

    id: str
    tenant: str
    scopes: tuple[str, ...]
    created: float
    expires: float | None
    revoked: bool


class Keys:
    """The keys in a database.

    The code is HMAC-SHA256 under a secret of the database, or of ``HYBRIDQ_KEY_PEPPER`` where that
    is set, and must then be set for every server. A key has 256 random bits, so that a slow hash
    would only help attackers to keep a server busy.

    Args:
        database: the tables.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pepper = self._shared_pepper()
        self._known: dict[bytes, Principal] = {}

    def add(
        self,
        tenant: str,
        *,
        scopes: Collection[str] = DEFAULT_SCOPES,
        days: float | None = None,
    ) -> str:
        """Add a key, and its tenant if it is new; return the key, which is stored nowhere.

        Args:
            tenant: lower-case letters, digits and hyphens.
            scopes: names in `SCOPES`.
            days: time after which it expires; never by default.

        Raises:
            ParameterError: the tenant's name or a scope is not accepted.
        """
        if not _TENANT.fullmatch(tenant):
            raise ParameterError(
                argument="tenant",
                value=tenant,
                expected="1 to 64 lower-case letters, digits and hyphens",
            )
        for scope in scopes:
            if scope not in SCOPES:
                raise UnknownNameError("scope", scope, SCOPES)
        name, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        key = f"hq_{name}_{secret}"
        with self._database.writing() as connection:
            now = self._database.now(connection)
            add_tenant(connection, tenant, now)
            connection.execute(
                KEYS.insert().values(
                    id=name,
                    tenant=tenant,
                    code=self._code(key),
                    scopes=json.dumps(sorted(scopes)),
                    created=now,
                    expires=None if days is None else now + 86_400.0 * days,
                    revoked=False,
                )
            )
        return key

    def accept(self, key: str) -> Principal | None:
        """Return the owner of a key, None for one that is unknown, expired or revoked."""
        match = _KEY.fullmatch(key)
        code = self._code(key)  # also for an unknown one, which takes as long
        if match is None:
            return None
        with self._database.reading() as connection:
            row = connection.execute(_KEY_OF_ID, {"key": match[1]}).first()
            now = self._database.now(connection)
        stored = bytes(32) if row is None else bytes(row.code)
        if not hmac.compare_digest(stored, code) or row is None or row.revoked:
            return None
        if row.expires is not None and row.expires <= now:
            return None
        found = Principal(row.tenant, row.id, frozenset(json.loads(row.scopes)))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[code] = found
        return found

    def known(self, key: str) -> Principal | None:
        """Return the owner of a key that this process has accepted before, else None.

        It may have been revoked since: see `valid_keys`.
        """
        return self._known.get(self._code(key))

    def forget(self, key: str) -> None:
        """Let `known` forget a key, by its identifier."""
        self._known = {code: one for code, one in self._known.items() if one.key != key}

    def list(self, tenant: str | None = None) -> list[Key]:
        """Return the keys of a tenant, or of all, the oldest first."""
        query = select(KEYS).order_by(KEYS.c.created)
        if tenant is not None:
            query = query.where(KEYS.c.tenant == tenant)
        with self._database.reading() as connection:
            return [
                Key(
                    row.id,
                    row.tenant,
                    tuple(json.loads(row.scopes)),
                    row.created,
                    row.expires,
                    row.revoked,
                )
                for row in connection.execute(query)
            ]

    def revoke(self, key: str, tenant: str | None = None) -> bool:
        """Revoke a key by its identifier, at once; return False if there is none."""
        query = KEYS.update().where(KEYS.c.id == key).values(revoked=True)
        if tenant is not None:
            query = query.where(KEYS.c.tenant == tenant)
        with self._database.writing() as connection:
            return connection.execute(query).rowcount == 1

    def secret_of(self, name: str) -> bytes:
        """Return 32 secret bytes for a name, the same every time; they are stored nowhere."""
        return hmac.digest(self._pepper, f"secret of {name}".encode(), hashlib.sha256)

    def _code(self, key: str) -> bytes:
        return hmac.digest(self._pepper, key.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def _shared_pepper(self) -> bytes:
        """Return the secret of all codes, made when it is first needed."""
        given = os.environ.get("HYBRIDQ_KEY_PEPPER")
        if given:
            return given.encode()
        with self._database.reading() as connection:
            found = _setting(connection)
        if found is None:
            with self._database.writing() as connection:
                if self._database.is_postgresql:
                    connection.exec_driver_sql("LOCK TABLE service_settings IN EXCLUSIVE MODE")
                found = _setting(connection)
                if found is None:
                    found = secrets.token_hex(32)
                    connection.execute(SETTINGS.insert().values(name=_PEPPER, value=found))
        return bytes.fromhex(found)


def valid_keys(connection: Connection, keys: Collection[str], now: float) -> set[str]:
    """Return those identifiers of `keys` that are neither revoked nor expired."""
    if not keys:
        return set()
    found = connection.execute(_VALID, {"keys": list(keys), "now": now})
    return set(found.scalars())


def _setting(connection: Connection) -> str | None:
    return connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == _PEPPER)).scalar()
