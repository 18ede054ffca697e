"""Registry of trained angles of one tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from hybridq.angles import aliases, evaluations, versions
from hybridq.angles.aliases import ANY, Promotion
from hybridq.angles.database import LOCAL_TENANT, AnglesDatabase, local_url
from hybridq.angles.references import Reference
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.core.errors import OutputError
from hybridq.storage.database import storage_file
from hybridq.storage.transactions import Transactions

Plain = dict[str, Any]

MOST_MOVES = 100
"""Moves of aliases that a model shows, the latest ones; a version shows all of its own."""


class ModelRegistry:
    """Models of a tenant: named angles with immutable versions and mutable aliases.

    Methods return plain values, as the API of the job service and archives show them.

    Args:
        database: with the tables of the registry.
        tenant: owner of the models.
        actor: name in the history; by default the tenant.
    """

    def __init__(
        self, database: Transactions, tenant: str = LOCAL_TENANT, *, actor: str | None = None
    ) -> None:
        self._database, self._tenant = database, tenant
        self._actor = tenant if actor is None else actor

    def models(self) -> list[Plain]:
        """Return all models: name, number of versions, aliases."""
        with self._database.reading() as connection:
            return [
                {
                    "name": name,
                    "versions": int(versions.model_row(connection, self._tenant, name).latest),
                    "aliases": aliases.all_of(connection, self._tenant, name),
                }
                for name in versions.names(connection, self._tenant)
            ]

    def model(self, name: str) -> Plain:
        """Return a model with its versions, aliases, evaluations and history.

        Raises:
            UnknownModelError: the model does not exist.
        """
        with self._database.reading() as connection:
            row = versions.model_row(connection, self._tenant, name)
            named = aliases.all_of(connection, self._tenant, name)
            listed = []
            for each in versions.all_of(connection, self._tenant, name):
                facts = each.summary()
                number = each.model.version
                facts["aliases"] = [one["alias"] for one in named if one["version"] == number]
                listed.append(facts)
            shown = evaluations.all_of(connection, self._tenant, name)
            return {
                "name": name,
                "margin": row.margin,
                "created": versions.stamp(row.created),
                "versions": listed,
                "aliases": named,
                "evaluations": [
                    {key: value for key, value in each.items() if key != "instances"}
                    for each in shown
                ],
                "history": aliases.history(connection, self._tenant, name, MOST_MOVES),
            }

    def version(self, reference: Reference) -> Plain:
        """Return a version with content, evaluations and history of its aliases.

        Raises:
            UnknownModelError: no such model, version or alias.
        """
        with self._database.reading() as connection:
            number = versions.find(connection, self._tenant, reference)
            found = versions.get(connection, self._tenant, reference.name, number)
            moves = aliases.history(connection, self._tenant, reference.name)
            return {
                "name": reference.name,
                **found.summary(),
                "content": versions.document(found.content),
                "evaluations": evaluations.all_of(connection, self._tenant, reference.name, number),
                "history": [move for move in moves if number in (move["from"], move["to"])],
            }

    def register(self, name: str, content: str, *, origin: str | None = None) -> tuple[int, bool]:
        """Add a version; return its number and whether it is new. See `versions.register`."""
        with self._writing() as (connection, now):
            return versions.register(
                connection,
                self._tenant,
                name,
                content,
                now,
                origin=self._actor if origin is None else origin,
            )

    def add_imported(self, name: str, found: Mapping[str, Any]) -> tuple[int, bool]:
        """Add a version from an archive; return its number and whether it is new.

        Its evaluations are kept for reading: no promotion rests on them, since they were made in
        another registry.

        Args:
            name: of the model here.
            found: see `archive.unpacked`.
        """
        origin = f"{found['name']}@{found['version']} of hybridq {found['hybridq']}"
        with self._writing() as (connection, now):
            number, is_new = versions.register(
                connection, self._tenant, name, found["content"], now, origin=origin[:200]
            )
            for each in found["evaluations"] if is_new else ():
                if isinstance(each, dict) and isinstance(each.get("verdicts"), dict):
                    kept = {**each, "version": number, "baseline": evaluations.AUTO}
                    kept["passed"] = each.get("passed") is True
                    kept["origin"] = (
                        f"{found['name']}@{each.get('version')}, {each.get('baseline')}"
                    )
                    evaluations.add(connection, self._tenant, name, kept, now, imported=True)
            return number, is_new

    def resolve(self, reference: Reference, key: bytes = b"") -> LearnedAngles:
        """Return the angles that a submission begins with; see `versions.resolve`."""
        with self._database.reading() as connection:
            return versions.resolve(connection, self._tenant, reference, key)

    def baseline(self, name: str, alias: str) -> LearnedAngles | None:
        """Return the version that an alias names, None where it names none."""
        with self._database.reading() as connection:
            row = next(
                (each for each in aliases.all_of(connection, self._tenant, name)
                 if each["alias"] == alias),
                None,
            )  # fmt: skip
            if row is None:
                return None
            number = row["canary"]["control"] if row["canary"] else row["version"]
            return versions.get(connection, self._tenant, name, number).angles

    def margin(self, name: str) -> float:
        """Return the loss of the mean ratio that the model's gate accepts."""
        with self._database.reading() as connection:
            return float(versions.model_row(connection, self._tenant, name).margin)

    def add_evaluation(self, name: str, evaluation: Mapping[str, Any]) -> str:
        """Store an evaluation; return its identifier. See `evaluations.add`."""
        with self._writing() as (connection, now):
            return evaluations.add(connection, self._tenant, name, evaluation, now)

    def evaluations(self, name: str) -> list[Plain]:
        """Return the evaluations of a model, the latest first."""
        with self._database.reading() as connection:
            versions.model_row(connection, self._tenant, name)
            return evaluations.all_of(connection, self._tenant, name)

    def promote(self, name: str, asked: Promotion) -> Plain:
        """Move an alias to a version; return the model. See `aliases.promote`."""
        with self._writing() as (connection, now):
            aliases.promote(connection, self._tenant, name, asked, now, self._actor)
        return self.model(name)

    def roll_back(
        self,
        name: str,
        *,
        alias: str = "champion",
        to: int | None = None,
        if_version: int | None = ANY,
        reason: str = "",
    ) -> Plain:
        """Move an alias back; return the model. See `aliases.roll_back`."""
        with self._writing() as (connection, now):
            aliases.roll_back(
                connection,
                self._tenant,
                name,
                now,
                self._actor,
                alias=alias,
                to=to,
                if_version=if_version,
                reason=reason,
            )
        return self.model(name)

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, float]]:
        """Open a transaction that writes, with the time."""
        with self._database.writing() as connection:
            yield connection, self._database.now(connection)


@contextmanager
def local_registry(store: str | None = None, *, must_exist: bool = True) -> Iterator[ModelRegistry]:
    """Open the registry without a server.

    Args:
        store: its file or database; see `local_url`.
        must_exist: refuse a file that does not exist, instead of making it.

    Raises:
        OutputError: it does not exist, or cannot be used.
    """
    url = local_url(store)
    path = storage_file(url)
    if must_exist and path is not None and not path.exists():
        raise OutputError(
            f"the models in {path} do not exist",
            remedy="register some with 'hybridq models register', or name another store",
        )
    with AnglesDatabase(url) as database:
        yield ModelRegistry(database)


def resolve_locally(reference: str) -> LearnedAngles:
    """Return the angles of a reference such as ``model:reg3@champion``.

    Raises:
        UnknownModelError: no such model, version or alias.
        OutputError: the registry does not exist.
    """
    with local_registry() as registry:
        return registry.resolve(Reference.parse(reference))
