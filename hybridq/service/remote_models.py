"""Models of a tenant of a job service, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote

from hybridq.angles.aliases import ANY, Promotion
from hybridq.angles.references import Reference

Plain = dict[str, Any]
Job = TypeVar("Job", covariant=True)


class Sender(Protocol[Job]):
    """The part of a client that models need."""

    def ask(
        self, method: str, path: str, *, body: Any = None, idempotent: bool | None = None
    ) -> Any:
        """Return the JSON answer of one request."""

    def send(self, requests: Sequence[Mapping[str, Any]]) -> Sequence[Job]:
        """Submit requests and return their jobs."""


class RemoteModels(Generic[Job]):
    """Models of a tenant; methods return plain values, as `ModelRegistry` does.

    Args:
        client: of the tenant.
    """

    def __init__(self, client: Sender[Job]) -> None:
        self._client = client

    def models(self) -> list[Plain]:
        """Return all models: name, number of versions, aliases."""
        found: list[Plain] = self._client.ask("GET", "/v1/models")["models"]
        return found

    def model(self, name: str) -> Plain:
        """Return a model with its versions, aliases, evaluations and history.

        Raises:
            ServiceError: the tenant has no such model.
        """
        found: Plain = self._client.ask("GET", _path(name))
        return found

    def version(self, reference: Reference) -> Plain:
        """Return a version with content, evaluations and history of its aliases.

        Raises:
            ServiceError: the tenant has no such model, version or alias.
        """
        which = reference.alias if reference.version is None else reference.version
        found: Plain = self._client.ask("GET", f"{_path(reference.name)}/versions/{which}")
        return found

    def register(self, name: str, content: str) -> tuple[int, bool]:
        """Add a version; return its number and whether it is new.

        Args:
            name: of the model.
            content: of the version, see `hybridq.angles.content.content_of`.

        Raises:
            ServiceError: the service refused it.
        """
        document = json.loads(content)
        body = {"angles": document["angles"], "provenance": document["provenance"]}
        before = {each["name"]: each["versions"] for each in self.models()}
        path = f"{_path(name)}/versions"
        found = self._client.ask("POST", path, body=body, idempotent=True)
        return int(found["version"]), int(found["version"]) > before.get(name, 0)

    def learn(
        self, name: str, problems: Sequence[Mapping[str, Any]], p: int, *, label: str = ""
    ) -> Job:
        """Submit a job that learns angles and registers them, and return it at once.

        Args:
            name: of the model.
            problems: ``kind``, ``content``, ``format`` and ``options`` of each instance.
            p: layers.
            label: free text.

        Raises:
            ServiceError: the service refused it.
        """
        request = {"kind": "angles.learn", "model": name, "problems": list(problems), "p": p}
        return self._client.send([{**request, "label": label}])[0]

    def evaluate(
        self,
        name: str,
        version: int,
        problems: Sequence[Mapping[str, Any]],
        *,
        alias: str = "champion",
        budget: int | None = None,
        label: str = "",
    ) -> Job:
        """Submit a paired evaluation on held-out instances, and return its job at once.

        Args:
            name: of the model.
            version: the candidate.
            problems: ``kind``, ``content``, ``format`` and ``options`` of each instance.
            alias: the version that it names now is the baseline, ``"auto"`` where it names none.
            budget: evaluations of each search; by default the service's.
            label: free text.

        Raises:
            ServiceError: the service refused it.
        """
        request: Plain = {"kind": "models.evaluate", "model": name, "version": version}
        request |= {"problems": list(problems), "alias": alias, "label": label}
        if budget is not None:
            request["budget"] = budget
        return self._client.send([request])[0]

    def promote(self, name: str, asked: Promotion) -> Plain:
        """Move an alias to a version; return the model.

        Raises:
            ServiceError: the gate refuses it, or the alias has moved.
        """
        body: Plain = {"version": asked.version, "force": asked.force, "reason": asked.reason}
        if asked.if_version is not ANY:
            body["if_version"] = asked.if_version
        if asked.evaluation is not None:
            body["evaluation"] = asked.evaluation
        if asked.share is not None:
            body["canary"] = asked.share
        path = f"{_path(name)}/aliases/{quote(asked.alias, safe='')}"
        found: Plain = self._client.ask("PUT", path, body=body)
        return found

    def roll_back(
        self,
        name: str,
        *,
        alias: str = "champion",
        to: int | None = None,
        if_version: int | None = ANY,
        reason: str = "",
    ) -> Plain:
        """Move an alias back to a version that it named before; return the model.

        Raises:
            ServiceError: it named no such version.
        """
        body: Plain = {"alias": alias, "to": to, "reason": reason}
        if if_version is not ANY:
            body["if_version"] = if_version
        found: Plain = self._client.ask("POST", f"{_path(name)}/rollback", body=body)
        return found


def _path(name: str) -> str:
    return f"/v1/models/{quote(name, safe='')}"
