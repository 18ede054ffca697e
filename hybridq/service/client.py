"""Client of a job service: submissions, jobs, results."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hybridq.core.errors import FormatError
from hybridq.core.files import read_bytes
from hybridq.service.connection import LONGEST_WAIT, Connection, ServiceError

if TYPE_CHECKING:
    from hybridq.presentation import Result
    from hybridq.service.remote_models import RemoteModels

Plain = dict[str, Any]

_MOST_IDS = 100  # of one request
_FEW = 64  # jobs that are waited for together

MOST_BYTES = 2**20
"""Bytes of a file with a problem; requests may not have more."""


class Client(Connection):
    """A tenant of a job service.

    Args:
        url: address of the server, such as ``"https://jobs.example.org"``; by default that of
            ``HYBRIDQ_SERVER``.
        key: API key; by default that of ``HYBRIDQ_KEY``.
        patience: seconds for which a request is repeated while the server cannot be reached or
            asks for that. A repeated submission submits nothing twice; a move of an alias is not
            repeated once it was sent, since a second one would move it further.

    Raises:
        ParameterError: no URL or no key, or a URL that would send the key unencrypted to another
            machine.
    """

    def submit(
        self,
        kind: str,
        content: str | os.PathLike[str] | Mapping[str, Any] | Sequence[Any],
        *,
        format: str | None = None,
        problem_options: Mapping[str, Any] | None = None,
        seed: int | None = None,
        label: str = "",
        tags: Sequence[str] = (),
        priority: int = 5,
        reuse: str = "exact",
        **options: Any,
    ) -> RemoteJob:
        """Submit a problem to be solved, and return its job at once.

        Args:
            kind: family of the problem, such as ``"maxcut"``.
            content: a file (a `pathlib.Path`), the text of one, or its JSON as it is.
            format: of the content; recognized by default.
            problem_options: options of the family.
            seed: source of randomness. With one, an identical job is not run again.
            label: free text.
            tags: words by which jobs are listed and their work is added up.
            priority: from 0 to 9; the highest of the tenant starts first.
            reuse: ``"exact"``, ``"isomorphic"`` where the answer of an isomorphic graph will do, or
                ``"none"`` to run it in any case.
            options: arguments of `hybridq.solve`, such as ``p=3``; an optimizer, a strategy or an
                engine with options is a dict, such as ``{"name": "spsa", "blocking": True}``.

        Raises:
            ServiceError: the service refused it; the message names the part at fault.
        """
        problem: Plain = {"kind": kind, "content": content, "format": format}
        if isinstance(content, os.PathLike):
            problem = problem_of_file(kind, Path(content), format)
        if problem_options:
            problem["options"] = dict(problem_options)
        request: Plain = {
            "kind": "solve",
            "problem": problem,
            "options": {name: value for name, value in options.items() if value is not None},
            "label": label,
            "tags": list(tags),
            "priority": priority,
            "reuse": reuse,
        }
        if seed is not None:
            request["seed"] = seed
        return self.send([request])[0]

    def send(self, requests: Sequence[Mapping[str, Any]]) -> list[RemoteJob]:
        """Submit up to 100 requests as the API takes them, all or none.

        Raises:
            ServiceError: the service refused one of them.
        """
        key = {"Idempotency-Key": uuid.uuid4().hex}  # a repeated request submits nothing again
        answer = self.ask("POST", "/v1/jobs", body=list(requests), headers=key)
        return [RemoteJob(self, facts) for facts in answer["jobs"]]

    def job(self, name: str) -> RemoteJob:
        """Return a job by its identifier.

        Raises:
            ServiceError: the tenant has no such job.
        """
        return RemoteJob(self, self.ask("GET", f"/v1/jobs/{quote(name, safe='')}"))

    def jobs(self, **filters: Any) -> Iterator[RemoteJob]:
        """Yield the tenant's jobs, the latest first.

        Args:
            filters: parameters of ``GET /v1/jobs``, such as ``status="running"``.
        """
        cursor: Plain = {}
        while True:
            answer = self.ask("GET", "/v1/jobs", query={**filters, **cursor})
            yield from (RemoteJob(self, facts) for facts in answer["jobs"])
            if answer.get("next") is None:
                return
            cursor = {"cursor": answer["next"]}

    def wait(self, jobs: Sequence[RemoteJob], timeout: float | None = None) -> None:
        """Wait until all of some jobs have ended, with few requests, and refresh them.

        Args:
            jobs: of this tenant, in the order of their submission.
            timeout: most seconds; no limit by default.

        Raises:
            ServiceError: some have not ended by then; they continue.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while left := [job for job in jobs if not job.has_ended]:
            if len(left) > _FEW:  # the answers about these come while the others run
                left = left[: 3 * len(left) // 4]
            left[-1].wait(None if end is None else max(0.0, end - time.monotonic()))
            for start in range(0, len(left), _MOST_IDS):
                part = left[start : start + _MOST_IDS]
                query = {"ids": ",".join(job.id for job in part)}
                answer = self.ask("GET", "/v1/jobs", query=query)
                found = {facts["id"]: facts for facts in answer["jobs"]}
                for job in part:
                    job.facts = found.get(job.id, job.facts)

    @property
    def models(self) -> RemoteModels[RemoteJob]:
        """The tenant's models: versions of trained angles."""
        from hybridq.service.remote_models import RemoteModels

        return RemoteModels(self)

    def usage(self, days: int = 31) -> list[Plain]:
        """Return the work of the last days, by day and kind of job."""
        found: list[Plain] = self.ask("GET", "/v1/usage", query={"days": days})["usage"]
        return found


class RemoteJob:
    """A job of the service, as it was when last asked for.

    Attributes:
        facts: the job as the API shows it.
    """

    def __init__(self, client: Client, facts: Plain) -> None:
        self._client = client
        self.facts = facts

    def __repr__(self) -> str:
        return f"RemoteJob({self.id!r}: {self.status})"

    @property
    def id(self) -> str:
        """Identifier."""
        return str(self.facts["id"])

    @property
    def status(self) -> str:
        """State: queued, running, completed, failed or cancelled."""
        return str(self.facts["status"])

    @property
    def source(self) -> str:
        """Origin of the result: computed, cache, or joined:ID."""
        return str(self.facts["source"])

    @property
    def has_ended(self) -> bool:
        """True if the state is final."""
        return self.status in ("completed", "failed", "cancelled")

    def refresh(self, wait: float = 0.0) -> RemoteJob:
        """Ask for the present state, after an end within `wait` seconds; return this job."""
        query = {"wait": min(wait, LONGEST_WAIT)} if wait else None
        self.facts = self._client.ask("GET", f"/v1/jobs/{self.id}", query=query)
        return self

    def wait(self, timeout: float | None = None) -> RemoteJob:
        """Wait until the job has ended; return this job.

        Args:
            timeout: most seconds; no limit by default.

        Raises:
            ServiceError: it has not ended by then; it continues.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while not self.has_ended:
            left = LONGEST_WAIT if end is None else end - time.monotonic()
            if left <= 0:
                raise ServiceError(
                    0, "not_ended", f"job {self.id} is {self.status} after {timeout:g} s"
                )
            self.refresh(wait=min(left, LONGEST_WAIT))
        return self

    def result(self, timeout: float | None = None) -> Result:
        """Wait for the end, and return the result as `hybridq.solve` would.

        Raises:
            ServiceError: the job failed, was cancelled, or has not ended in time.
        """
        from hybridq.presentation import Result

        return Result.from_json(json.dumps(self.result_json(timeout)))

    def result_json(self, timeout: float | None = None) -> Plain:
        """Wait for the end, and return the result as plain values; see `result`."""
        self.wait(timeout)
        if self.status != "completed":
            error = self.facts["error"] or {}
            detail = error.get("detail", f"job {self.id} is {self.status}")
            raise ServiceError(0, error.get("code", self.status), str(detail))
        found: Plain = self._client.ask("GET", f"/v1/jobs/{self.id}/result")
        return found

    def cancel(self) -> RemoteJob:
        """Cancel the job, in any state; return this job."""
        path = f"/v1/jobs/{self.id}/cancel"
        self.facts = self._client.ask("POST", path, idempotent=True)
        return self

    def delete(self) -> None:
        """Delete the ended job and its result."""
        self._client.ask("DELETE", f"/v1/jobs/{self.id}")


def problem_of_file(kind: str, path: Path, format: str | None = None) -> Plain:
    """Return the section of a request for the problem in a file.

    Args:
        kind: family of the problem.
        path: the file.
        format: of its content; recognized by default.

    Raises:
        FormatError: it cannot be read, is larger than a request may be, or is not text.
    """
    data, source = read_bytes(path, MOST_BYTES)
    try:
        content = data.decode()
    except UnicodeDecodeError:
        raise FormatError("it is not text: convert it", source=source) from None
    name = _accepted_name(path.name)
    return {"kind": kind, "content": content, "format": format, "name": name}


def _accepted_name(name: str) -> str | None:
    """Return a file's name, None where the API does not take it as an instance's."""
    plain = name.isascii() and name[:1].isalnum() and len(name) <= 64
    return name if plain and all(sign.isalnum() or sign in "_. -" for sign in name) else None
