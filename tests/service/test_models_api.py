"""Models over HTTP: registration, gated aliases, rollback, tenants, scopes, refusals."""

from __future__ import annotations

import json

import pytest

from hybridq.angles.registry import ModelRegistry
from tests.angles.angle_samples import evaluation, learned
from tests.service.test_api import refused, service

__all__ = ["service"]


def register(service, number=1, **options):
    body = {"angles": learned(number).describe()}
    return service.ask("POST", "/v1/models/cubic/versions", json=body, **options)


def promote(service, version, alias="champion", **body):
    path = f"/v1/models/cubic/aliases/{alias}"
    return service.ask("PUT", path, json={"version": version, **body})


def force(service, version, **body):
    answer = promote(service, version, force=True, reason="a test", **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def evaluate(service, version, baseline="auto", **options):
    """Store an evaluation as the end of a job does."""
    registry = ModelRegistry(service.queue.database, "amber")
    return registry.add_evaluation("cubic", evaluation(version, baseline, **options))


def test_versions_are_registered_once_and_shown_whole(service):
    first = register(service)
    assert first.status_code == 201
    assert first.headers["location"] == "/v1/models/cubic/versions/1"
    assert register(service).status_code == 200
    assert register(service, 2).json()["version"] == 2
    (model,) = service.ask("GET", "/v1/models").json()["models"]
    assert model == {"name": "cubic", "versions": 2, "aliases": []}
    shown = service.ask("GET", "/v1/models/cubic").json()
    assert [each["version"] for each in shown["versions"]] == [2, 1]
    assert shown["versions"][1]["families"] == ["maxcut"]
    latest = service.ask("GET", "/v1/models/cubic/versions/latest").json()
    assert latest["content"]["angles"]["gamma"] == learned(2).describe()["gamma"]
    assert latest["digest"] == shown["versions"][0]["digest"]


def test_the_gate_and_the_alias_of_others_are_conflicts(service):
    register(service), register(service, 2)
    body = refused(promote(service, 1), 409, "gate_refused")
    assert "no evaluation against auto" in body["detail"]
    evaluate(service, 1)
    moved = promote(service, 1, if_version=None).json()
    assert moved["aliases"][0]["version"] == 1
    assert moved["history"][0]["actor"].startswith("key ")
    refused(promote(service, 2, if_version=2, force=True, reason="x"), 409, "alias_moved")
    assert force(service, 2, if_version=1)["aliases"][0]["version"] == 2
    back = service.ask("POST", "/v1/models/cubic/rollback", json={"reason": "worse"})
    assert back.json()["aliases"][0]["version"] == 1
    assert back.json()["history"][0]["kind"] == "rollback"
    listed = service.ask("GET", "/v1/models/cubic/evaluations").json()["evaluations"]
    assert [each["passed"] for each in listed] == [True]


def test_bad_requests_about_models_are_refused_with_their_place(service):
    register(service)
    for path in ("/v1/models/other", "/v1/models/Cubic", "/v1/models/cubic/versions/9"):
        refused(service.ask("GET", path), 404, "unknown_model")
    refused(service.ask("GET", "/v1/models/cubic/versions/0x1"), 404, "unknown_model")
    body = refused(promote(service, 1, force=True), 422, "invalid_request")
    assert body["pointer"] == "reason"
    refused(promote(service, 1, "latest", force=True, reason="x"), 422, "invalid_request")
    assert refused(promote(service, 0), 422, "greater_than_equal")["pointer"] == "/version"
    assert refused(promote(service, 1, canary=2.0), 422, "less_than_equal")["pointer"] == "/canary"
    wrong = service.ask("POST", "/v1/models/cubic/versions", json={"angles": {"format": "x"}})
    assert "no learned angles" in refused(wrong, 422, "invalid_request")["detail"]
    for name, value in (("degree", float("nan")), ("instances", 0), ("gamma", [1e999, 0.1])):
        facts = {"angles": {**learned().describe(), name: value}}
        odd = service.ask(
            "POST",
            "/v1/models/cubic/versions",
            content=json.dumps(facts),
            headers={"Content-Type": "application/json"},
        )
        assert odd.status_code == 422, odd.text
    plain = {name: value for name, value in learned().describe().items() if name != "training"}
    bare = service.ask("POST", "/v1/models/cubic/versions", json={"angles": plain})
    assert "family" in refused(bare, 422, "invalid_request")["detail"]
    named = {"angles": plain, "family": "maxcut", "sign": "positive"}
    assert service.ask("POST", "/v1/models/cubic/versions", json=named).status_code == 201


def test_models_belong_to_their_tenant_and_need_their_scopes(service):
    register(service)
    force(service, 1)
    other = service.keys.add("basil", scopes=["models:read", "models:write", "models:promote"])
    assert service.ask("GET", "/v1/models", other).json() == {"models": []}
    refused(service.ask("GET", "/v1/models/cubic", other), 404, "unknown_model")
    back = service.ask("POST", "/v1/models/cubic/rollback", other, json={})
    refused(back, 404, "unknown_model")
    reader = service.keys.add("amber", scopes=["models:read"])
    assert service.ask("GET", "/v1/models/cubic", reader).status_code == 200
    for method, path in (
        ("POST", "/v1/models/cubic/versions"),
        ("POST", "/v1/models/cubic/rollback"),
        ("PUT", "/v1/models/cubic/aliases/champion"),
    ):
        refused(service.ask(method, path, reader, json={}), 403, "missing_scope")


@pytest.mark.parametrize("depth", [40])
def test_deep_angles_are_refused(service, depth):
    nested = json.loads("[" * depth + "]" * depth)
    body = {"angles": {**learned().describe(), "more": nested}}
    answer = service.ask("POST", "/v1/models/cubic/versions", json=body)
    refused(answer, 422, "too_deep")
