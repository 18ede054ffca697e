"""The API: submissions, lists, waits, events, keys, and one refusal for each kind of bad input."""

from __future__ import annotations

import base64
import json
import re
import threading

import pytest
from fastapi.testclient import TestClient

from hybridq.service.api.app import create_app
from hybridq.service.keys import SCOPES, Keys
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Outcome, State
from hybridq.service.store.database import Database
from hybridq.service.webhooks.targets import Targets
from tests.angles.angle_samples import learned
from tests.service.service_samples import DONE, Clock, finish_next

RING = {"nodes": 5, "edges": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]}
PROBLEM = {"kind": "maxcut", "content": RING}
SOLVE = {
    "kind": "solve",
    "problem": PROBLEM,
    "options": {"p": 1},
    "seed": 7,
}
HOOK = {"url": "https://hooks.example.org/ends"}
TARGETS = Targets(["hooks.example.org"])
FORBIDDEN = ("path", "file", "url", "storage", "folder", "journal", "geometry", "output", "host")


class Service:
    """A server without workers: tests claim and end jobs themselves."""

    def __init__(self, queue, client, keys):
        self.queue, self.client, self.keys = queue, client, keys
        self.webhooks = client.app.state.context.webhooks
        self.key = keys.add("amber", scopes=SCOPES)

    def ask(self, method, path, key=None, **options):
        headers = {"Authorization": f"Bearer {key or self.key}", **options.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **options)

    def submit(self, body=SOLVE, **options):
        return self.ask("POST", "/v1/jobs", json=body, **options)

    def finish(self, outcome=DONE):
        return finish_next(self.queue, outcome)


@pytest.fixture
def service(tmp_path):
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        queue = Queue(database)
        keys = Keys(database)
        app = create_app(queue, burst=1000, targets=TARGETS)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Service(queue, client, keys)


def refused(response, status, code):
    """The problem details of a refusal, which is one."""
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["detail"]
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def test_a_job_goes_from_queued_to_completed(service):
    answer = service.submit()
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert (job["status"], job["source"], job["position"]) == ("queued", "computed", 1)
    refused(service.ask("GET", f"/v1/jobs/{job['id']}/result"), 409, "not_ended")
    claimed = service.finish()
    request = json.loads(claimed.request)
    assert request["seed"] == 7
    assert request["problem"]["content"] == RING
    assert service.ask("GET", f"/v1/jobs/{job['id']}").json()["status"] == "completed"
    assert service.ask("GET", f"/v1/jobs/{job['id']}/result").json() == {"cut": 4}


def test_an_identical_job_is_answered_at_once(service):
    service.submit()
    joined = service.submit().json()
    assert joined["source"].startswith("joined:")
    service.finish()
    again = service.submit()
    assert (again.status_code, again.json()["source"]) == (200, "cache")
    assert service.submit({**SOLVE, "reuse": "none"}).json()["source"] == "computed"
    assert service.submit({**SOLVE, "seed": 8}).json()["source"] == "computed"


def test_jobs_without_seed_are_not_reused_but_keep_their_seed(service):
    free = {name: value for name, value in SOLVE.items() if name != "seed"}
    first, second = service.submit(free).json(), service.submit(free).json()
    assert (first["source"], second["source"]) == ("computed", "computed")
    seeds = {json.loads(service.queue.claim("worker").request)["seed"] for _ in range(2)}
    assert len(seeds) == 2


def test_lists_are_submitted_whole_or_not_at_all(service):
    answer = service.submit([SOLVE, {**SOLVE, "seed": 8}])
    assert [job["status"] for job in answer.json()["jobs"]] == ["queued", "queued"]
    body = refused(service.submit([SOLVE, {**SOLVE, "seed": -1}]), 422, "greater_than_equal")
    assert body["pointer"] == "/1/seed"
    assert len(service.ask("GET", "/v1/jobs").json()["jobs"]) == 2


def test_lists_continue_with_the_cursor(service):
    ids = [
        job["id"] for job in service.submit([{**SOLVE, "seed": n} for n in range(5)]).json()["jobs"]
    ]
    first = service.ask("GET", "/v1/jobs", params={"limit": 3}).json()
    rest = service.ask("GET", "/v1/jobs", params={"limit": 3, "cursor": first["next"]}).json()
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == ids[::-1]
    assert rest["next"] is None
    chosen = service.ask("GET", "/v1/jobs", params={"status": "completed"}).json()
    assert chosen["jobs"] == []


def test_waits_end_with_the_job(service):
    job = service.submit().json()["id"]
    timer = threading.Timer(0.2, service.finish)
    timer.start()
    answer = service.ask("GET", f"/v1/jobs/{job}", params={"wait": 30})
    timer.join()
    assert answer.json()["status"] == "completed"


def test_preferred_waits_answer_with_the_ended_job(service):
    timer = threading.Timer(0.3, service.finish)
    timer.start()
    answer = service.submit(headers={"Prefer": "wait=30"})
    timer.join()
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


def test_repeated_requests_return_the_same_job(service):
    headers = {"Idempotency-Key": "first-try"}
    ids = {service.submit(headers=headers).json()["id"] for _ in range(3)}
    assert len(ids) == 1
    other = service.submit({**SOLVE, "seed": 9}, headers=headers)
    refused(other, 422, "idempotency_key_reused")
    refused(service.submit(headers={"Idempotency-Key": "a b"}), 422, "invalid_idempotency_key")


def test_events_tell_the_states_and_the_end(service):
    job = service.submit().json()["id"]
    claimed = service.queue.claim("worker")
    service.queue.report(claimed, {"evaluations": 3})
    timer = threading.Timer(0.3, lambda: service.queue.finish(claimed, DONE))
    timer.start()
    text = service.ask("GET", f"/v1/jobs/{job}/events").text
    timer.join()
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    assert [block[1] for block in blocks] == ["event: status", "event: end"]
    assert json.loads(blocks[0][2].removeprefix("data: "))["progress"] == {"evaluations": 3}
    assert json.loads(blocks[-1][2].removeprefix("data: "))["status"] == "completed"
    last = blocks[-1][0].removeprefix("id: ")
    again = service.ask("GET", f"/v1/jobs/{job}/events", headers={"Last-Event-ID": last})
    assert "event: end" in again.text


def test_jobs_are_cancelled_and_deleted(service):
    job = service.submit().json()["id"]
    refused(service.ask("DELETE", f"/v1/jobs/{job}"), 409, "not_ended")
    for _ in range(2):
        answer = service.ask("POST", f"/v1/jobs/{job}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    refused(service.ask("GET", f"/v1/jobs/{job}/result"), 409, "no_result")
    assert service.ask("DELETE", f"/v1/jobs/{job}").status_code == 204
    refused(service.ask("GET", f"/v1/jobs/{job}"), 404, "unknown_job")


def test_cancelling_a_running_job_requests_it(service):
    job = service.submit().json()["id"]
    service.queue.claim("worker")
    answer = service.ask("POST", f"/v1/jobs/{job}/cancel")
    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["cancel_requested"]) == ("running", True)


def test_failures_show_their_reason(service):
    job = service.submit().json()["id"]
    service.finish(Outcome(State.FAILED, error={"code": "too_large", "detail": "30 qubits"}))
    found = service.ask("GET", f"/v1/jobs/{job}").json()
    assert found["error"] == {"code": "too_large", "detail": "30 qubits"}


def routes(service):
    """(method, path, scope) of every route that needs a key."""
    schema = service.client.get("/openapi.json").json()
    for path, methods in schema["paths"].items():
        for method in methods:
            if path.startswith("/v1/"):
                room = "models" if "/models" in path else "jobs"
                writes = method != "get" and not path.endswith("estimate")
                scope = f"{room}:write" if writes else f"{room}:read"
                if path.endswith(("/{alias}", "/rollback")):
                    scope = "models:promote"
                admin = path.startswith(("/v1/keys", "/v1/webhooks"))
                yield method.upper(), path, "admin" if admin else scope


def body_of(path):
    """A body that the route of a path accepts."""
    if path.endswith("/versions"):
        return {"angles": learned().describe()}
    if path.endswith("/{alias}"):
        return {"version": 1, "force": True, "reason": "a test"}
    if path.endswith("/evaluations"):
        return {"version": 1, "problems": [PROBLEM, PROBLEM]}
    if path.endswith("/webhooks"):
        return HOOK
    return {} if path.endswith("/rollback") else SOLVE


def test_every_route_asks_for_a_key_and_its_scope(service):
    """The matrix of routes, keys and owners; routes come from the schema."""
    job = service.submit().json()["id"]
    hook, _ = service.webhooks.add("amber", HOOK["url"])
    made = body_of("/versions")
    assert service.ask("POST", "/v1/models/cubic/versions", json=made).status_code == 201
    own = {scope: service.keys.add("amber", scopes=[scope]) for scope in SCOPES}
    stranger = service.keys.add("birch", scopes=list(own))
    seen = 0
    for method, path, scope in routes(service):
        parts = {"job": job, "picture": "answer", "id": service.key.split("_")[1]}
        if path.startswith("/v1/webhooks"):
            parts["id"] = hook
        parts |= {"name": "cubic", "version": "1", "alias": "champion"}
        target = path.format(**parts)
        body = {"json": body_of(path)} if method in ("POST", "PUT") else {}
        refused(service.client.request(method, target, **body), 401, "invalid_key")
        for wrong in ("hq_0", f"hq_{'0' * 16}_{'a' * 43}", service.key[:-1] + "A"):
            if wrong != service.key:
                refused(service.ask(method, target, key=wrong, **body), 401, "invalid_key")
        for other in own.keys() - {scope}:
            refused(service.ask(method, target, key=own[other], **body), 403, "missing_scope")
        if "{" in path and not path.endswith("/versions"):  # which adds to models of one's own
            answer = service.ask(method, target, key=stranger, **body)
            assert answer.status_code == 404, (method, path)
        seen += 1
    assert seen >= 19
    assert service.ask("GET", f"/v1/jobs/{job}").json()["status"] == "queued"


def test_keys_expire_and_are_revoked_at_once(tmp_path):
    clock = Clock()
    with Database(f"sqlite:///{tmp_path}/jobs.db", clock=clock) as database:
        keys = Keys(database)
        key = keys.add("amber", days=1)
        assert keys.accept(key).tenant == "amber"
        clock.now += 86_400
        assert keys.accept(key) is None
        lasting = keys.add("amber")
        assert keys.revoke(lasting.split("_")[1])
        assert keys.accept(lasting) is None


def test_a_key_that_another_process_revokes_submits_nothing_more(service):
    """Accepted keys stay in memory, and each submission looks again."""
    made = service.ask("POST", "/v1/keys", json={"scopes": ["jobs:write"], "days": 2}).json()
    for seed in (1, 2):
        assert service.submit({**SOLVE, "seed": seed}, key=made["key"]).status_code == 202
    assert Keys(service.queue.database).revoke(made["id"])
    for _ in range(2):
        refused(service.submit({**SOLVE, "seed": 3}, key=made["key"]), 401, "invalid_key")
    assert service.queue.counts()[State.QUEUED] == 2
    assert service.submit({**SOLVE, "seed": 3}).status_code == 202


def test_the_database_holds_no_key(service, tmp_path):
    service.submit()
    secret = service.key.split("_", 2)[2].encode()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("jobs.db*"))
    assert stored
    assert secret not in stored


def test_keys_are_managed_over_the_api(service):
    made = service.ask("POST", "/v1/keys", json={"scopes": ["jobs:read"], "days": 2}).json()["key"]
    assert service.ask("GET", "/v1/jobs", key=made).status_code == 200
    name = made.split("_")[1]
    listed = service.ask("GET", "/v1/keys").json()["keys"]
    assert {"id": name, "scopes": ["jobs:read"]}.items() <= listed[-1].items()
    assert made not in json.dumps(listed)
    assert service.ask("DELETE", f"/v1/keys/{name}").status_code == 204
    refused(service.ask("GET", "/v1/jobs", key=made), 401, "invalid_key")


def test_a_key_cannot_give_more_than_its_tenant_has(service):
    answer = service.ask("POST", "/v1/keys", json={"scopes": ["root"]})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"storage": "sqlite:///x.db"}, 422, "extra_forbidden"),
        ({"kind": "dance"}, 422, "union_tag_invalid"),
        ({"seed": "7"}, 422, "int_type"),
        ({"seed": 2**53}, 422, "less_than_equal"),
        ({"priority": 10}, 422, "less_than_equal"),
        ({"label": "a\nb"}, 422, "string_pattern_mismatch"),
        ({"label": "\x1b[31m"}, 422, "string_pattern_mismatch"),
        ({"options": {"optimizer": "../x"}}, 422, "string_pattern_mismatch"),
        ({"options": {"initial": "/etc/passwd"}}, 422, "string_pattern_mismatch"),
        ({"options": {"journal": "x"}}, 422, "extra_forbidden"),
        ({"problem": {"kind": "maxcat", "content": RING}}, 422, "unknown_name"),
        ({"problem": {**PROBLEM, "options": {"pa": 1}}}, 422, "unknown_name"),
        ({"problem": {"kind": "maxcut", "path": "/etc/passwd"}}, 422, "missing"),
        ({"problem": {**PROBLEM, "content": {"edges": [[0, 1]] * 100_001}}}, 422, "too_long"),
    ],
)
def test_bad_fields_are_refused_with_their_place(service, change, status, code):
    body = refused(service.submit({**SOLVE, **change}), status, code)
    assert body["pointer"].startswith("/" + next(iter(change)))
    assert body["hint"]
    assert service.queue.counts()[State.QUEUED] == 0


def test_points_are_evaluated_in_one_job(service):
    body = {"kind": "evaluate", "problem": PROBLEM, "options": {"p": 1}, "points": [[0.1, 0.2]]}
    assert service.submit(body).json()["kind"] == "evaluate"
    assert service.submit(body).json()["source"].startswith("joined:")
    bad = refused(service.submit([SOLVE, {**body, "points": [[0.1, "x"]]}]), 422, "float_type")
    assert bad["pointer"] == "/1/points/0/1"
    refused(service.submit({**body, "points": []}), 422, "too_short")
    refused(service.submit({**body, "points": [[0.0]] * 16_385}), 422, "too_long")
    refused(service.submit({**body, "seed": 1}), 422, "extra_forbidden")


def raw(service, data, **headers):
    return service.ask(
        "POST", "/v1/jobs", content=data, headers={"Content-Type": "application/json", **headers}
    )


def test_bodies_that_are_not_small_plain_json_are_refused(service):
    refused(raw(service, b"{"), 400, "invalid_json")
    refused(raw(service, b'{"label": "\\ud800"}'), 400, "invalid_json")
    refused(raw(service, b"[" * 100_000), 400, "invalid_json")
    refused(raw(service, b"[]"), 422, "too_short")
    refused(raw(service, b" " * (2**20 + 1)), 413, "body_too_large")
    refused(raw(service, iter([b" " * 2**19] * 3)), 411, "length_required")
    refused(raw(service, b"{}", **{"Content-Encoding": "gzip"}), 415, "unsupported_media_type")
    plain = service.ask("POST", "/v1/jobs", content=b"{}", headers={"Content-Type": "text/plain"})
    refused(plain, 415, "unsupported_media_type")
    deep = {"nodes": 0}
    for _ in range(40):
        deep = {"x": deep}
    refused(
        service.submit({**SOLVE, "problem": {"kind": "maxcut", "content": deep}}), 422, "too_deep"
    )


TIMES = {
    "0.5": "datetime_parsing",
    "1764547200": "datetime_parsing",
    "2026-12-01T08:00:00": "timezone_aware",
}


def test_unknown_routes_and_parameters_are_refused(service):
    refused(service.ask("GET", "/v2/jobs"), 404, "not_found")
    answer = service.ask("PUT", "/v1/jobs")
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"
    for time in ("0.5", "1764547200", "2026-12-01T08:00:00"):  # the last one has no zone
        refused(service.ask("GET", "/v1/jobs", params={"created_after": time}), 422, TIMES[time])
    refused(service.ask("GET", "/v1/models/cubic/versions/0"), 404, "unknown_model")
    refused(service.ask("GET", "/v1/jobs", params={"limit": 1000}), 422, "less_than_equal")
    refused(service.ask("GET", "/v1/jobs", params={"wait": "x"}), 422, "float_parsing")


def test_odd_characters_name_no_job(service):
    """PostgreSQL refuses NUL in any text, which must not look like a database that fails."""
    for odd in ("%00", "%ED%A0%80", "a" * 5000, "%27%20OR%201=1"):
        refused(service.ask("GET", f"/v1/jobs/{odd}"), 404, "unknown_job")
        refused(service.ask("DELETE", f"/v1/keys/{odd}"), 404, "unknown_key")
    assert service.ask("GET", "/v1/jobs", params={"ids": "\x00,a"}).json()["jobs"] == []
    refused(service.ask("GET", "/v1/jobs", params={"kind": "\x00"}), 422, "string_pattern_mismatch")
    refused(
        service.ask("GET", "/v1/jobs", params={"cursor": "\x00"}), 422, "string_pattern_mismatch"
    )


def test_rates_are_limited_per_key(tmp_path):
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        keys = Keys(database)
        app = create_app(Queue(database), rate=0.001, burst=3)
        with TestClient(app) as client:
            for key in (keys.add("amber"), keys.add("amber")):
                headers = {"Authorization": f"Bearer {key}"}
                answers = [client.get("/v1/jobs", headers=headers) for _ in range(4)]
                assert [each.status_code for each in answers] == [200, 200, 200, 429]
                assert int(answers[-1].headers["retry-after"]) > 0


def test_keys_of_one_tenant_share_a_rate_too(tmp_path):
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        keys = Keys(database)
        with TestClient(create_app(Queue(database), rate=0.001, burst=1)) as client:

            def status(tenant):
                headers = {"Authorization": f"Bearer {keys.add(tenant)}"}
                return client.get("/v1/jobs", headers=headers).status_code

            assert [status("amber") for _ in range(5)] == [200, 200, 200, 200, 429]
            assert status("birch") == 200


def names_in(schema):
    """All names of fields and parameters in a schema."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties":
                yield from value
            if key == "parameters" and isinstance(value, list):
                yield from (each["name"] for each in value)
            yield from names_in(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from names_in(each)


def test_no_field_names_a_place(service):
    """But for the one of webhooks, whose hosts the operator allows."""
    schema = service.client.get("/openapi.json").json()
    assert list(schema["components"]["schemas"].pop("WebhookRequest")["properties"]) == ["url"]
    found = {name.lower() for name in names_in(schema)}
    assert {"seed", "max_evaluations", "idempotency-key"} - found <= {"idempotency-key"}
    assert not {name for name in found if any(word in name for word in FORBIDDEN)}


def test_references_of_the_schema_lead_somewhere(service):
    schema = service.client.get("/openapi.json").json()
    text = json.dumps(schema)
    refs = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', text))
    assert text.count('"$ref"') == text.count('"$ref": "#/components/schemas/')
    assert {"SolveRequest", "EvaluateRequest", "ProblemSection", "KeyRequest"} <= refs
    assert refs <= schema["components"]["schemas"].keys()
    assert schema["components"]["schemas"]["SolveRequest"]["additionalProperties"] is False


def test_all_refusals_are_described(service):
    schema = service.client.get("/openapi.json").json()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            refusals = {status for status in answers if status >= "4"}
            assert all(answers[status]["content"] == problem for status in refusals)
            needs_key = operation.get("security") != []
            assert needs_key == ("401" in refusals) == path.startswith("/v1/"), (method, path)
            assert ("413" in refusals) == ("requestBody" in operation)
            assert ("404" in refusals) >= ("{" in path)


def test_health_and_metrics_need_no_key(service):
    service.submit()
    service.submit()
    assert service.client.get("/healthz").json()["status"] == "ok"
    assert service.client.get("/readyz").json()["status"] == "ok"
    text = service.client.get("/metrics").text
    assert 'hybridq_jobs{state="queued"} 2' in text
    assert 'hybridq_answers_total{status="202"} 2' in text
    assert 'hybridq_jobs_by_source{source="joined"} 1' in text


def test_a_database_that_is_gone_is_said_and_comes_back(service, monkeypatch):
    gone = service.queue.database

    def fails(*_, **__):
        from hybridq.core.errors import OutputError

        raise OutputError("the database /secret/place cannot be used")

    monkeypatch.setattr(type(gone), "reading", fails)
    monkeypatch.setattr(type(gone), "writing", fails)
    body = refused(service.client.get("/readyz"), 503, "database_unavailable")
    assert "secret" not in json.dumps(body)
    assert "hybridq_database_up 0" in service.client.get("/metrics").text
    monkeypatch.undo()
    assert service.client.get("/readyz").status_code == 200


def test_usage_adds_up_by_day_and_kind(service):
    service.submit()
    service.finish(
        Outcome(State.COMPLETED, "{}", usage={"evaluations": 30, "cpu_seconds": 1.5, "shots": 8})
    )
    service.submit()
    (day,) = service.ask("GET", "/v1/usage").json()["usage"]
    assert (day["kind"], day["jobs"], day["evaluations"], day["cpu_seconds"]) == (
        "solve",
        2,
        30,
        1.5,
    )
    assert (day["reused"], day["saved_evaluations"], day["saved_cpu_seconds"]) == (1, 30, 1.5)


def test_estimates_say_what_would_answer(service):
    answer = service.ask("POST", "/v1/jobs/estimate", json=SOLVE).json()
    assert answer["jobs"][0]["answered_by"] == "computed"
    job = service.submit().json()["id"]
    answer = service.ask("POST", "/v1/jobs/estimate", json=[SOLVE]).json()
    assert answer["jobs"][0]["answered_by"] == f"joined:{job}"
    assert answer["waiting"] == 1
    service.finish()
    answer = service.ask("POST", "/v1/jobs/estimate", json=SOLVE).json()
    assert answer["jobs"][0]["answered_by"] == "cache"
    assert len(service.queue.jobs("amber")) == 1


def test_webhooks_are_listed_with_what_waits_and_deleted(service):
    added = service.ask("POST", "/v1/webhooks", json=HOOK)
    assert added.status_code == 201
    name = added.json()["id"]
    assert len(base64.b64decode(added.json()["secret"].removeprefix("whsec_"))) == 32
    service.submit()
    service.finish()
    (shown,) = service.ask("GET", "/v1/webhooks").json()["webhooks"]
    assert {**shown, "created": ""} == {
        "id": name, "created": "", "waiting": 1, "given_up": 0, "error": None, **HOOK
    }  # fmt: skip
    assert service.ask("DELETE", f"/v1/webhooks/{name}").status_code == 204
    refused(service.ask("DELETE", f"/v1/webhooks/{name}"), 404, "unknown_webhook")
    refused(service.ask("DELETE", "/v1/webhooks/%00"), 404, "unknown_webhook")
    elsewhere = {"url": "https://127.0.0.1/"}
    body = refused(service.ask("POST", "/v1/webhooks", json=elsewhere), 422, "invalid_request")
    assert body["pointer"] == "url"
